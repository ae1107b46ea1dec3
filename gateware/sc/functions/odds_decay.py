"""Sexp and its two-sided form: chains whose output is 1 away from their ends."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Serial, Stream
from gateware.step import BIT, Range, StepComponent

from .chain import move, occupancy, unsigned

__all__ = ["OddsDecay", "TwoSidedOddsDecay"]


class Params(NamedTuple):
    top: int
    unsigned: Range
    first: int
    last: int


class State(NamedTuple):
    position: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    result: Any


def step(params, state, inputs):
    inside = (state.position >= params.first) & (state.position <= params.last)
    return State(move(state.position, inputs.stream, params.top, params.unsigned)), Outputs(inside)


def step_from_bottom(params, state, inputs):
    return State(move(state.position, inputs.stream, params.top, params.unsigned)), Outputs(state.position <= params.last)


class _Decay(StepComponent):
    contract = Contract(Serial("stream", "independent"))
    latency = 1

    def __init__(self, states, gap, sides):
        name = type(self).__name__
        states, gap = integer(f"{name} states", states), integer(f"{name} gap", gap)
        if not 2 <= states <= 1024:
            raise ValueError(f"{name} states must be between 2 and 1024, not {states}")
        limit = (states - 1) // sides
        if not 1 <= gap <= limit:
            raise ValueError(f"{name} gap must be between 1 and {limit} for {states} states, not {gap}")
        super().__init__(step if sides == 2 else step_from_bottom,
                         params=Params(states - 1, unsigned(states - 1), gap if sides == 2 else 0, states - 1 - gap),
                         state=State(Range(0, states - 1)), init=State(states // 2), inputs=Inputs(BIT))

    def delivers(self, known):
        """What is known of the output, in a circuit: it is unipolar, whatever the stream is."""
        stream = known["stream"]
        return {} if stream is None else {"result": Stream(stream.origins, "derived", format="unipolar")}

    def expectation(self, p):
        """Probability of a 1 of the output, from that of the input."""
        return sum(occupancy(p, self.params.top + 1)[self.params.first:self.params.last + 1])


class OddsDecay(_Decay):
    r"""Known as Sexp(K, G): a chain of K states, up on a 1 and down on a 0, whose output is 0 in the uppermost G.

    .. math:: o_t = [s_t < K - G], \qquad s_{t+1} = \operatorname{sat}(s_t + 2 x_t - 1,\ 0,\ K - 1)

    Parameters
    ----------
    states : int
        K, 2 to 1024.
    gap : int
        G, 1 to K - 1.

    Members
    -------
    stream : In(1)
        Of bits that are independent from clock to clock: from a leap-forward LFSR or true randomness.
    result : Out(1)
        A unipolar stream.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Notes
    -----
    Exact expectation, with the odds :math:`\rho = p / (1 - p) = (1 + v) / (1 - v)`:

    .. math:: P(o) = \frac{1 - \rho^{K - G}}{1 - \rho^K} \longrightarrow \rho^{-G} = e^{-2 G \operatorname{artanh} v}
        \quad (v > 0,\ K \to \infty)

    and (K - G)/K at v = 0. The usual formula :math:`e^{-2 G v}` is an approximation for small v: with G = 2 it says 0.0907
    at v = 0.6, where the chain gives 0.0625. Latency 1 (the output is of the state alone), interval 1. Source of the
    chain: B. D. Brown and H. C. Card, Stochastic Neural Computation I: Computational Elements, IEEE Transactions on
    Computers 50(9), 2001, doi:10.1109/12.954505.
    """

    def __init__(self, states=16, gap=2):
        super().__init__(states, gap, 1)

    @classmethod
    def examples(cls):
        return {"default": cls(), "odd": cls(11, 3)}


class TwoSidedOddsDecay(_Decay):
    r"""A chain of K states, up on a 1 and down on a 0, whose output is 0 in the G states at either end.

    .. math:: o_t = [G \le s_t \le K - 1 - G], \qquad s_{t+1} = \operatorname{sat}(s_t + 2 x_t - 1,\ 0,\ K - 1)

    Parameters
    ----------
    states : int
        K, 3 to 1024.
    gap : int
        G, 1 to (K - 1)/2.

    Members
    -------
    stream : In(1)
        Of bits that are independent from clock to clock: from a leap-forward LFSR or true randomness.
    result : Out(1)
        A unipolar stream.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Notes
    -----
    Exact expectation, with the odds :math:`\rho = p / (1 - p) = (1 + v) / (1 - v)`:

    .. math:: P(o) = \rho^G\, \frac{1 - \rho^{K - 2G}}{1 - \rho^K} \longrightarrow e^{-2 G \operatorname{artanh} |v|}
        \quad (v \ne 0,\ K \to \infty)

    and (K - 2G)/K at v = 0. The usual formula is :math:`e^{-2 G |v|}`. Latency 1 (the output is of the state alone),
    interval 1. Source of the chain: P. Li, D. J. Lilja, W. Qian, K. Bazargan and M. D. Riedel, Computation on Stochastic
    Bit Streams: Digital Image Processing Case Studies, IEEE Transactions on VLSI Systems 22(3), 2014.
    """

    def __init__(self, states=16, gap=2):
        super().__init__(states, gap, 2)

    @classmethod
    def examples(cls):
        return {"default": cls(), "odd": cls(11, 3)}
