"""Low-discrepancy regenerator: a stream's ones, counted window by window and laid out anew with the correlation that is wanted."""

from dataclasses import replace
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import BIT, Range, StepComponent, linear, mux, to_int, to_vector, vector, wrap

from ..sources.sobol import sobol_matrix
from ..sources.van_der_corput import digit_reversal

__all__ = ["LowDiscrepancyRegenerator"]


class Params(NamedTuple):
    rows: tuple
    flip: int
    last: int
    width: int
    clocks: Range
    counts: Range


class State(NamedTuple):
    clock: Any
    ones: Any
    held: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    regenerated: Any


def step(params, state, inputs):
    random = linear(params.rows, to_vector(state.clock, params.width)) ^ vector(params.flip, params.width)
    end = state.clock == params.last
    ones = wrap(state.ones + to_int(inputs.stream), params.counts)
    return (State(wrap(state.clock + 1, params.clocks), mux(end, 0, ones), mux(end, ones, state.held)),
            Outputs(state.held > to_int(random)))


class LowDiscrepancyRegenerator(StepComponent):
    r"""In-stream correlator and decorrelator: the ones of each window of N clocks, re-encoded in the next window.

    .. math:: c_w = \sum_{t=0}^{N-1} s_{wN+t}, \qquad o_{(w+1)N+t} = [c_w > r_t], \qquad N = 2^n

    with r the Van der Corput or a Sobol sequence, or its mirror. No one is lost or made: window w + 1 of the output has exactly the
    ones of window w of the input. Two streams regenerated with one sequence have SCC = +1 in every window, with a sequence and
    its mirror SCC = -1, with different sequences close to 0, whatever they had before; each has low discrepancy.

    Parameters
    ----------
    width : int
        Bits n of the clock of a window, 1 to 16: short windows follow a changing stream, long ones correlate better.
    dimension : int or None
        Sobol dimension of r, 1 to 32; None is the Van der Corput sequence.
    mirrored : bool
        Whether ``2**width - 1 - r`` is compared instead.

    Members
    -------
    stream : In(1)
    regenerated : Out(1)
        0 in the first window.

    Attributes
    ----------
    window : int
        Clocks N of a window, ``2**width``: what the output is behind the input.

    Raises
    ------
    TypeError, ValueError
        If a parameter is out of range.

    Notes
    -----
    The output of a clock depends on the registers alone. Latency one window, interval 1. Source: S. Asadi, M. H. Najafi and M. Imani, CORLD:
    In-Stream Correlation Manipulation for Low-Discrepancy Stochastic Computing, ICCAD 2021, doi:10.1109/ICCAD51958.2021.9643450.
    """

    def __init__(self, width=4, dimension=None, *, mirrored=False):
        width = integer("LowDiscrepancyRegenerator width", width)
        if not 1 <= width <= 16:
            raise ValueError(f"LowDiscrepancyRegenerator width must be between 1 and 16, not {width}")
        if type(mirrored) is not bool:
            raise TypeError(f"LowDiscrepancyRegenerator mirrored must be True or False, not {mirrored!r}")
        if dimension is None:
            rows = digit_reversal(width)
        else:
            dimension = integer("LowDiscrepancyRegenerator dimension", dimension)
            if not 1 <= dimension <= 32:
                raise ValueError(f"LowDiscrepancyRegenerator dimension must be None or between 1 and 32, not {dimension}")
            rows = sobol_matrix(dimension, width)
        self.window = self.latency = 1 << width
        last, counts = (1 << width) - 1, Range.unsigned(width + 1)
        super().__init__(step, params=Params(rows, last if mirrored else 0, last, width, Range.unsigned(width), counts),
                         state=State(Range.unsigned(width), counts, counts), init=State(0, 0, 0), inputs=Inputs(BIT))

    def delivers(self, known):
        """What is known of the stream, in a circuit: a threshold of the sequence, whatever it was before."""
        origin, sign = (type(self).__qualname__, self.params.rows), -1 if self.params.flip else 1
        of = known["stream"]
        return {"regenerated": of and replace(of, origins=frozenset({origin}), serial="low discrepancy", monotone=(origin, sign))}

    @classmethod
    def examples(cls):
        return {"default": cls(), "Sobol, mirrored": cls(3, 2, mirrored=True)}
