"""Deterministic pairs of sources: over a period every pair of numbers meets once, so products are exact."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import Range, StepComponent, count_to, mux, wrap

__all__ = ["ClockDivision", "RelativelyPrime", "Rotation"]


class Params(NamedTuple):
    limits: Range
    last: int


class State(NamedTuple):
    first: Any
    second: Any


class Outputs(NamedTuple):
    first: Any
    second: Any


def clock_division_step(params, state, inputs):
    following = wrap(state.second + 1, params.limits)
    return (State(wrap(state.first + 1, params.limits), mux(state.first == params.last, following, state.second)),
            Outputs(state.first, state.second))


def rotation_step(params, state, inputs):
    stride = mux(state.first == params.last, 2, 1)
    return (State(wrap(state.first + 1, params.limits), wrap(state.second + stride, params.limits)),
            Outputs(state.first, state.second))


def relatively_prime_step(params, state, inputs):
    return (State(wrap(state.first + 1, params.limits), count_to(state.second, params.last)),
            Outputs(state.first, state.second))


class ClockDivision(StepComponent):
    r"""Deterministic pair by clock division: the second counter goes on once in a period of the first.

    .. math:: r_t = t \bmod N, \qquad r'_t = \lfloor t / N \rfloor \bmod N, \qquad N = 2^n

    Each pair of numbers comes once in ``N**2`` clocks, so the product of any two encoded numbers, A B ones in N^2, is exact.

    Parameters
    ----------
    width : int
        Bits n, 1 to 16.

    Members
    -------
    first, second : Out(width)

    Attributes
    ----------
    length : int
        Clocks of a period, ``4**width``.

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: D. Jenson and M. Riedel, A Deterministic Approach to Stochastic Computation, ICCAD 2016;
    M. H. Najafi et al., Performing Stochastic Computation Deterministically, IEEE TVLSI 27(12), 2019,
    doi:10.1109/TVLSI.2019.2929354.
    """

    serial = "ramp"
    permutation = False

    def __init__(self, width=8):
        limits = _limits(self, width)
        self.length = (limits.hi + 1)**2
        super().__init__(clock_division_step, params=Params(limits, limits.hi), state=State(limits, limits), init=State(0, 0))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(4)}


class Rotation(StepComponent):
    r"""Deterministic pair by rotation: the second counter slips by one in every period of the first.

    .. math:: r_t = t \bmod N, \qquad r'_t = (t + \lfloor t / N \rfloor) \bmod N, \qquad N = 2^n

    Each pair of numbers comes once in ``N**2`` clocks, so the product of any two encoded numbers, A B ones in N^2, is exact; both
    streams have all their ones in every N clocks.

    Parameters
    ----------
    width : int
        Bits n, 1 to 16.

    Members
    -------
    first, second : Out(width)

    Attributes
    ----------
    length : int
        Clocks of a period, ``4**width``.

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: D. Jenson and M. Riedel, A Deterministic Approach to Stochastic Computation, ICCAD 2016;
    M. H. Najafi et al., Performing Stochastic Computation Deterministically, IEEE TVLSI 27(12), 2019,
    doi:10.1109/TVLSI.2019.2929354.
    """

    serial = "ramp"
    permutation = False

    def __init__(self, width=8):
        limits = _limits(self, width)
        self.length = (limits.hi + 1)**2
        super().__init__(rotation_step, params=Params(limits, limits.hi), state=State(limits, limits), init=State(0, 0))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(4)}


class RelativelyPrime(StepComponent):
    r"""Deterministic pair of relatively prime periods N and N - 1.

    .. math:: r_t = t \bmod N, \qquad r'_t = t \bmod (N - 1), \qquad N = 2^n

    Each pair of numbers comes once in ``N (N - 1)`` clocks, so the product of any two encoded numbers is exact: A B ones in
    N (N - 1), where the second number is one of 0 to N - 1 and stands for B / (N - 1).

    Parameters
    ----------
    width : int
        Bits n, 2 to 16.

    Members
    -------
    first : Out(width)
    second : Out(range(2**width - 1))

    Attributes
    ----------
    length : int
        Clocks of a period, ``2**width * (2**width - 1)``.

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: D. Jenson and M. Riedel, A Deterministic Approach to Stochastic Computation, ICCAD 2016;
    M. H. Najafi et al., Performing Stochastic Computation Deterministically, IEEE TVLSI 27(12), 2019,
    doi:10.1109/TVLSI.2019.2929354.
    """

    serial = "ramp"
    permutation = False

    def __init__(self, width=8):
        limits = _limits(self, width, least=2)
        self.length = (limits.hi + 1) * limits.hi
        super().__init__(relatively_prime_step, params=Params(limits, limits.hi),
                         state=State(limits, Range(0, limits.hi - 1)), init=State(0, 0))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(4)}


def _limits(component, width, least=1):
    name = type(component).__name__
    width = integer(f"{name} width", width)
    if not least <= width <= 16:
        raise ValueError(f"{name} width must be between {least} and 16, not {width}")
    return Range.unsigned(width)
