"""Conservation in adders and converters: no 1 is lost or made, so every prefix is exact to the remainder."""

from gateware.sc.arithmetic.any_scale_adder import AnyScaleAdder
from gateware.sc.arithmetic.constant_gain import ConstantGain
from gateware.sc.arithmetic.in_stream_multiplier import InStreamMultiplier
from gateware.sc.arithmetic.parallel_counter import ParallelCounter
from gateware.sc.arithmetic.saturating_subtractor import SaturatingSubtractor
from gateware.sc.arithmetic.scaled_adder import ScaledAdder
from gateware.step import mux, not_, popcount, to_int

from .property import always, invariant


@always(ScaledAdder, "every one of the inputs is in the output, n to one, or in the remainder: |ones - sum / n| < 1 for every prefix")
def scaled_adder(params, state, inputs, following, outputs):
    return following.remainder - state.remainder == popcount(inputs.streams) - params.width * to_int(outputs.sum)


@always(AnyScaleAdder, "what the output and the remainder do not hold was cut off at a limit of the remainder")
def any_scale_adder(params, state, inputs, following, outputs):
    change = (popcount(inputs.streams) << params.shift) - params.offset - mux(outputs.sum, params.scale, 0)
    cut = (following.remainder == params.limits.lo) | (following.remainder == params.limits.hi)
    return cut | (following.remainder - state.remainder == change)


@always(ConstantGain, "every one of the input is in the output or in the remainder, in parts of the denominator")
def constant_gain(params, state, inputs, following, outputs):
    given = mux(inputs.stream, params.numerator, 0)
    return following.remainder - state.remainder == given - mux(outputs.product, params.denominator, 0)


@always(SaturatingSubtractor, "the debt grows by what the subtrahend has more, but where it is full")
def saturating_subtractor(params, state, inputs, following, outputs):
    change = to_int(inputs.subtrahend) - to_int(inputs.minuend) + to_int(outputs.difference)
    forgiven = (state.debt == params.limits.hi) & inputs.subtrahend & not_(inputs.minuend)
    return following.debt - state.debt == change - to_int(forgiven)


@always(ParallelCounter, "the count goes up by the ones, never wraps, and stops at its length")
def parallel_counter(params, state, inputs, following, outputs):
    total = state.count + popcount(inputs.streams)
    return (following.count == total) | ((following.count == params.limits.hi) & (total > params.limits.hi))


@invariant(InStreamMultiplier, "the count is the ones of the window")
def in_stream_multiplier(params, state):
    return state.count == popcount(state.window)
