"""Operators on temporal streams, whose value is the time of an edge or the length of a pulse: race logic."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Correlation
from gateware.step import BIT, StepComponent, not_

__all__ = ["Inhibit", "TemporalMaximum", "TemporalMinimum"]


class Inputs(NamedTuple):
    a: Any
    b: Any


class Minimum(NamedTuple):
    minimum: Any


class Maximum(NamedTuple):
    maximum: Any


class Seen(NamedTuple):
    seen: Any


class InhibitInputs(NamedTuple):
    stream: Any
    inhibitor: Any


class Passed(NamedTuple):
    passed: Any


def step_minimum(params, state, inputs):
    return (), Minimum(inputs.a & inputs.b)


def step_maximum(params, state, inputs):
    return (), Maximum(inputs.a | inputs.b)


def step_inhibit(params, state, inputs):
    seen = state.seen | inputs.inhibitor
    return Seen(seen), Passed(inputs.stream & not_(seen))


class TemporalMinimum(StepComponent):
    r"""AND of two temporal streams: the shorter of two pulses that start together, the later of two rising edges.

    .. math:: o_t = [X > t] \land [Y > t] = [\min(X, Y) > t]

    Members
    -------
    a, b : In(1)
        Encoded with one ramp, so that their SCC is +1.
    minimum : Out(1)
        Of the values p, whichever edge moves.

    Notes
    -----
    Exact. Latency 0, interval 1. Source: A. Madhavan, T. Sherwood, D. Strukov, Race Logic: A Hardware Acceleration for Dynamic
    Programming Algorithms, ISCA 2014.
    """

    contract = Contract(Correlation(("a", "b"), +1))

    def __init__(self):
        super().__init__(step_minimum, inputs=Inputs(BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}


class TemporalMaximum(StepComponent):
    r"""OR of two temporal streams: the longer of two pulses that start together, the earlier of two rising edges.

    .. math:: o_t = [X > t] \lor [Y > t] = [\max(X, Y) > t]

    Members
    -------
    a, b : In(1)
        Encoded with one ramp, so that their SCC is +1.
    maximum : Out(1)
        Of the values p, whichever edge moves.

    Notes
    -----
    Exact. Latency 0, interval 1. Source: as of :class:`TemporalMinimum`.
    """

    contract = Contract(Correlation(("a", "b"), +1))

    def __init__(self):
        super().__init__(step_maximum, inputs=Inputs(BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}


class Inhibit(StepComponent):
    r"""Lets a stream pass until another has had a 1.

    .. math:: o_t = a_t \land \lnot \bigvee_{k \le t} b_k

    Of single events: a's event passes if it is strictly earlier than b's. Of rising edges at times :math:`t_a` and
    :math:`t_b`: a pulse of :math:`\max(t_b - t_a, 0)` clocks.

    Members
    -------
    stream, inhibitor : In(1)
    passed : Out(1)

    Notes
    -----
    Exact. Mealy: latency 0, interval 1; a new computation starts with a reset. Source: J. E. Smith, Space-Time Algebra: A
    Model for Neocortical Computation, ISCA 2018.
    """

    contract = Contract()

    def __init__(self):
        super().__init__(step_inhibit, state=Seen(BIT), init=Seen(0), inputs=InhibitInputs(BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}
