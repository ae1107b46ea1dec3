"""Isolator: delays a stream, so that a copy of it becomes independent where its bits are."""

from dataclasses import replace
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Serial
from gateware.step import BIT, StepComponent, Vector, bit_at, shift_in

__all__ = ["Isolator"]


class Params(NamedTuple):
    depth: int
    last: int


class State(NamedTuple):
    line: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    delayed: Any


def step(params, state, inputs):
    return State(shift_in(state.line, inputs.stream, params.depth)), Outputs(bit_at(state.line, params.last))


class Delayed(NamedTuple):
    """An origin, some clocks ago."""

    origin: Any
    clocks: int


def _delayed(origin, clocks):
    return Delayed(origin.origin, origin.clocks + clocks) if isinstance(origin, Delayed) else Delayed(origin, clocks)


class Isolator(StepComponent):
    r"""Delay line of flip-flops, first filled with zeros.

    .. math:: o_t = x_{t-d}

    Parameters
    ----------
    depth : int
        Clocks d, 1 to 64.

    Members
    -------
    stream : In(1)
    delayed : Out(1)
        Has SCC 0 with the stream if the stream's bits are independent from clock to clock; in general the SCC is the stream's
        serial correlation at lag d, which is far from 0 for LFSR, Sobol and Halton streams.

    Raises
    ------
    ValueError
        If the depth is out of range.

    Notes
    -----
    Conserved in every clock: the change of the number of ones in the line is x - o. Latency d, interval 1, no LUT. Source:
    P. S. Ting, J. P. Hayes, Isolation-Based Decorrelation of Stochastic Circuits, ICCD 2016.
    """

    contract = Contract(Serial("stream", "independent"))

    def __init__(self, depth=1):
        depth = integer("Isolator depth", depth)
        if not 1 <= depth <= 64:
            raise ValueError(f"Isolator depth must be between 1 and 64, not {depth}")
        self.latency = depth
        super().__init__(step, params=Params(depth, depth - 1), state=State(Vector(depth)), init=State(0),
                         inputs=Inputs(stream=BIT))

    def delivers(self, known):
        """What is known of the output, in a circuit: its correlations are with streams that are as late."""
        stream = known["stream"]
        if stream is None:
            return {}
        depth = self.params.depth
        monotone = stream.monotone and (_delayed(stream.monotone[0], depth), stream.monotone[1])
        origins = frozenset(_delayed(each, depth) for each in stream.origins)
        return {"delayed": replace(stream, origins=origins, monotone=monotone)}

    @classmethod
    def examples(cls):
        return {"default": cls(), "deep": cls(8)}
