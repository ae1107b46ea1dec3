"""Regenerator: counts the ones of a window, and encodes the count anew in the next."""

from dataclasses import replace
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import BIT, Range, StepComponent, Vector, count_to, mux, to_int, wrap

__all__ = ["Regenerator", "WindowParams", "WindowState", "after_window_clock", "window_shapes"]


class WindowParams(NamedTuple):
    length: int
    last: int
    limits: Range


class WindowState(NamedTuple):
    clock: Any
    ones: Any
    held: Any


class Inputs(NamedTuple):
    stream: Any
    random: Any


class Outputs(NamedTuple):
    regenerated: Any


def after_window_clock(params, state, stream):
    """The state after a clock: the count of a full window is held during the next; step code."""
    total = state.ones + to_int(stream)
    ends = state.clock == params.last
    # Before the last clock the ones are at most the clocks, so wrapping cuts nothing off.
    ones = wrap(mux(ends, 0, total), params.limits)
    return WindowState(count_to(state.clock, params.length), ones, mux(ends, total, state.held))


def step(params, state, inputs):
    return after_window_clock(params, state, inputs.stream), Outputs(state.held > to_int(inputs.random))


def window_shapes(width):
    """Parameters, shapes and initial values of a window of ``2**width`` clocks."""
    limits = Range.unsigned(width)
    return {"params": WindowParams(1 << width, limits.hi, limits),
            "state": WindowState(limits, limits, Range(0, 1 << width)), "init": WindowState(0, 0, 0)}


class Regenerator(StepComponent):
    r"""Decoder and encoder in one: the value of a window of :math:`N = 2^n` clocks, as a new stream in the next window.

    .. math:: C_k = \sum_{t=kN}^{kN+N-1} x_t, \qquad o_t = [C_{\lfloor t/N \rfloor - 1} > r_t]

    Parameters
    ----------
    width : int
        Bits n of the random numbers and of the window's length, 1 to 16.

    Members
    -------
    stream : In(1)
    random : In(width)
        A permutation of 0 to ``2**width - 1`` in every window makes the count exact.
    regenerated : Out(1)
        Has SCC 0 with every stream that is not made of the same random numbers, SCC +1 with those that are.

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Exact: with a permutation the ones of a window are those of the window before; an LFSR loses one of them. The first window is
    all 0. Latency one window, :math:`2^n`; interval 1. A component cannot be fooled by the correlations or the order of the bits
    that enter. Source: the regeneration of B. R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    contract = Contract()

    def __init__(self, width=8):
        width = integer("Regenerator width", width)
        if not 1 <= width <= 16:
            raise ValueError(f"Regenerator width must be between 1 and 16, not {width}")
        self.latency = 1 << width
        super().__init__(step, inputs=Inputs(BIT, Vector(width)), **window_shapes(width))

    def delivers(self, known):
        """What is known of the output, in a circuit: its bits are those of the random numbers."""
        stream, random = known["stream"], known["random"]
        if stream is None or random is None:
            return {}
        return {"regenerated": replace(stream, origins=random.origins, serial=random.serial,
                                       monotone=(random.origin, -1 if random.mirrored else 1))}

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(3)}
