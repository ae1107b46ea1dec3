"""Sign and magnitude of a bipolar stream, by a saturating counter of its ones against its zeros."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc._successors import moved, successors
from gateware.sc.contract import Contract, Format, Serial
from gateware.step import BIT, Range, StepComponent, not_

from ._known import converted

__all__ = ["Absolute", "SignEstimator"]


class Params(NamedTuple):
    middle: int
    up: tuple
    down: tuple


class State(NamedTuple):
    count: Any


class Inputs(NamedTuple):
    stream: Any


class SignOutputs(NamedTuple):
    negative: Any


class AbsoluteOutputs(NamedTuple):
    magnitude: Any
    negative: Any


def counted(params, state, inputs):
    """The state after this clock's bit."""
    return State(moved(params, state.count, inputs.stream, not_(inputs.stream)))


def step_sign(params, state, inputs):
    after = counted(params, state, inputs)
    return after, SignOutputs(after.count < params.middle)


def step_absolute(params, state, inputs):
    after = counted(params, state, inputs)
    negative = after.count < params.middle
    return after, AbsoluteOutputs(inputs.stream ^ negative, negative)


class _SignCounter(StepComponent):
    """A counter of ``width`` bits that starts in the middle."""

    def __init__(self, step, width):
        name = type(self).__name__
        width = integer(f"{name} width", width)
        if not 2 <= width <= 6:
            raise ValueError(f"{name} width must be between 2 and 6, not {width}")
        middle = 1 << (width - 1)
        super().__init__(step, params=Params(middle, *successors(1 << width)), state=State(Range.unsigned(width)),
                         init=State(middle), inputs=Inputs(BIT))

    @classmethod
    def _examples(cls):
        return {"default": cls(), "wide": cls(6)}


class SignEstimator(_SignCounter):
    r"""Sign of a bipolar stream: whether its latest ones are fewer than its zeros.

    .. math:: c' = \operatorname{sat}(c + 2s - 1, 0, 2^W - 1), \qquad \mathit{negative} = [c' < 2^{W-1}]

    Parameters
    ----------
    width : int
        Bits W of the counter, 2 to 6.

    Members
    -------
    stream : In(1)
        Bipolar.
    negative : Out(1)
        This clock's bit included.

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    For independent bits, with :math:`\rho = p / (1 - p)`, exactly :math:`P(\mathit{negative}) = 1 / (1 + \rho^{2^{W-1}})`:
    near v = 0 the sign is a random walk. Mealy: latency 0, interval 1. Source: D. Wu, R. Yin, J. San Miguel, In-Stream
    Correlation-Based Division and Bit-Inserting Square Root in Stochastic Computing, IEEE Design & Test, 2021.
    """

    contract = Contract(Serial("stream", "not a ramp"), Format("stream", "bipolar"))

    def __init__(self, width=3):
        super().__init__(step_sign, width)

    def delivers(self, known):
        """What is known of the output, in a circuit."""
        return {"negative": converted(None, known["stream"])}

    @classmethod
    def examples(cls):
        return cls._examples()


class Absolute(_SignCounter):
    r"""Magnitude of a bipolar stream: its complement while its sign is estimated to be negative.

    .. math:: o = s \oplus \mathit{negative}, \qquad \mathit{negative} \text{ as of } \mathrm{SignEstimator}

    Parameters
    ----------
    width : int
        Bits W of the counter, 2 to 6.

    Members
    -------
    stream : In(1)
        Bipolar.
    magnitude : Out(1)
        Bipolar, in 0..1.
    negative : Out(1)
        The estimated sign.

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    For independent bits, with :math:`h = 2^{W-1}` and :math:`\rho = p / (1 - p)`, exactly

    .. math:: E[2o - 1] = v \tanh(h \operatorname{artanh} v) + 4 p\,\rho^{h-1} \frac{\rho - 1}{\rho^{2h} - 1},

    which is 1/h and not 0 at v = 0: the second term is the price of using this clock's bit for its own sign.
    Mealy: latency 0, interval 1. Source: as of :class:`SignEstimator`.
    """

    contract = Contract(Serial("stream", "not a ramp"), Format("stream", "bipolar"))

    def __init__(self, width=3):
        super().__init__(step_absolute, width)

    def delivers(self, known):
        """What is known of the outputs, in a circuit."""
        return {"magnitude": converted("bipolar", known["stream"]), "negative": converted(None, known["stream"])}

    @classmethod
    def examples(cls):
        return cls._examples()
