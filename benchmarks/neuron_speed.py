"""Speed of banks of neurons on one core, beside ``sc_neurocore_engine`` where that is installed and has the model.

What is measured is the call that a user makes, in time of the processor: other programs that share it do not count, but for what
they put out of its caches. Measurements that are compared are taken in turns within one run, and the best round of each counts.
"""

import importlib
import importlib.metadata
import json
import statistics
import time
import tomllib
from pathlib import Path

import numpy as np

from gateware.neurons import catalogue
from models.neurons.bank import Bank

from .speed import best

__all__ = ["run_neuron_speed"]

PEER = "sc_neurocore_engine"
NEURONS = 4096
SECONDS = 0.005
ROUNDS = 12
PAGE = Path(__file__).parents[1] / "docs" / "neurons" / "speed.md"
NAMED = ("izhikevich", "adex", "hodgkin_huxley")
_CURRENTS = (1.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)


def _steps(call, steps, most):
    """How many steps of ``call(steps)`` take about SECONDS."""
    call(steps)
    while True:
        start = time.process_time()
        call(steps)
        spent = time.process_time() - start
        if spent >= SECONDS / 2 or steps >= most:
            return min(most, max(1, round(steps * SECONDS / max(spent, 1e-6))))
        steps = min(most, 4 * steps)


def _rate(call, neurons, first, most):
    """A measurement: neuron-steps per second of ``call(steps)``."""
    steps = _steps(call, first, most)

    def measure():
        start = time.process_time()
        call(steps)
        return neurons * steps / (time.process_time() - start)

    return measure


def _ours(table, arithmetic, record):
    """A measurement of a bank driven as the table's protocol says, and a list to which it adds its spikes."""
    bank, spikes = Bank(table, NEURONS, arithmetic=arithmetic), []
    inputs = {name: np.full((1, NEURONS), float(value)) for name, value in table.protocol.get("inputs", {}).items()
              if isinstance(value, (int, float)) and name in table.inputs}

    def call(steps):
        spikes.append(sum(int(each.sum()) for each in bank.run(steps, inputs, record=record).counts.values()))

    return _rate(call, NEURONS, 8, 1 << 21 if not record else 256), spikes


def _engine():
    """The reference's engine on one thread with its models by our tables' alias, or None."""
    try:
        engine = importlib.import_module(PEER)
    except ImportError:
        return None, {}
    engine.set_num_threads(1)
    models = tomllib.loads(Path(__file__).with_name("neuron_peer.toml").read_text(encoding="utf-8"))
    return engine, {alias: each for alias, each in models.items() if each["model"] in engine.NetworkRunner.supported_models()}


def _theirs(engine, model):
    """Measurements of a model by a current that makes it spike: a population stepped, and one neuron over all of a current."""
    counts = {current: len(engine.py_batch_simulate(model, 300, np.full(300, current))["spikes"]) for current in _CURRENTS}
    current = next((each for each, count in counts.items() if count >= 3), max(counts, key=counts.get))
    start = time.process_time()
    engine.py_batch_simulate(model, 300, np.full(300, current))
    neurons = int(min(max(0.2 * SECONDS * 300 / (time.process_time() - start), 64), 16384))
    runner = engine.NetworkRunner()
    population, currents = runner.add_population(model, neurons), np.full(neurons, current)

    def stepped(steps):
        for _ in range(steps):
            runner.step_population(population, currents)

    def single(steps):
        engine.py_batch_simulate(model, steps, np.full(steps, current))

    return [_rate(stepped, neurons, 1, 1 << 12), _rate(single, 1, 100, 1 << 20)], counts[current]


def _measured(name, engine, models):
    """A row of figures of one neuron."""
    table = catalogue.table(name)
    first = [*table.events, *Bank(table, 8, arithmetic="float").outputs[:1]]
    rows = {(arithmetic, kept): _ours(table, arithmetic, record)
            for arithmetic in ("fixed", "float") for kept, record in (("", () if table.events else first), (" kept", first))}
    alias = table.aliases.get("sc_neurocore", ())
    peer = next((models[each] for each in ([alias] if isinstance(alias, str) else alias) if each in models), None)
    theirs, spikes = _theirs(engine, peer["model"]) if peer else ([], None)
    rates = best(ROUNDS, *(measure for measure, _ in rows.values()), *theirs)
    figures = {"name": name, "dt": table.dt, "unit": table.time_unit, "events": bool(table.events),
               "spikes": sum(sum(spikes) for _, spikes in rows.values()) / len(rows) / NEURONS}
    figures |= {f"{arithmetic}{kept}": rate for (arithmetic, kept), rate in zip(rows, rates)}
    if peer:
        step = peer.get("step", table.dt)
        figures |= {"model": peer["model"], "their step": step, "theirs": max(rates[len(rows):]), "their spikes": spikes}
        for key in ("fixed", "float", "fixed kept", "float kept"):
            figures[f"{key} ratio"] = figures[key] / figures["theirs"]
            figures[f"{key} time ratio"] = figures[f"{key} ratio"] * table.dt / step
    return figures


def _line(row):
    cells = [row["name"], f"{row['dt']:g} {row['unit'] if row['unit'] != '1' else ''}".strip(),
             f"{row['fixed'] / 1e6:,.0f}", f"{row['float'] / 1e6:,.0f}"]
    if "theirs" in row:
        cells += [row["model"], f"{row['their step']:g}", f"{row['theirs'] / 1e6:,.3g}"]
        cells += [f"{row[f'{key} {kind}']:,.3g}" for key in ("fixed", "float") for kind in ("ratio", "time ratio")]
    return cells + [""] * (11 - len(cells))


_HEAD = ["neuron", "step", "fixed", "float", "engine's model", "its step", "engine", "fixed / engine, steps", "in simulated time",
         "float / engine, steps", "in simulated time"]


def _summary(rows):
    """Sentences about all rows."""
    lines = []
    for name in NAMED:
        for row in rows:
            if row["name"] == name:
                lines.append(f"{name}: {row['fixed'] / 1e6:,.0f} M neuron-steps/s in fixed point, "
                             f"{row['float'] / 1e6:,.0f} M in float64")
    for key in ("fixed", "float"):
        rates = [row[key] for row in rows]
        lines.append(f"{key}, all {len(rows)}: median {statistics.median(rates) / 1e6:,.0f} M neuron-steps/s, least "
                     f"{min(rates) / 1e6:,.1f} M ({min(rows, key=lambda row: row[key])['name']})")
    both = [row for row in rows if "theirs" in row]
    kept = "spikes and first output of every step kept"
    for key, what in (("fixed", "fixed point"), ("float", "float64"), ("fixed kept", f"fixed point, {kept}"),
                      ("float kept", f"float64, {kept}")) if both else ():
        for kind, measure in (("ratio", "steps"), ("time ratio", "simulated time")):
            ratios = {row["name"]: row[f"{key} {kind}"] for row in both}
            least = min(ratios, key=ratios.get)
            lines.append(f"{what}, beside the engine in {measure} per second, {len(both)} models: median "
                         f"{statistics.median(ratios.values()):,.1f} times, least {ratios[least]:,.2g} ({least}), "
                         f"{sum(ratio < 3 for ratio in ratios.values())} below 3")
    return lines


_WHAT = """\
One core; M neuron-steps per second of `Bank.run`, {neurons:,} neurons driven as their tables' protocols say, best
of {rounds} rounds of about {ms:g} ms, taken in turns with the engine's. Time is the processor's: the machine was shared with other
programs.
A step is the table's; spikes are counted per neuron (where a neuron has none, its first output is kept); no kernel branches
on data, so that silent and spiking neurons take as long. The engine's figure is
the better of two calls that it offers: a population stepped by `NetworkRunner.step_population`, and one neuron over an array of
currents by `py_batch_simulate`, both handing back spikes and voltages of every step, by a current that makes the model spike.
Its models are its own variants, in float64. One of its steps is often longer, with many substeps inside: "in simulated time"
compares seconds of a neuron's life per second instead of steps. How long its steps are is what its catalogue of models says,
not measured."""


def run_neuron_speed(names=(), *, as_json=False):
    """Measure the neurons named, or all of the catalogue (then docs/neurons/speed.md is rewritten), and print; always 0.

    Raises
    ------
    ValueError
        If there is no such neuron.
    """
    chosen = tuple(names) or catalogue.names()
    for name in chosen:
        catalogue.table(name)
    engine, models = _engine()
    version = f"{PEER} {importlib.metadata.version('sc-neurocore-engine')} ({engine.simd_tier()}, one thread)" if engine else None
    what = _WHAT.format(neurons=NEURONS, rounds=ROUNDS, ms=SECONDS * 1000)
    if not as_json:
        print(what)
        print(f"beside {version}" if engine else
              f"{PEER} is not installed, so that there is nothing to compare with: `pip install sc-neurocore-engine`")
        print("  ".join(_HEAD))
    rows = []
    for name in chosen:
        rows.append(_measured(name, engine, models))
        if not as_json:
            print("  ".join(f"{cell:>{8 if k else 26}}" for k, cell in enumerate(_line(rows[-1]))), flush=True)
    if as_json:
        print(json.dumps({"engine": version, "rows": rows}, indent=1))
        return 0
    print("\n".join(_summary(rows)))
    if not names:
        _write_page(rows, what, version)
    return 0


def _write_page(rows, what, version):
    lines = ["# Speed of banks of neurons", "", "Written by `python -m benchmarks neuron-speed`.", "", what, ""]
    lines += [f"Beside {version}.", ""] if version else []
    lines += [f"- {line}" for line in _summary(rows)]
    silent = [row["name"] for row in rows if row["events"] and not row["spikes"]]
    if silent:
        lines.append(f"- without a spike in the time measured: {', '.join(silent)}")
    lines += ["", f"| {' | '.join(_HEAD)} |", "|---|" + "--:|" * (len(_HEAD) - 1)]
    lines += [*(f"| {' | '.join(_line(row))} |" for row in rows), ""]
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    part = PAGE.with_suffix(".tmp")
    part.write_text("\n".join(lines), encoding="utf-8")
    part.replace(PAGE)
