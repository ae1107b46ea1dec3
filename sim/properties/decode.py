"""Counters that never wrap, and encoders whose every prefix is exact to one bit."""

from gateware.sc.decode.moving_average import SlidingWindow
from gateware.sc.decode.ones_counter import OnesCounter
from gateware.sc.decode.up_down_counter import BipolarCounter, TwoRailCounter
from gateware.sc.decode.window_counter import WindowCounter
from gateware.sc.encode.low_discrepancy import LowDiscrepancyRegenerator
from gateware.sc.encode.rate import RateModulator
from gateware.step import maximum, mux, popcount, to_int

from .property import always, invariant


@invariant(OnesCounter, "the count reaches its length, 1.0, and no more")
def ones_counter(params, state):
    return state.count <= params.length


@always(OnesCounter, "a 1 is counted until the length is reached")
def ones_are_counted(params, state, inputs, following, outputs):
    return following.count == state.count + to_int(inputs.stream & (state.count < params.length))


@invariant(TwoRailCounter, "the count stays between the length and its negative")
@invariant(BipolarCounter, "the count stays between the length and its negative")
def up_down_counter(params, state):
    return (state.count <= params.length) & (state.count >= -params.length)


@invariant(WindowCounter, "no more ones than clocks of the window")
def window_counter(params, state):
    return state.ones <= maximum(state.clock - params.latency, 0)


@invariant(SlidingWindow, "the count is the ones of the window")
def sliding_window(params, state):
    return state.count == popcount(state.history)


@invariant(LowDiscrepancyRegenerator, "a window has no more ones than clocks: the count holds a full window and never wraps")
def low_discrepancy_regenerator(params, state):
    return state.ones <= state.clock


@always(RateModulator, "the number is in the output or in the remainder: every prefix is exact to one bit")
def rate_modulator(params, state, inputs, following, outputs):
    return following.remainder - state.remainder == inputs.value - mux(outputs.stream, params.full, 0)
