"""Bounds of functions: what a chain, a counter or a residue has seen is what it holds, until it is full."""

from gateware.sc.functions.comparator import StreamComparator
from gateware.sc.functions.hard_sigmoid import HardSigmoid, HardTanh
from gateware.sc.functions.linear_fsm import LinearFSM
from gateware.sc.functions.log_odds_gain import LogOddsGain
from gateware.sc.functions.normalizer import Normalizer
from gateware.sc.functions.odds_decay import OddsDecay, TwoSidedOddsDecay
from gateware.sc.functions.relu import ReLU
from gateware.sc.functions.soft_absolute import SoftAbsolute
from gateware.step import bit_at, mux, not_, popcount, to_int

from .property import always, invariant


def moves(component):
    @always(component, "one state up on a 1 and down on a 0, but at the ends, where it stays")
    def chain(params, state, inputs, following, outputs):
        at_end = state.position == mux(inputs.stream, params.top, 0)
        return following.position - state.position == mux(at_end, 0, mux(inputs.stream, 1, -1))


for each in (LogOddsGain, OddsDecay, TwoSidedOddsDecay, SoftAbsolute, LinearFSM):
    moves(each)


@always(StreamComparator, "moves by a - b, but at the ends, where it stays")
def comparator(params, state, inputs, following, outputs):
    at_end = state.position == mux(inputs.a, params.top, 0)
    step = to_int(inputs.a) - to_int(inputs.b)
    return following.position - state.position == mux(at_end, 0, step)


@invariant(ReLU, "the counter is never more than one below half its range")
def relu_floor(params, state):
    return state.counter >= params.half - 1


@always(ReLU, "the counter follows the output's ones less its zeros, but where it is full and stays")
def relu_count(params, state, inputs, following, outputs):
    full = (state.counter == params.limits.hi) & outputs.result
    return following.counter - state.counter == mux(full, 0, mux(outputs.result, 1, -1))


@always(ReLU, "every 1 of the input is in the output")
def relu_ones(params, state, inputs, following, outputs):
    return not_(inputs.stream) | outputs.result


@always(HardSigmoid, "twice the output's ones are the input's and the clocks, but for the half that is kept")
def hard_sigmoid(params, state, inputs, following, outputs):
    return to_int(following.half) - to_int(state.half) == to_int(inputs.stream) + 1 - 2 * to_int(outputs.result)


@always(HardTanh, "the residue is what the output owes, but where it is clamped")
def hard_tanh(params, state, inputs, following, outputs):
    owed = state.residue + mux(inputs.stream, params.gain, -params.gain) - mux(outputs.result, 1, -1)
    inside = (owed >= params.limits.lo) & (owed <= params.limits.hi)
    return not_(inside) | (following.residue == owed)


@always(Normalizer, "exactly one share is 1")
def one_share(params, state, inputs, following, outputs):
    return popcount(outputs.shares) == 1


@always(Normalizer, "the share moves to a stream that is 1, or stays")
def share_moves(params, state, inputs, following, outputs):
    chosen = bit_at(inputs.streams, inputs.select) & (following.last == inputs.select)
    return chosen | (following.last == state.last)
