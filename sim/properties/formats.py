"""Conservation in format converters."""

from gateware.sc.formats.bipolar_to_unipolar import BipolarToUnipolar
from gateware.sc.formats.integral import IntegralToUnipolar
from gateware.sc.formats.rate_to_temporal import RateToTemporal
from gateware.sc.formats.ratio import RatioAdder
from gateware.sc.formats.sign_magnitude import BipolarToSignMagnitude, SignMagnitudeToBipolar
from gateware.sc.formats.temporal import Inhibit
from gateware.sc.formats.two_rail import BipolarToTwoRail, TwoRailToBipolar
from gateware.sc.formats.unipolar_to_bipolar import UnipolarToBipolar
from gateware.step import mux, not_, to_int

from .property import always, invariant


def sign_of(stream):
    """+1 of a 1, -1 of a 0."""
    return mux(stream, 1, -1)


def product(a, b):
    return to_int(not_(a ^ b))


@always(UnipolarToBipolar, "two ones out for every one in and every clock")
def unipolar_to_bipolar(params, state, inputs, following, outputs):
    return to_int(following.remainder) - to_int(state.remainder) == to_int(inputs.stream) + 1 - 2 * to_int(outputs.bipolar)


@always(BipolarToUnipolar, "the debt is what left less the sum of what entered, but for a zero that meets a full debt")
def bipolar_to_unipolar(params, state, inputs, following, outputs):
    change = to_int(outputs.unipolar) - sign_of(inputs.stream)
    lost = not_(inputs.stream) & (following.debt == state.debt)
    return following.debt - state.debt == change - to_int(lost)


@always(BipolarToTwoRail, "what enters less what leaves on the rails is the balance")
def bipolar_to_two_rail(params, state, inputs, following, outputs):
    left = to_int(outputs.positive) - to_int(outputs.negative)
    return following.balance - state.balance == sign_of(inputs.stream) - left


@always(BipolarToTwoRail, "never both rails")
def rails_exclude(params, state, inputs, following, outputs):
    return not_(outputs.positive & outputs.negative)


@always(TwoRailToBipolar, "two ones out for every clock and positive one less the negative ones")
def two_rail_to_bipolar(params, state, inputs, following, outputs):
    total = 1 + to_int(inputs.positive) - to_int(inputs.negative)
    return to_int(following.remainder) - to_int(state.remainder) == total - 2 * to_int(outputs.bipolar)


@always(SignMagnitudeToBipolar, "two ones, or zeros of a negative number, for every one in and every clock")
def sign_magnitude_to_bipolar(params, state, inputs, following, outputs):
    out = to_int(outputs.bipolar ^ inputs.negative)
    return to_int(following.remainder) - to_int(state.remainder) == to_int(inputs.magnitude) + 1 - 2 * out


@always(BipolarToSignMagnitude, "what enters less what leaves, each with the sign of its clock, is the balance")
def bipolar_to_sign_magnitude(params, state, inputs, following, outputs):
    left = mux(outputs.magnitude, sign_of(not_(outputs.negative)), 0)
    return following.balance - state.balance == sign_of(inputs.stream) - left


@always(IntegralToUnipolar, "all that enters is in the output, m to one, or in the remainder")
def integral_to_unipolar(params, state, inputs, following, outputs):
    return following.remainder - state.remainder == inputs.integral - params.levels * to_int(outputs.unipolar)


@always(RatioAdder, "the numerator is half of the two products, the denominator half of theirs and of a toggle")
def ratio_adder(params, state, inputs, following, outputs):
    terms = product(inputs.a_numerator, inputs.b_denominator) + product(inputs.b_numerator, inputs.a_denominator)
    numerator = to_int(following.numerator) - to_int(state.numerator) == terms - 2 * to_int(outputs.numerator)
    shared = product(inputs.a_denominator, inputs.b_denominator) + to_int(state.toggle)
    denominator = to_int(following.denominator) - to_int(state.denominator) == shared - 2 * to_int(outputs.denominator)
    return numerator & denominator & (following.toggle ^ state.toggle)


@always(Inhibit, "nothing passes once the inhibitor has been seen")
def inhibit(params, state, inputs, following, outputs):
    return not_(outputs.passed & (state.seen | inputs.inhibitor)) & (not_(state.seen) | following.seen)


@invariant(RateToTemporal, "no more ones than clocks of the window")
def rate_to_temporal(params, state):
    return state.ones <= state.clock
