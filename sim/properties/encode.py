"""Encoders with a sequence of their own: where its index goes on, and that no 1 of a window is lost."""

from gateware.sc.encode.conditional import ConditionalEncoder
from gateware.sc.encode.low_discrepancy import LowDiscrepancyRegenerator
from gateware.step import mux, to_int

from .property import always, invariant


@always(ConditionalEncoder, "the index goes on where it is enabled, and nowhere else")
def conditional(params, state, inputs, following, outputs):
    successor = mux(state.count == params.limits.hi, 0, state.count + 1)
    return following.count == mux(inputs.enable, successor, state.count)


@invariant(LowDiscrepancyRegenerator, "the number held is at most N")
def held(params, state):
    return state.held <= params.last + 1


@always(LowDiscrepancyRegenerator, "every 1 of a window is counted, and at its end the count is what the next window encodes")
def regenerator(params, state, inputs, following, outputs):
    end = state.clock == params.last
    return following.ones + mux(end, following.held, 0) == state.ones + to_int(inputs.stream)
