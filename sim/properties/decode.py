"""Decoders: nothing wraps, and what was counted is what came."""

from gateware.sc.decode.moving_average import ExponentialAverage, SlidingWindow
from gateware.sc.decode.ones_counter import OnesCounter
from gateware.sc.decode.up_down_counter import BipolarCounter, TwoRailCounter
from gateware.step import mux, popcount, to_int

from .property import always, invariant


@invariant(OnesCounter, "the count is at most N")
def ones_bound(params, state):
    return state.count <= params.length


@always(OnesCounter, "every one is counted, but at N, where the count stays")
def ones(params, state, inputs, following, outputs):
    return following.count - state.count == mux(state.count == params.length, 0, to_int(inputs.stream))


def bounded(component):
    @invariant(component, "the count is at most N")
    def above(params, state):
        return state.count <= params.length

    @invariant(component, "the count is at least -N")
    def below(params, state):
        return state.count >= -params.length


for each in (TwoRailCounter, BipolarCounter):
    bounded(each)


@always(TwoRailCounter, "moves by plus - minus, but at the ends, where it stays")
def two_rail(params, state, inputs, following, outputs):
    move = to_int(inputs.plus) - to_int(inputs.minus)
    at_end = mux(move < 0, -params.length, params.length) == state.count
    return following.count - state.count == mux(at_end, 0, move)


@always(BipolarCounter, "moves up at a 1 and down at a 0, but at the ends, where it stays")
def bipolar(params, state, inputs, following, outputs):
    at_end = mux(inputs.stream, params.length, -params.length) == state.count
    return following.count - state.count == mux(at_end, 0, mux(inputs.stream, 1, -1))


@invariant(SlidingWindow, "the count is the ones of the window")
def sliding_window(params, state):
    return state.count == popcount(state.history)


@always(ExponentialAverage, "a 1 never lowers the average and a 0 never raises it")
def exponential_average(params, state, inputs, following, outputs):
    move = to_int(following.average) - to_int(state.average)
    return mux(inputs.stream, move, -move) >= 0
