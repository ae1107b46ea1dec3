"""The model of a pipelined step: the step itself, some clocks later."""

import numpy as np

from gateware.step.pipeline import Pipeline

from . import model_of

__all__ = ["PipelineModel"]


@model_of.register(Pipeline)
class PipelineModel:
    """The golden model of :class:`gateware.step.pipeline.Pipeline`.

    Parameters
    ----------
    pipeline : Pipeline
    """

    def __init__(self, pipeline):
        from models import golden
        self.component, self._step = pipeline.component, golden(pipeline.component)

    def run(self, items):
        """The outputs (``next_<field>`` and those of the step), each (T,), for states ``state_<field>`` and inputs, each (T,).

        An output comes ``latency`` clocks after its inputs.
        """
        component = self.component
        state = type(component.state)(*(items[f"state_{name}"] for name in component.state._fields)) if component.state else None
        inputs = {name: np.asarray(items[name])[None] for name in getattr(component.inputs, "_fields", ())}
        following, outputs = self._step.advance(state, inputs, length=None if inputs else 1)
        results = {f"next_{name}": np.ravel(values) for name, values in getattr(following, "_asdict", dict)().items()}
        return results | {name: np.ravel(values) for name, values in outputs._asdict().items()}

    def stimulus(self, rng, size=200):
        """Random states and inputs, half of each at a limit of its range."""
        component = self.component
        shapes = {f"state_{name}": shape for name, shape in getattr(component.state, "_asdict", dict)().items()}
        shapes |= getattr(component.inputs, "_asdict", dict)()
        return {name: np.where(rng.random(size) < 0.5, rng.integers(shape.lo, shape.hi + 1, size), rng.choice([shape.lo, shape.hi], size))
                for name, shape in shapes.items()}
