"""Saturating counters of few states as tables of successors: an adder takes twice the logic."""

from gateware.step import lookup, mux

__all__ = ["moved", "successors"]


def successors(states):
    """The next state of each of ``states`` states upwards, and downwards."""
    return tuple(min(s + 1, states - 1) for s in range(states)), tuple(max(s - 1, 0) for s in range(states))


def moved(params, state, rise, fall):
    """The state after a clock, by the tables ``params.up`` and ``params.down``; step code."""
    return mux(rise, lookup(params.up, state), mux(fall, lookup(params.down, state), state))
