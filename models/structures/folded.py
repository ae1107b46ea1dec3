"""The model of a folded step: its component's golden model over arrays."""

import numpy as np

from gateware.step.folded import FoldedStep

from . import model_of

__all__ = ["FoldedModel"]


class FoldedModel:
    """The golden model of :class:`gateware.step.folded.FoldedStep`.

    Parameters
    ----------
    folded : FoldedStep
    """

    def __init__(self, folded):
        from models import golden
        self.folded, self.step = folded, golden(folded.component)

    def run(self, items):
        """The output stream of a stream of whole sweeps over the neurons (the step's inputs, and ``first``)."""
        count, component = self.folded.count, self.folded.component
        sweeps = {name: np.asarray(values).reshape(-1, count) for name, values in items.items()}
        length = len(next(iter(sweeps.values())))
        first = sweeps.pop("first", np.zeros((length, count))).astype(bool)
        state = type(component.init)(*(np.full(count, value) for value in component.init)) if component.state else None
        results = []
        for sweep, start in enumerate(first):
            if state is not None:
                state = type(state)(*(np.where(start, init, value) for init, value in zip(component.init, state)))
            inputs = {name: values[sweep:sweep + 1] for name, values in sweeps.items()}
            state, outputs = self.step.advance(state, inputs, length=None if inputs else 1)
            state = state or None
            results.append(outputs)
        return {name: np.concatenate([np.ravel(getattr(each, name)) for each in results]) for name in component.outputs._fields}

    def stimulus(self, rng, size=200):
        """Random inputs of whole sweeps, about ``size`` of them, half of each at a limit of its range."""
        component = self.folded.component
        length = max(3, -(-size // self.folded.count)) * self.folded.count
        items = {name: self._values(rng, shape, length) for name, shape in getattr(component.inputs, "_asdict", dict)().items()}
        return items | ({"first": rng.random(length) < 0.1} if component.state else {})

    @staticmethod
    def _values(rng, shape, length):
        kind = np.uint64 if shape.hi >= 1 << 63 else np.int64
        limits = rng.choice(np.array([shape.lo, shape.hi], kind), length)
        return np.where(rng.random(length) < 0.5, rng.integers(shape.lo, shape.hi, length, kind, endpoint=True), limits)


model_of.register(FoldedStep, FoldedModel)
