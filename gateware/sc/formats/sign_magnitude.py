"""Between bipolar streams and sign and magnitude: a sign bit, and a unipolar stream."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc._successors import moved, successors
from gateware.sc.contract import Contract, Format, Serial
from gateware.step import BIT, Range, StepComponent, bit, mux, not_

from ._known import converted
from .two_rail import BalanceParams, split

__all__ = ["BipolarToSignMagnitude", "SignMagnitudeToBipolar"]


class Remainder(NamedTuple):
    remainder: Any


class SignedBalance(NamedTuple):
    balance: Any
    sign: Any


class Stream(NamedTuple):
    stream: Any


class SignMagnitude(NamedTuple):
    magnitude: Any
    negative: Any


class Bipolar(NamedTuple):
    bipolar: Any


def step_join(params, state, inputs):
    bipolar = (state.remainder | inputs.magnitude) ^ inputs.negative
    return Remainder(not_(state.remainder ^ inputs.magnitude)), Bipolar(bipolar)


def step_split(params, state, inputs):
    rails = split(params, state.balance, inputs.stream)
    negative = mux(rails.positive, bit(0), rails.negative | state.sign)
    balance = moved(params, state.balance, inputs.stream, not_(inputs.stream))
    return SignedBalance(balance, negative), SignMagnitude(rails.positive | rails.negative, negative)


class SignMagnitudeToBipolar(StepComponent):
    r"""Bipolar stream of a unipolar magnitude and a sign.

    .. math:: a' + 2u = a + m + 1, \qquad o = u \oplus \mathit{negative}, \qquad v_o = \pm p_m

    Members
    -------
    magnitude : In(1)
        Unipolar.
    negative : In(1)
        The sign, constant while the number is.
    bipolar : Out(1)
        Bipolar.

    Notes
    -----
    With M ones in T clocks the output has :math:`\lfloor (T + M)/2 \rfloor` ones, or as many zeros where the sign is
    negative: its value is off by less than 2/T. Mealy: latency 0, interval 1. Source: the sign-magnitude format of A.
    Zhakatayev, S. Lee, H. Sim, J. Lee, Sign-Magnitude SC: Getting 10X Accuracy for Free in Stochastic Computing for Deep
    Neural Networks, DAC 2018.
    """

    contract = Contract(Format("magnitude", "unipolar"))

    def __init__(self):
        super().__init__(step_join, state=Remainder(BIT), init=Remainder(0), inputs=SignMagnitude(BIT, BIT))

    def delivers(self, known):
        """What is known of the output, in a circuit."""
        return {"bipolar": converted("bipolar", known["magnitude"])}

    @classmethod
    def examples(cls):
        return {"default": cls()}


class BipolarToSignMagnitude(StepComponent):
    r"""Sign and magnitude of a bipolar stream: its two rails in one, and the sign of the last that had a 1.

    .. math:: m = o^+ \lor o^-, \qquad \mathit{negative} = \text{whether the last 1 was of } o^-

    with the rails of :class:`~gateware.sc.formats.two_rail.BipolarToTwoRail`.

    Parameters
    ----------
    depth : int
        A, the balance of ones and zeros on either side that says nothing yet, 1 to 31.

    Members
    -------
    stream : In(1)
        Bipolar.
    magnitude : Out(1)
        Unipolar.
    negative : Out(1)
        This clock's bit included; 0 at first.

    Raises
    ------
    ValueError
        If the depth is out of range.

    Notes
    -----
    Nothing is lost: the sum of :math:`\pm m`, each with the sign of its clock, is off by at most A from that of the stream,
    for every prefix. For independent bits, with :math:`\rho = p / (1 - p)`, exactly
    :math:`E[m] = (p\,\rho^{2A} + 1 - p)(\rho - 1) / (\rho^{2A+1} - 1)`, which is greater than :math:`|v|` by at most 1/(2A +
    1), at v = 0.

    A sign estimator, an exclusive or and a converter to unipolar, which is the usual way, has more than 1/4 there with a
    counter of 3 bits, too. Mealy: latency 0, interval 1. Source: the format is that of :class:`SignMagnitudeToBipolar`.
    """

    contract = Contract(Serial("stream", "not a ramp"), Format("stream", "bipolar"))

    def __init__(self, depth=3):
        depth = integer("BipolarToSignMagnitude depth", depth)
        if not 1 <= depth <= 31:
            raise ValueError(f"BipolarToSignMagnitude depth must be between 1 and 31, not {depth}")
        super().__init__(step_split, params=BalanceParams(2 * depth, *successors(2 * depth + 1)),
                         state=SignedBalance(Range(0, 2 * depth), BIT), init=SignedBalance(depth, 0), inputs=Stream(BIT))

    def delivers(self, known):
        """What is known of the outputs, in a circuit."""
        return {"magnitude": converted("unipolar", known["stream"]), "negative": converted(None, known["stream"])}

    @classmethod
    def examples(cls):
        return {"default": cls(), "shallow": cls(1)}
