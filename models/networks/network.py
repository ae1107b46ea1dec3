"""A trained spiking classifier as plain data."""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from operator import index

import numpy as np

from gateware.neurons.lif import LIF
from gateware.step import Q

__all__ = ["LEAK_BITS", "WEIGHT_BITS", "Network", "neuron"]

LEAK_BITS = 16
WEIGHT_BITS = 8


@dataclass(frozen=True, eq=False)
class Network:
    r"""Inputs, one hidden layer and one output layer of LIF neurons, fully connected.

    In each time step input i spikes where its pixel exceeds a 4-bit random number; the hidden neurons sum the
    weights of the inputs that spiked, the output neurons those of the hidden neurons that spiked in this same step.
    The class is the output neuron with the most spikes, among equals the one with the highest membrane at the end,
    among equals the first.

    Parameters
    ----------
    hidden_weights, output_weights : sequence of sequence of int
        One row per neuron, -128 to 127; ``weight / 2**weight_fraction_bits`` is added to the membrane.
    time_steps : int
        1 to 63.
    leak : int
        Membrane leak of a time step in units of :math:`2^{-16}`, 1 to 65536.
    membrane : Q
        Format of the membrane; the threshold is 1.0, rest and reset are 0.
    weight_fraction_bits : int
        0 to the membrane's fraction bits.
    lfsr_seed : int
        First state of the 16-bit LFSR (shifting left) of the input encoder, 1 to 65535.
    float_hidden_weights, float_output_weights : array of float
        The float network of the same shape, for comparison.
    logistic_coefficients, logistic_intercepts : array of float
        A logistic regression of ``pixels / 16``, (classes, inputs) and (classes,), for comparison.
    provenance : dict
        Where the network comes from: command, seed, versions, validation figures.

    Raises
    ------
    TypeError, ValueError
        If a value is of the wrong kind, shape or range.
    """

    hidden_weights: tuple
    output_weights: tuple
    time_steps: int
    leak: int
    membrane: Q
    weight_fraction_bits: int
    lfsr_seed: int
    float_hidden_weights: np.ndarray
    float_output_weights: np.ndarray
    logistic_coefficients: np.ndarray
    logistic_intercepts: np.ndarray
    provenance: dict = field(default_factory=dict)

    def __post_init__(self):
        if not isinstance(self.membrane, Q):
            raise TypeError(f"network membrane must be a Q format, not {self.membrane!r}")
        for name, lo, hi in (("time_steps", 1, 63), ("leak", 1, 1 << LEAK_BITS), ("lfsr_seed", 1, 65535),
                             ("weight_fraction_bits", 0, self.membrane.fraction_bits)):
            self._set(name, _integer(name, getattr(self, name), lo, hi))
        for name in ("hidden_weights", "output_weights"):
            self._set(name, _weights(name, getattr(self, name)))
        if len(self.output_weights[0]) != self.hidden:
            raise ValueError(f"network output_weights must have one column per hidden neuron, {self.hidden}, "
                             f"not {len(self.output_weights[0])}")
        for name, shape in (("float_hidden_weights", (self.hidden, self.inputs)),
                            ("float_output_weights", (self.classes, self.hidden)),
                            ("logistic_coefficients", (self.classes, self.inputs)),
                            ("logistic_intercepts", (self.classes,))):
            self._set(name, _floats(name, getattr(self, name), shape))
        self.neuron  # what the formats cannot hold is refused here  # noqa: B018
        try:
            self._set("provenance", json.loads(json.dumps(self.provenance)))
        except TypeError as error:
            raise TypeError(f"network provenance must be plain data ({error}), not {self.provenance!r}") from None

    def _set(self, name, value):
        object.__setattr__(self, name, value)

    @property
    def inputs(self):
        """Pixels of an image."""
        return len(self.hidden_weights[0])

    @property
    def hidden(self):
        """Hidden neurons."""
        return len(self.hidden_weights)

    @property
    def classes(self):
        """Output neurons."""
        return len(self.output_weights)

    @cached_property
    def neuron(self):
        """The LIF component that every neuron of the network is."""
        return neuron(self.leak, self.membrane, self.weight_fraction_bits, max(self.inputs, self.hidden))

    @cached_property
    def digest(self):
        """SHA-256 of all that decides the hardware's behaviour, in hexadecimal digits."""
        content = [self.hidden_weights, self.output_weights, self.time_steps, self.leak, self.membrane,
                   self.weight_fraction_bits, self.lfsr_seed]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def __repr__(self):
        return (f"<Network {self.inputs}-{self.hidden}-{self.classes}, {self.time_steps} time steps, "
                f"digest {self.digest[:12]}>")


def neuron(leak, membrane, weight_fraction_bits, fan_in):
    """The LIF component for a network's formats; its current holds the sum of ``fan_in`` weights of any value."""
    largest = fan_in << (WEIGHT_BITS - 1)
    current = Q((largest - 1).bit_length() + 1 - weight_fraction_bits, weight_fraction_bits)
    return LIF(tau=(1 << LEAK_BITS) / leak, membrane=membrane, current=current)


def _integer(name, value, lo, hi):
    try:
        value = index(value)
    except TypeError:
        raise TypeError(f"network {name} must be an integer, not {value!r}") from None
    if not lo <= value <= hi:
        raise ValueError(f"network {name} must be between {lo} and {hi}, not {value}")
    return value


def _weights(name, rows):
    """Rows of integers as tuples of Python integers."""
    lo, hi = -(1 << (WEIGHT_BITS - 1)), (1 << (WEIGHT_BITS - 1)) - 1
    array = np.asarray(rows)
    if array.ndim != 2 or not array.size:
        raise ValueError(f"network {name} must have one row of integers per neuron, not the shape {array.shape}")
    if array.dtype.kind not in "iu":
        raise TypeError(f"network {name} must be integers, not {array.dtype}")
    outside = array[(array < lo) | (array > hi)]
    if outside.size:
        raise ValueError(f"network {name} must be between {lo} and {hi}, not {outside[0]}")
    return tuple(map(tuple, array.tolist()))


def _floats(name, values, shape):
    """A read-only array of finite numbers of the given shape."""
    array = np.array(values)
    if array.shape != shape:
        raise ValueError(f"network {name} must have the shape {shape}, not {array.shape}")
    if array.dtype.kind != "f":
        raise TypeError(f"network {name} must be real numbers, not {array.dtype}")
    if not np.isfinite(array).all():
        raise ValueError(f"network {name} must be finite, not {array[~np.isfinite(array)][0]}")
    array.flags.writeable = False
    return array
