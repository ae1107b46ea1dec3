"""LFSR with the zero state inserted: a pseudo-random permutation of all values."""

from typing import Any, NamedTuple

from gateware.step import StepComponent, Vector, parity, reverse, shift_in, to_int, vector

from .polynomial import register

__all__ = ["DeBruijnLFSR"]


class Params(NamedTuple):
    mask: int
    upper: int
    width: int


class State(NamedTuple):
    value: Any


class Outputs(NamedTuple):
    random: Any


def step(params, state, inputs):
    # With all bits above the lowest 0 the register is 1, and goes to 0, or 0, and goes on where 1 would have gone.
    turn = to_int(state.value & vector(params.upper, params.width)) == 0
    feedback = parity(state.value & vector(params.mask, params.width)) ^ turn
    shifted = shift_in(reverse(state.value, params.width), feedback, params.width)
    return State(reverse(shifted, params.width)), Outputs(state.value)


class DeBruijnLFSR(StepComponent):
    r"""Linear-feedback shift register that visits 0 too: every value once in a period of ``2**width``.

    .. math:: f_t = \bigoplus_\tau r_{t,n-\tau} \oplus [r_{t,n-1:1} = 0], \qquad r_{t+1} = (f_t, r_{t,n-1:1})

    Parameters
    ----------
    width : int
        Bits n, 3 to 32.
    seed : int
        Initial value, 0 to ``2**width - 1``.
    taps : sequence of int or None
        Exponents of a primitive polynomial of degree ``width``; by default the table's.

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
    A comparator behind it gives exactly X ones over a period. Successive values are shifts of each other, as those of the
    plain register are. Latency 0, interval 1. Source: N. G. de Bruijn, A combinatorial problem, 1946; S. W. Golomb, Shift
    Register Sequences, 1967.
    """

    serial = "shifted"
    permutation = True

    def __init__(self, width=8, *, seed=0, taps=None):
        width, seed, self.taps = register("DeBruijnLFSR", width, seed, taps, zero=True)
        mask = sum(1 << (width - tap) for tap in self.taps)
        super().__init__(step, params=Params(mask, (1 << width) - 2, width), state=State(Vector(width)), init=State(seed))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(3, seed=5), "wide": cls(16)}
