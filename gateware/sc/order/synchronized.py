"""Greater and lesser of two streams behind a synchronizer."""

from gateware.sc.contract import Contract
from gateware.sc.correlation.synchronizer import Synchronizer
from gateware.step import BIT
from gateware.step.compose import Composite, connect, outside

from .shared import SharedMaximum, SharedMinimum

__all__ = ["SynchronizedMaximum", "SynchronizedMinimum"]


def aligned(depth):
    """Two streams from outside, a and b, aligned."""
    return tuple(connect(Synchronizer(depth), x=outside("a", BIT), y=outside("b", BIT)))


class SynchronizedMaximum(Composite):
    r"""Greater of two streams of any correlation, unipolar or bipolar: an OR gate behind a synchronizer.

    Parameters
    ----------
    depth : int
        Ones that the synchronizer may save, 1 to 31.

    Members
    -------
    a, b : In(1)
    maximum : Out(1)

    Raises
    ------
    TypeError, ValueError
        If the depth is out of range.

    Notes
    -----
    An error remains where ones pass the synchronizer alone. For independent streams of independent bits,
    :math:`\pi_s \propto (p (1 - q) / (q (1 - p)))^s` for s in -D to D, and exactly :math:`E[o] = q + \pi_D\,p (1 - q) = p +
    \pi_{-D}\,q (1 - p)`: for p = q it is high by :math:`p (1 - p) / (2D + 1)`.
    :class:`~gateware.sc.order.counter.CounterMaximum` of the limit D has the same expectation, and holds no ones back.

    Latency 0, interval 1. Source: V. T. Lee, A. Alaghi and L. Ceze, Correlation Manipulating Circuits for Stochastic Computing,
    DATE 2018, arXiv:1803.04862.
    """

    contract = Contract()

    def __init__(self, depth=1):
        super().__init__(maximum=connect(SharedMaximum(2), streams=aligned(depth)).maximum)

    @classmethod
    def examples(cls):
        return {"default": cls(), "deep": cls(4)}


class SynchronizedMinimum(Composite):
    r"""Lesser of two streams of any correlation, unipolar or bipolar: an AND gate behind a synchronizer.

    Parameters
    ----------
    depth : int
        Ones that the synchronizer may save, 1 to 31.

    Members
    -------
    a, b : In(1)
    minimum : Out(1)

    Raises
    ------
    TypeError, ValueError
        If the depth is out of range.

    Notes
    -----
    As :class:`SynchronizedMaximum`, and low by as much as that is high: maximum and minimum together keep the sum.

    Latency 0, interval 1. Source: V. T. Lee, A. Alaghi and L. Ceze, Correlation Manipulating Circuits for Stochastic Computing,
    DATE 2018, arXiv:1803.04862.
    """

    contract = Contract()

    def __init__(self, depth=1):
        super().__init__(minimum=connect(SharedMinimum(2), streams=aligned(depth)).minimum)

    @classmethod
    def examples(cls):
        return {"default": cls(), "deep": cls(4)}
