"""Bit selecting encoder: a low-discrepancy stream by choosing one bit of the number per clock."""

from dataclasses import replace

from gateware.parameters import integer
from gateware.step import Range
from gateware.step.compose import Composite, connect, outside

from ..contract import Sequence, encoded
from ..sources.van_der_corput import VanDerCorput
from .weighted_binary import WeightedBinaryEncoder

__all__ = ["BitSelectEncoder"]


class BitSelectEncoder(Composite):
    r"""Bit stream of a number whose bits are chosen in the order of the binary ruler sequence.

    .. math:: s_t = X_n \vee X_{n - 1 - z(t)}, \qquad z(t) = \text{number of trailing zeros of } t \bmod 2^n

    and :math:`X_n` alone at t = 0. Every second bit is :math:`X_{n-1}`, every fourth :math:`X_{n-2}`, and so on: in a period of
    :math:`2^n` clocks the ones are exactly X, evenly spread. As the lowest 1 of a counter is the highest of its bits read backwards,
    it is a :class:`~gateware.sc.encode.weighted_binary.WeightedBinaryEncoder` with a Van der Corput source.

    Parameters
    ----------
    width : int
        Bits n, 1 to 32.

    Members
    -------
    value : In(width + 1)
        The number X, 0 to ``2**width`` inclusive.
    stream : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Two such streams are correlated, without SCC = +1: use one of them in a product, the other from a ramp or an LFSR. Orders
    of selection taken from Sobol sequences are not offered. Latency 0, interval 1. Source: S. Asadi, M. H. Najafi and M. Imani,
    A Low-Cost FSM-based Bit-Stream Generator for Low-Discrepancy Stochastic Computing, DATE 2021.
    """

    def __init__(self, width=8):
        width = integer("BitSelectEncoder width", width)
        if not 1 <= width <= 32:
            raise ValueError(f"BitSelectEncoder width must be between 1 and 32, not {width}")
        self.width = width
        value = outside("value", Range(0, 1 << width))
        super().__init__(stream=connect(WeightedBinaryEncoder(width), value=value,
                                        random=connect(VanDerCorput(width)).random).stream)

    def delivers(self, known):
        """What is known of the stream, in a circuit."""
        sequence = Sequence((type(self).__qualname__, self.width), "low discrepancy", True)
        return {"stream": replace(encoded(known["value"], sequence), monotone=None)}

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(4)}
