"""The golden model of a step component: its step function compiled, and run over arrays."""

import numpy as np

from .arrays import as_input, dtype_of
from .generated import fingerprint, load_generated

__all__ = ["StepModel"]


class StepModel:
    """The golden model of a step component, compiled by Numba.

    Parameters
    ----------
    component : StepComponent
        With Vectors of at most 64 bits.
    """

    def __init__(self, component):
        for part in (component.state, component.inputs, component.outputs):
            for name, shape in zip(getattr(part, "_fields", ()), part):
                if shape.kind == "vector" and shape.width > 64:
                    raise ValueError(f"golden models hold Vectors of at most 64 bits, and {name} has {shape.width}")
        self.component = component
        self._kernel = None

    def run(self, inputs=(), *, length=None):
        """The outputs of a run from the initial state.

        Parameters
        ----------
        inputs : NamedTuple or mapping of arrays
            Each ``(T,)``, or ``(T, B)`` for B independent instances; what has one dimension is shared by all.
        length : int
            T, for a component without inputs.

        Returns
        -------
        NamedTuple of arrays
            The outputs, ``(T,)`` or ``(T, B)``.

        Raises
        ------
        TypeError, ValueError
            If an input is missing, no integer, outside its shape, or of another length.
        """
        return self.advance(None, inputs, length=length)[1]

    def advance(self, state, inputs=(), *, length=None):
        """Final state and outputs of a run from ``state`` (by default the initial one).

        ``state`` is a NamedTuple of integers or of arrays ``(B,)``; see :meth:`run` for the rest.
        """
        component = self.component
        arrays, steps, batch = self._inputs(inputs, length)
        names = getattr(component.state, "_fields", ())
        start = component.init if state is None else state
        if len(start) != len(names):
            raise ValueError(f"state must have the fields {names}, not {start!r}")
        start = [as_input(f"state {name}", shape, value) for name, shape, value in zip(names, component.state, start)]
        for name, value in zip(names, start):
            if value.ndim > 1 or (value.ndim == 1 and batch not in (None, len(value))):
                raise ValueError(f"state {name} must have the shape ({batch},), not {value.shape}")
            if value.ndim == 1:
                batch = len(value)
        width = 1 if batch is None else batch
        registers = [np.array(np.broadcast_to(value, (width,))) for value in start]
        outputs = [np.empty((steps, width), dtype_of(shape)) for shape in component.outputs]
        arrays = [np.broadcast_to(array if array.ndim == 2 else array[:, None], (steps, width)) for array in arrays]
        self.kernel(steps, width, *registers, *arrays, *outputs)
        if batch is None:
            registers, outputs = [each[0] for each in registers], [each[:, 0] for each in outputs]
        final = type(component.state)(*registers) if names else ()
        return final, type(component.outputs)(*outputs)

    def step(self, state, inputs):
        """One step over NumPy arrays of one shape, without compiling: ``(next state, outputs)``."""
        from .numpy_domain import evaluate
        wide = {"bit": np.bool_, "vector": np.uint64, "int": np.int64}
        parts = []
        for shapes, values in ((self.component.state, state), (self.component.inputs, inputs)):
            arrays = [as_input(name, shape, value).astype(wide[shape.kind])
                      for name, shape, value in zip(getattr(shapes, "_fields", ()), shapes, values)]
            parts.append(type(shapes)(*arrays))
        return evaluate(self.component.step, self.component.params, *parts)

    def _inputs(self, inputs, length):
        shapes = self.component.inputs
        names = getattr(shapes, "_fields", ())
        given = inputs._asdict() if hasattr(inputs, "_asdict") else dict(inputs)
        if set(given) != set(names):
            raise TypeError(f"inputs must be {', '.join(names) or 'empty'}, not {', '.join(given) or 'empty'}")
        arrays = [as_input(name, shape, given[name]) for name, shape in zip(names, shapes)]
        batch = None
        for name, array in zip(names, arrays):
            if array.ndim not in (1, 2):
                raise ValueError(f"{name} must have the shape (T,) or (T, B), not {array.shape}")
            if array.ndim == 2:
                if batch not in (None, array.shape[1]):
                    raise ValueError(f"{name} must hold {batch} instances like the inputs before it, "
                                     f"not {array.shape[1]}")
                batch = array.shape[1]
            if length is None:
                length = array.shape[0]
            if array.shape[0] != length:
                raise ValueError(f"{name} must have the length {length}, not {array.shape[0]}")
        if length is None:
            raise TypeError("length must be given for a component without inputs")
        return arrays, length, batch

    @property
    def kernel(self):
        """``kernel(T, B, *state (B,), *inputs (T, B), *outputs (T, B))``, compiled; state and outputs in place."""
        if self._kernel is None:
            from .numba_domain import compile_step, constants
            component = self.component
            self._kernel = load_generated(
                type(component).__name__, kernel_source(component),
                f"{fingerprint(component.step)}\n{component.params!r}\n{_domain_source()}",
                step=compile_step(component.step), PARAMS=constants(component.params),
                State=type(component.state), Inputs=type(component.inputs)).kernel
        return self._kernel


_LOAD = {"int": "np.int64({})", "bit": "{} != 0", "vector": "{}"}


def kernel_source(component):
    """The text of a component's kernel: a loop over time and instances around the step function."""
    fields = {part: list(zip(getattr(shapes, "_fields", ()), shapes))
              for part, shapes in (("state", component.state), ("input", component.inputs), ("output", component.outputs))}
    arguments = [f"{part}_{name}" for part, each in fields.items() for name, _ in each]

    def loads(part, index):
        return ", ".join(_LOAD[shape.kind].format(f"{part}_{name}[{index}]") for name, shape in fields[part])

    state = f"State({loads('state', 'b')})" if fields["state"] else "()"
    inputs = f"Inputs({loads('input', 't, b')})" if fields["input"] else "()"
    stores = [f"state_{name}[b] = state.{name}" for name, _ in fields["state"]]
    stores += [f"output_{name}[t, b] = outputs.{name}" for name, _ in fields["output"]]
    return "\n".join([
        f'"""Golden model of {type(component).__module__}.{type(component).__name__}; generated."""',
        "import numpy as np", "from numba import njit", "", "",
        "@njit(cache=True, nogil=True)",
        f"def kernel(T, B, {', '.join(arguments)}):",
        "    for t in range(T):",
        "        for b in range(B):",
        f"            state, outputs = step(PARAMS, {state}, {inputs})",
        *(f"            {store}" for store in stores), ""])


def _domain_source():
    from pathlib import Path

    from gateware.step import operations
    return "\n".join(Path(file).read_text(encoding="utf-8")
                     for file in (operations.__file__, Path(__file__).with_name("numba_domain.py")))
