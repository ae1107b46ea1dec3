"""Product of a stream and a constant fraction, exact to one bit at every moment."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Format
from gateware.step import BIT, Range, StepComponent, maximum, minimum, mux

__all__ = ["ConstantGain"]


class Params(NamedTuple):
    numerator: int
    denominator: int


class State(NamedTuple):
    remainder: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    product: Any


def step(params, state, inputs):
    total = state.remainder + mux(inputs.stream, params.numerator, 0)
    carry = total >= params.denominator
    # maximum and minimum change nothing: they tell the range of each arm, 0 to denominator - 1.
    remainder = mux(carry, maximum(total - params.denominator, 0), minimum(total, params.denominator - 1))
    return State(remainder), Outputs(carry)


class ConstantGain(StepComponent):
    r"""A unipolar stream times a fraction of at most 1, with the remainder carried on.

    .. math:: a' = a + \alpha\,s_t - \beta\,o_t, \qquad o_t = [a + \alpha\,s_t \ge \beta], \qquad E[o] = \frac{\alpha}{\beta}\,p

    After S ones of the stream the output has had exactly :math:`\lfloor \alpha S / \beta \rfloor`: less than one below the
    product, for every prefix and whatever the stream's source.

    Parameters
    ----------
    numerator, denominator : int
        :math:`\alpha` and :math:`\beta`, ``1 <= numerator <= denominator <= 2**16``.

    Members
    -------
    stream : In(1)
    product : Out(1)

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    For a gain above 1 there is :class:`~gateware.sc.arithmetic.linear_gain.LinearGain`.

    By induction: :math:`a' - a = \alpha\,s - \beta\,o` for every state and input.

    Latency 0, interval 1. Source: the accumulating adder of uGEMM (D. Wu et al., ISCA 2020,
    doi:10.1109/ISCA45697.2020.00040), with one stream and a weight.
    """

    contract = Contract(Format("stream", "unipolar"))

    def __init__(self, numerator=1, denominator=3):
        numerator, denominator = integer("ConstantGain numerator", numerator), integer("ConstantGain denominator", denominator)
        if not 1 <= denominator <= 1 << 16:
            raise ValueError(f"ConstantGain denominator must be between 1 and 2**16, not {denominator}")
        if not 1 <= numerator <= denominator:
            raise ValueError(f"ConstantGain numerator must be between 1 and the denominator {denominator}, not {numerator}")
        super().__init__(step, params=Params(numerator, denominator), state=State(Range(0, denominator - 1)), init=State(0),
                         inputs=Inputs(BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "fraction": cls(5, 8)}
