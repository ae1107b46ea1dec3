"""Stateless components of Bits as kernels on packed streams (:mod:`models.streams`)."""

from pathlib import Path

import numpy as np

from gateware.step.bind import bind

from .generated import fingerprint, load_generated
from .streams.words import ALL, as_words, clear_tail, length_of, pack, unpack

__all__ = ["PackedModel", "pack", "unpack"]


class PackedModel:
    """A stateless component of Bits as a kernel on packed streams: its step function, a Bit being 64 clocks.

    Parameters
    ----------
    component : StepComponent
        Without state, all of whose values are Bits (AND, XNOR, a multiplexer, ...).

    Raises
    ------
    ValueError
        If the component has state, no inputs, or a value that is no Bit.
    """

    def __init__(self, component):
        if component.state:
            raise ValueError(f"packed streams need a component without state, and {type(component).__name__} has "
                             f"{', '.join(component.state._fields)}")
        if not component.inputs:
            raise ValueError(f"packed streams need a component with inputs, and {type(component).__name__} has none")
        other = [node.shape for node in component.graph.nodes if node.shape.kind != "bit"]
        if other:
            raise ValueError(f"packed streams need a component of Bits alone, and {type(component).__name__} has {other[0]!r}")
        self.component, self._kernel = component, None

    def run(self, inputs, length):
        """The outputs' words of the inputs' words.

        Parameters
        ----------
        inputs : mapping or NamedTuple of uint64 arrays
            All of one shape ``(..., ceil(length / 64))``.
        length : int
            Clocks; the outputs' bits past it are 0.

        Returns
        -------
        NamedTuple of uint64 arrays

        Raises
        ------
        TypeError, ValueError
            If an input is missing, no array of uint64, or of another shape.
        """
        given = inputs._asdict() if hasattr(inputs, "_asdict") else dict(inputs)
        names = self.component.inputs._fields
        if set(given) != set(names):
            raise TypeError(f"inputs must be {', '.join(names)}, not {', '.join(given) or 'empty'}")
        length = length_of(length)
        words = [as_words(name, given[name], length) for name in names]
        for name, each in zip(names, words):
            if each.shape != words[0].shape:
                raise ValueError(f"{name} must have the shape {words[0].shape} like {names[0]}, not {each.shape}")
        outputs = [np.empty_like(words[0]) for _ in self.component.outputs]
        self.kernel(words[0].size, *(each.reshape(-1) for each in (*words, *outputs)))
        return type(self.component.outputs)(*(clear_tail(each, length) for each in outputs))

    @property
    def kernel(self):
        """``kernel(W, *inputs (W,), *outputs (W,))``, compiled; bits past the end are as the operations leave them."""
        if self._kernel is None:
            from numba import njit
            from .numba_domain import NUMBA
            component = self.component
            words = NUMBA | {name: njit(function) for name, function in _WORDS.items()}
            self._kernel = load_generated(
                f"{type(component).__name__}_packed", _source(component),
                f"{fingerprint(component.step)}\n{component.params!r}\n{Path(__file__).read_text(encoding='utf-8')}",
                step=njit(bind(component.step, words, njit)), PARAMS=component.params,
                Inputs=type(component.inputs)).kernel
        return self._kernel


_WORDS = {
    "bit": lambda value: ALL if value else np.uint64(0),
    "not_": lambda b: ~b,
    "mux": lambda c, a, b: b ^ (c & (a ^ b)),
}


def _source(component):
    inputs, outputs = component.inputs._fields, component.outputs._fields
    arguments = [f"input_{name}" for name in inputs] + [f"output_{name}" for name in outputs]
    loads = ", ".join(f"input_{name}[k]" for name in inputs)
    return "\n".join([
        f'"""Packed kernel of {type(component).__module__}.{type(component).__name__}; generated."""',
        "from numba import njit", "", "",
        "@njit(cache=True, nogil=True)",
        f"def kernel(W, {', '.join(arguments)}):",
        "    for k in range(W):",
        f"        state, outputs = step(PARAMS, (), Inputs({loads}))",
        *(f"        output_{name}[k] = outputs.{name}" for name in outputs), ""])
