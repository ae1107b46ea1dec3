"""Greatest and least of streams that share their source: one gate."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation, Stream
from gateware.step import StepComponent, Vector, not_, to_int

__all__ = ["SharedMaximum", "SharedMinimum"]


class Params(NamedTuple):
    all: int


class Inputs(NamedTuple):
    streams: Any


class MaximumOutputs(NamedTuple):
    maximum: Any


class MinimumOutputs(NamedTuple):
    minimum: Any


def maximum_step(params, state, inputs):
    return (), MaximumOutputs(not_(to_int(inputs.streams) == 0))


def minimum_step(params, state, inputs):
    return (), MinimumOutputs(to_int(inputs.streams) == params.all)


def checked_width(name, width):
    """``width`` as an integer from 2 to 62.

    Raises
    ------
    TypeError, ValueError
        If it is not, naming the component.
    """
    width = integer(f"{name} width", width)
    if not 2 <= width <= 62:
        raise ValueError(f"{name} width must be between 2 and 62, not {width}")
    return width


def threshold(streams, choose, at_most=frozenset()):
    """What is known of the greatest or least of streams of one random number: it is one more stream of that number."""
    if any(each is None or each.monotone != streams[0].monotone or each.monotone is None for each in streams):
        return None
    formats = {each.format for each in streams}
    return Stream(frozenset().union(*(each.origins for each in streams)), streams[0].serial, streams[0].monotone,
                  formats.pop() if len(formats) == 1 else None, choose(each.lo for each in streams),
                  choose(each.hi for each in streams), at_most=at_most)


class SharedMaximum(StepComponent):
    r"""Greatest of n streams that lie under each other: an OR gate.

    .. math:: o = \bigvee_i s_i, \qquad E[o] = \max_i p_i \text{ for SCC} = +1

    Parameters
    ----------
    width : int
        Streams n, 2 to 62.

    Members
    -------
    streams : In(width)
        Stream i in bit i, all encoded by comparators on one random number; unipolar or bipolar.
    maximum : Out(1)

    Raises
    ------
    TypeError, ValueError
        If the width is out of range.

    Notes
    -----
    Exact for every prefix. With independent streams it would be :math:`1 - \prod_i (1 - p_i)`.
    Latency 0, interval 1. Source: A. Alaghi and J. P. Hayes, Exploiting Correlation in Stochastic Circuit Design, ICCD 2013,
    doi:10.1109/ICCD.2013.6657023.
    """

    contract = Contract(Correlation("streams", +1))

    def __init__(self, width=2):
        width = checked_width("SharedMaximum", width)
        super().__init__(maximum_step, inputs=Inputs(Vector(width)))

    def delivers(self, known):
        """What is known of the output, in a circuit."""
        return {"maximum": threshold(known["streams"], max)}

    @classmethod
    def examples(cls):
        return {"default": cls(), "many": cls(9)}


class SharedMinimum(StepComponent):
    r"""Least of n streams that lie under each other: an AND gate.

    .. math:: o = \bigwedge_i s_i, \qquad E[o] = \min_i p_i \text{ for SCC} = +1

    Parameters
    ----------
    width : int
        Streams n, 2 to 62.

    Members
    -------
    streams : In(width)
        Stream i in bit i, all encoded by comparators on one random number; unipolar or bipolar.
    minimum : Out(1)

    Raises
    ------
    TypeError, ValueError
        If the width is out of range.

    Notes
    -----
    Exact for every prefix. With independent streams it would be their product.
    Latency 0, interval 1. Source: A. Alaghi and J. P. Hayes, Exploiting Correlation in Stochastic Circuit Design, ICCD 2013,
    doi:10.1109/ICCD.2013.6657023.
    """

    contract = Contract(Correlation("streams", +1))

    def __init__(self, width=2):
        width = checked_width("SharedMinimum", width)
        super().__init__(minimum_step, params=Params((1 << width) - 1), inputs=Inputs(Vector(width)))

    def delivers(self, known):
        """What is known of the output, in a circuit: the least is at most every one of them."""
        names = [{each.value, *each.at_most} - {None} for each in known["streams"] if each is not None]
        return {"minimum": threshold(known["streams"], min, frozenset().union(*names))}

    @classmethod
    def examples(cls):
        return {"default": cls(), "many": cls(9)}
