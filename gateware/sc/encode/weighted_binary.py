"""Weighted binary encoder: the bits of a number, each taken in as many clocks as it weighs; no comparator."""

from dataclasses import replace
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import BIT, Range, StepComponent, Vector, mux
from gateware.step.compose import Composite, connect, outside

from ..contract import encoded

__all__ = ["WeightedBinaryEncoder"]


class BitsInputs(NamedTuple):
    value: Any


class BitsOutputs(NamedTuple):
    bits: Any


def bits_step(params, state, inputs):
    return (), BitsOutputs(inputs.value)


class ValueBits(StepComponent):
    """The bits of the number as wires."""

    def __init__(self, width):
        super().__init__(bits_step, inputs=BitsInputs(Vector(width)))


class SelectInputs(NamedTuple):
    random: Any
    bit: Any
    below: Any


class SelectOutputs(NamedTuple):
    chosen: Any


def select_step(params, state, inputs):
    return (), SelectOutputs(mux(inputs.random, inputs.bit, inputs.below))


class SelectBit(StepComponent):
    """One bit of the number where the random bit of its weight is 1, else what the lower ones chose."""

    def __init__(self):
        super().__init__(select_step, inputs=SelectInputs(BIT, BIT, BIT))


class FullInputs(NamedTuple):
    chosen: Any
    full: Any


class FullOutputs(NamedTuple):
    stream: Any


def full_step(params, state, inputs):
    return (), FullOutputs(inputs.chosen | inputs.full)


class FullScale(StepComponent):
    """1 at full scale."""

    def __init__(self):
        super().__init__(full_step, inputs=FullInputs(BIT, BIT))


class WeightedBinaryEncoder(Composite):
    r"""Weighted binary generator: bit i of the number in those clocks in which bit i is the highest 1 of the random number.

    .. math:: s_t = X_n \vee \bigvee_{i < n} X_i \wedge w_{i,t}, \qquad
              w_{i,t} = r_{i,t} \wedge \neg (r_{n-1,t} \vee \dots \vee r_{i+1,t})

    Of the :math:`2^n` values of r, :math:`2^i` have their highest 1 at bit i: over a period of a permutation the ones are exactly
    X, 0 and :math:`2^n` included; over a period of an LFSR, which only leaves out 0, for which no bit is taken, also exactly X,
    but for :math:`X = 2^n`, where all :math:`2^n - 1` bits are 1.

    Parameters
    ----------
    width : int
        Bits n, 1 to 32.

    Members
    -------
    value : In(width + 1)
        The number X, 0 to ``2**width`` inclusive.
    random : In(width)
    stream : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Two numbers encoded with the same random numbers do not have SCC = +1, as those of a comparator do: their ones do not nest.
    Latency 0, interval 1. Source: P. K. Gupta and R. Kumaresan, Binary multiplication with PN sequences, IEEE Trans. ASSP
    36(4):603-606, 1988, doi:10.1109/29.1564.
    """

    def __init__(self, width=8):
        width = integer("WeightedBinaryEncoder width", width)
        if not 1 <= width <= 32:
            raise ValueError(f"WeightedBinaryEncoder width must be between 1 and 32, not {width}")
        bits = connect(ValueBits(width + 1), value=outside("value", Range(0, 1 << width))).bits
        # Where no random bit is 1 the full scale bit may be chosen too: it is added below anyway, and the LUTs are fewer.
        random, chosen = outside("random", Vector(width)), bits[width]
        for k in range(width):
            chosen = connect(SelectBit(), random=random[k], bit=bits[k], below=chosen).chosen
        super().__init__(stream=connect(FullScale(), chosen=chosen, full=bits[width]).stream)

    def delivers(self, known):
        """What is known of the stream, in a circuit."""
        stream = encoded(known["value"], known["random"])
        return {"stream": stream and replace(stream, monotone=None)}

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(4)}
