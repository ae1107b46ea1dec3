"""Early termination of a decision: a monitor that says when one of two streams has won."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import BIT, Range, StepComponent, absolute, minimum, mux, to_int, wrap

__all__ = ["MarginMonitor"]


class Params(NamedTuple):
    length: int
    confidence: int
    margins: Range
    squares: Range
    bounds: Range


class State(NamedTuple):
    margin: Any
    square: Any
    bound: Any
    clocks: Any
    done: Any


class Inputs(NamedTuple):
    a: Any
    b: Any


class Outputs(NamedTuple):
    settled: Any
    a_leads: Any
    margin: Any
    clocks: Any


def step(params, state, inputs):
    change = to_int(inputs.a) - to_int(inputs.b)
    margin = wrap(state.margin + change, params.margins)
    # (m + c)**2 = m**2 + 2 c m + c**2, with c of -1, 0, 1: no product.
    doubled = state.margin << 1
    growth = mux(inputs.a, doubled, 0) - mux(inputs.b, doubled, 0) + to_int(inputs.a ^ inputs.b)
    square = wrap(state.square + growth, params.squares)
    bound = wrap(state.bound + params.confidence, params.bounds)
    clocks = minimum(state.clocks + 1, params.length)
    settled = ((square << 3) > bound) | (absolute(margin) > params.length - clocks) | (clocks == params.length)
    following = State(mux(state.done, state.margin, margin), mux(state.done, state.square, square),
                      mux(state.done, state.bound, bound), mux(state.done, state.clocks, clocks), state.done | settled)
    return following, Outputs(following.done, following.margin >= 0, following.margin, following.clocks)


class MarginMonitor(StepComponent):
    r"""Which of two streams has more ones, as soon as it is sure enough.

    .. math:: m_t = \sum (a_k - b_k), \qquad \mathit{settled} = \left[|m_t| > z \sqrt{t / 2}\right] \lor \left[|m_t| > N -
    t\right]

    The first rule is statistical: the difference of the ones of two independent streams of independent bits has a variance of
    at most t/2. The second is certain: what is left cannot turn the lead. Squares are accumulated, so that there is no product.

    Parameters
    ----------
    length : int
        Clocks N of the whole streams, 1 to 2**16; at the end it is settled whatever the margin.
    confidence : int
        :math:`4 z^2`, 1 to 1024: 16 for z = 2, 36 for z = 3, 64 for z = 4.

    Members
    -------
    a, b : In(1)
    settled : Out(1)
        From the last clock that counts on.
    a_leads : Out(1)
        a has at least as many ones as b.
    margin, clocks : Out
        m and t, which stand once it is settled.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Looked at in every clock, the statistical rule errs more often than the one-sided tail of z says: take z = 3 or 4. The
    winner of more streams is decided when it has settled against each other one. Mealy: latency 0, interval 1. Start anew
    with ``ResetInserter``. Source of early termination: K. Kim et al., Dynamic Energy-Accuracy Trade-Off Using Stochastic
    Computing in Deep Neural Networks, DAC 2016.
    """

    contract = Contract()

    def __init__(self, length=256, confidence=36):
        length, confidence = integer("MarginMonitor length", length), integer("MarginMonitor confidence", confidence)
        if not 1 <= length <= 1 << 16:
            raise ValueError(f"MarginMonitor length must be between 1 and 2**16, not {length}")
        if not 1 <= confidence <= 1024:
            raise ValueError(f"MarginMonitor confidence must be between 1 and 1024, not {confidence}")
        size = 1 << length.bit_length()
        margins, squares = Range(-size, size - 1), Range.unsigned((length * length).bit_length())
        bounds = Range.unsigned((confidence * length).bit_length())
        super().__init__(step, params=Params(length, confidence, margins, squares, bounds),
                         state=State(margins, squares, bounds, Range(0, length), BIT), init=State(0, 0, 0, 0, 0),
                         inputs=Inputs(BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "short": cls(3, 4)}
