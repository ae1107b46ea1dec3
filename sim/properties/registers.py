"""Shift registers: never locked up, and running in a cycle."""

from gateware.sc.sources.de_bruijn import DeBruijnLFSR
from gateware.sc.sources.de_bruijn import step as de_bruijn_step
from gateware.sc.sources.leap_forward import LeapForwardLFSR
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.phase_shifted import PhaseShiftedLFSR
from gateware.step import linear, to_int

from .property import distinct, invariant

CYCLE = "other values have other successors: the register runs in a cycle"


@invariant(LFSR, "the register is never 0")
@invariant(LeapForwardLFSR, "the register is never 0")
@invariant(PhaseShiftedLFSR, "the register is never 0")
def not_locked_up(params, state):
    return to_int(state.value) != 0


@distinct(LeapForwardLFSR, CYCLE)
@distinct(PhaseShiftedLFSR, CYCLE)
def successors(params, state, outputs):
    return state.value, linear(params.rows, state.value)


@distinct(DeBruijnLFSR, CYCLE)
def de_bruijn(params, state, outputs):
    following, unused = de_bruijn_step(params, state, ())
    return state.value, following.value
