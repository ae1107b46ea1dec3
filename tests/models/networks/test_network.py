import dataclasses

import numpy as np
import pytest

from gateware.step import Q
from models.networks import Network, load


def small(**changes):
    values = {
        "hidden_weights": [[1, -128, 127]] * 2, "output_weights": np.array([[3, -4]] * 4, np.int8), "time_steps": 5,
        "leak": 16384, "membrane": Q(6, 10), "weight_fraction_bits": 6, "lfsr_seed": 0xACE1,
        "float_hidden_weights": np.zeros((2, 3)), "float_output_weights": np.zeros((4, 2)),
        "logistic_coefficients": np.zeros((4, 3)), "logistic_intercepts": np.zeros(4), "provenance": {"seed": 1}}
    return Network(**values | changes)


def test_hardware_sees_plain_python_integers():
    network = small()
    assert network.hidden_weights == ((1, -128, 127),) * 2 and network.output_weights == ((3, -4),) * 4
    assert all(type(weight) is int for row in network.output_weights for weight in row)
    assert (network.inputs, network.hidden, network.classes) == (3, 2, 4)


def test_the_neuron_holds_every_sum_of_weights():
    current = load().neuron.inputs.current
    assert (current.lo, current.hi, current.fraction_bits) == (-(1 << 13), (1 << 13) - 1, 6)
    assert 64 * -128 >= current.lo and 64 * 127 <= current.hi


def test_the_leak_reaches_the_neuron_exactly():
    for leak in (1, 3, 16384, 21845, 65535, 65536):
        assert small(leak=leak).neuron.params.minus_leak == -leak


def test_the_digest_follows_the_hardware_only():
    network = small()
    assert dataclasses.replace(network, provenance={}).digest == network.digest
    assert dataclasses.replace(network, leak=8192).digest != network.digest
    assert repr(network) == f"<Network 3-2-4, 5 time steps, digest {network.digest[:12]}>"


@pytest.mark.parametrize("change, error, message", [
    ({"time_steps": 0}, ValueError, "network time_steps must be between 1 and 63, not 0"),
    ({"time_steps": 2.0}, TypeError, "network time_steps must be an integer, not 2.0"),
    ({"leak": 65537}, ValueError, "network leak must be between 1 and 65536, not 65537"),
    ({"lfsr_seed": 0}, ValueError, "network lfsr_seed must be between 1 and 65535, not 0"),
    ({"weight_fraction_bits": 11}, ValueError, "network weight_fraction_bits must be between 0 and 10, not 11"),
    ({"membrane": (6, 10)}, TypeError, r"network membrane must be a Q format, not \(6, 10\)"),
    ({"hidden_weights": [[1, 2, 128]] * 2}, ValueError, "network hidden_weights must be between -128 and 127, not 128"),
    ({"hidden_weights": [1, 2]}, ValueError, r"network hidden_weights must have one row .* not the shape \(2,\)"),
    ({"hidden_weights": [[0.5, 1, 2]] * 2}, TypeError, "network hidden_weights must be integers, not float64"),
    ({"output_weights": [[1, 2, 3]] * 4}, ValueError,
     "network output_weights must have one column per hidden neuron, 2, not 3"),
    ({"float_hidden_weights": np.zeros((3, 2))}, ValueError,
     r"network float_hidden_weights must have the shape \(2, 3\), not \(3, 2\)"),
    ({"float_output_weights": np.zeros((4, 2), int)}, TypeError, "network float_output_weights must be real numbers"),
    ({"logistic_intercepts": np.array([0, 1, np.nan, 2])}, ValueError, "network logistic_intercepts must be finite, not nan"),
    ({"provenance": {"a": object()}}, TypeError, "network provenance must be plain data"),
])
def test_wrong_values_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        small(**change)
