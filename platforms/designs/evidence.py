"""What is known about a classifier before it is built: its accuracy, and that the hardware does what the model does."""

from __future__ import annotations

import importlib.metadata
import json

import numpy as np

from sim.files import sources_digest

from ..cache import Cache
from ..files import sha256_of
from .difference import MismatchError, first_difference
from .standing import CLOCKS_PER_BIT, solver_version, standing

__all__ = ["compare_with_rtl", "evaluate", "gather_evidence"]


def evaluate(network, images, labels, golden_labels):
    """The accuracy of the integer network, the float network and the logistic regression on the same images.

    Parameters
    ----------
    network : models.networks.Network
    images : array, (B, inputs)
    labels, golden_labels : arrays, (B,)
        What is right, and what the golden model says.

    Returns
    -------
    list of dict
        ``name``, ``correct``, ``total``, ``low``, ``high``: the 95 % interval of the fraction.
    """
    from models.networks import Accuracy, classify, float_counts, logistic_classes

    rows = []
    for name, predicted in (("spiking network in hardware integers", golden_labels),
                            ("same network in floating point", classify(*float_counts(network, images))),
                            ("logistic regression", logistic_classes(network, images))):
        accuracy = Accuracy.of(predicted, labels)
        low, high = accuracy.interval
        rows.append({"name": name, "correct": accuracy.correct, "total": accuracy.total, "low": low, "high": high})
    return rows


def compare_with_rtl(core, simulation, images, golden):
    """Run images through a classifier's RTL and compare all that it says with the golden model.

    Parameters
    ----------
    core : Classifier
    simulation : sim.cxxrtl.Simulation
        Its RTL.
    images : array, (B, pixels)
    golden : models.structures.classifier.Classification
        What the model makes of them.

    Returns
    -------
    dict
        ``images``, ``spikes`` (compared bits), ``clocks`` (declared, and met by every image), ``simulated`` (clocks run).

    Raises
    ------
    MismatchError
        At the first spike, count, class or clock that differs.
    """
    count, time_steps = len(images), core.network.time_steps
    run = simulation.run_stream(images.ravel().astype(np.int64), count=count, watch=("hidden", "output"),
                                max_clocks=2 * count * (core.declared_clocks + images.shape[1] + 2))
    compared = 0
    for layer, expected in (("hidden", golden.hidden_spikes), ("output", golden.output_spikes)):
        # The golden model's axes are time, image, neuron; the hardware goes through them image by image.
        expected = np.asarray(expected).transpose(1, 0, 2)
        spikes, _ = run.watched[layer]
        if len(spikes) != expected.size:
            raise MismatchError(f"the hardware gave {len(spikes):,} spikes of the {layer} layer, its golden model {expected.size:,}")
        first_difference(f"the {layer} spike", expected, np.asarray(spikes).reshape(count, time_steps, -1),
                         ("image", "time step", "neuron"))
        compared += expected.size
    first_difference("the count", golden.counts, np.asarray(run.items["counts"]).reshape(count, -1), ("image", "class"))
    first_difference("the class", golden.label, run.items["label"], ("image",))
    declared = np.full(count, core.declared_clocks)
    first_difference("the clocks that it counted", declared, run.items["clocks"], ("image",))
    # Not only what the design says of itself: the clocks between the transfers, as seen from outside.
    last_pixels = np.asarray(run.sent)[images.shape[1] - 1::images.shape[1]]
    first_difference("the clocks from last pixel to class", declared, np.asarray(run.received) - last_pixels, ("image",))
    return {"images": count, "spikes": int(compared), "clocks": int(core.declared_clocks), "simulated": int(run.clocks)}


def gather_evidence(design, *, use_cache=True, steps):
    """Evaluate a design's network on the held-out images and compare its RTL with the golden model.

    Parameters
    ----------
    design : DigitsDesign
    use_cache : bool
        Whether evidence for the same sources, hardware and images may be taken from the cache.
    steps : Steps

    Returns
    -------
    dict
        ``accuracy`` (see `evaluate`), ``rtl`` (see `compare_with_rtl`), ``example`` (one image with its spikes), ``standing`` (see
        `platforms.designs.standing.standing`).

    Raises
    ------
    MismatchError
        If the hardware differs from the model.
    """
    from gateware.yosys import find_yosys

    cache = Cache("evidence")
    # The network's own digest covers what reaches the hardware, its float weights are what it is compared with.
    network = design.network
    floats = b"".join(array.tobytes() for array in (network.float_hidden_weights, network.float_output_weights,
                                                    network.logistic_coefficients, network.logistic_intercepts))
    key = sha256_of(json.dumps([sources_digest("gateware", "models", "sim", "platforms.designs"), network.digest, sha256_of(floats),
                                f"{design.build_id(CLOCKS_PER_BIT * design.baud):016x}", find_yosys().version, solver_version(),
                                importlib.metadata.version("numba")]))
    kept = cache.load(key) if use_cache else None
    if kept is not None:
        evidence = json.loads(kept["evidence.json"])
        with steps("evidence from the cache") as step:
            step.result = summary(evidence)
        return evidence
    evidence = _evaluate_and_compare(design, steps)
    cache.store(key, {"evidence.json": json.dumps(evidence).encode("utf-8")})
    return evidence


def summary(evidence):
    """Accuracy and comparison in one line."""
    own, rtl = evidence["accuracy"][0], evidence["rtl"]
    return (f"{100 * own['correct'] / own['total']:.2f} % of {own['total']} held-out images, RTL equals the model in "
            f"{rtl['spikes']:,} spikes")


def _evaluate_and_compare(design, steps):
    from models import golden
    from models.datasets import load_digits
    from sim import cxxrtl

    digits = load_digits()
    images, labels = digits.images[digits.test], digits.labels[digits.test]
    core = design.create_core()
    with steps("evaluate the golden model") as step:
        result = golden(core).classify(images)
        accuracy = evaluate(design.network, images, labels, result.label)
        own = accuracy[0]
        step.result = (f"{100 * own['correct'] / own['total']:.2f} % of {own['total']} held-out images, "
                       f"95 % interval {100 * own['low']:.1f} to {100 * own['high']:.1f} %")
    with steps("compile the RTL") as step:
        simulation = cxxrtl.compile({"classifier": core})["classifier"]
        step.result = "CXXRTL"
    with steps("compare RTL and model") as step:
        rtl = compare_with_rtl(core, simulation, images, result)
        step.result = (f"{rtl['images']} images, {rtl['spikes']:,} spikes, classes and {rtl['clocks']:,} clocks: no difference")
    with steps("look up kept proofs") as step:
        rows = standing(design.assemble(CLOCKS_PER_BIT * design.baud, 0))
        step.result = f"{sum(row['proof'] == row['examples'] for row in rows)} of {len(rows)} kinds of components stand proven"
    # The first that is right, where one is.
    index = int(np.argmax(result.label == labels))
    example = {"index": int(digits.test[index]), "label": int(labels[index]), "class": int(result.label[index]),
               "image": images[index].tolist(), "counts": np.asarray(result.counts)[index].tolist(),
               **{layer: np.packbits(np.asarray(getattr(result, f"{layer}_spikes"))[:, index], axis=1).tolist()
                  for layer in ("input", "hidden", "output")}}
    return {"accuracy": accuracy, "rtl": rtl, "example": example, "standing": rows}
