"""The first rung for structural components: what goes in and out of their RTL equals their golden model, transaction by transaction.

How a structure is driven follows from its ports: valid/ready streams with random stalls on both sides; a serial line ``rx`` or
``tx``, as levels in every clock; both lines, as a host that waits for each reply; or plain ports with a fixed latency.
"""

from __future__ import annotations

import numpy as np

from gateware.bus.format import Decoder
from models import golden
from models.structures.uart import line_bytes, line_levels

from .compare import Comparison, Difference


__all__ = ["compare_transactions"]

_WHAT = "RTL = golden in transactions"


def compare_transactions(component, simulation, *, size: int = 2000, seed: int = 0,
                         max_clocks: int = 20_000_000) -> Comparison:
    """Compare the RTL of a structural component with its golden model.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        A component that ``models.golden`` knows, whose model has ``run`` and ``stimulus``.
    simulation : sim.cxxrtl.Simulation
        Its RTL.
    size : int
        About how many items each run sends.
    seed : int
        Of the items and the stalls.
    max_clocks : int
        A run that takes more has failed.

    Returns
    -------
    Comparison

    Raises
    ------
    SimulationError
        If the RTL breaks a rule of streams or does not answer.
    """
    model, rng = golden(component), np.random.default_rng(seed)
    sources = [name.removesuffix("__valid") for name in simulation.inputs if name.endswith("__valid")]
    sinks = [name.removesuffix("__valid") for name in simulation.outputs if name.endswith("__valid")]
    lines = ("rx" in simulation.inputs, "tx" in simulation.outputs)
    if all(lines):
        return _dialogue(component, model, simulation, rng, size, max_clocks)
    if lines[0]:
        return _receive(component, model, simulation, rng, size)
    if lines[1]:
        return _transmit(model, simulation, rng, size, max_clocks)
    if sources or sinks:
        return _streams(component, model, simulation, sources, sinks, rng, size, max_clocks)
    return _latency(component, model, simulation, rng, 100 * size)


def _compare(expected, got, cases, unit="item"):
    """Compare what two runs returned: arrays, or dicts of arrays by field or stream."""
    expected, got = ({"o": each} if not isinstance(each, dict) else each for each in (expected, got))
    first = None
    for name, values in expected.items():
        values, other = np.asarray(values), np.asarray(got[name])
        common = min(len(values), len(other))
        wrong = values[:common].astype(np.int64) != other[:common].astype(np.int64)
        places = np.flatnonzero(wrong.reshape(common, -1).any(axis=1)) if common else []
        if len(places) and (first is None or places[0] < first[0]):
            first = int(places[0]), name, values[places[0]], other[places[0]]
        if not len(places) and len(values) != len(other) and first is None:
            first = common, f"{name} count", len(values), len(other)
    if first is None:
        return Comparison(_WHAT, cases)
    place, name, want, have = first
    return Comparison(_WHAT, cases, difference=Difference(f"{unit} {place}", name, want, have))


def _together(comparisons):
    failed = next((each for each in comparisons if each.difference), None)
    return failed or Comparison(_WHAT, sum(each.cases for each in comparisons))


def _streams(component, model, simulation, sources, sinks, rng, size, max_clocks):
    done = []
    # A structure may give up after some clocks without input.
    longest = getattr(component, "timeout", 1 << 31) - 1
    # Without stalls, then with short ones on either side, then with both and rare long ones.
    for into, out in ((1, 1), (4, 1), (1, 4), (3, 3), (40, 40)):
        items = model.stimulus(rng, size)
        several = len(sources) > 1
        expected = model.run(**items) if several else model.run(items)
        # One result stream, or several by their names, each with its own stalls.
        expected = {"o": expected} if "o" in sinks else expected
        counts = {name: len(next(iter(each.values())) if isinstance(each, dict) else each) for name, each in expected.items()}
        gaps = {name: rng.integers(0, min(into, longest), 97) * (rng.random(97) < 0.5) for name in sources}
        gaps |= {name: rng.integers(0, out, 89) * (rng.random(89) < 0.5) for name in counts}
        watch = [name for name in sinks if name not in counts]
        simulation.reset()
        given = items if several else {source: items for source in sources}
        results, _ = simulation.run_streams(given, counts, gaps=gaps, max_clocks=max_clocks, watch=watch)
        done += [_compare(each, results[name][0], counts[name]) for name, each in expected.items()]
        if hasattr(model, "observe"):
            observed = model.observe(items)
            done.append(_compare(observed, {name: results[name][0] for name in observed}, sum(map(len, observed.values()))))
    return _together(done)


def _receive(component, model, simulation, rng, size):
    clean = np.asarray(model.stimulus(rng, min(size, 500)))
    edges = np.flatnonzero(np.diff(clean)) + 1
    done = []
    # As it comes; with edges up to a quarter of a bit late; and with single levels held low, stop bits among them.
    late = edges + rng.integers(0, component.divisor // 4 + 1, len(edges))
    held = clean.copy()
    for start in rng.choice(len(clean) - 3 * component.divisor, 40):
        held[start:start + component.divisor] = 0
    for levels in (clean, np.repeat(clean[np.r_[edges - 1, -1]], np.diff(np.r_[0, late, len(clean)])), held):
        simulation.reset()
        got = simulation.run({"rx": levels, "o__ready": 1})
        expected = model.run(levels)
        done.append(_compare(expected, got["o__payload"][got["o__valid"] == 1], len(expected)))
        if levels is clean:
            # Nothing is wrong, and no other output says that something is.
            flags = {name: values for name, values in got.items() if not name.startswith("o__")}
            done.append(_compare({name: np.zeros_like(values) for name, values in flags.items()}, flags, 0, "clock"))
    return _together(done)


def _transmit(model, simulation, rng, size, max_clocks):
    items = model.stimulus(rng, min(size, 500))
    expected = model.run(items)
    simulation.reset()
    results, _ = simulation.run_streams({"i": items}, {}, max_clocks=max_clocks, watch=["tx"])
    rest = simulation.run({"i__valid": 0}, cycles=len(expected) // len(items) + 1, outputs=["tx"])["tx"]
    levels, start = np.concatenate([results["tx"][0], rest]), results["i"][1][0] + 1
    return _compare({"tx": expected}, {"tx": levels[start:start + len(expected)]}, len(expected), "clock")


def _dialogue(component, model, simulation, rng, size, max_clocks):
    data = np.asarray(model.stimulus(rng, size), np.uint8)
    bit, expected, got, rest = component.divisor, [], b"", np.zeros(0, np.int64)
    simulation.reset()

    def listen(levels):
        nonlocal got, rest
        heard = np.concatenate([rest, simulation.run({"rx": levels}, outputs=["tx"])["tx"]])
        more, at = line_bytes(heard, bit)
        got, rest = got + more, heard[at:]

    for request in _frames(data):
        start, waited = len(got), 0
        end = sum(map(len, expected)) + len(model.run(request))
        listen(line_levels(request.tobytes(), bit))
        while len(got) < end and waited < max_clocks // 10:
            listen(np.ones(1000, np.int64))
            waited += 1000
        expected.append(model.run(request, got[start:]))
    # Nothing more may come.
    listen(np.ones(200 * bit, np.int64))
    return _compare({"tx": np.concatenate(expected)}, {"tx": np.frombuffer(got, np.uint8)}, sum(map(len, expected)), "byte")


def _frames(data):
    decoder, start = Decoder(), 0
    for end in range(1, len(data) + 1):
        if decoder.feed(data[end - 1:end].tobytes()):
            yield data[start:end]
            start = end


def _latency(component, model, simulation, rng, size):
    items = model.stimulus(rng, size)
    expected, latency = model.run(items), component.latency
    length = len(next(iter(items.values())))
    simulation.reset()
    padded = {name: np.concatenate([values, np.repeat(values[-1:], latency)]) for name, values in items.items()}
    got = simulation.run(padded)
    return _compare(expected, {name: got[name][latency:] for name in expected}, length, "clock")
