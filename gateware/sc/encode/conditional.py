"""Conditional encoder: a stream whose random numbers go on only where another stream is 1."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import BIT, Range, StepComponent, linear, mux, to_int, to_vector, wrap

from ..contract import Sequence, encoded
from ..sources.sobol import sobol_matrix
from ..sources.van_der_corput import digit_reversal

__all__ = ["ConditionalEncoder"]


class Params(NamedTuple):
    rows: tuple
    limits: Range
    width: int


class State(NamedTuple):
    count: Any


class Inputs(NamedTuple):
    value: Any
    enable: Any


class Outputs(NamedTuple):
    stream: Any


def step(params, state, inputs):
    random = linear(params.rows, to_vector(state.count, params.width))
    following = mux(inputs.enable, wrap(state.count + 1, params.limits), state.count)
    return State(following), Outputs(inputs.value > to_int(random))


class ConditionalEncoder(StepComponent):
    r"""Conditional bit-stream generator: its index advances only in clocks in which it is enabled.

    .. math:: s_t = [X > r_{k_t}], \qquad k_{t+1} = k_t + e_t \bmod 2^n

    with r the Van der Corput or a Sobol sequence. Among the clocks in which e is 1, every :math:`2^n` in succession have exactly X
    ones, whatever e is: ``e & s`` is the product of both numbers, even with a ramp's e (the static unary multiplier).

    Parameters
    ----------
    width : int
        Bits n, 1 to 32.
    dimension : int or None
        Sobol dimension of r, 1 to 32; None is the Van der Corput sequence.

    Members
    -------
    value : In(width + 1)
        The number X, 0 to ``2**width`` inclusive.
    enable : In(1)
    stream : Out(1)

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Of the first m enabled clocks, :math:`m X / 2^n` are ones to within the discrepancy of r. Latency 0, interval 1. Source: D. Wu
    et al., uGEMM: Unary Computing Architecture for GEMM Applications, ISCA 2020, doi:10.1109/ISCA45697.2020.00040.
    """

    def __init__(self, width=8, dimension=None):
        width = integer("ConditionalEncoder width", width)
        if not 1 <= width <= 32:
            raise ValueError(f"ConditionalEncoder width must be between 1 and 32, not {width}")
        if dimension is None:
            rows = digit_reversal(width)
        else:
            dimension = integer("ConditionalEncoder dimension", dimension)
            if not 1 <= dimension <= 32:
                raise ValueError(f"ConditionalEncoder dimension must be None or between 1 and 32, not {dimension}")
            rows = sobol_matrix(dimension, width)
        limits = Range.unsigned(width)
        super().__init__(step, params=Params(rows, limits, width), state=State(limits), init=State(0),
                         inputs=Inputs(Range(0, 1 << width), BIT))

    def delivers(self, known):
        """What is known of the stream, in a circuit: it has SCC = 0 with what enables it, whatever that is."""
        origin = type(self).__qualname__, self.params, known["enable"]
        return {"stream": encoded(known["value"], Sequence(origin, "derived"))}

    @classmethod
    def examples(cls):
        return {"default": cls(), "Sobol": cls(4, 2)}
