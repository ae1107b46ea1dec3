"""What a trained spiking network is, in integers: the description that hardware, model and training share."""

import hashlib
import json
from dataclasses import dataclass, field
from math import prod

from gateware.parameters import integer
from gateware.rtlil import to_rtlil
from gateware.step import StepComponent

from .connections import Connection, Conv2d, Dense, FanIn

__all__ = ["CLASSES", "Conv2d", "Dense", "Layer", "MOST_DELAY", "Projection", "READOUTS", "SpikingNetwork"]

READOUTS = ("count", "first spike", "membrane")
ENCODERS = ("current", "events", "latency", "stochastic")
MOST_DELAY = 63
# Output neurons that a class is read from.
CLASSES = range(2, 257)


def _delays(name, value, sources, lowest):
    """Delays of each source, from one for all or one for each."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    delays = tuple(integer(name, each) for each in value) if isinstance(value, (tuple, list)) else (integer(name, value),) * sources
    if len(delays) != sources or not all(lowest <= each <= MOST_DELAY for each in delays):
        raise ValueError(f"{name} must be one or {sources} integers from {lowest} to {MOST_DELAY}, not {value!r}")
    return delays


@dataclass(frozen=True)
class Projection:
    """Spikes of any layer on their way to a layer: a recurrence, a feedback, or a way past the layers between.

    Parameters
    ----------
    source : int
        The number of the layer whose spikes they are.
    connection : Dense
        Without bias.
    delays : int or sequence of int
        Time steps by which the spikes arrive late, 0 to 63, of all sources or of each. At least 1 where the source is the layer
        itself or a later one.
    """

    source: int
    connection: Dense
    delays: tuple = 1

    def __post_init__(self):
        object.__setattr__(self, "source", integer("Projection source", self.source))
        if type(self.connection) is not Dense or self.connection.bias is not None:
            raise TypeError(f"Projection connection must be Dense without bias, not {self.connection!r}")
        object.__setattr__(self, "delays", _delays("Projection delays", self.delays, self.connection.inputs[0], 0))


@dataclass(frozen=True)
class Layer:
    """Neurons of one kind and the connections that drive them.

    Parameters
    ----------
    connection : Dense or Conv2d
        From the layer before.
    neuron : StepComponent
        With state, the input ``current`` (an Int) and the outputs ``spike`` (a Bit) and ``v`` (an Int).
    weight_bits : int
        Of a weight in memory, 1 to 8: two's complement, and of one bit -1 or 0.
    delays : int or sequence of int
        Time steps by which the spikes of the layer before arrive late, 0 to 63, of all or of each.
    projections : sequence of Projection
        Further connections, to a Dense layer.
    """

    connection: object
    neuron: StepComponent
    weight_bits: int = 8
    delays: tuple = 0
    projections: tuple = ()

    def __post_init__(self):
        if not isinstance(self.connection, Connection):
            raise TypeError(f"Layer connection must be Dense or Conv2d, not {self.connection!r}")
        object.__setattr__(self, "projections", tuple(self.projections))
        object.__setattr__(self, "delays", _delays("Layer delays", self.delays, prod(self.connection.inputs), 0))
        for projection in self.projections:
            if not isinstance(projection, Projection):
                raise TypeError(f"Layer projections must be Projections, not {projection!r}")
            if not isinstance(self.connection, Dense):
                raise ValueError(f"Layer projections go to Dense layers, not to {type(self.connection).__name__}")
            if projection.connection.outputs != self.connection.outputs:
                raise ValueError(f"Layer projections must have {self.neurons} neurons, not {projection.connection.outputs[0]}")
        neuron = self.neuron
        if not isinstance(neuron, StepComponent) or getattr(neuron.inputs, "_fields", ()) != ("current",) \
                or not neuron.state or not {"spike", "v"} <= set(neuron.outputs._fields):
            raise TypeError("Layer neuron must be a StepComponent with state, the input current and the outputs spike and v, "
                            f"not {neuron!r}")
        bits = integer("Layer weight_bits", self.weight_bits)
        if not 1 <= bits <= 8:
            raise ValueError(f"Layer weight_bits must be between 1 and 8, not {bits}")
        lo, hi = self.fan_in.extremes
        if lo < -(1 << bits - 1) or hi > (1 << bits - 1) - 1:
            raise ValueError(f"Layer weights must lie between {-(1 << bits - 1)} and {(1 << bits - 1) - 1} with {bits} bits, "
                             f"not between {lo} and {hi}")

    @property
    def neurons(self):
        """How many there are."""
        return prod(self.connection.outputs)

    @property
    def fan_in(self):
        """All connections as one: the inputs of ``connection`` first, then those of each projection."""
        if not self.projections:
            return self.connection
        matrices = [self.connection.weights, *(each.connection.weights for each in self.projections)]
        rows = [[weight for row in rows for weight in row] for rows in zip(*matrices)]
        return FanIn(rows, self.connection.bias, self.connection.inputs[0])


@dataclass(frozen=True)
class SpikingNetwork:
    r"""A network of spiking neurons in integers.

    .. math:: I^1_{tj} = \sum_i w^1_{ji} x_{ti} + x_{max} b^1_j, \qquad I^l_{tj} = \sum_i w^l_{ji} s^{l-1}_{t - d_i, i} + b^l_j

    to which every projection adds its own sum of that kind. The first layer takes the encoded sample; each further one takes the spikes
    of the layer before, in the same time step unless they have a delay. Nothing spikes before a sample's first time step. The class is
    read from the last layer.

    Parameters
    ----------
    name : str
        Up to 32 printable ASCII characters.
    levels : int
        The inputs are 0 to ``levels``, 1 to 255.
    layers : sequence of Layer
    time_steps : int
        Of a sample, 1 to 255.
    readout : str
        ``"count"``: the class is the neuron with the most spikes, among equals that with the highest membrane at the end;
        ``"membrane"``: that with the highest sum of its membrane over the time steps, among equals the first; ``"first spike"``: as
        :class:`~gateware.chip.first_spike_readout.FirstSpikeReadout` says.
    provenance : dict
        Where the network comes from: command, seed, versions, figures.
    encoder : str
        How a sample becomes input: ``"current"``, the same value in every time step; ``"stochastic"`` and ``"latency"``, spikes
        as :class:`~gateware.chip.input_encoder.InputEncoder` makes them; ``"events"``, none: a sample is a sequence of events.
    seed : int
        Of the stochastic encoder.

    Raises
    ------
    TypeError, ValueError
        If a value is of the wrong kind, shape or range, or a sum may leave a neuron's ``current``.
    """

    name: str
    levels: int
    layers: tuple
    time_steps: int
    readout: str = "membrane"
    provenance: dict = field(default_factory=dict, compare=False)
    encoder: str = "current"
    seed: int = 1

    def __post_init__(self):
        object.__setattr__(self, "layers", tuple(self.layers))
        if not (isinstance(self.name, str) and self.name.isascii() and self.name.isprintable() and 1 <= len(self.name) <= 32):
            raise ValueError(f"network name must have 1 to 32 printable ASCII characters, not {self.name!r}")
        for name, hi in (("levels", 255), ("time_steps", 255)):
            value = integer(f"network {name}", getattr(self, name))
            object.__setattr__(self, name, value)
            if not 1 <= value <= hi:
                raise ValueError(f"network {name} must be between 1 and {hi}, not {value}")
        for name, known in (("readout", READOUTS), ("encoder", ENCODERS)):
            if getattr(self, name) not in known:
                raise ValueError(f"network {name} must be one of {', '.join(known)}, not {getattr(self, name)!r}")
        object.__setattr__(self, "seed", integer("network seed", self.seed))
        if not self.layers or not all(isinstance(layer, Layer) for layer in self.layers):
            raise TypeError(f"network layers must be one Layer or more, not {self.layers!r}")
        for number, (before, layer) in enumerate(zip((None, *self.layers), self.layers)):
            connection = layer.connection
            if before and prod(connection.inputs) != before.neurons:
                raise ValueError(f"network layer {number} must have {before.neurons} inputs, one for each neuron of the layer "
                                 f"before, not {prod(connection.inputs)}")
            if before and isinstance(connection, Conv2d) and connection.inputs != before.connection.outputs:
                raise ValueError(f"network layer {number} must have an input of {connection.inputs}, and the layer before has "
                                 f"the shape {before.connection.outputs}")
            if isinstance(connection, Conv2d):
                connection.check_places(f"network layer {number}: Conv2d")
            if not before and any(layer.delays):
                raise ValueError("network layer 0 must have no delays: those of its inputs are the sample's own")
            for projection in layer.projections:
                self._check_projection(number, projection)
            sums, current = layer.fan_in.sums(1 if before else self.input_levels), layer.neuron.inputs.current
            if sums.lo < current.lo or sums.hi > current.hi:
                raise ValueError(f"network layer {number} sums its weights to {sums.lo} to {sums.hi}, outside its neuron's current "
                                 f"of {current.lo} to {current.hi}")
        if self.layers[-1].neurons not in CLASSES:
            raise ValueError(f"network layer {len(self.layers) - 1} must have {CLASSES[0]} to {CLASSES[-1]} neurons, as a class is read from them, "
                             f"not {self.layers[-1].neurons}")

    def _check_projection(self, number, projection):
        source, connection = projection.source, projection.connection
        if not 0 <= source < len(self.layers):
            raise ValueError(f"network layer {number} has a projection from layer {source}; there are 0 to {len(self.layers) - 1}")
        if connection.inputs[0] != self.layers[source].neurons:
            raise ValueError(f"network layer {number} must have a projection of {self.layers[source].neurons} sources, one for each neuron "
                             f"of layer {source}, not {connection.inputs[0]}")
        if source >= number and not all(projection.delays):
            raise ValueError(f"network layer {number} has a projection from layer {source} without delay, and so a cycle without delay: "
                             "its delays must be at least 1")

    @property
    def input_levels(self):
        """What an input of a time step may reach: ``levels``, or 1 where the encoder makes spikes."""
        return 1 if self.encoder in ("latency", "stochastic") else self.levels

    @property
    def recurrent(self):
        """Whether some layer's spikes come back to it or to an earlier one."""
        return any(projection.source >= k for k, layer in enumerate(self.layers) for projection in layer.projections)

    @property
    def inputs(self):
        """Shape of a sample."""
        return self.layers[0].connection.inputs

    @property
    def sizes(self):
        """Inputs, and the neurons of each layer."""
        return (prod(self.inputs), *(layer.neurons for layer in self.layers))

    @property
    def digest(self):
        """SHA-256 of all that decides what the network computes, in hexadecimal digits."""
        content = [self.levels, self.time_steps, self.readout,
                   [[type(layer.connection).__name__, vars(layer.connection), layer.weight_bits, to_rtlil(layer.neuron)]
                    for layer in self.layers]]
        if self.encoder != "current" or any(any(layer.delays) or layer.projections for layer in self.layers):
            content += [self.encoder, self.seed, [[layer.delays, [[each.source, vars(each.connection), each.delays]
                                                                 for each in layer.projections]] for layer in self.layers]]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def __repr__(self):
        return f"<SpikingNetwork {self.name} {'-'.join(map(str, self.sizes))}, {self.time_steps} time steps, {self.readout} read-out>"
