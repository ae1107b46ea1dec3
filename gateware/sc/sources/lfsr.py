"""Linear-feedback shift register: the pseudo-random source of stochastic streams."""

from typing import Any, NamedTuple

from gateware.step import StepComponent, Vector, parity, reverse, shift_in, vector

from .polynomial import maximal_taps, register

__all__ = ["LFSR", "maximal_taps"]


class Params(NamedTuple):
    mask: int
    width: int


class State(NamedTuple):
    value: Any


class Outputs(NamedTuple):
    random: Any


def step_left(params, state, inputs):
    feedback = parity(state.value & vector(params.mask, params.width))
    return State(shift_in(state.value, feedback, params.width)), Outputs(state.value)


def step_right(params, state, inputs):
    feedback = parity(state.value & vector(params.mask, params.width))
    shifted = shift_in(reverse(state.value, params.width), feedback, params.width)
    return State(reverse(shifted, params.width)), Outputs(state.value)


class LFSR(StepComponent):
    r"""Fibonacci linear-feedback shift register of maximal length.

    With taps :math:`t` the polynomial is :math:`1 + \sum_t x^t`; shifting right, the feedback
    :math:`\bigoplus_t r_{n-t}` enters at the top bit, shifting left, :math:`\bigoplus_t r_{t-1}` enters at bit 0.
    Every value but 0 appears once in a period of ``2**width - 1``. Successive values are shifts of each other, so a stream
    made of them is serially correlated: a state machine behind it needs a
    :class:`~gateware.sc.sources.leap_forward.LeapForwardLFSR` instead.

    Parameters
    ----------
    width : int
        Bits, 3 to 32.
    seed : int
        Initial value, 1 to ``2**width - 1``; 0 would lock the register up.
    taps : sequence of int or None
        Exponents of the polynomial, ``width`` among them; by default the table's, which are maximal. Others are
        accepted only where the polynomial is primitive.
    direction : {"right", "left"}
        Of the shift.

    Members
    -------
    random : Out(width)
        The register before the shift: the first value is the seed.

    Raises
    ------
    ValueError
        If a parameter is out of its range or the polynomial is not primitive.

    Notes
    -----
    Latency 0, interval 1. Source: S. W. Golomb, Shift Register Sequences, 1967.
    ``LFSR(16, seed=0xACE1 + 7 * i, direction="left")`` are the input encoders' sources of SC-NeuroCore, with
    ``0xBEEF + 13 * i`` its weight encoders', modulo ``2**16``.
    """

    serial = "shifted"
    permutation = False

    def __init__(self, width=16, *, seed=1, taps=None, direction="right"):
        width, seed, taps = register("LFSR", width, seed, taps)
        if direction not in ("right", "left"):
            raise ValueError(f"LFSR direction must be 'right' or 'left', not {direction!r}")
        self.taps, self.direction = taps, direction
        right = direction == "right"
        super().__init__(
            step_right if right else step_left,
            params=Params(mask=sum(1 << (width - tap if right else tap - 1) for tap in taps), width=width),
            state=State(Vector(width)), init=State(seed))

    @classmethod
    def examples(cls):
        return {"default": cls(), "left": cls(16, seed=0xACE1, direction="left"),
                "narrow": cls(3), "wide": cls(32, seed=0xDEADBEEF)}
