"""A spiking classifier of sequences: each time step has its own input, and neurons may be recurrent or current-based."""

import numpy as np
import torch
from torch import nn

from .cells import LI, LIF, CubaLIF, RecurrentLIF
from .limits import check_levels

__all__ = ["SequenceClassifier"]

CELLS = (LIF, RecurrentLIF, CubaLIF, LI)


class SequenceClassifier(nn.Module):
    """Dense layers one after the other; the class is that of the highest sum of a membrane.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, the neurons of each layer.
    cells : sequence of LIF, RecurrentLIF, CubaLIF or LI
        Of each layer, all with reset by subtraction and with one leak and threshold for the layer; the last one a LI.
    levels : int
        Inputs are 0 to ``levels``, at most 255.
    generator : torch.Generator
        Of the initial weights.

    Raises
    ------
    TypeError, ValueError
        If a cell is of another kind, or there is not one of each layer.
    """

    def __init__(self, sizes, cells, *, levels, generator):
        super().__init__()
        cells = list(cells)
        if len(cells) != len(sizes) - 1:
            raise ValueError(f"SequenceClassifier cells must be {len(sizes) - 1}, one for each layer, not {len(cells)}")
        for number, cell in enumerate(cells):
            if type(cell) not in CELLS or cell.leak.ndim or getattr(cell, "reset", "subtract") != "subtract" \
                    or (number == len(cells) - 1) != isinstance(cell, LI):
                raise TypeError("SequenceClassifier cells must be LIF, RecurrentLIF or CubaLIF with one leak for the layer and reset by subtraction, "
                                f"the last one LI, not {type(cell).__name__} in layer {number}")
        self.connections = nn.ModuleList(nn.Linear(before, after) for before, after in zip(sizes, sizes[1:]))
        self.cells, self.levels, self._integers = nn.ModuleList(cells), check_levels("SequenceClassifier", levels), None
        for connection, cell in zip(self.connections, cells):
            nn.init.normal_(connection.weight, std=1.7 / connection.in_features**0.5, generator=generator)
            nn.init.zeros_(connection.bias)
            if isinstance(cell, RecurrentLIF):
                nn.init.normal_(cell.recurrent.weight, std=0.5 / cell.recurrent.in_features**0.5, generator=generator)

    def forward(self, inputs, exact=None):
        """Membranes of the last layer, (T, B, classes), for inputs (T, B, inputs) of 0 to ``levels``; ``exact``: of each layer what
        :meth:`LIF.forward` takes."""
        if exact is None and self._integers is not None:
            samples, options = self._integers
            if len(inputs) != samples.shape[1]:
                raise ValueError(f"SequenceClassifier inputs must have {samples.shape[1]} time steps, as the samples of quantise, not {len(inputs)}")
            network = self.to_network("in training", samples, **options)
            return torch.func.functional_call(self, self._rounded(network), (inputs, self._exact(network, inputs)))
        spikes = inputs / self.levels
        for number, (connection, cell) in enumerate(zip(self.connections, self.cells)):
            spikes, v = cell(connection(spikes), exact and exact[number])
        return v

    def quantise(self, samples, **options):
        """From now on the forward pass has the spikes and membranes of the integers that :meth:`to_network` then makes, by the golden model
        of the chip; the gradient is that of the real equations at these values (straight-through), and all is learned as before.

        Parameters
        ----------
        samples, **options
            As :meth:`to_network` takes them, and raises.
        """
        self.to_network("in training", samples, **options)
        self._integers = samples, options

    def _rounded(self, network):
        """Weights and biases as a network in integers has them, with the gradient of the real ones."""
        parameters = {}
        for number, (cell, layer) in enumerate(zip(self.cells, network.layers)):
            step = 1 / network.provenance["layers"][number]["weight scale"]
            of_inputs = step if number else step * self.levels
            bias = layer.connection.bias or (0,) * layer.neurons
            held = {f"connections.{number}.weight": (layer.connection.weights, of_inputs), f"connections.{number}.bias": (bias, of_inputs)}
            if isinstance(cell, RecurrentLIF):
                held[f"cells.{number}.recurrent.weight"] = layer.projections[0].connection.weights, step
            for name, (integers, unit) in held.items():
                real = self.get_parameter(name)
                parameters[name] = real + (real.new_tensor(integers) * unit - real).detach()
        return parameters

    def _exact(self, network, inputs):
        """Spikes and membranes of each layer, of the golden model."""
        from gateware.chip.spiking_chip import SpikingChip
        from models import golden
        samples = np.rint(inputs.detach().numpy()).astype(np.int64).transpose(1, 0, 2)
        found = []
        for (spikes, v), layer, report in zip(golden(SpikingChip(network)).layers(samples), network.layers, network.provenance["layers"]):
            unit = report["unit"] / (1 << layer.neuron.params.membrane.fraction_bits)
            found.append((inputs.new_tensor(spikes.transpose(1, 0, 2)), inputs.new_tensor(v.transpose(1, 0, 2)) * unit))
        return found

    def classify(self, inputs):
        """The class of each of the samples."""
        return self(inputs).sum(dim=0).argmax(dim=1)

    def to_nir(self, *, dt=1e-3):
        """The classifier as a NIR graph of its real numbers, which takes inputs of 0 to ``levels``.

        A recurrence is a cycle through the neurons, which takes a time step. Run it with ``reset="subtract"`` and ``comparison=">="``.

        Parameters
        ----------
        dt : float
            The time step in seconds, which sets the time constants.

        Returns
        -------
        models.nir.Graph
        """
        import nir

        from models.nir import from_nir
        nodes, edges, before = {"input": nir.Input(np.array([self.connections[0].in_features]))}, [], "input"
        for number, (connection, cell) in enumerate(zip(self.connections, self.cells)):
            weight, bias = (each.detach().double().numpy() for each in (connection.weight, connection.bias))
            dense, neurons = f"dense{number}", f"neurons{number}"
            nodes[dense] = nir.Affine(weight if number else weight / self.levels, bias)
            nodes[neurons] = _neurons(nir, cell, connection.out_features, dt)
            edges += [(before, dense), (dense, neurons)]
            if isinstance(cell, RecurrentLIF):
                nodes[f"recurrent{number}"] = nir.Linear(cell.recurrent.weight.detach().double().numpy())
                edges += [(neurons, f"recurrent{number}"), (f"recurrent{number}", neurons)]
            before = neurons
        nodes["output"] = nir.Output(np.array([self.connections[-1].out_features]))
        metadata = {"dt": float(dt), "levels": self.levels, "encoder": "events", "readout": "membrane", "reset": "subtract", "comparison": ">="}
        return from_nir(nir.NIRGraph(nodes, [*edges, (before, "output")], metadata=metadata, type_check=False))

    def to_network(self, name, samples, **options):
        """The classifier in integers, for a chip that takes each time step's own input as events.

        Parameters
        ----------
        name : str
        samples : array of int, (samples, time steps, inputs)
            0 to ``levels``: they show how far membranes go.
        **options
            Others of :func:`models.nir.to_network`, such as ``weight_bits``.

        Returns
        -------
        SpikingNetwork
        """
        from models.nir import to_network
        graph = self.to_nir()
        return to_network(graph, dt=graph.metadata["dt"], time_steps=samples.shape[1], levels=self.levels, input_range=(0, self.levels),
                          samples=samples, encoder="events", reset="subtract", comparison=">=", name=name, **options)


def _neurons(nir, cell, size, dt):
    def full(value):
        return np.full(size, float(value))
    leak = cell.leak.item()
    if isinstance(cell, LI):
        return nir.LI(full(dt / leak), full(1 / leak), full(0)) if leak else nir.I(full(1 / dt))
    threshold = full(cell.threshold.item())
    if isinstance(cell, CubaLIF):
        synapse = cell.synapse_leak.item()
        for name, value in (("leak", leak), ("synapse_leak", synapse)):
            if not value:
                raise ValueError(f"to_nir: a CubaLIF without {name} has no node in NIR: its time constant would be infinite")
        return nir.CubaLIF(full(dt / synapse), full(dt / leak), full(1 / leak), full(0), threshold, full(0), full(1 / synapse))
    return nir.LIF(full(dt / leak), full(1 / leak), full(0), threshold, full(0)) if leak else nir.IF(full(1 / dt), threshold, full(0))
