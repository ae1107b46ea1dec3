"""Sources that are permutations: the phase counts round, and other phases give other numbers, so each number comes once in a period."""

from gateware.sc.sources.deterministic import ClockDivision, RelativelyPrime, Rotation
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.sobol import Sobol
from gateware.sc.sources.van_der_corput import VanDerCorput
from gateware.step import mux, wrap

from .property import always, distinct

COUNTS = "the counter goes through its values in a circle"
ONCE = "every clock of a period gives another number: encoded, X has X ones in a period"


@always(RampCounter, COUNTS)
def ramp_counts(params, state, inputs, following, outputs):
    return following.count == mux(state.count == params.modulus - 1, 0, state.count + 1)


@distinct(RampCounter, ONCE)
def ramp_values(params, state, outputs):
    return state.count, outputs.ramp


@always(Sobol, COUNTS)
@always(VanDerCorput, COUNTS)
def sequence_counts(params, state, inputs, following, outputs):
    return following.count == mux(state.count == params.limits.hi, 0, state.count + 1)


@distinct(Sobol, ONCE)
@distinct(VanDerCorput, ONCE)
def sequence_values(params, state, outputs):
    return state.count, outputs.random


def one_more(params, before, after, period):
    """Whether a phase goes on by 1, from the last to 0."""
    return after == mux(before == period - 1, 0, before + 1)


@always(ClockDivision, "first + N second counts through N**2 values: every pair comes once, and a product is exact")
def clock_division(params, state, inputs, following, outputs):
    size = params.last + 1
    return one_more(params, state.second * size + state.first, following.second * size + following.first, size * size)


@always(Rotation, "first + N ((second - first) mod N) counts through N**2 values: every pair comes once, and a product is exact")
def rotation(params, state, inputs, following, outputs):
    size = params.last + 1
    return one_more(params, wrap(state.second - state.first, params.limits) * size + state.first,
                    wrap(following.second - following.first, params.limits) * size + following.first, size * size)


@always(RelativelyPrime, "both count through their values, N and N - 1, which share no factor: every pair comes once")
def relatively_prime(params, state, inputs, following, outputs):
    return one_more(params, state.first, following.first, params.last + 1) & one_more(params, state.second, following.second, params.last)
