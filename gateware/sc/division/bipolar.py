"""Divider of bipolar streams: signs and magnitudes apart."""

from gateware.sc.arithmetic.multiply import XnorMultiplier
from gateware.sc.contract import Contract, Correlation, Format
from gateware.sc.formats.bipolar_to_unipolar import BipolarToUnipolar
from gateware.sc.formats.sign import Absolute
from gateware.sc.formats.unipolar_to_bipolar import UnipolarToBipolar
from gateware.step import BIT, Range
from gateware.step.compose import Composite, connect, outside

from .synchronized import SynchronizedDivider

__all__ = ["BipolarDivider"]


class BipolarDivider(Composite):
    r"""Quotient of two bipolar streams, the dividend's magnitude being at most the divisor's.

    .. math:: v_q = \operatorname{sgn}(v_x)\,\operatorname{sgn}(v_y)\,\frac{|v_x|}{|v_y|}

    Each operand goes through an ``Absolute`` and a ``BipolarToUnipolar``; the quotient of a ``SynchronizedDivider`` is made
    bipolar again by a ``UnipolarToBipolar``, and complemented where the two estimated signs differ.

    Parameters
    ----------
    depth : int
        History of the divider, a power of two from 2 to 64.
    width : int
        Bits of the counters that estimate the signs, 2 to 6.

    Members
    -------
    dividend, divisor : In(1)
    index : In(log2(depth))
        0 to ``depth - 1``, from a source of its own.
    quotient : Out(1)

    Raises
    ------
    TypeError, ValueError
        If a parameter is out of range.

    Notes
    -----
    Its error is that of its parts in turn: near 0 an estimated sign is a random walk, and the magnitude of an
    operand is high by as much as ``Absolute`` and ``BipolarToUnipolar`` say. It is the least exact of the dividers here;
    where signs are known, divide the magnitudes.

    Latency 0, interval 1. Source: D. Wu, R. Yin and J. San Miguel, In-Stream Correlation-Based Division and Bit-Inserting Square
    Root in Stochastic Computing, IEEE Design & Test, 2021.
    """

    contract = Contract(Correlation(("index", "divisor"), 0, fix="draw the index from a source of its own"),
                        Format(("dividend", "divisor"), "bipolar"))

    def __init__(self, depth=2, width=3):
        divider = SynchronizedDivider(depth)
        dividend, divisor = (connect(Absolute(width), stream=outside(name, BIT)) for name in ("dividend", "divisor"))
        quotient = connect(divider, dividend=connect(BipolarToUnipolar(), stream=dividend.magnitude).unipolar,
                           divisor=connect(BipolarToUnipolar(), stream=divisor.magnitude).unipolar,
                           index=outside("index", Range(0, depth - 1))).quotient
        once = connect(XnorMultiplier(), a=connect(UnipolarToBipolar(), stream=quotient).bipolar, b=dividend.negative).product
        super().__init__(quotient=connect(XnorMultiplier(), a=once, b=divisor.negative).product)

    @classmethod
    def examples(cls):
        return {"default": cls()}
