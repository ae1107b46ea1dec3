"""Which design a network file becomes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..files import sha256_of
from .digits import DigitsDesign
from .references import GraphReference
from .spiking import SpikingDesign

__all__ = ["network_from_nir", "open_design"]

# So many samples show how far the membranes of a graph go.
CALIBRATION = 200
MEMBRANE_BITS = 18


def open_design(network, part, baud, *, samples=None, flash=None, observed=False, **conversion):
    """The design of a network file.

    Parameters
    ----------
    network : path-like or None
        A file of `models.networks`, or an NIR graph (``.nir``); None is the digits network that ships with the project.
    part : platforms.boards.Part
    baud : int
        Line rate of the UART in bits per second.
    samples : path-like, optional
        As :func:`models.networks.samples.load_samples` takes it; they show an NIR graph's formats how far its membranes go.
    flash, observed
        As `SpikingDesign` takes them.
    **conversion
        Of an NIR graph, as in `network_from_nir`.

    Returns
    -------
    DigitsDesign or SpikingDesign

    Raises
    ------
    ValueError
        If the file is none of a network, or its network does not fit the part.
    """
    from models.networks import load
    from models.networks.spiking_file import is_spiking_network, load_spiking

    if network is not None and Path(network).suffix == ".nir":
        graph = network_from_nir(network, samples=samples, **conversion)
        return SpikingDesign(graph.network, part, baud=baud, graph=graph, flash=flash, observed=observed)
    given = [name for name, value in conversion.items() if value is not None]
    if given:
        raise ValueError(f"{', '.join(given)} {'is' if len(given) == 1 else 'are'} about NIR graphs, and {network or 'the digits network'} is none")
    if network is not None and is_spiking_network(network):
        return SpikingDesign(load_spiking(network), part, baud=baud, flash=flash, observed=observed)
    if observed:
        raise ValueError("the digits network cannot be observed: leave out --observe, or give the network of a spiking chip")
    if flash is not None:
        raise ValueError("weights must be link for the digits network, not flash: all of them are part of the bitstream")
    return DigitsDesign(load(network), baud=baud)


def network_from_nir(path, *, samples=None, dt=None, time_steps=None, conventions=None, encoder=None):
    """An NIR graph with its integers.

    Parameters
    ----------
    path : path-like
    samples : path-like, optional
        As in `open_design`.
    dt : float, optional
        The time step in seconds; by default what the graph's metadata says.
    time_steps : int, optional
        Of a sample; by default what the metadata says, and of events as many as the samples have.
    conventions : str, optional
        Of the tool that made the graph, as in :func:`models.nir.simulate`; by default NIR's, but for those that the metadata name.
    encoder : str, optional
        ``"current"`` or ``"events"``, as :func:`models.nir.to_network` takes it; by default what the metadata says, else ``"current"``.
        An event of level k is an input of k where the metadata do not say what levels are.

    Returns
    -------
    GraphReference
        The graph, and as ``network`` its integers.

    Raises
    ------
    ValueError
        If the metadata does not say what is not given, or the graph does not fit a chip.
    """
    import numpy as np

    from models.networks.samples import event_span, load_calibration
    from models.nir import conversion_options, network_name, read, to_network
    from models.nir.conventions import check_dt

    graph = read(path)
    arguments = conversion_options(graph, dt=dt, time_steps=time_steps, conventions=conventions, encoder=encoder)
    if arguments.get("encoder") == "events" and samples is not None:
        steps, highest = event_span(samples)
        arguments = {"time_steps": steps} | ({} if "levels" in arguments else {"levels": highest, "input_range": (0.0, float(highest))}) | arguments
    for name in ("dt", "time_steps"):
        if name not in arguments:
            raise ValueError(f"{path} does not say its {name}, as NIR graphs seldom do: give it with --{name.replace('_', '-')}")
    check_dt("dt", arguments["dt"])
    arguments |= {"membrane_bits": MEMBRANE_BITS, "name": network_name(Path(path))}
    network = to_network(graph, **arguments)
    some, _, source = load_calibration(network, samples, CALIBRATION)
    steps = (network.time_steps,) if network.encoder == "events" else ()
    highest = network.provenance["input_range"][1]
    inputs = some.reshape(len(some), *steps, *network.inputs) * (highest / network.levels)
    network = to_network(graph, **arguments, samples=inputs.astype(np.float64))
    network = replace(network, provenance=network.provenance | {"formats": f"membranes hold what {source} need, and a quarter more"})
    return GraphReference(graph, network, sha256_of(Path(path).read_bytes()))
