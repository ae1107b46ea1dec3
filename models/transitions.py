"""State machines by tables: eight clocks of one stream, or four of two, in one look-up."""

from itertools import product

import numpy as np

from .streams.words import as_words, clear_tail, length_of

__all__ = ["TransitionModel"]

_MOST_STATES, _MOST_OUTPUTS = 256, 3


class TransitionModel:
    """A small state machine on packed streams, by tables enumerated from its step function.

    The states that can be reached from the initial one are numbered in the order in which they are found, 0 being the
    initial one. For one or few long streams; many streams of one component go faster through
    :class:`~models.planes.PlanesModel`.

    Parameters
    ----------
    component : StepComponent
        With one or two inputs and one to three outputs, all of them Bits, and at most 256 reachable states.

    Attributes
    ----------
    states : list of NamedTuple
        The reachable states.
    following : int array (states, 2) or (states, 2, 2)
        The number of the next state, by state and inputs.
    outputs : NamedTuple of bool arrays (states, 2) or (states, 2, 2)
        Every output, by state and inputs.

    Raises
    ------
    ValueError
        If the component has no state, another number of inputs or outputs, one that is no Bit, or more states.
    """

    def __init__(self, component):
        name = type(component).__name__
        if not component.state:
            raise ValueError(f"transition tables need a component with state, and {name} has none")
        for what, shapes, most in (("inputs", component.inputs, 2), ("outputs", component.outputs, _MOST_OUTPUTS)):
            if not 1 <= len(shapes) <= most or any(shape.kind != "bit" for shape in shapes):
                raise ValueError(f"transition tables need 1 to {most} {what} that are Bits, and {name} has {tuple(shapes)!r}")
        self.component = component
        self._enumerate(name)
        self._table = _wide_table(self.following, self.outputs, len(component.inputs))

    def _enumerate(self, name):
        component, states, rows = self.component, [self.component.init], []
        cases = [type(component.inputs)(*map(bool, bits)) for bits in product((0, 1), repeat=len(component.inputs))]
        number = {component.init: 0}
        for state in states:
            results = [component.step(component.params, state, case) for case in cases]
            for following, _ in results:
                if following not in number:
                    if len(states) == _MOST_STATES:
                        raise ValueError(f"transition tables need at most {_MOST_STATES} states, and {name} reaches more")
                    number[following] = len(states)
                    states.append(following)
            rows.append([(number[following], *outputs) for following, outputs in results])
        shape = (len(states), *[2] * len(component.inputs))
        columns = np.array(rows, np.int64)
        self.states, self.following = states, columns[:, :, 0].reshape(shape)
        self.outputs = type(component.outputs)(*(columns[:, :, k].reshape(shape) != 0 for k in range(1, columns.shape[2])))

    def run(self, inputs, length):
        """The outputs of a run from the initial state.

        Parameters
        ----------
        inputs : mapping or NamedTuple of uint64 arrays
            Packed streams (:mod:`models.streams`), all of one shape ``(..., ceil(length / 64))``.
        length : int
            Clocks.

        Returns
        -------
        NamedTuple of uint64 arrays
            Packed streams, 0 past the length.

        Raises
        ------
        TypeError, ValueError
            If an input is missing, no array of uint64, or of another shape or length.
        """
        given = inputs._asdict() if hasattr(inputs, "_asdict") else dict(inputs)
        names = self.component.inputs._fields
        if set(given) != set(names):
            raise TypeError(f"inputs must be {', '.join(names)}, not {', '.join(given) or 'empty'}")
        length = length_of(length)
        words = [as_words(name, given[name], length) for name in names]
        if words[-1].shape != words[0].shape:
            raise ValueError(f"{names[-1]} must have the shape {words[0].shape} like {names[0]}, not {words[-1].shape}")
        results = np.zeros((len(self.component.outputs), *words[0].shape), np.uint64)
        if words[0].size:
            from .transition_kernels import run_one, run_two
            kernel = run_one if len(words) == 1 else run_two
            width = words[0].shape[-1]
            kernel(self._table, *(each.reshape(-1, width) for each in words), results.reshape(len(results), -1, width))
        return type(self.component.outputs)(*(clear_tail(each, length) for each in results))


def _wide_table(following, outputs, inputs):
    """By state and 8 bits of input: the outputs in bits 0 to 7, 16 to 23 and 24 to 31, the next state in bits 8 to 15.

    The 8 bits are 8 clocks of one input, or 4 clocks of one and above them 4 of the other.
    """
    clocks = 8 // inputs
    table = np.zeros((len(following), 256), np.uint32)
    for value in range(256):
        state = np.arange(len(following))
        for t in range(clocks):
            bits = tuple(value >> clocks * k + t & 1 for k in range(inputs))
            for place, output in zip((0, 16, 24), outputs):
                table[:, value] |= output[(state, *bits)].astype(np.uint32) << np.uint32(place + t)
            state = following[(state, *bits)]
        table[:, value] |= state.astype(np.uint32) << np.uint32(8)
    return table.reshape(-1)
