"""Sources and encoders: every value, or pair of values, once in a period, so that counts and products are exact."""

from gateware.sc.encode.conditional import ConditionalEncoder
from gateware.sc.encode.low_discrepancy import LowDiscrepancyRegenerator
from gateware.sc.encode.rate import RateModulator
from gateware.sc.sources.de_bruijn import DeBruijnLFSR
from gateware.sc.sources.de_bruijn import step as de_bruijn_step
from gateware.sc.sources.deterministic import ClockDivision, RelativelyPrime, Rotation
from gateware.sc.sources.leap_forward import LeapForwardLFSR
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.phase_shifted import PhaseShiftedLFSR
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.sobol import Sobol
from gateware.sc.sources.van_der_corput import VanDerCorput
from gateware.step import linear, mux, to_int, to_vector, vector

from .property import always, distinct, invariant


def once_in_a_period(component):
    @distinct(component, "other counts give other numbers, so every number comes once in a period and a comparator counts exactly")
    def numbers(params, state):
        return state.count, linear(params.rows, to_vector(state.count, params.width))


def counts(component):
    @always(component, "the count goes up by one and starts anew at the end of its range")
    def successor(params, state, inputs, following, outputs):
        return following.count == mux(state.count == params.limits.hi, 0, state.count + 1)


for each in (VanDerCorput, Sobol, ConditionalEncoder):
    once_in_a_period(each)
for each in (VanDerCorput, Sobol, RampCounter):
    counts(each)


@always(ConditionalEncoder, "the index goes on where it is enabled, and nowhere else")
def conditional(params, state, inputs, following, outputs):
    successor = mux(state.count == params.limits.hi, 0, state.count + 1)
    return following.count == mux(inputs.enable, successor, state.count)


def never_zero(component):
    @invariant(component, "the register is never 0")
    def not_locked_up(params, state):
        return to_int(state.value) != 0


for each in (LFSR, LeapForwardLFSR, PhaseShiftedLFSR):
    never_zero(each)


def linear_successors(component):
    @distinct(component, "other values have other successors: the register runs in a cycle")
    def successors(params, state):
        return state.value, linear(params.rows, state.value)


for each in (LeapForwardLFSR, PhaseShiftedLFSR):
    linear_successors(each)


@distinct(DeBruijnLFSR, "other values have other successors: the register runs in a cycle")
def de_bruijn(params, state):
    following, outputs = de_bruijn_step(params, state, ())
    return state.value, following.value


def pair_phase(params, state, turns):
    """Clocks since the pair was (0, 0), of a pair in the given turn of its first number: other pairs have other phases."""
    return (params.last + 1) * turns + state.first


def clock_division_phase(params, state):
    return pair_phase(params, state, state.second)


def rotation_phase(params, state):
    slip = state.second - state.first
    return pair_phase(params, state, mux(slip < 0, slip + (params.last + 1), slip))


def relatively_prime_phase(params, state):
    # By the Chinese remainder theorem: N is 1 modulo N - 1.
    slip = state.second - state.first
    return pair_phase(params, state, mux(slip < 0, slip + params.last, slip))


@always(ClockDivision, "every pair of numbers comes once in N**2 clocks: products of all operands are exact")
def clock_division(params, state, inputs, following, outputs):
    phase, top = clock_division_phase(params, state), (params.last + 1) * (params.last + 1) - 1
    return clock_division_phase(params, following) == mux(phase == top, 0, phase + 1)


@always(Rotation, "every pair of numbers comes once in N**2 clocks: products of all operands are exact")
def rotation(params, state, inputs, following, outputs):
    phase, top = rotation_phase(params, state), (params.last + 1) * (params.last + 1) - 1
    return rotation_phase(params, following) == mux(phase == top, 0, phase + 1)


@always(RelativelyPrime, "every pair of numbers comes once in N (N - 1) clocks: products of all operands are exact")
def relatively_prime(params, state, inputs, following, outputs):
    phase, top = relatively_prime_phase(params, state), (params.last + 1) * params.last - 1
    return relatively_prime_phase(params, following) == mux(phase == top, 0, phase + 1)


@always(RateModulator, "what was put in is in the ones, N each, or in the remainder")
def rate_modulator(params, state, inputs, following, outputs):
    return following.remainder - state.remainder == inputs.value - params.full * to_int(outputs.stream)


@invariant(LowDiscrepancyRegenerator, "no more ones than clocks in a window")
def window(params, state):
    return state.ones <= state.clock


@invariant(LowDiscrepancyRegenerator, "the number held is at most N")
def held(params, state):
    return state.held <= params.last + 1


@always(LowDiscrepancyRegenerator, "every one of a window is counted, and at its end the count is what the next window encodes")
def regenerator(params, state, inputs, following, outputs):
    end = state.clock == params.last
    return following.ones + mux(end, following.held, 0) == state.ones + to_int(inputs.stream)


@distinct(LowDiscrepancyRegenerator, "other clocks of a window compare with other numbers: it has as many ones as the number held")
def regenerated_window(params, state):
    random = linear(params.rows, to_vector(state.clock, params.width)) ^ vector(params.flip, params.width)
    return state.clock, random
