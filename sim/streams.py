"""Amaranth's own simulator with a time-out, and the two helpers that every stream test needs."""

from __future__ import annotations

import contextlib
import itertools
import os
import time

from amaranth.sim import Simulator

from gateware.rtlil import to_rtlil


__all__ = ["simulate", "stream_get", "stream_put"]


async def stream_put(ctx, stream, payload) -> None:
    """Send one item into a stream and return after the clock in which it was accepted.

    Parameters
    ----------
    ctx : amaranth.sim.SimulatorContext
        Of a testbench.
    stream : amaranth.lib.stream.Interface
        An input of the design.
    payload : int or dict
        What the payload accepts.
    """
    ctx.set(stream.payload, payload)
    ctx.set(stream.valid, 1)
    # Not `until`, whose generator complains when a time-out abandons it.
    ready = 0
    while not ready:
        _, _, ready = await ctx.tick().sample(stream.ready)
    ctx.set(stream.valid, 0)


async def stream_get(ctx, stream):
    """Take one item out of a stream.

    Parameters
    ----------
    ctx : amaranth.sim.SimulatorContext
        Of a testbench.
    stream : amaranth.lib.stream.Interface
        An output of the design.

    Returns
    -------
    int or amaranth.lib.data.Const
        The payload.
    """
    ctx.set(stream.ready, 1)
    valid = 0
    while not valid:
        _, _, valid, payload = await ctx.tick().sample(stream.valid, stream.payload)
    ctx.set(stream.ready, 0)
    return payload


def simulate(component, *testbenches, max_clocks: int = 100_000, timeout: float = 60.0, vcd=None) -> None:
    """Run testbenches on a component in Amaranth's simulator until all have ended.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        The design, clocked by ``sync`` at 1 MHz if it has that domain.
    *testbenches : async function of ctx
        The testbenches.
    max_clocks : int
        The run fails if a testbench waits for longer.
    timeout : float
        Seconds of wall time after which the run fails.
    vcd : path_like, optional
        File for the waveforms.

    Raises
    ------
    amaranth.hdl.CombinationalCycle
        If combinational outputs are connected in a loop, on which the simulator would hang.
    TimeoutError
        If a testbench has not ended within ``max_clocks`` or ``timeout``.
    """
    to_rtlil(component)
    simulator = Simulator(component)
    simulator.add_clock(1e-6, if_exists=True)
    for testbench in testbenches:
        simulator.add_testbench(testbench)
    with contextlib.nullcontext() if vcd is None else simulator.write_vcd(os.fspath(vcd)):
        name, deadline = type(component).__name__, time.monotonic() + timeout
        # A clock is two steps, one for each of its edges.
        for step in itertools.count():
            if not simulator.advance():
                return
            if step > 2 * max_clocks:
                raise TimeoutError(f"simulation of {name} must end within {max_clocks} clocks")
            if time.monotonic() > deadline:
                raise TimeoutError(f"simulation of {name} must end within {timeout:g} s; it stands at clock {step // 2}")
