"""Sorting network of streams, and their median."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation
from gateware.step import StepComponent, Vector
from gateware.step.compose import Composite, connect, outside

from .counter import CompareExchange
from .shared import SharedMaximum, SharedMinimum

__all__ = ["Median", "SortingNetwork", "merge_exchange"]


class Bits(NamedTuple):
    bits: Any


class Bundled(NamedTuple):
    bundle: Any


def bundle_step(params, state, inputs):
    return (), Bundled(inputs.bits)


def merge_exchange(width):
    """The comparisons of Batcher's merge exchange, which sorts any number of keys.

    Parameters
    ----------
    width : int

    Returns
    -------
    list of (int, int)
        Pairs (i, j), i < j, in their order: the lesser goes to i, the greater to j.
    """
    comparisons, p = [], 1 << max((width - 1).bit_length() - 1, 0)
    step = p
    while p:
        q, r, distance = step, 0, p
        while True:
            comparisons += [(i, i + distance) for i in range(width - distance) if i & p == r]
            if q == p:
                break
            distance, q, r = q - p, q >> 1, p
        p >>= 1
    return comparisons


def ordered(name, width, limit):
    """The wires of ``width`` streams from outside in ascending order."""
    width = integer(f"{name} width", width)
    if not 2 <= width <= 16:
        raise ValueError(f"{name} width must be between 2 and 16, not {width}")
    wires = list(outside("streams", Vector(width)))
    for i, j in merge_exchange(width):
        if limit is None:
            pair = (wires[i], wires[j])
            wires[i], wires[j] = (connect(SharedMinimum(2), streams=pair).minimum,
                                  connect(SharedMaximum(2), streams=pair).maximum)
        else:
            # The earlier wire as b: where both have been equal, the one behind is not moved.
            node = connect(CompareExchange(limit), a=wires[j], b=wires[i])
            wires[i], wires[j] = node.minimum, node.maximum
    return wires


def contract_of(limit):
    return Contract(Correlation("streams", +1)) if limit is None else Contract()


class SortingNetwork(Composite):
    """Streams in the order of their values: Batcher's merge exchange of compare-exchanges.

    Parameters
    ----------
    width : int
        Streams n, 2 to 16.
    limit : int or None
        Lead that each counter remembers, 1 to 1023. None takes an AND and an OR gate for each counter, which sorts streams that
        share their source: comparators on one random number, or on a ramp.

    Members
    -------
    streams : In(width)
        Stream i in bit i, unipolar or bipolar.
    ascending : Out(width)
        The least in bit 0, the greatest in the last.

    Raises
    ------
    TypeError, ValueError
        If a parameter is out of range.

    Notes
    -----
    With counters, the ones of bit k are the k-th of the sorted counts, for every prefix in which no stream, once ahead of another
    that it meets, lost more than ``limit`` ones of its greatest lead; all outputs together have the ones of all inputs in every
    clock, always. With gates the bits of each clock are sorted, which is the same where SCC = +1.

    Latency 0, interval 1. Source: K. E. Batcher, Sorting Networks and Their Applications, AFIPS 1968,
    doi:10.1145/1468075.1468121; algorithm M of D. E. Knuth, The Art of Computer Programming, vol. 3, section 5.2.2.
    """

    def __init__(self, width=4, limit=8):
        wires = ordered("SortingNetwork", width, limit)
        self.contract = contract_of(limit)
        bundle = StepComponent(bundle_step, inputs=Bits(Vector(len(wires))))
        super().__init__(ascending=connect(bundle, bits=tuple(wires)).bundle)

    @classmethod
    def examples(cls):
        return {"default": cls(), "odd": cls(3, 1), "shared source": cls(5, None)}


class Median(Composite):
    """Median of an odd number of streams: the middle of a sorting network.

    Parameters
    ----------
    width : int
        Streams n, odd, 3 to 15.
    limit : int or None
        As of :class:`SortingNetwork`, where all else is said.

    Members
    -------
    streams : In(width)
    median : Out(1)

    Raises
    ------
    TypeError, ValueError
        If a parameter is out of range.

    Notes
    -----
    Latency 0, interval 1.
    """

    def __init__(self, width=3, limit=8):
        width = integer("Median width", width)
        if width % 2 == 0:
            raise ValueError(f"Median width must be odd, not {width}")
        wires = ordered("Median", width, limit)
        self.contract = contract_of(limit)
        super().__init__(median=wires[width // 2])

    @classmethod
    def examples(cls):
        return {"default": cls(), "shared source": cls(5, None)}
