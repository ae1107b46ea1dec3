"""Izhikevich's neuron against its equations in float64, and against the firing that the paper describes."""

import numpy as np
import pytest

import models
from gateware.neurons.izhikevich import Izhikevich
from gateware.step import Q


def spike_times(current, ms, dt=0.5, **parameters):
    """Times of spikes, in ms, of the hardware's neuron under a constant current."""
    fmt = Q(8, 8)
    current = np.full(round(ms / dt), fmt.encode(current))
    return np.flatnonzero(models.golden(Izhikevich(dt=dt, current=fmt, **parameters)).run({"current": current}).spike) * dt


def float_spike_times(current, ms, dt=0.5, a=0.02, b=0.2, c=-65.0, d=8.0):
    """The same by forward Euler on the paper's equations in float64."""
    v, u, times = c, b * c, []
    for k in range(round(ms / dt)):
        v, u = v + dt * (0.04 * v * v + 5 * v + 140 - u + current), u + dt * a * (b * v - u)
        if v >= 30:
            v, u = c, u + d
            times.append(k * dt)
    return np.array(times)


FIRING = {"regular": {}, "fast": {"a": 0.1, "d": 2.0}, "chattering": {"c": -50.0, "d": 2.0},
          "bursting": {"c": -55.0, "d": 4.0}}


@pytest.mark.parametrize("name", FIRING)
@pytest.mark.parametrize("dt", [0.5, 0.25])
def test_spikes_of_the_equations_in_float64(name, dt):
    ours, theirs = spike_times(10.0, 1000, dt, **FIRING[name]), float_spike_times(10.0, 1000, dt, **FIRING[name])
    assert abs(len(ours) - len(theirs)) <= max(1, 0.03 * len(theirs))
    assert np.abs(ours[:5] - theirs[:5]).max() <= 1.0


def test_one_step_is_the_equations_rounded():
    neuron, rng = Izhikevich(), np.random.default_rng(0)
    # States from which v stays below the peak and within its format.
    v, u = rng.uniform(-80, -45, 20_000), rng.uniform(-20, 10, 20_000)
    current = rng.uniform(-10, 20, 20_000)
    v_format, u_format = neuron.state
    integers = [np.floor(x * 2**fmt.fraction_bits).astype(int)
                for x, fmt in ((v, v_format), (u, u_format), (current, neuron.inputs.current))]
    state, outputs = models.golden(neuron).step(type(neuron.state)(*integers[:2]), type(neuron.inputs)(integers[2]))
    v, u, current = v_format.decode(integers[0]), u_format.decode(integers[1]), neuron.inputs.current.decode(integers[2])
    v_next = v + 0.5 * (0.04 * v**2 + 5 * v + 140 - u + current)
    assert not outputs.spike.any()
    # Half a unit of each of two roundings, of the slope's 11 fraction bits, and of the constant's 15 significant bits.
    bound = v_format.resolution + 0.5 * (2**-12 * np.abs(v) + 2**-15 * 0.04 * v**2)
    assert (np.abs(v_format.decode(state.v) - v_next) < bound).all()
    assert np.abs(u_format.decode(state.u) - (u + 0.01 * (0.2 * v - u))).max() < 0.6 * u_format.resolution


def test_regular_spiking_adapts_and_its_rate_grows_with_the_current():
    intervals = np.diff(spike_times(10.0, 1000))
    assert intervals[0] < 0.6 * intervals[-1]
    counts = [len(spike_times(current, 1000)) for current in (3.0, 5.0, 10.0, 15.0)]
    assert counts[0] <= 1 and counts == sorted(set(counts))


def test_fast_spiking_is_fast_and_does_not_adapt():
    times = spike_times(10.0, 1000, **FIRING["fast"])
    intervals = np.diff(times)
    assert len(times) > 2 * len(spike_times(10.0, 1000)) and intervals[5:].max() < 1.3 * intervals[5:].min()


def test_chattering_is_bursts():
    intervals = np.diff(spike_times(10.0, 1000, **FIRING["chattering"]))
    assert np.median(intervals) < 6 and intervals.max() > 20


def test_rest_without_input():
    neuron = Izhikevich()
    outputs = models.golden(neuron).run({"current": np.zeros(4000, int)})
    # The stable equilibrium: 0.04 v^2 + 5 v + 140 = 0.2 v.
    assert not outputs.spike.any() and neuron.state.v.decode(outputs.v[-1]) == pytest.approx(-70.0, abs=0.1)


@pytest.mark.parametrize(("parameters", "message"), [
    ({"dt": 0.3}, r"Izhikevich dt must be 1, 1/2, 1/4, ... or 1/256, not 0.3"),
    ({"dt": 2.0}, r"Izhikevich dt must be 1, 1/2, 1/4, ... or 1/256, not 2.0"),
    ({"a": 0.0}, r"Izhikevich a \* dt must be between 2\*\*-16 and 1, not 0.0"),
    ({"b": 20.0}, r"Izhikevich b must be between -16 and 16, not 20.0"),
    ({"c": 30.0}, r"Izhikevich c must be below 30.0, not 30.0"),
    ({"d": float("nan")}, r"Izhikevich d must be finite, not nan"),
    ({"membrane": Q(5, 8)}, r"Izhikevich c must lie between -16.0 and .* to fit Q\(5, 8\), not -65.0"),
    ({"recovery": Q(20, 8)}, r"Izhikevich recovery must be a Q format of at most 24 bits, not Q\(20, 8\)"),
    ({"current": 16}, r"Izhikevich current must be a Q format of at most 24 bits, not 16"),
])
def test_parameter_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        Izhikevich(**parameters)
