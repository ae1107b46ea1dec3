"""What a spiking chip does for a sample, counted: additions of synapses, updates of neurons, bits of memories."""

from __future__ import annotations

from math import prod

from gateware.chip.network import Conv2d

__all__ = ["count_operations"]


def count_operations(chip, events):
    """The operations of each layer for a sample, from the events that reach it.

    Parameters
    ----------
    chip : gateware.chip.spiking_chip.SpikingChip
    events : sequence of float
        Of a sample: those of the input, then the spikes of each layer.

    Returns
    -------
    list of dict
        Of each layer ``layer``, ``additions`` (of a weight to a sum; all lanes of a row count), ``updates`` (of a neuron), and the bits
        that are read from its ``weight_bits`` and read from and written into its ``sum_bits`` and ``state_bits``. Of a convolution
        they are upper bounds: at the borders, and between strides, an event reaches fewer sums.
    """
    network, rows = chip.network, []
    for k, (layer, core) in enumerate(zip(network.layers, chip.cores)):
        synapses, connection = core.synapses, core.synapses.connection
        sources = connection.kernel[1] if isinstance(connection, Conv2d) else prod(connection.inputs)
        groups = -(-connection.outputs[0] // synapses.lanes)
        arriving = events[k] + sum(events[1 + each.source] for each in layer.projections)
        # A bias goes to all sums, once in each time step or, where its sums are constant, once in a sample.
        passes = 1 if synapses.constant else network.time_steps
        bias = bool(connection.bias)
        walked = arriving * (synapses.depth - groups * bias) / sources + passes * synapses.rows * bias
        width = synapses.lanes * synapses.current.width
        updates = layer.neurons * network.time_steps
        rows.append({"layer": k, "additions": walked * synapses.lanes, "updates": updates,
                     "weight_bits": walked * synapses.lanes * synapses.weight_bits,
                     # Every row that is walked is read and written; it is read for every neuron that it goes to, and cleared.
                     "sum_bits": (2 * walked + updates + passes * synapses.rows) * width,
                     "state_bits": 2 * updates * sum(shape.width for shape in layer.neuron.state)})
    return rows
