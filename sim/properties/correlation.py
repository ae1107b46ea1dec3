"""Conservation in correlation control: what entered less what left is what is saved."""

from gateware.sc.correlation.decorrelator import Decorrelator
from gateware.sc.correlation.desynchronizer import Desynchronizer
from gateware.sc.correlation.isolator import Isolator
from gateware.sc.correlation.regenerator import Regenerator
from gateware.sc.correlation.skewed_synchronizer import SkewedSynchronizer
from gateware.sc.correlation.synchronizer import Synchronizer
from gateware.sc.correlation.tracking_forecast_memory import TrackingForecastMemory
from gateware.step import maximum, mux, popcount, to_int

from .property import always, invariant


@always(Synchronizer, "what enters x and has not left is saved above the middle")
def synchronizer_x(params, state, inputs, following, outputs):
    saved, before = maximum(following.saved - params.depth, 0), maximum(state.saved - params.depth, 0)
    return saved - before == to_int(inputs.x) - to_int(outputs.aligned_x)


@always(Synchronizer, "what enters y and has not left is saved below the middle")
def synchronizer_y(params, state, inputs, following, outputs):
    saved, before = maximum(params.depth - following.saved, 0), maximum(params.depth - state.saved, 0)
    return saved - before == to_int(inputs.y) - to_int(outputs.aligned_y)


@always(SkewedSynchronizer, "what enters the stream and has not left is saved")
def skewed_synchronizer(params, state, inputs, following, outputs):
    return following.saved - state.saved == to_int(inputs.stream) - to_int(outputs.aligned)


@always(Desynchronizer, "what enters x and has not left is half of what is saved, and the odd one if y is next")
def desynchronizer_x(params, state, inputs, following, outputs):
    saved = ((following.saved + to_int(following.side)) >> 1) - ((state.saved + to_int(state.side)) >> 1)
    return saved == to_int(inputs.x) - to_int(outputs.apart_x)


@always(Desynchronizer, "what enters y and has not left is half of what is saved, and the odd one if x is next")
def desynchronizer_y(params, state, inputs, following, outputs):
    saved = ((following.saved + 1 - to_int(following.side)) >> 1) - ((state.saved + 1 - to_int(state.side)) >> 1)
    return saved == to_int(inputs.y) - to_int(outputs.apart_y)


@invariant(Decorrelator, "the place of the present bit stores nothing")
def decorrelator_last(params, state):
    return to_int(state.memory) < (1 << params.last)


@always(Decorrelator, "what enters and has not left is in the memory")
def decorrelator(params, state, inputs, following, outputs):
    return popcount(following.memory) - popcount(state.memory) == to_int(inputs.stream) - to_int(outputs.shuffled)


@always(Isolator, "what enters and has not left is in the line")
def isolator(params, state, inputs, following, outputs):
    return popcount(following.line) - popcount(state.line) == to_int(inputs.stream) - to_int(outputs.delayed)


@invariant(Regenerator, "no more ones than clocks of the window")
def regenerator_ones(params, state):
    return state.ones <= state.clock


@always(Regenerator, "the ones of a window are counted, and all held when it ends")
def regenerator(params, state, inputs, following, outputs):
    total = state.ones + to_int(inputs.stream)
    ends = state.clock == params.last
    return (mux(ends, following.held, following.ones) == total) & (mux(ends, following.ones, 0) == 0)


@invariant(TrackingForecastMemory, "at most the value 1")
def tracking_forecast_memory_full(params, state):
    return state.memory <= (params.one << params.shift)


@always(TrackingForecastMemory, "the memory gains what enters and loses the forecast")
def tracking_forecast_memory(params, state, inputs, following, outputs):
    return following.memory - state.memory == mux(inputs.stream, params.one, 0) - (state.memory >> params.shift)
