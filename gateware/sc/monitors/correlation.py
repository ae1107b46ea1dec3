"""Monitors of correlation: counts of a pair of streams, and of a stream and itself some clocks later."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import BIT, Range, StepComponent, Vector, bit, bit_at, maximum, minimum, mux, not_, shift_in, to_int, wrap

__all__ = ["CorrelationMonitor", "SerialCorrelationMonitor"]


class Params(NamedTuple):
    length: int
    lag: int
    last: int
    limits: Range


class State(NamedTuple):
    both: Any
    only_x: Any
    only_y: Any
    clocks: Any


class LaggedState(NamedTuple):
    history: Any
    waiting: Any
    both: Any
    only_x: Any
    only_y: Any
    clocks: Any


class Pair(NamedTuple):
    x: Any
    y: Any


class Single(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    both: Any
    only_x: Any
    only_y: Any
    neither: Any


def count(params, state, x, y, counting):
    """The four counts after a clock, while they are being taken; step code."""
    more = counting & (state.clocks < params.length)
    # No count exceeds the clocks: limits of the width of ``length`` cut nothing off.
    both = wrap(state.both + to_int(more & x & y), params.limits)
    only_x = wrap(state.only_x + to_int(more & x & not_(y)), params.limits)
    only_y = wrap(state.only_y + to_int(more & y & not_(x)), params.limits)
    clocks = mux(more, minimum(state.clocks + 1, params.length), state.clocks)
    return State(both, only_x, only_y, clocks)


def read(params, after):
    """The outputs, the present clock included."""
    neither = wrap(after.clocks - after.both - after.only_x - after.only_y, params.limits)
    return Outputs(after.both, after.only_x, after.only_y, neither)


def step_pair(params, state, inputs):
    after = count(params, state, inputs.x, inputs.y, bit(1))
    return after, read(params, after)


def step_lagged(params, state, inputs):
    past = bit_at(state.history, params.last)
    after = count(params, state, inputs.stream, past, state.waiting == 0)
    following = LaggedState(shift_in(state.history, inputs.stream, params.lag), maximum(state.waiting - 1, 0),
                            after.both, after.only_x, after.only_y, after.clocks)
    return following, read(params, after)


def _length(name, length):
    length = integer(f"{name} length", length)
    if not 1 <= length <= 1 << 24:
        raise ValueError(f"{name} length must be between 1 and 2**24, not {length}")
    return length, Range.unsigned(length.bit_length())


class CorrelationMonitor(StepComponent):
    r"""How often a pair of streams is (1, 1), (1, 0), (0, 1) and (0, 0): the a, b, c, d of its SCC and ZCE.

    .. math:: \mathit{both} = \sum x y, \quad \mathit{only}_x = \sum x (1 - y), \quad \mathit{only}_y = \sum (1 - x) y, \quad
        \mathit{neither} = \sum (1 - x)(1 - y)

    ``models.metrics.scc_of_counts(*outputs)`` and ``zce_of_counts`` are the metrics; a division in hardware would cost more
    than what it watches.

    Parameters
    ----------
    length : int
        Clocks that are counted, 1 to 2**24; then the counts stand.

    Members
    -------
    x, y : In(1)
    both, only_x, only_y, neither : Out
        Including the present clock. Their sum is the number of clocks counted.

    Raises
    ------
    ValueError
        If the length is out of range.

    Notes
    -----
    Exact. Mealy: latency 0, interval 1. Start anew with ``ResetInserter``. The SCC is of A. Alaghi, J. P. Hayes, Exploiting
    Correlation in Stochastic Circuit Design, ICCD 2013.
    """

    contract = Contract()

    def __init__(self, length=256):
        length, limits = _length("CorrelationMonitor", length)
        super().__init__(step_pair, params=Params(length, 0, 0, limits), state=State(limits, limits, limits, Range(0, length)),
                         init=State(0, 0, 0, 0), inputs=Pair(BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "short": cls(5)}


class SerialCorrelationMonitor(StepComponent):
    r"""The four counts of a stream and itself k clocks earlier, over the clocks that have both.

    .. math:: \mathit{both} = \sum_t x_t x_{t-k}, \quad \dots

    Its SCC says beforehand whether an isolator of depth k, or a state machine, can work with the stream.

    Parameters
    ----------
    lag : int
        k, 1 to 64.
    length : int
        Pairs that are counted, 1 to 2**24; then the counts stand.

    Members
    -------
    stream : In(1)
    both, only_x, only_y, neither : Out
        Including the present clock; ``only_x`` is of a 1 now and a 0 then.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Exact: the first k clocks only fill the history. Mealy: latency 0, interval 1. Start anew with ``ResetInserter``. Source:
    as of :class:`CorrelationMonitor`.
    """

    contract = Contract()

    def __init__(self, lag=1, length=256):
        lag = integer("SerialCorrelationMonitor lag", lag)
        if not 1 <= lag <= 64:
            raise ValueError(f"SerialCorrelationMonitor lag must be between 1 and 64, not {lag}")
        length, limits = _length("SerialCorrelationMonitor", length)
        super().__init__(step_lagged, params=Params(length, lag, lag - 1, limits),
                         state=LaggedState(Vector(lag), Range(0, lag), limits, limits, limits, Range(0, length)),
                         init=LaggedState(0, lag, 0, 0, 0, 0), inputs=Single(BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "short": cls(2, 3)}
