"""Files of spiking networks: one compressed NumPy archive per network, exact."""

import io
import json
import os
import tempfile
from math import inf
from pathlib import Path

import numpy as np

from gateware.chip.network import Conv2d, Dense, Layer, Projection, SpikingNetwork
from gateware.neurons.adaptive_lif import AdaptiveLIF
from gateware.neurons.cuba_lif import CubaLeakyIntegrator, CubaLIF
from gateware.neurons.equation_neuron import EquationNeuron
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.lif import LIF
from gateware.neurons.subtractive_lif import LEAK_BITS, SubtractiveLIF
from gateware.step import Q
from gateware.step.equations import read_document

__all__ = ["is_spiking_network", "load_spiking", "save_spiking", "spiking_bytes"]

FORMAT = "spikeloom spiking network"
VERSION = 1
NEURONS = {cls.__name__: cls for cls in (SubtractiveLIF, AdaptiveLIF, LeakyIntegrator, LIF, CubaLIF, CubaLeakyIntegrator, EquationNeuron)}


def is_spiking_network(path):
    """Whether a file is a spiking network's, whatever its version."""
    try:
        # Not by its path: NumPy leaves a damaged file open.
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            return json.loads(str(archive["header"])).get("format") == FORMAT
    # Wrong bytes make NumPy, zipfile, zlib and json raise a dozen kinds of exception.
    except Exception:  # noqa: BLE001
        return False


def load_spiking(path):
    """Read a file of a spiking network.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    SpikingNetwork

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no such file of a version that this release reads, is damaged, or holds a value out of its range.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no network file {path}")
    if not is_spiking_network(path):
        raise ValueError(f"{path} is damaged or no file of a spiking network")
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
        content = dict(archive)
    header = json.loads(str(content["header"]))
    if "version" not in header:
        raise ValueError(f"the network file {path} lacks version")
    if header["version"] != VERSION:
        raise ValueError(f"the network file {path} has version {header['version']!r}; this release reads version {VERSION}")
    try:
        layers = [_layer(row, content, k) for k, row in enumerate(header["layers"])]
        return SpikingNetwork(header["name"], header["levels"], layers, header["time_steps"], header["readout"], header["provenance"],
                              **{name: header[name] for name in ("encoder", "seed") if name in header})
    except KeyError as error:
        raise ValueError(f"the network file {path} lacks {error.args[0]}") from None
    except (TypeError, ValueError) as error:
        raise ValueError(f"the network file {path} is not valid: {error}") from None


def save_spiking(network, path):
    """Write a file of a spiking network, atomically: the same network gives the same bytes.

    Parameters
    ----------
    network : SpikingNetwork
        Its neurons SubtractiveLIF, AdaptiveLIF, LeakyIntegrator, LIF, CubaLIF, CubaLeakyIntegrator or EquationNeuron without random numbers.
    path : path-like

    Raises
    ------
    TypeError
        If a layer's neuron is another.
    """
    path, content = Path(path), spiking_bytes(network)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def spiking_bytes(network):
    """The content of a network's file.

    Parameters
    ----------
    network : SpikingNetwork

    Raises
    ------
    TypeError
        As :func:`save_spiking`.
    """
    arrays, rows = {}, []
    for k, layer in enumerate(network.layers):
        connection, kind = layer.connection, type(layer.neuron).__name__
        if type(layer.neuron) not in NEURONS.values():
            raise TypeError(f"network layer {k} must have a neuron of {', '.join(NEURONS)} to be written, not {layer.neuron!r}")
        neuron = {"kind": kind, **_neuron_row(layer.neuron, k)}
        row = {"connection": type(connection).__name__, "weight_bits": layer.weight_bits, "neuron": neuron}
        if isinstance(connection, Conv2d):
            row |= {name: list(getattr(connection, name)) for name in ("input", "stride", "padding", "pool")}
        if any(layer.delays):
            row["delays"] = list(layer.delays)
        if layer.projections:
            row["projections"] = [{"source": each.source, "delays": list(each.delays)} for each in layer.projections]
        rows.append(row)
        arrays |= {f"weights{k}_{j}": np.array(each.connection.weights, np.int8) for j, each in enumerate(layer.projections)}
        arrays[f"weights{k}"] = np.array(connection.weights, np.int8)
        if connection.bias is not None:
            arrays[f"bias{k}"] = np.array(connection.bias, np.int8)
    header = {"format": FORMAT, "version": VERSION, "name": network.name, "levels": network.levels, "time_steps": network.time_steps,
              "readout": network.readout, "provenance": network.provenance, "layers": rows}
    if network.encoder != "current":
        header |= {"encoder": network.encoder, "seed": network.seed}
    file = io.BytesIO()
    np.savez_compressed(file, header=json.dumps(header, sort_keys=True), **arrays)
    return file.getvalue()


def _neuron_row(neuron, k):
    if isinstance(neuron, EquationNeuron):
        table = neuron.table
        if table.generators:
            raise TypeError(f"network layer {k} must have a neuron without random numbers to be written, not {table.identifier}")
        checked = any("unit" in each for group in ("state", "inputs") for each in table.document[group].values())
        # As a text of its own: the order of the states has a meaning, and the header's names are sorted.
        return {"identifier": table.identifier, "document": json.dumps(table.document), "units": checked}
    params = neuron.params
    row = {"leak": -params.minus_leak, "membrane": list(params.membrane), "current": list(neuron.inputs.current)}
    if isinstance(neuron, (CubaLIF, CubaLeakyIntegrator)):
        row |= {"synapse_leak": -params.minus_synapse_leak, "synapse": list(params.synapse)}
    if isinstance(neuron, CubaLIF):
        row |= {"threshold": params.threshold, "subtracted" if neuron.subtracts else "reset": params.reset}
    if isinstance(neuron, AdaptiveLIF):
        row["adaptation_leak"] = -params.minus_adaptation_leak
    fields = {SubtractiveLIF: ("threshold",), AdaptiveLIF: ("threshold", "adaptation"), LIF: ("threshold", "rest", "reset", "refractory")}
    return row | {name: getattr(params, name) for name in fields.get(type(neuron), ())}


def _layer(row, content, k):
    kinds = {"Dense": Dense, "Conv2d": Conv2d}
    if row["connection"] not in kinds or row["neuron"]["kind"] not in NEURONS:
        raise ValueError(f"layer {k} must be {' or '.join(kinds)} with {' or '.join(NEURONS)}, not {row['connection']} with "
                         f"{row['neuron']['kind']}")
    more = {name: tuple(row[name]) for name in ("input", "stride", "padding", "pool") if name in row}
    bias = content.get(f"bias{k}")
    connection = kinds[row["connection"]](content[f"weights{k}"], bias=bias, **more)
    more = {"delays": row.get("delays", 0),
            "projections": [Projection(each["source"], Dense(content[f"weights{k}_{j}"]), each["delays"])
                            for j, each in enumerate(row.get("projections", ()))]}
    return Layer(connection, _neuron(row["neuron"]), row["weight_bits"], **more)


def _neuron(row):
    if row["kind"] == "EquationNeuron":
        return EquationNeuron(read_document(json.loads(row["document"]), row["identifier"], row["identifier"], units=row["units"]))
    membrane = Q(*row["membrane"])
    tau = (1 << LEAK_BITS) / row["leak"] if row["leak"] else inf
    parameters = {"membrane": membrane, "current": Q(*row["current"])}
    of_membrane = ("threshold", "adaptation", "rest", "reset", "subtracted")
    parameters |= {name: row[name] / (1 << membrane.fraction_bits) for name in of_membrane if name in row}
    if "synapse" in row:
        parameters |= {"tau_mem": tau, "synapse": Q(*row["synapse"]),
                       "tau_syn": (1 << LEAK_BITS) / row["synapse_leak"] if row["synapse_leak"] else inf}
    else:
        parameters["tau"] = tau
    if "adaptation_leak" in row:
        parameters["tau_adaptation"] = (1 << LEAK_BITS) / row["adaptation_leak"] if row["adaptation_leak"] else inf
    if row["kind"] == "LIF":
        parameters["refractory"] = row["refractory"]
    return NEURONS[row["kind"]](**parameters)
