"""Rate modulator: the most evenly spaced stream of a number."""

from dataclasses import replace
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import Range, StepComponent, wrap

from ..contract import Sequence, encoded

__all__ = ["RateModulator"]


class Params(NamedTuple):
    full: int
    limits: Range


class State(NamedTuple):
    remainder: Any


class Inputs(NamedTuple):
    value: Any


class Outputs(NamedTuple):
    stream: Any


def step(params, state, inputs):
    total = state.remainder + inputs.value
    return State(wrap(total, params.limits)), Outputs(total >= params.full)


class RateModulator(StepComponent):
    r"""First-order sigma-delta modulator of a number: ones at equal distances.

    .. math:: a_{t+1} = a_t + X - 2^n s_t, \qquad s_t = [a_t + X \ge 2^n]

    Of the first t bits exactly :math:`\lfloor t X / 2^n \rfloor` are ones, so every prefix is less than one below the number, and
    the number may change at any clock: the ones are always the floor of the sum of what was put in.

    Parameters
    ----------
    width : int
        Bits n, 1 to 32.

    Members
    -------
    value : In(width + 1)
        The number X, 0 to ``2**width`` inclusive.
    stream : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    The stream is periodic: a source for decoders and accumulating adders, not for state machines, nor for products of two such
    streams. Latency 0, interval 1. Source: H. Inose, Y. Yasuda and J. Murakami, A Telemetering System by Code Modulation:
    Delta-Sigma Modulation, IRE Trans. Space Electronics and Telemetry SET-8(3):204-209, 1962.
    """

    def __init__(self, width=8):
        width = integer("RateModulator width", width)
        if not 1 <= width <= 32:
            raise ValueError(f"RateModulator width must be between 1 and 32, not {width}")
        limits = Range.unsigned(width)
        super().__init__(step, params=Params(1 << width, limits), state=State(limits), init=State(0),
                         inputs=Inputs(Range(0, 1 << width)))

    def delivers(self, known):
        """What is known of the stream, in a circuit."""
        sequence = Sequence((type(self).__qualname__, self.params), "low discrepancy", True)
        return {"stream": replace(encoded(known["value"], sequence), monotone=None)}

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(3)}
