"""Squash, the activation of a capsule: a vector made shorter than 1, and its length."""

from gateware.parameters import integer
from gateware.sc.arithmetic.multiply import AndMultiplier
from gateware.sc.arithmetic.select_adder import SelectAdder
from gateware.sc.contract import Contract, Correlation, Format, Serial
from gateware.sc.division.addie_root import AddieRoot
from gateware.sc.division.jk_normalizer import JKNormalizer
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.step import Range, Vector
from gateware.step.compose import Composite, connect, outside

from .gates import NandGate

__all__ = ["Squash", "SquashedLength"]


class SquashedLength(Composite):
    r"""Length of the squashed vector of n unipolar streams.

    .. math:: E[o] = \frac{\|x\|^2}{1 + \|x\|^2}, \qquad \|x\|^2 = \sum_i p_i^2

    The mean of the squares, one of them looked at in each clock, against a constant of 1/n in a JK normalizer.

    Parameters
    ----------
    inputs : int
        Streams n, 2 to 32.
    width : int
        Bits of the random number, 4 to 16; 1/n is rounded to multiples of ``2**-width``.

    Members
    -------
    copies, others : In(inputs)
        Two copies of each stream, independent of each other and from clock to clock.
    select : In(range(inputs))
        Uniform, independent of the rest and from clock to clock.
    random : In(width)
        Uniform, independent of the rest and from clock to clock.
    result : Out(1)

    Raises
    ------
    ValueError
        If a parameter is out of its range, or 1/n is rounded to 0.

    Notes
    -----
    Exact expectation: as above, with :math:`\|x\|^2 / (n c + \|x\|^2)` where c, the rounded constant, is not 1/n. Latency 1,
    interval 1. Source of the function: S. Sabour, N. Frosst and G. E. Hinton, Dynamic Routing Between Capsules, NIPS 2017.
    """

    def __init__(self, inputs=4, width=8):
        inputs, width = _checked("SquashedLength", inputs, width)
        self.constant = ((2 << width) + inputs) // (2 * inputs)
        self.contract = Contract(
            Correlation(("copies", "others", "select", "random"), 0, across=True),
            *(Serial(port, "independent") for port in ("copies", "others", "select", "random")),
            Format(("copies", "others"), "unipolar"))
        super().__init__(result=_length(inputs, width, self.constant, ""))

    def expectation(self, *values):
        """Probability of a 1 of the output, from those of the streams."""
        square = sum(p * p for p in values) / len(values)
        return square / (square + self.constant / (self.inputs.random.hi + 1))

    @classmethod
    def examples(cls):
        return {"default": cls(2, 4), "three": cls(3, 6)}


class Squash(Composite):
    r"""Squash of a vector of n unipolar streams.

    .. math:: o_i = \frac{\|x\|^2}{1 + \|x\|^2} \frac{p_i}{\|x\|} = p_i \sqrt{S (1 - S)}, \qquad S = \frac{\|x\|^2}{1 + \|x\|^2}

    Two `SquashedLength` of separate copies give S and 1 - S, a root takes their product, and an AND gate multiplies each stream.

    Parameters
    ----------
    inputs : int
        Streams n, 2 to 32.
    width : int
        Bits of the constants' random numbers, 4 to 16.
    root_width : int
        Bits of the root's counter, 2 to 16.

    Members
    -------
    streams : In(inputs)
        The streams, independent of what follows, of each other or not.
    copies_a, others_a, copies_b, others_b : In(inputs)
        Four more copies of each, independent of each other and from clock to clock.
    select_a, select_b : In(range(inputs))
        Uniform, independent of the rest and from clock to clock.
    random_a, random_b : In(width)
        Uniform, independent of the rest and from clock to clock.
    random_root, other_root : In(root_width)
        Uniform, independent of each other and of the rest.
    result_0, result_1, ... : Out(1)

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Notes
    -----
    Exact expectation: with c the root's counter, the mean square of :math:`c / 2^W` is S (1 - S), whatever its width, and
    :math:`o_i = p_i E[c / 2^W]`. The mean is below the root by the variance over twice the root: `expectation` leaves that
    out. The root settles in about :math:`2^W` clocks. Latency 1, interval 1. Source of the function: S. Sabour, N. Frosst and
    G. E. Hinton, Dynamic Routing Between Capsules, NIPS 2017.
    """

    def __init__(self, inputs=4, width=8, root_width=6):
        inputs, width = _checked("Squash", inputs, width)
        root_width = integer("Squash root_width", root_width)
        if not 2 <= root_width <= 16:
            raise ValueError(f"Squash root_width must be between 2 and 16, not {root_width}")
        self.length = SquashedLength(inputs, width)
        constant = self.length.constant
        one, other = _length(inputs, width, constant, "_a"), _length(inputs, width, constant, "_b")
        product = connect(AndMultiplier(), a=one, b=connect(NandGate(1), factors=(other,)).result).product
        limits = Range.unsigned(root_width)
        root = connect(AddieRoot(root_width), stream=product, random=outside("random_root", limits),
                       other=outside("other_root", limits)).root
        streams = outside("streams", Vector(inputs))
        ports = [f"{name}_{side}" for side in "ab" for name in ("copies", "others", "select", "random")]
        self.contract = Contract(
            Correlation(("streams", *ports, "random_root", "other_root"), 0, across=True),
            *(Serial(port, "independent") for port in ports),
            Format(("streams", "copies_a", "others_a", "copies_b", "others_b"), "unipolar"))
        super().__init__(**{f"result_{i}": connect(AndMultiplier(), a=streams[i], b=root).product for i in range(inputs)})

    def expectation(self, *values):
        """Probabilities of a 1 of the outputs, from those of the streams, with a counter that does not fluctuate."""
        length = self.length.expectation(*values)
        return tuple(p * (length * (1 - length)) ** 0.5 for p in values)

    @classmethod
    def examples(cls):
        return {"default": cls(2, 4, 3)}


def _checked(name, inputs, width):
    inputs, width = integer(f"{name} inputs", inputs), integer(f"{name} width", width)
    if not 2 <= inputs <= 32:
        raise ValueError(f"{name} inputs must be between 2 and 32, not {inputs}")
    if not 4 <= width <= 16:
        raise ValueError(f"{name} width must be between 4 and 16, not {width}")
    return inputs, width


def _length(inputs, width, constant, suffix):
    """The wire of the squashed length, of ports with a suffix."""
    select = outside(f"select{suffix}", Range(0, inputs - 1))
    chosen = [connect(SelectAdder(inputs), streams=outside(f"{name}{suffix}", Vector(inputs)), select=select).sum
              for name in ("copies", "others")]
    square = connect(AndMultiplier(), a=chosen[0], b=chosen[1]).product
    unit = connect(ComparatorEncoder(width), value=constant, random=outside(f"random{suffix}", Range.unsigned(width))).stream
    return connect(JKNormalizer(), a=square, b=unit).share
