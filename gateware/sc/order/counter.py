"""Greater and lesser of two streams of any correlation: a counter remembers which is ahead."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import BIT, Range, StepComponent, mux, not_, wrap

__all__ = ["CompareExchange", "CounterMaximum", "CounterMinimum"]


class Params(NamedTuple):
    limit: int
    word: Range


class State(NamedTuple):
    lead: Any


class Inputs(NamedTuple):
    a: Any
    b: Any


class MaximumOutputs(NamedTuple):
    maximum: Any


class MinimumOutputs(NamedTuple):
    minimum: Any


class Outputs(NamedTuple):
    maximum: Any
    minimum: Any
    behind: Any


def exchange(params, state, inputs):
    """The next state; the bits of the greater and the lesser stream; whether a has been behind."""
    a, b, lead = inputs.a, inputs.b, state.lead
    stays = not_(a ^ b) | (a & (lead >= params.limit)) | (b & (lead <= -params.limit))
    # Within the limits one more always fits: wrap never changes a value, and costs nothing.
    following = mux(stays, lead, wrap(lead + mux(a, 1, -1), params.word))
    # A lone 1 of the stream that is behind only catches up: the greater one has had that 1 already.
    ahead, behind = lead > 0, lead < 0
    greater = mux(a, b | not_(behind), b & not_(ahead))
    lesser = mux(a, b | behind, b & ahead)
    return State(following), Outputs(greater, lesser, behind)


def maximum_step(params, state, inputs):
    following, outputs = exchange(params, state, inputs)
    return following, MaximumOutputs(outputs.maximum)


def minimum_step(params, state, inputs):
    following, outputs = exchange(params, state, inputs)
    return following, MinimumOutputs(outputs.minimum)


def declare(component, step, limit):
    """Construct ``component`` with a signed counter that holds a ``limit`` from 1 to 1023.

    Raises
    ------
    TypeError, ValueError
        If it is not, naming the component.
    """
    name = type(component).__name__
    limit = integer(f"{name} limit", limit)
    if not 1 <= limit <= 1023:
        raise ValueError(f"{name} limit must be between 1 and 1023, not {limit}")
    word = Range(-1 << limit.bit_length(), (1 << limit.bit_length()) - 1)
    StepComponent.__init__(component, step, params=Params(limit, word), state=State(word), init=State(0), inputs=Inputs(BIT, BIT))


class CompareExchange(StepComponent):
    r"""Greater and lesser of two streams, unipolar or bipolar, of any correlation: the node of a sorting network.

    .. math:: c' = \operatorname{sat}(c + a - b, -L, L)

    Equal bits pass to both. A lone 1 goes to the greater one, unless its stream is behind (:math:`c < 0` for a, :math:`c > 0`
    for b): then it goes to the lesser.

    Parameters
    ----------
    limit : int
        Lead L that is remembered, 1 to 1023.

    Members
    -------
    a, b : In(1)
    maximum, minimum : Out(1)
    behind : Out(1)
        Whether b has been ahead in the clocks before.

    Raises
    ------
    TypeError, ValueError
        If the limit is out of range.

    Notes
    -----
    Exact for every prefix in which neither stream, once ahead, lost more than L ones of its greatest lead: the ones of
    ``maximum`` are the greater of the two counts, those of ``minimum`` the lesser. Conserved in every clock, for any input:
    maximum + minimum = a + b.

    For pairs of bits that are independent from clock to clock :math:`\pi_c \propto \rho^c` with :math:`\rho = P(a \bar b) /
    P(\bar a b)`, and exactly :math:`E[\text{maximum}] = P(ab) + P(a \bar b) P(c \ge 0) + P(\bar a b) P(c \le 0)`: for
    independent streams of equal p it is high by :math:`p (1 - p) / (2L + 1)`, the worst case. Streams of low discrepancy have
    no error at all: their leads hardly shrink.

    Latency 0 (``behind`` is of the register), interval 1. Source: M. Lunglmayr, D. Wiesinger and W. Haselmayr, Design and Analysis
    of Efficient Maximum/Minimum Circuits for Stochastic Computing, IEEE Transactions on Computers 69(3):402-409, 2020,
    arXiv:1807.06966, with a shift register; with a counter of the difference, Stochastic Computing Max & Min Architectures Using
    Markov Chains, by N. Temenos and P. P. Sotiriadis, 2021.
    """

    contract = Contract()

    def __init__(self, limit=8):
        declare(self, exchange, limit)

    @classmethod
    def examples(cls):
        return {"default": cls(), "one": cls(1)}


class CounterMaximum(StepComponent):
    """Greater of two streams of any correlation: the first output of :class:`CompareExchange`, where all else is said.

    Parameters
    ----------
    limit : int
        Lead that is remembered, 1 to 1023.

    Members
    -------
    a, b : In(1)
    maximum : Out(1)

    Raises
    ------
    TypeError, ValueError
        If the limit is out of range.

    Notes
    -----
    Latency 0, interval 1.
    """

    contract = Contract()

    def __init__(self, limit=8):
        declare(self, maximum_step, limit)

    @classmethod
    def examples(cls):
        return {"default": cls()}


class CounterMinimum(StepComponent):
    """Lesser of two streams of any correlation: the second output of :class:`CompareExchange`, where all else is said.

    Parameters
    ----------
    limit : int
        Lead that is remembered, 1 to 1023.

    Members
    -------
    a, b : In(1)
    minimum : Out(1)

    Raises
    ------
    TypeError, ValueError
        If the limit is out of range.

    Notes
    -----
    Latency 0, interval 1.
    """

    contract = Contract()

    def __init__(self, limit=8):
        declare(self, minimum_step, limit)

    @classmethod
    def examples(cls):
        return {"default": cls()}
