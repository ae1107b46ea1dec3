"""What order statistics keep: the sum of the streams, in every clock."""

from gateware.sc.order.counter import CompareExchange
from gateware.sc.order.sorting import SortingNetwork
from gateware.sc.order.tree import PassOne, WinnerTakeAll
from gateware.step import maximum, not_, popcount, to_int

from .property import always, invariant


@invariant(CompareExchange, "the lead stays within the limit")
def lead_within(params, state):
    return (state.lead <= params.limit) & (state.lead >= -params.limit)


@always(CompareExchange, "maximum and minimum have the ones of a and b")
def sum_kept(params, state, inputs, following, outputs):
    return to_int(outputs.maximum) + to_int(outputs.minimum) == to_int(inputs.a) + to_int(inputs.b)


@always(CompareExchange, "the lead changes by a less b, but at the limit")
def lead_moves(params, state, inputs, following, outputs):
    stopped = ((state.lead == params.limit) & inputs.a) | ((state.lead == -params.limit) & inputs.b)
    return (following.lead - state.lead == to_int(inputs.a) - to_int(inputs.b)) | (stopped & (following.lead == state.lead))


@always(CompareExchange, "maximum less a is what more b is ahead, but where b is ahead by the limit")
def greatest_count(params, state, inputs, following, outputs):
    behind = maximum(-following.lead, 0) - maximum(-state.lead, 0)
    stopped = (state.lead == -params.limit) & inputs.b & not_(inputs.a)
    return stopped | (to_int(outputs.maximum) - to_int(inputs.a) == behind)


@always(SortingNetwork, "the sorted streams have the ones of the streams")
def sorting_keeps(params, state, inputs, following, outputs):
    return popcount(outputs.ascending) == popcount(inputs.streams)


@always(WinnerTakeAll, "at most one stream passes")
def one_winner(params, state, inputs, following, outputs):
    return popcount(outputs.winner) <= 1


@always(PassOne, "what passes is a one of the streams, and the only one")
def passes_one(params, state, inputs, following, outputs):
    return (popcount(outputs.winner) <= 1) & (popcount(outputs.winner & inputs.streams) == popcount(outputs.winner))
