"""Greatest of many streams and which it is: trees of compare-exchanges."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import BIT, Range, StepComponent, Vector, bit_at, mux, vector, with_bit
from gateware.step.compose import Composite, connect, outside

from .counter import CompareExchange, CounterMaximum

__all__ = ["Argmax", "IndexMultiplexer", "MaximumTree", "PassOne", "WinnerTakeAll"]


class Pair(NamedTuple):
    select: Any
    a: Any
    b: Any


class Index(NamedTuple):
    index: Any


class Params(NamedTuple):
    width: int


class Streams(NamedTuple):
    streams: Any
    index: Any


class Winner(NamedTuple):
    winner: Any


def select_step(params, state, inputs):
    return (), Index(mux(inputs.select, inputs.b, inputs.a))


def pass_step(params, state, inputs):
    return (), Winner(with_bit(vector(0, params.width), inputs.index, bit_at(inputs.streams, inputs.index)))


def checked_width(name, width):
    """``width`` as an integer from 2 to 32.

    Raises
    ------
    TypeError, ValueError
        If it is not, naming the component.
    """
    width = integer(f"{name} width", width)
    if not 2 <= width <= 32:
        raise ValueError(f"{name} width must be between 2 and 32, not {width}")
    return width


def fold(items, pair):
    """``items`` joined two by two, neighbours first, until one is left."""
    while len(items) > 1:
        items = [pair(*items[k:k + 2]) if k + 1 < len(items) else items[k] for k in range(0, len(items), 2)]
    return items[0]


def leader(streams, limit):
    """The index of the stream with the most ones, of those in a wire of a Vector."""
    width = len(streams)

    def pair(a, b):
        node = connect(CompareExchange(limit), a=a[0], b=b[0])
        return node.maximum, connect(IndexMultiplexer(width), select=node.behind, a=a[1], b=b[1]).index

    return fold([(streams[k], k) for k in range(width)], pair)[1]


class IndexMultiplexer(StepComponent):
    """One of two indices: b where ``select`` is 1, else a.

    Parameters
    ----------
    width : int
        Things that are indexed, 2 to 32.

    Members
    -------
    select : In(1)
    a, b : In(range(width))
    index : Out(range(width))

    Raises
    ------
    TypeError, ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1.
    """

    def __init__(self, width=4):
        span = Range(0, checked_width("IndexMultiplexer", width) - 1)
        super().__init__(select_step, inputs=Pair(BIT, span, span))

    @classmethod
    def examples(cls):
        return {"default": cls()}


class PassOne(StepComponent):
    """Of many streams the one that an index names, in its place; all others are 0.

    Parameters
    ----------
    width : int
        Streams, 2 to 32.

    Members
    -------
    streams : In(width)
    index : In(range(width))
    winner : Out(width)

    Raises
    ------
    TypeError, ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1.
    """

    def __init__(self, width=4):
        width = checked_width("PassOne", width)
        super().__init__(pass_step, params=Params(width), inputs=Streams(Vector(width), Range(0, width - 1)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "odd": cls(5)}


class MaximumTree(Composite):
    """Greatest of n streams of any correlation: a balanced tree of n - 1 counters.

    Parameters
    ----------
    width : int
        Streams n, 2 to 32.
    limit : int
        Lead that each counter remembers, 1 to 1023.

    Members
    -------
    streams : In(width)
        Stream i in bit i, unipolar or bipolar.
    maximum : Out(1)

    Raises
    ------
    TypeError, ValueError
        If a parameter is out of range.

    Notes
    -----
    The ones of the output are the greatest of the counts, for every prefix in which no stream, once ahead of another that it
    meets, lost more than ``limit`` ones of its greatest lead: see :class:`~gateware.sc.order.counter.CompareExchange`.
    Latency 0, interval 1.
    """

    contract = Contract()

    def __init__(self, width=4, limit=8):
        streams = outside("streams", Vector(checked_width("MaximumTree", width)))
        super().__init__(maximum=fold(list(streams), lambda a, b: connect(CounterMaximum(limit), a=a, b=b).maximum))

    @classmethod
    def examples(cls):
        return {"default": cls(), "odd": cls(3, 1)}


class Argmax(Composite):
    """Which of n streams has had the most ones: a tree of compare-exchanges that passes indices on.

    Parameters
    ----------
    width : int
        Streams n, 2 to 32.
    limit : int
        Lead that each counter remembers, 1 to 1023.

    Members
    -------
    streams : In(width)
        Stream i in bit i, unipolar or bipolar, of any correlation.
    index : Out(range(width))
        Of the clocks before this one; the first of those that are equal.

    Raises
    ------
    TypeError, ValueError
        If a parameter is out of range.

    Notes
    -----
    Exact as :class:`MaximumTree` is. Where streams have been further apart than the limit the counters have forgotten by how
    much, and ``index`` follows the recent past. Latency 0 (the index is of the registers), interval 1.
    """

    contract = Contract()

    def __init__(self, width=4, limit=8):
        super().__init__(index=leader(outside("streams", Vector(checked_width("Argmax", width))), limit))

    @classmethod
    def examples(cls):
        return {"default": cls(), "odd": cls(3, 1)}


class WinnerTakeAll(Composite):
    """Of n streams only the one with the most ones so far passes, all others are held at 0.

    Parameters
    ----------
    width : int
        Streams n, 2 to 32.
    limit : int
        Lead that each counter remembers, 1 to 1023.

    Members
    -------
    streams : In(width)
        Stream i in bit i, unipolar, of any correlation.
    winner : Out(width)

    Raises
    ------
    TypeError, ValueError
        If a parameter is out of range.

    Notes
    -----
    ``winner`` is the stream that :class:`Argmax` names, in its place. Latency 0, interval 1.
    """

    contract = Contract()

    def __init__(self, width=4, limit=8):
        width = checked_width("WinnerTakeAll", width)
        streams = outside("streams", Vector(width))
        super().__init__(winner=connect(PassOne(width), streams=streams, index=leader(streams, limit)).winner)

    @classmethod
    def examples(cls):
        return {"default": cls(), "odd": cls(3, 1)}
