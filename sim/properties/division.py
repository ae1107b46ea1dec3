"""What dividers and roots keep: counters that move by what comes in less what goes out, queues that lose nothing."""

from gateware.sc.division.addie import AddieDivider
from gateware.sc.division.addie_root import AddieRoot, DelayedAddieRoot
from gateware.sc.division.emit_root import EmitRoot
from gateware.sc.division.harmonic_mean import HarmonicMeanWithOne
from gateware.sc.division.restoring import RestoringDivider
from gateware.step import bit_at, mux, not_, to_int, to_vector, trailing_zeros

from .property import always, invariant


def moved(span, state, following, up, down):
    """The level changes by ``up`` less ``down``, but for an ``up`` where it is full."""
    full = (state.level == span.hi) & up & not_(down) & (following.level == state.level)
    return (following.level - state.level == to_int(up) - to_int(down)) | full


@always(AddieDivider, "the count changes by the dividend less the fed-back product, but where it is full; it never falls below 0")
def addie_divider(params, state, inputs, following, outputs):
    return moved(params.span, state, following, inputs.dividend, outputs.quotient & inputs.divisor)


@always(AddieRoot, "the count changes by the input less the square, but never where it is full")
def addie_root(params, state, inputs, following, outputs):
    square = outputs.root & (state.level > inputs.other)
    return following.level - state.level == to_int(inputs.stream) - to_int(square)


@always(DelayedAddieRoot, "the count changes by the input less the delayed square, but where it is full; it never falls below 0")
def delayed_addie_root(params, state, inputs, following, outputs):
    return moved(params.span, state, following, inputs.stream, outputs.root & state.last) & not_(following.last ^ outputs.root)


@invariant(EmitRoot, "bits that wait or are emitted are fewer than the clocks since the last 0 of the root")
def emit_root_waits(params, state):
    return state.waiting + to_int(state.emitted) <= trailing_zeros(state.zeros, params.depth)


@always(EmitRoot, "no bit is lost: in and emitted less out is what more waits")
def emit_root_keeps(params, state, inputs, following, outputs):
    return following.waiting - state.waiting == to_int(inputs.stream) + to_int(state.emitted) - to_int(outputs.root)


@always(HarmonicMeanWithOne, "a bit is inserted only behind a 1 that was not")
def harmonic_mean(params, state, inputs, following, outputs):
    return not_(following.trace ^ (inputs.stream & not_(state.trace)))


@invariant(RestoringDivider, "below one, the remainder is less than the divisor")
def restoring_remainder(params, state):
    return state.full | (state.remainder < state.divisor) | (state.divisor == 0)


@always(RestoringDivider, "a clock of a division doubles the remainder and takes the divisor where the quotient's bit is 1")
def restoring_bit(params, state, inputs, following, outputs):
    one = bit_at(to_vector(following.fraction, params.width), 0)
    divides = (state.left > 0) & not_(inputs.start) & not_(state.full) & (state.divisor > 0)
    return not_(divides) | (following.remainder + mux(one, state.divisor, 0) == 2 * state.remainder)
