"""Gain above 1 of a bipolar stream, by a saturating chain of states."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation, Format, Serial
from gateware.step import BIT, Range, StepComponent, not_, saturate, to_int

__all__ = ["LinearGain"]


class Params(NamedTuple):
    middle: int
    limits: Range


class State(NamedTuple):
    position: Any


class Inputs(NamedTuple):
    stream: Any
    outward: Any


class Outputs(NamedTuple):
    product: Any


def step(params, state, inputs):
    upper = state.position >= params.middle
    up = inputs.stream & (not_(upper) | inputs.outward)
    down = not_(inputs.stream) & (upper | inputs.outward)
    return State(saturate(state.position + to_int(up) - to_int(down), params.limits)), Outputs(upper)


class LinearGain(StepComponent):
    r"""A bipolar stream times a gain above 1, cut off at -1 and 1.

    A chain of K states moves up on a 1 and down on a 0; a move away from the middle is made only where the stream ``outward``,
    of the probability k, is 1. The output is 1 in the upper half, and

    .. math:: E[2o - 1] \to \max(-1, \min(g\,v, 1)), \qquad g = \frac{1 + k}{1 - k}, \quad k = \frac{g - 1}{g + 1}

    as K grows.

    Parameters
    ----------
    states : int
        K, even, 2 to 1024.

    Members
    -------
    stream : In(1)
        Bipolar, independent from clock to clock.
    outward : In(1)
        The probability k that sets the gain, independent from clock to clock and of ``stream``.
    product : Out(1)
        Of the state before this clock's move.

    Raises
    ------
    ValueError
        If the number of states is odd or out of range.

    Notes
    -----
    Exact steady state for independent bits, with :math:`p = (1 + v) / 2`, :math:`q = 1 - p`, :math:`M = K / 2`:

    .. math:: E[o] = \frac{U}{U + L}, \qquad U = \frac{1}{q} \sum_{j < M} \left(\frac{k p}{q}\right)^j, \qquad
              L = \frac{1}{p} \sum_{j < M} \left(\frac{k q}{p}\right)^j

    whose limit for many states is :math:`(p - k q) / (1 - k)` between 0 and 1, linear in v. The corners of the cut-off are
    round: there, where the error is greatest, it is about :math:`(g - 1/g) / K`. The output follows the stream with the
    delay that the chain needs to cross.

    Latency 1 (the output is a function of the registers alone), interval 1. Source: B. D. Brown and H. C. Card, Stochastic
    Neural Computation I: Computational Elements, IEEE Transactions on Computers 50(9), 2001, doi:10.1109/12.954505; the
    transitions and the steady state are derived anew.
    """

    latency = 1
    contract = Contract(Serial("stream", "independent"), Serial("outward", "independent"),
                        Correlation(("stream", "outward"), 0), Format("stream", "bipolar"))

    def __init__(self, states=16):
        states = integer("LinearGain states", states)
        if not 2 <= states <= 1024 or states % 2:
            raise ValueError(f"LinearGain states must be an even number between 2 and 1024, not {states}")
        limits = Range(0, states - 1)
        super().__init__(step, params=Params(states // 2, limits), state=State(limits), init=State(states // 2),
                         inputs=Inputs(BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(2), "no power of two": cls(10)}
