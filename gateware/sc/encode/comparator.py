"""Comparator encoder: a number becomes a stochastic stream."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import encoded
from gateware.step import Range, StepComponent

__all__ = ["ComparatorEncoder"]


class Inputs(NamedTuple):
    value: Any
    random: Any


class Outputs(NamedTuple):
    stream: Any


def step(params, state, inputs):
    return (), Outputs(inputs.value > inputs.random)


class ComparatorEncoder(StepComponent):
    r"""Stochastic number generator: one bit of a stream per clock.

    .. math:: s_t = [X > r_t]

    With :math:`r` a permutation of :math:`0..2^n-1` the ones over a period are exactly :math:`X`; with an LFSR,
    which leaves 0 out, they are :math:`X - 1` for :math:`X \ge 1`.

    Parameters
    ----------
    width : int
        Bits n of the random number, 1 to 32.

    Members
    -------
    value : In(width + 1)
        The number, 0 to ``2**width`` inclusive, so that 1.0 is representable.
    random : In(width)
    stream : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: B. R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    def __init__(self, width=8):
        width = integer("ComparatorEncoder width", width)
        if not 1 <= width <= 32:
            raise ValueError(f"ComparatorEncoder width must be between 1 and 32, not {width}")
        super().__init__(step, inputs=Inputs(value=Range(0, 1 << width), random=Range.unsigned(width)))

    def delivers(self, known):
        """What is known of the stream, in a circuit."""
        return {"stream": encoded(known["value"], known["random"])}

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(4), "wide": cls(16)}
