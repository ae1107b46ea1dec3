"""Divider of uncorrelated streams: a skewed synchronizer before a correlated divider (ISCBDIV)."""

from gateware.sc.contract import Contract, Correlation, Format
from gateware.sc.correlation.skewed_synchronizer import SkewedSynchronizer
from gateware.step import BIT, Range
from gateware.step.compose import Composite, connect, outside

from .history import HistoryDivider

__all__ = ["SynchronizedDivider"]


class SynchronizedDivider(Composite):
    r"""Quotient of two unipolar streams of any correlation: the dividend's ones are moved under the divisor's, then divided.

    .. math::

        c' = \operatorname{sat}(c + x - y, 0, 2^W - 1), \quad x' = x - (c' - c), \quad q_t = y_t\,x'_t + (1 - y_t)\,h_{\rho_t}

    Parameters
    ----------
    depth : int
        History of the divider, a power of two from 2 to 64.
    width : int
        Bits W of the synchronizer's counter, 1 to 6.

    Members
    -------
    dividend, divisor : In(1)
        x and y.
    index : In(log2(depth))
        :math:`\rho`, 0 to ``depth - 1``, from a source of its own.
    quotient : Out(1)

    Raises
    ------
    TypeError, ValueError
        If a parameter is out of range.

    Notes
    -----
    Only the dividend's ones that meet a 1 of the divisor count. For independent streams of independent bits those lost are
    the ones that pass a full counter alone, and the quotient of the counted ones to the divisor's is exactly
    :math:`(p_x / p_y)(1 - \pi_F (1 - p_y))` with :math:`\pi_F` the chance of a full counter,
    :math:`\pi_c \propto (p_x (1 - p_y) / (p_y (1 - p_x)))^c`. The synchronizer makes the aligned bits depend on those before
    them, for which the repeated bits of the history add an error of their own.

    Latency 0, interval 1. Source: D. Wu and J. San Miguel, In-Stream Stochastic Division and Square Root via Correlation,
    DAC 2019, doi:10.1145/3316781.3317844.
    """

    contract = Contract(*(Correlation(("index", operand), 0, fix="draw the index from a source of its own")
                          for operand in ("divisor", "dividend")),
                        Format(("dividend", "divisor"), "unipolar"))

    def __init__(self, depth=2, width=2):
        divider = HistoryDivider(depth)
        dividend, divisor = outside("dividend", BIT), outside("divisor", BIT)
        aligned = connect(SkewedSynchronizer(width), stream=dividend, reference=divisor).aligned
        super().__init__(quotient=connect(divider, dividend=aligned, divisor=divisor,
                                          index=outside("index", Range(0, divider.params.depth - 1))).quotient)

    @classmethod
    def examples(cls):
        return {"default": cls(), "deep": cls(4, 3)}
