"""Gamma correction x**0.45 as a Bernstein polynomial of degree 6."""

from gateware.parameters import integer
from gateware.tables import table

from .bernstein import BernsteinUnit

__all__ = ["GammaCorrection"]


class GammaCorrection(BernsteinUnit):
    r"""x to the power of 0.45, the gamma correction of images, by the published coefficients of degree 6.

    .. math:: o_t = [b_k > r_t], \qquad k = \sum_i x_{i, t}

    Parameters
    ----------
    width : int
        Bits n of the random number, 4 to 32; the coefficients are rounded to multiples of ``2**-width``.

    Members
    -------
    copies : In(6)
        Streams of one value p, independent of each other.
    random : In(width)
        Uniform, independent of the copies.
    result : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Exact expectation: the Bernstein polynomial with the coefficients 0.0955, 0.7207, 0.3476, 0.9988, 0.7017, 0.9695 and
    0.9939, as rounded. It is within 0.011 of :math:`p^{0.45}` for p above 0.02 and errs by 0.0955 at 0. Latency 0, interval
    1. Source: W. Qian, X. Li, M. D. Riedel, K. Bazargan and D. J. Lilja, An Architecture for Fault-Tolerant Computation with
    Stochastic Logic, IEEE Transactions on Computers 60(1), 2011, doi:10.1109/TC.2010.202.
    """

    def __init__(self, width=8):
        width = integer("GammaCorrection width", width)
        if not 4 <= width <= 32:
            raise ValueError(f"GammaCorrection width must be between 4 and 32, not {width}")
        published = table("stochastic_functions")["gamma"]["ten_thousandths"]
        super().__init__(tuple(((each << width) + 5000) // 10000 for each in published), width)

    @classmethod
    def examples(cls):
        return {"default": cls()}
