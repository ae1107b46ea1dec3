"""The first rung for what reads blocks out of a buffer: driven clock by clock, for what is read depends on what is asked for."""

from __future__ import annotations

import numpy as np

from .cxxrtl import SimulationError

__all__ = ["run_blocks"]

# No block takes longer, whatever waits.
MOST_CLOCKS = 100_000


def run_blocks(component, simulation, blocks, rng):
    """Give blocks to an EventBlocks, with random stalls, and a result some clocks after each sample's last time step.

    Parameters
    ----------
    component : gateware.chip.event_blocks.EventBlocks
    simulation : sim.cxxrtl.Simulation
        Its RTL.
    blocks : sequence of bytes
    rng : numpy.random.Generator
        Of the stalls.

    Returns
    -------
    dict
        ``status``, ``ended``: arrays, one for each block; ``o``: the payloads that left.

    Raises
    ------
    SimulationError
        If a block is not answered, one with a right length does not fit, or a result is thrown away before there is one.
    """
    simulation.reset()
    status, ended, left, steps, wait = [], [], [], 0, 0
    inputs = {"data": 0, "finished": 0, "o__ready": 0, "i__valid": 0, "i__payload": 0}
    for block in blocks:
        busy = rng.random() < 0.5
        for _ in range(MOST_CLOCKS):
            inputs |= {"i__valid": 1, "i__payload": len(block), "o__ready": int(not busy or rng.random() < 0.3)}
            out = {name: int(values[0]) for name, values in simulation.run({name: [value] for name, value in inputs.items()}).items()}
            inputs["data"] = block[out["address"]] if out["address"] < len(block) else 0
            if out["forget"] and not inputs["finished"]:
                raise SimulationError(f"{simulation.name} throws a result away before there is one")
            if out["forget"]:
                steps = inputs["finished"] = 0
            if out["o__valid"] and inputs["o__ready"]:
                left.append(out["o__payload"])
                # `last` is the lowest bit of an event.
                steps, wait = steps + (out["o__payload"] & 1), int(rng.integers(20))
            wait = max(wait - 1, 0)
            inputs["finished"] = int(steps == component.time_steps and not wait)
            if out["i__ready"]:
                break
        else:
            raise SimulationError(f"{simulation.name} does not answer a block in {MOST_CLOCKS} clocks")
        if not out["fits"]:
            raise SimulationError(f"{simulation.name} says that {len(block)} bytes are no block")
        status.append(out["status"])
        ended.append(int(simulation.run({"i__valid": [0]}, outputs=["ended"])["ended"][0]))
    return {"status": np.array(status), "ended": np.array(ended), "o": np.array(left, np.int64)}
