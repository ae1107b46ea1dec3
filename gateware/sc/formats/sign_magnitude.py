"""Between bipolar streams and sign and magnitude: a sign bit, and a unipolar stream."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Format
from gateware.step import BIT, StepComponent, not_
from gateware.step.compose import Composite, connect, outside

from ._known import converted
from .bipolar_to_unipolar import BipolarToUnipolar
from .sign import Absolute

__all__ = ["BipolarToSignMagnitude", "SignMagnitudeToBipolar"]


class State(NamedTuple):
    remainder: Any


class Inputs(NamedTuple):
    magnitude: Any
    negative: Any


class Outputs(NamedTuple):
    bipolar: Any


def step(params, state, inputs):
    bipolar = (state.remainder | inputs.magnitude) ^ inputs.negative
    return State(not_(state.remainder ^ inputs.magnitude)), Outputs(bipolar)


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
    With M ones in T clocks the output has :math:`\lfloor (T + M)/2 \rfloor` ones, or as many zeros where the sign is negative: its
    value is off by less than 2/T. Mealy: latency 0, interval 1. Source: the sign-magnitude format of A. Zhakatayev, S. Lee, H. Sim,
    J. Lee, Sign-Magnitude SC: Getting 10X Accuracy for Free in Stochastic Computing for Deep Neural Networks, DAC 2018.
    """

    contract = Contract(Format("magnitude", "unipolar"))

    def __init__(self):
        super().__init__(step, state=State(BIT), init=State(0), inputs=Inputs(BIT, BIT))

    def delivers(self, known):
        """What is known of the output, in a circuit."""
        return {"bipolar": converted("bipolar", known["magnitude"])}

    @classmethod
    def examples(cls):
        return {"default": cls()}


class BipolarToSignMagnitude(Composite):
    r"""Sign and magnitude of a bipolar stream: its sign is estimated, and its magnitude made unipolar.

    .. math:: \mathit{negative} = [v < 0], \qquad p_m = |v|

    Made of :class:`~gateware.sc.formats.sign.Absolute` and :class:`~gateware.sc.formats.bipolar_to_unipolar.BipolarToUnipolar`.

    Parameters
    ----------
    width : int
        Bits of the sign's counter, 2 to 6.
    depth : int
        Zeros that may wait for their ones, 1 to 63.

    Members
    -------
    stream : In(1)
        Bipolar.
    magnitude : Out(1)
        Unipolar.
    negative : Out(1)

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    The errors of both parts add: near v = 0 the magnitude of a random stream is too great. Mealy: latency 0, interval 1. Source:
    as of :class:`SignMagnitudeToBipolar`.
    """

    contract = Contract(Format("stream", "bipolar"))

    def __init__(self, width=3, depth=3):
        absolute = connect(Absolute(width), stream=outside("stream", BIT))
        super().__init__(magnitude=connect(BipolarToUnipolar(depth), stream=absolute.magnitude).unipolar, negative=absolute.negative)

    def delivers(self, known):
        """What is known of the outputs, in a circuit."""
        return {"magnitude": converted("unipolar", known["stream"]), "negative": converted(None, known["stream"])}

    @classmethod
    def examples(cls):
        return {"default": cls()}
