"""What is known about a spiking chip before it is built: its accuracy, its clocks, and that the RTL does what the model does."""

from __future__ import annotations

import importlib.metadata
import json

import numpy as np

from sim.files import sources_digest

from ..cache import Cache
from ..files import sha256_of
from .activity import activity_rows
from .difference import first_difference
from .references import OWN, accuracy_row, reference_rows
from .standing import CLOCKS_PER_BIT, solver_version, standing

__all__ = ["compare_chip", "gather_chip_evidence"]

# As many samples go through the RTL; through the model go all.
COMPARED = 500


def load_chip(core, simulation):
    """Write a chip's weights into its simulated memory, a word per clock."""
    if core.words:
        words, place = np.array(core.load_words(), np.int64), np.arange(core.words, dtype=np.int64)
        address_bits = (core.words - 1).bit_length()
        simulation.run({"load": 1 | place << 1 | words << 1 + address_bits}, outputs=[])
        simulation.run({"load": 0}, cycles=1, outputs=[])


def compare_chip(core, simulation, samples, golden):
    """Run samples through a chip's RTL and compare all that it says with the golden model.

    Parameters
    ----------
    core : gateware.chip.spiking_chip.SpikingChip
    simulation : sim.cxxrtl.Simulation
        Its RTL.
    samples : array, (B, inputs); of events (B, time steps, inputs)
    golden : models.structures.chip.SampleResult
        What the model makes of them.

    Returns
    -------
    dict
        ``images``, ``spikes`` (compared bits), ``clocks`` (of each sample, from its last value accepted to its result),
        ``whole_clocks`` (from its first), ``simulated`` (clocks run).

    Raises
    ------
    MismatchError
        At the first spike, score or class that differs.
    """
    count, layers = len(samples), range(len(core.cores))
    load_chip(core, simulation)
    items, first, last = _items(core, samples)
    run = simulation.run_stream(items, count=count, watch=tuple(f"spikes{k}" for k in layers),
                                max_clocks=count * 1_000_000)
    compared = 0
    for k in layers:
        spikes, expected = run.watched[f"spikes{k}"][0], golden.spikes[k]
        first_difference(f"the spikes of layer {k}", expected, np.asarray(spikes).reshape(expected.shape),
                         ("sample", "time step", "neuron"))
        compared += expected.size
    first_difference("the score", golden.scores, np.asarray(run.items["scores"]).reshape(count, -1), ("sample", "class"))
    first_difference("the class", golden.label, run.items["label"], ("sample",))
    sent, received = np.asarray(run.sent), np.asarray(run.received)
    # Not what the design says of itself: the clocks between the transfers, as seen from outside.
    first_difference("the clocks that it counted", received - sent[last], run.items["clocks"], ("sample",))
    return {"images": count, "spikes": int(compared), "clocks": (received - sent[last]).tolist(),
            "whole_clocks": (received - sent[first]).tolist(), "simulated": int(run.clocks)}


def _items(core, samples):
    """What a chip's input stream takes for samples, and where in it each sample begins and ends."""
    network, count = core.network, len(samples)
    if network.encoder != "events":
        each = network.sizes[0]
        return samples.ravel().astype(np.int64), np.arange(count) * each, np.arange(count) * each + each - 1
    from gateware.chip.events import AddressEvents
    from gateware.chip.network import Conv2d
    from models import golden

    shape = network.inputs if isinstance(network.layers[0].connection, Conv2d) else None
    items = golden(AddressEvents(network.sizes[0], network.levels, shape=shape)).run(samples.ravel())
    last = np.flatnonzero(items["last"])[network.time_steps - 1::network.time_steps]
    return items, np.r_[0, last[:-1] + 1], last


def gather_chip_evidence(design, samples, *, use_cache=True, steps):
    """Evaluate a design's network on samples and compare its RTL with the golden model.

    Parameters
    ----------
    design : platforms.designs.spiking.SpikingDesign
    samples : models.networks.samples.Samples
    use_cache : bool
        Whether evidence for the same sources, hardware and samples may be taken from the cache.
    steps : Steps

    Returns
    -------
    dict
        ``accuracy``, ``not_computed`` (as `reference_rows` says), ``confusion``, ``rtl``, ``example``, ``activity``, ``standing``.

    Raises
    ------
    MismatchError
        If the hardware differs from the model.
    """
    from gateware.yosys import find_yosys

    cache = Cache("evidence")
    labels = b"" if samples.labels is None else samples.labels.astype(np.int64).tobytes()
    # The very hardware, whatever its placement, observation and flash made of the network, and its weights.
    hardware = f"{design.build_id(CLOCKS_PER_BIT * design.baud):016x}"
    key = sha256_of(json.dumps([sources_digest("gateware", "models", "sim", "platforms.designs", "platforms.host"), hardware, design.part.name,
                                sha256_of(samples.levels.astype(np.uint8).tobytes() + labels), samples.source, find_yosys().version,
                                solver_version(), importlib.metadata.version("numba"), design.network.provenance,
                                None if design.graph is None else design.graph.digest]))
    kept = cache.load(key) if use_cache else None
    if kept is not None:
        evidence = json.loads(kept["evidence.json"])
        with steps("evidence from the cache") as step:
            step.result = f"{evidence['rtl']['images']} samples, {evidence['rtl']['spikes']:,} spikes: no difference"
        return evidence
    evidence = _evaluate_and_compare(design, samples, steps)
    cache.store(key, {"evidence.json": json.dumps(evidence).encode("utf-8")})
    return evidence


def _evaluate_and_compare(design, samples, steps):
    from models import golden
    from models.networks import Accuracy
    from sim import cxxrtl

    core, (levels, labels, source) = design.create_core(), samples
    accuracy, confusion, not_computed = [], None, []
    with steps("evaluate the golden model") as step:
        result = golden(core).classify(levels)
        if labels is None:
            step.result = f"{len(levels):,} samples, {source}; without labels there is no accuracy"
        else:
            own = Accuracy.of(result.label, labels)
            low, high = own.interval
            accuracy = [accuracy_row(OWN, own, f"bit-true model of the bitstream on {source}")]
            confusion = np.zeros((design.layers[-1],) * 2, int)
            np.add.at(confusion, (labels, result.label), 1)
            step.result = f"{100 * own.correct / own.total:.2f} % of {source}, 95 % interval {100 * low:.1f} to {100 * high:.1f} %"
    if labels is not None:
        rows, not_computed = reference_rows(design.network, design.graph, samples, steps)
        accuracy += rows
    with steps("compile the RTL") as step:
        simulation = cxxrtl.compile({"chip": core})["chip"]
        step.result = "CXXRTL"
    some = slice(0, min(COMPARED, len(levels)))
    with steps("compare RTL and model") as step:
        part = type(result)(result.scores[some], result.label[some], tuple(spikes[some] for spikes in result.spikes))
        rtl = compare_chip(core, simulation, levels[some], part)
        step.result = f"{rtl['images']} samples, {rtl['spikes']:,} spikes, scores and classes: no difference"
    if design.network.encoder == "events":
        from .event_evidence import compare_pins
        with steps("compare the pins and the model") as step:
            rtl["pins"] = compare_pins(design, levels, result)
            step.result = f"{rtl['pins']['samples']} samples as events over the serial line: no difference"
    with steps("look up kept proofs") as step:
        standings = standing(design.assemble(CLOCKS_PER_BIT * design.baud, 0))
        step.result = f"{sum(row['proof'] == row['examples'] for row in standings)} of {len(standings)} kinds of components stand proven"
    # The first that is right, where one is.
    index = 0 if labels is None else int(np.argmax(result.label[some] == labels[some]))
    example = {"index": index, "label": None if labels is None else int(labels[index]), "class": int(result.label[index]),
               "image": levels[index].tolist() if levels.ndim == 2 else [], "scores": result.scores[index].tolist(),
               "spikes": [np.packbits(spikes[index], axis=1).tolist() for spikes in result.spikes]}
    if levels.ndim == 3:
        example["events"] = np.packbits(levels[index] > 0, axis=1).tolist()
    return {"accuracy": accuracy, "not_computed": not_computed, "confusion": None if confusion is None else confusion.tolist(),
            "source": source, "rtl": rtl,
            "example": example, "activity": activity_rows(core, levels, result.spikes), "standing": standings}
