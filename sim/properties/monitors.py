"""Monitors: their counts are of the clocks, and nothing wraps."""

from gateware.sc.monitors.correlation import CorrelationMonitor, SerialCorrelationMonitor
from gateware.sc.monitors.margin import MarginMonitor
from gateware.sc.monitors.settled import SettledMonitor
from gateware.sc.monitors.stability import StabilityMonitor
from gateware.step import absolute, not_

from .property import always, invariant


def of_the_clocks(params, state):
    return state.both + state.only_x + state.only_y <= state.clocks


def in_sum_the_clocks(params, state, inputs, following, outputs):
    return outputs.both + outputs.only_x + outputs.only_y + outputs.neither == following.clocks


for _kind in (CorrelationMonitor, SerialCorrelationMonitor):
    invariant(_kind, "the counts of ones are of the clocks")(of_the_clocks)
    always(_kind, "the four counts are the clocks")(in_sum_the_clocks)


@invariant(StabilityMonitor, "the bound is the tolerance times the clocks")
def stability_bound(params, state):
    return (state.bound == params.tolerance * state.clocks) & (state.unstable_until <= state.clocks)


@invariant(StabilityMonitor, "the difference is of the clocks")
def stability_difference(params, state):
    return absolute(state.difference) <= params.length * state.clocks


@invariant(SettledMonitor, "the ones are of the clocks, before the end")
def settled_ones(params, state):
    return (state.ones <= state.blocks * params.block + state.clock) & ((state.blocks < params.length) | state.done)


@invariant(SettledMonitor, "the bound is T j (j - 1)")
def settled_bound(params, state):
    return state.bound + params.tolerance * state.blocks == params.tolerance * state.blocks * state.blocks


@always(SettledMonitor, "once settled, nothing moves")
def settled_stands(params, state, inputs, following, outputs):
    same = (following.ones == state.ones) & (following.blocks == state.blocks) & following.done & outputs.settled
    return not_(state.done) | same


@invariant(MarginMonitor, "the margin is of the clocks, its square is its square, the bound is of the clocks")
def margin_square(params, state):
    bounds = (state.bound == params.confidence * state.clocks) & (absolute(state.margin) <= state.clocks)
    return bounds & (state.square == state.margin * state.margin) & ((state.clocks < params.length) | state.done)


@always(MarginMonitor, "once settled, nothing moves")
def margin_stands(params, state, inputs, following, outputs):
    same = (following.margin == state.margin) & (following.clocks == state.clocks) & following.done & outputs.settled
    return not_(state.done) | same


@invariant(SettledMonitor, "the difference is j times the ones of the block less those before it")
def settled_difference(params, state):
    # j c - (S - c) of the c ones of this block, which are at most its clocks: the total with S is (j + 1) c.
    total = state.difference + state.ones
    return (total >= 0) & (total <= (state.blocks + 1) * state.clock)
