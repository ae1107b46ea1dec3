"""Between bipolar streams and two rails, whose value is that of the positive less that of the negative one."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc._successors import moved, successors
from gateware.sc.contract import Contract, Format
from gateware.step import BIT, Range, StepComponent, not_

from ._known import converted

__all__ = ["BipolarToTwoRail", "TwoRailToBipolar"]


class BalanceParams(NamedTuple):
    top: int
    up: tuple
    down: tuple


class Balance(NamedTuple):
    balance: Any


class Remainder(NamedTuple):
    remainder: Any


class Inputs(NamedTuple):
    stream: Any


class Rails(NamedTuple):
    positive: Any
    negative: Any


class Bipolar(NamedTuple):
    bipolar: Any


def split(params, balance, stream):
    """The rails of this clock's bit; step code."""
    return Rails(stream & (balance == params.top), not_(stream) & (balance == 0))


def step_split(params, state, inputs):
    balance = moved(params, state.balance, inputs.stream, not_(inputs.stream))
    return Balance(balance), split(params, state.balance, inputs.stream)


def step_join(params, state, inputs):
    a, b, remainder = inputs.positive, not_(inputs.negative), state.remainder
    return Remainder(a ^ b ^ remainder), Bipolar((a & b) | (a & remainder) | (b & remainder))


class BipolarToTwoRail(StepComponent):
    r"""Two unipolar rails of a bipolar stream: its ones and zeros cancel, and what is left goes to one rail or the other.

    .. math:: b' = \operatorname{sat}(b + 2s - 1, -A, A), \qquad o^+ = s \land [b = A], \qquad o^- = \lnot s \land [b = -A]

    The wires s and not s are two rails of the same value, too, with much more noise; here one rail is almost silent.

    Parameters
    ----------
    depth : int
        A, 1 to 31. The register holds b + A.

    Members
    -------
    stream : In(1)
        Bipolar.
    positive, negative : Out(1)
        Unipolar; never both 1 (SCC -1).

    Raises
    ------
    ValueError
        If the depth is out of range.

    Notes
    -----
    Nothing is lost: :math:`b' - b = (2s - 1) - (o^+ - o^-)` in every clock, so that every prefix of the rails is off by at
    most A. For independent bits, with :math:`\rho = p/(1-p)`, exactly :math:`E[o^+] = p\,\rho^{2A} (\rho - 1) / (\rho^{2A+1}
    - 1)`, :math:`E[o^+ - o^-] = v`. Mealy: latency 0, interval 1. The two-rail format is of B. R. Gaines, Stochastic
    Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    contract = Contract(Format("stream", "bipolar"))

    def __init__(self, depth=3):
        depth = integer("BipolarToTwoRail depth", depth)
        if not 1 <= depth <= 31:
            raise ValueError(f"BipolarToTwoRail depth must be between 1 and 31, not {depth}")
        super().__init__(step_split, params=BalanceParams(2 * depth, *successors(2 * depth + 1)),
                         state=Balance(Range(0, 2 * depth)), init=Balance(depth), inputs=Inputs(BIT))

    def delivers(self, known):
        """What is known of the outputs, in a circuit."""
        rail = converted("unipolar", known["stream"])
        return {"positive": rail, "negative": rail}

    @classmethod
    def examples(cls):
        return {"default": cls(), "shallow": cls(1)}


class TwoRailToBipolar(StepComponent):
    r"""Bipolar stream of two rails: the mean of the positive rail and of the complement of the negative one.

    .. math:: r' + 2o = r + s^+ + (1 - s^-), \qquad v_o = p^+ - p^-

    Members
    -------
    positive, negative : In(1)
        Unipolar, of any correlation.
    bipolar : Out(1)
        Bipolar.

    Notes
    -----
    After T clocks the output has :math:`\lfloor (T + \sum s^+ - \sum s^-) / 2 \rfloor` ones, for any streams: its value is off by
    less than 2/T. Mealy: latency 0, interval 1. Source: the scaled adder of V. T. Lee et al., Energy-Efficient Hybrid
    Stochastic-Binary Neural Networks for Near-Sensor Computing, DATE 2017, doi:10.23919/DATE.2017.7926951.
    """

    contract = Contract(Format(("positive", "negative"), "unipolar"))

    def __init__(self):
        super().__init__(step_join, state=Remainder(BIT), init=Remainder(0), inputs=Rails(BIT, BIT))

    def delivers(self, known):
        """What is known of the output, in a circuit."""
        return {"bipolar": converted("bipolar", known["positive"], known["negative"])}

    @classmethod
    def examples(cls):
        return {"default": cls()}
