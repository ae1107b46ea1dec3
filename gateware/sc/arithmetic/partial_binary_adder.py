"""Sum of unipolar streams in two stages: OR within groups, a parallel counter over them."""

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation, Format
from gateware.step import Vector
from gateware.step.compose import Composite, connect, outside

from .or_adder import OrAdder
from .popcount import Popcount

__all__ = ["PartialBinaryAdder"]


class PartialBinaryAdder(Composite):
    r"""Sum of groups of streams, each group joined by OR: less hardware than a parallel counter, less bent than an OR.

    .. math:: c_t = \sum_g \bigvee_{i \in g} s_{i,t}, \qquad E[c] = \sum_g \left(1 - \prod_{i \in g} (1 - p_i)\right)

    Parameters
    ----------
    groups : int
        1 to 32.
    size : int
        Streams of a group, 2 to 32; at most 64 streams together.

    Members
    -------
    streams : In(groups * size)
        Stream i in bit i, group ``i // size``, those of a group uncorrelated with each other.
    ones : Out(range(groups + 1))

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    It is low against :math:`\sum_i p_i` by about the sum over the pairs of each group of :math:`p_i p_j`.

    Latency 0, interval 1. Source: T. Li, W. Romaszkan, S. Pamarti and P. Gupta, GEO: Generation and Execution Optimized
    Stochastic Computing Accelerator for Neural Networks, DATE 2021.
    """

    contract = Contract(Correlation("streams", 0), Format("streams", "unipolar"))

    def __init__(self, groups=4, size=3):
        groups, size = integer("PartialBinaryAdder groups", groups), integer("PartialBinaryAdder size", size)
        if not 1 <= groups <= 32:
            raise ValueError(f"PartialBinaryAdder groups must be between 1 and 32, not {groups}")
        if not 2 <= size <= 32:
            raise ValueError(f"PartialBinaryAdder size must be between 2 and 32, not {size}")
        if groups * size > 64:
            raise ValueError(f"PartialBinaryAdder groups times size must be at most 64, not {groups * size}")
        streams = outside("streams", Vector(groups * size))
        ors = [connect(OrAdder(size), streams=tuple(streams[group * size + k] for k in range(size))).sum
               for group in range(groups)]
        super().__init__(ones=connect(Popcount(groups), streams=tuple(ors)).ones)

    @classmethod
    def examples(cls):
        return {"default": cls(), "pairs": cls(5, 2)}
