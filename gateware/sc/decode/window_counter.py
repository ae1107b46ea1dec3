"""Window counter: counts the ones of one computation, after the circuit has filled, and says when it is done."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import BIT, Range, StepComponent, minimum, mux, to_int

__all__ = ["WindowCounter"]


class Params(NamedTuple):
    latency: int
    end: int
    length: int


class State(NamedTuple):
    clock: Any
    ones: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    ones: Any
    done: Any


def step(params, state, inputs):
    done = state.clock == params.end
    counted = (state.clock >= params.latency) & (state.clock < params.end) & inputs.stream
    # minimum changes nothing: no more than length clocks are counted.
    ones = minimum(state.ones + to_int(counted), params.length)
    return State(mux(done, state.clock, minimum(state.clock + 1, params.end)), ones), Outputs(state.ones, done)


class WindowCounter(StepComponent):
    r"""Decoder of one computation: the ones of a stream from clock ``latency`` on, for ``length`` clocks.

    .. math:: c = \sum_{t=L}^{L+N-1} s_t, \qquad \hat p = c / N

    Parameters
    ----------
    length : int
        Clocks N that are counted, 1 to 2**31.
    latency : int
        Clocks L before them, 0 to 2**31, in which the circuit fills.

    Members
    -------
    stream : In(1)
    ones : Out(range(length + 1))
        Held once ``done`` is 1.
    done : Out(1)
        1 from clock ``latency + length`` on.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Latency 1, interval 1: the present bit is in the next clock's count. ``ResetInserter`` starts anew, with the sources of the circuit.
    """

    latency = 1

    def __init__(self, length=256, *, latency=0):
        length, latency = integer("WindowCounter length", length), integer("WindowCounter latency", latency)
        if not 1 <= length <= 1 << 31:
            raise ValueError(f"WindowCounter length must be between 1 and 2**31, not {length}")
        if not 0 <= latency <= 1 << 31:
            raise ValueError(f"WindowCounter latency must be between 0 and 2**31, not {latency}")
        super().__init__(step, params=Params(latency, latency + length, length),
                         state=State(Range(0, latency + length), Range(0, length)), init=State(0, 0), inputs=Inputs(BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "late": cls(10, latency=5)}
