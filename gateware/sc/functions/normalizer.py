"""Shares of many streams in their sum: the stream that was last seen to be 1."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation, Format, Serial
from gateware.step import Range, StepComponent, Vector, bit, bit_at, mux, vector, with_bit

__all__ = ["Normalizer"]


class Params(NamedTuple):
    width: int


class State(NamedTuple):
    last: Any


class Inputs(NamedTuple):
    streams: Any
    select: Any


class Outputs(NamedTuple):
    shares: Any


def step(params, state, inputs):
    last = mux(bit_at(inputs.streams, inputs.select), inputs.select, state.last)
    return State(last), Outputs(with_bit(vector(0, params.width), state.last, bit(1)))


class Normalizer(StepComponent):
    r"""Each stream's share in the sum of all of them: looks at one at random in each clock and remembers the last that was 1.

    .. math:: w_{t+1} = \begin{cases} j_t & \text{if } x_{j_t, t} = 1 \\ w_t & \text{otherwise} \end{cases},
              \qquad o_{i,t} = [w_t = i], \qquad E[o_i] = \frac{p_i}{\sum_j p_j}

    Parameters
    ----------
    width : int
        Streams n, 2 to 64.

    Members
    -------
    streams : In(width)
        Unipolar, stream i in bit i, with any correlation to each other, each independent from clock to clock.
    select : In(range(width))
        j, uniform, independent of the streams and from clock to clock.
    shares : Out(width)
        One of them is 1 in every clock: their counts add up to the number of clocks.

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Exact expectation: whatever is remembered, the next to be so is i with the probability :math:`p_i / n` in each clock, so
    that the shares of the steady state are in proportion to the :math:`p_i`. The variance of the mean of N bits is
    :math:`q (1 - q) (2 n / \sum_j p_j - 1) / N` with q the share. While no stream has been 1, stream 0 has the share.

    For two streams a JK flip-flop (``gateware.sc.division.jk_normalizer``) has the same expectation. Its usual extension, a
    flip-flop per stream with all the others, or-ed, at K, does not: that gives
    :math:`p_i / (p_i + 1 - \prod_{j \ne i} (1 - p_j))`, and the sum of the outputs is not 1.

    Latency 1 (the output is of the state alone), interval 1.
    """

    contract = Contract(Serial("streams", "independent"), Serial("select", "independent"), Format("streams", "unipolar"),
                        Correlation(("streams", "select"), 0, across=True))
    latency = 1

    def __init__(self, width=4):
        width = integer("Normalizer width", width)
        if not 2 <= width <= 64:
            raise ValueError(f"Normalizer width must be between 2 and 64, not {width}")
        super().__init__(step, params=Params(width), state=State(Range(0, width - 1)), init=State(0),
                         inputs=Inputs(Vector(width), Range(0, width - 1)))

    @staticmethod
    def expectation(*values):
        """Probabilities of a 1 of the outputs, from those of the streams."""
        return tuple(p / sum(values) for p in values)

    @classmethod
    def examples(cls):
        return {"default": cls(), "three": cls(3)}
