"""The first rung for structural components: what goes in and out of their RTL equals their golden model, transaction by transaction.

How a structure is driven follows from its ports: valid/ready streams with random stalls on both sides; a serial line ``rx`` or
``tx``, as levels in every clock; both lines, as a host that waits for each reply; the pins of a flash, with one at them; a stream of
bytes that are loaded into a memory; what is watched, and then read; blocks in a buffer; or plain ports with a fixed latency.
"""

from __future__ import annotations

from copy import copy

import numpy as np

from gateware.bus.format import Decoder
from models import golden
from models.structures.uart import line_bytes, line_levels

from .blocks import run_blocks
from .compare import Comparison, Difference
from .cxxrtl import SimulationError
from .layouts import unpack


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
    if "cipo" in simulation.inputs and not lines[0]:
        return _read_flash(component, model, simulation, rng)
    if "where" in simulation.inputs:
        return _record(component, model, simulation, rng)
    if "forget" in simulation.outputs:
        return _blocks(component, model, simulation, rng, size)
    if sources == ["i"] and "load" in simulation.outputs:
        return _load(component, model, simulation, rng)
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
    if "cipo" in simulation.inputs:
        with_flash(simulation, {"rx": np.ones(component.boot_clocks, np.int64)}, model.flash())

    def listen(levels):
        nonlocal got, rest
        heard = np.concatenate([rest, simulation.run({"rx": levels}, outputs=["tx"])["tx"]])
        more, at = line_bytes(heard, bit)
        got, rest = got + more, heard[at:]

    for request in _frames(data):
        start, waited = len(got), 0
        # How long the answer is; the model itself moves on once it has been heard.
        end = sum(map(len, expected)) + len(copy(model).run(request))
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


def _read_flash(component, model, simulation, rng):
    done = []
    for stalls in (0, 0.1, 0.9):
        flash, ready = model.stimulus(rng), (rng.random(round(component.clocks * (1 + 20 * stalls) + 500)) >= stalls).astype(np.int64)
        expected = model.run(flash)
        got = with_flash(simulation, {"o__ready": ready}, flash)
        given = (got["o__valid"] == 1) & (ready == 1)
        done.append(_compare(expected, got["o__payload"][given], len(expected)))
        if not stalls:
            done.append(_compare({"clocks": [component.clocks]}, {"clocks": np.flatnonzero(given)[-1:] + 1}, 1))
        done.append(_compare({"cs": [0], "sck": [0]}, {name: got[name][-1:] for name in ("cs", "sck")}, 1))
    return _together(done)


def _load(component, model, simulation, rng):
    layout, done = component.load.shape(), []
    for stalls in (0, 0.5) * 20:
        items = model.stimulus(rng)
        valid = np.flatnonzero(rng.random(4 * len(items) + 200) >= stalls)[:len(items)]
        levels = {name: np.zeros(valid[-1] + 4, np.int64) for name in ("i__valid", "i__payload")}
        levels["i__valid"][valid], levels["i__payload"][valid] = 1, items
        simulation.reset()
        got = simulation.run(levels)
        fields = {name: got["load"] >> layout[name].offset & (1 << layout[name].width) - 1 for name in ("write", "address", "word")}
        written = {name: fields[name][fields["write"] == 1] for name in ("address", "word")}
        done.append(_compare(model.run(items), written | {"loaded": got["loaded"][-1:]}, len(items)))
        done.append(_compare({"busy": np.arange(len(got["busy"])) < len(got["busy"]) - 2}, {"busy": got["busy"]}, len(got["busy"]), "clock"))
    return _together(done)


def _record(component, model, simulation, rng):
    """What is watched happens at random; then every byte is read, and what there is not."""
    items, layers = model.stimulus(rng), range(len(component.neurons))
    simulation.reset()
    for sample in items["samples"]:
        answers = component.time_steps * max(component.neurons)
        clocks = 4 * answers + 40
        levels = {name: np.zeros(clocks, np.int64) for name in ("start", "done")}
        levels["start"][0] = levels["done"][-1] = 1
        for k in layers:
            shown = sample["spikes"][k].size
            when, event = np.sort(rng.permutation(clocks)[:shown]), rng.permutation(clocks)[:sample["events"][k]]
            width, valid = component.widths[k], np.zeros(clocks, np.int64)
            payload = rng.integers(0, 1 << width + 1, clocks)
            valid[when], payload[when] = 1, sample["spikes"][k].ravel() | (sample["v"][k].ravel() & (1 << width) - 1) << 1
            levels |= {f"answers{k}__valid": valid, f"answers{k}__payload": payload, f"event{k}": np.isin(np.arange(clocks), event)}
        simulation.run(levels | {"clocks": sample["clocks"]}, outputs=[])
    quiet = {name: 0 for name in simulation.inputs if name.startswith(("answers", "event")) or name in ("start", "done")}
    line = np.arange(40)
    happens = {name: line < count for name, count in zip(("frame", "dropped", "lost"), items["lines"])}
    simulation.run(quiet | happens, outputs=[])
    done, quiet = [], quiet | dict.fromkeys(happens, 0)
    for (region, layer), told in model.run(items).items():
        where = region | layer << 8 | np.arange(len(told) + component.latency) << 16
        got = simulation.run(quiet | {"where": where}, outputs=["data", "end"])
        expected = {"data": np.frombuffer(told, np.uint8), "end": [len(told)]}
        done.append(_compare(expected, {"data": got["data"][component.latency:], "end": got["end"][1:2]}, len(told)))
    for region, layer in ((0, 1), (1, len(layers)), (2, len(layers)), (3, 0)):
        got = simulation.run(quiet | {"where": [region | layer << 8] * 2}, outputs=["end"])
        done.append(_compare({"end": [0]}, {"end": got["end"][1:]}, 1))
    return _together(done)


def with_flash(simulation, inputs, flash):
    """Run a design from its reset with a flash at its pins; what it sends to the flash must not depend on what comes back.

    Parameters
    ----------
    simulation : sim.cxxrtl.Simulation
        With outputs ``cs``, ``sck``, ``copi``, an input ``cipo``.
    inputs : dict of str to array
        The other inputs in every clock.
    flash : models.structures.flash.SerialFlash

    Returns
    -------
    dict of str to array
        The outputs in every clock.

    Raises
    ------
    SimulationError
        If the design talks otherwise to the flash once it answers.
    """
    pins = ("cs", "sck", "copi")
    simulation.reset()
    asked = simulation.run(inputs | {"cipo": 1}, outputs=pins)
    simulation.reset()
    got = simulation.run(inputs | {"cipo": flash.respond(*(asked[pin] for pin in pins))})
    for pin in ("cs", "sck"):
        if not np.array_equal(asked[pin], got[pin]):
            raise SimulationError(f"{simulation.name} talks otherwise to a flash that answers: {pin} differs")
    return got


def _blocks(component, model, simulation, rng, size):
    blocks = model.stimulus(rng, size)
    expected, got = model.run(blocks), run_blocks(component, simulation, blocks, rng)
    left = unpack(component.o.payload.shape(), got["o"][:, None].astype(np.uint64))
    said = {name: (expected.pop(name), got.pop(name)) for name in ("status", "ended")}
    return _together([_compare({name: want}, {name: have}, len(blocks), "block") for name, (want, have) in said.items()]
                     + [_compare(expected["o"], left, len(got["o"]))])


def _latency(component, model, simulation, rng, size):
    items = model.stimulus(rng, size)
    expected, latency = model.run(items), component.latency
    length = len(next(iter(items.values())))
    simulation.reset()
    padded = {name: np.concatenate([values, np.repeat(values[-1:], latency)]) for name, values in items.items()}
    got = simulation.run(padded)
    return _compare(expected, {name: got[name][latency:] for name in expected}, length, "clock")
