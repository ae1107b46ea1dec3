"""What a spiking network's accuracy in integers is compared with: floating point, and the arithmetic of streams."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["OWN", "GraphReference", "accuracy_row", "reference_rows"]

OWN = "spiking network in hardware integers"
# Lengths of the bitstreams, and so many samples go through their model, which takes about a millisecond for each of MNIST's.
LENGTHS = (16, 64)
STOCHASTIC_SAMPLES = 2_000


@dataclass(frozen=True, eq=False)
class GraphReference:
    """The NIR graph that a network's integers were made of.

    Parameters
    ----------
    graph : models.nir.Graph
    network : gateware.chip.network.SpikingNetwork
        Its integers.
    digest : str
        Of the graph's file.
    """

    graph: object = field(repr=False)
    network: object = field(repr=False)
    digest: str

    def classify(self, levels):
        """Labels of samples (N, inputs) in floating point."""
        from models.nir import classify

        return classify(self.graph, self.network, levels)


def accuracy_row(name, accuracy, note):
    """A row of a report's accuracies.

    Parameters
    ----------
    name : str
    accuracy : models.networks.Accuracy
    note : str
        What it was measured on, and what it is.

    Returns
    -------
    dict
        ``name``, ``correct``, ``total``, ``low``, ``high`` (the 95 % interval of the fraction), ``note``.
    """
    low, high = accuracy.interval
    return {"name": name, "correct": accuracy.correct, "total": accuracy.total, "low": low, "high": high, "note": note}


def reference_rows(network, graph, samples, steps):
    """The accuracies beside that of a network's integers.

    Parameters
    ----------
    network : gateware.chip.network.SpikingNetwork
    graph : GraphReference or None
        What the network was made of, if it is known.
    samples : models.networks.samples.Samples
        With labels.
    steps : Steps

    Returns
    -------
    rows : list of dict
        As `accuracy_row` makes them: in floating point, computed here from the graph or, without one, as the network's file says; and
        for a network that its synapses can do, in stochastic arithmetic.
    not_computed : list of str
        What there is no row of, each with the reason.
    """
    from models.networks import Accuracy

    rows = []
    if graph is not None:
        with steps("evaluate the graph in floating point") as step:
            found = Accuracy.of(graph.classify(samples.levels), samples.labels)
            step.result = str(found)
        rows.append(accuracy_row("NIR graph in floating point", found, f"computed here on {samples.source}, inputs rounded to the chip's levels"))
    elif (said := _said(network)) is not None:
        rows.append(accuracy_row("real weights, in floating point", said,
                                 "test data, as the network's file says: the real numbers that were rounded"))
    stochastic, not_computed = _stochastic_rows(network, samples, steps)
    return rows + stochastic, not_computed


def _said(network):
    """The accuracy in floating point that training wrote into a network's file, or None."""
    from models.networks import Accuracy

    try:
        return Accuracy(*network.provenance["figures"]["final float"]["test"])
    # A file's provenance is free: it may say nothing of it, or something else.
    except (KeyError, TypeError, ValueError):
        return None


def _stochastic_rows(network, samples, steps):
    from models.networks import Accuracy
    from models.networks.stochastic import StochasticNetwork

    levels, labels = samples.levels[:STOCHASTIC_SAMPLES], samples.labels[:STOCHASTIC_SAMPLES]
    rows = []
    for length in LENGTHS:
        try:
            stochastic = StochasticNetwork(network, length)
        # Convolutions, other neurons, recurrence: streams are for dense layers; or a number that their formats do not hold.
        except ValueError as error:
            return rows, [f"stochastic synapses with streams of {length} bits: {error}"]
        with steps(f"evaluate streams of {length} bits") as step:
            found = Accuracy.of(stochastic.classify(levels), labels)
            step.result = str(found)
        rows.append(accuracy_row(f"stochastic synapses, Sobol streams of {length} bits", found,
                                 f"bit-exact model on the first {len(levels):,} of the samples; the bitstream holds the integers, not this"))
    return rows, []
