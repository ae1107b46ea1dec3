"""Deviations from the mean, the numerator of a layer normalization."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation, Format
from gateware.step import BIT, Range, StepComponent, Vector, bit_at, mux, vector

__all__ = ["Deviation"]


class Params(NamedTuple):
    width: int
    ones: int


class Inputs(NamedTuple):
    streams: Any
    select: Any
    half: Any


class Outputs(NamedTuple):
    deviations: Any


def step(params, state, inputs):
    opposite = mux(bit_at(inputs.streams, inputs.select), vector(0, params.width), vector(params.ones, params.width))
    return (), Outputs(mux(inputs.half, inputs.streams, opposite))


class Deviation(StepComponent):
    r"""Half of each bipolar stream's deviation from the mean of all: each stream, or the complement of one chosen at random.

    .. math:: o_{i,t} = \begin{cases} x_{i,t} & h_t = 1 \\ \neg x_{j_t,t} & h_t = 0 \end{cases},
              \qquad E[o_i] = \frac{v_i - \bar v}{2}, \quad \bar v = \frac{1}{n} \sum_j v_j

    Parameters
    ----------
    width : int
        Streams n, 2 to 64.

    Members
    -------
    streams : In(width)
        Bipolar, stream i in bit i, with any correlation to each other.
    select : In(range(width))
        j, uniform, independent of the streams.
    half : In(1)
        A stream of value 1/2, independent of the streams and of the select.
    deviations : Out(width)
        Bipolar.

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Exact expectation: as above, since each bit is of one stream only. What a layer normalization divides this by, the
    standard deviation, may be arbitrarily small, so that its quotient is no stream; a share in a sum is one (`Normalizer`).
    Latency 0, interval 1.
    """

    contract = Contract(Correlation(("streams", "select", "half"), 0, across=True), Format("streams", "bipolar"))

    def __init__(self, width=4):
        width = integer("Deviation width", width)
        if not 2 <= width <= 64:
            raise ValueError(f"Deviation width must be between 2 and 64, not {width}")
        super().__init__(step, params=Params(width, (1 << width) - 1),
                         inputs=Inputs(Vector(width), Range(0, width - 1), BIT))

    @staticmethod
    def expectation(*values):
        """Probabilities of a 1 of the outputs, from those of the streams."""
        mean = sum(values) / len(values)
        return tuple((1 + p - mean) / 2 for p in values)

    @classmethod
    def examples(cls):
        return {"default": cls(), "three": cls(3)}
