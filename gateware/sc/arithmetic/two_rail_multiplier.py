"""Multiplier of signed streams on two rails."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Correlation, Format
from gateware.step import BIT, StepComponent, not_

__all__ = ["TwoRailMultiplier"]


class Inputs(NamedTuple):
    a_positive: Any
    a_negative: Any
    b_positive: Any
    b_negative: Any


class Outputs(NamedTuple):
    product_positive: Any
    product_negative: Any


def step(params, state, inputs):
    # A 1 on both rails is a 0: what is left is -1, 0 or +1.
    differ = (inputs.a_positive ^ inputs.a_negative) & (inputs.b_positive ^ inputs.b_negative)
    same_sign = not_(inputs.a_positive ^ inputs.b_positive)
    return (), Outputs(differ & same_sign, differ & not_(same_sign))


class TwoRailMultiplier(StepComponent):
    r"""Product of two signed numbers, each the difference of its positive and its negative rail.

    .. math:: o^+_t - o^-_t = (a^+_t - a^-_t)(b^+_t - b^-_t)

    at every clock, with :math:`o^+` and :math:`o^-` never both 1. So
    :math:`E[o^+ - o^-] = v_a\,v_b` where a's rails are independent of b's, whatever the two rails of one number do together.
    An OR of the two partial products of a sign would be too small wherever both rails of both numbers are 1.

    Members
    -------
    a_positive, a_negative, b_positive, b_negative : In(1)
    product_positive, product_negative : Out(1)

    Notes
    -----
    Two functions of four bits: two LUTs. Latency 0, interval 1. Source of the format: B. R. Gaines, Stochastic Computing
    Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    contract = Contract(*(Correlation((f"a_{a}", f"b_{b}"), 0) for a in ("positive", "negative")
                          for b in ("positive", "negative")),
                        Format(("a_positive", "a_negative", "b_positive", "b_negative"), "unipolar"))

    def __init__(self):
        super().__init__(step, inputs=Inputs(BIT, BIT, BIT, BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}
