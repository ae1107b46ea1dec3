"""Neurons of the cerebellum against NEURON's runs of the authors' files, Brian2's of the same equations, and closed forms."""

import numpy as np
import pytest
from scipy.linalg import expm

from models.neurons import rheobase, simulate, solve

from .brian import assert_spikes_like
from .truth import truth

# 12 pA into the granule cell of 299.26 um2.
PULSE = 12 / 299.2606 * 100


def solved_spikes(name, duration, *, inputs, init=None, threshold=0.0, parameters=None):
    time = np.arange(0.0, duration, 0.01)
    v = solve(name, duration, inputs=inputs, init=init, parameters=parameters, t_eval=time, rtol=1e-7, atol=1e-9).y[0]
    return time[1:][(v[1:] >= threshold) & (v[:-1] < threshold)]


@truth("granule_cell")
def test_granule_cell_fires_as_the_authors_files_do_in_neuron():
    """Spike times of NEURON 9.0.2 for ModelDB 46839 (30 degrees, step 0.001 ms, calcium reversal held; 12 pA from 100 to 900 ms)."""
    expected = [179.75, 237.23, 306.22, 376.06, 445.92, 515.83, 585.8, 655.79, 725.8, 795.82, 865.85]
    current = np.zeros(100000)
    current[10000:90000] = PULSE
    spikes = simulate("granule_cell", 1000.0, inputs={"I": current}).spikes
    assert spikes == pytest.approx(expected, rel=0.01)


@truth("granule_cell")
def test_granule_cell_threshold_and_rest():
    """NEURON: 10 pA are silent (the lower trace of the paper's figure 6A), 16 pA fire 34 times in 800 ms; rest at -80.08 mV."""
    trace = simulate("granule_cell", 900.0, inputs={"I": np.r_[np.zeros(10000), np.full(80000, PULSE * 16 / 12)]})
    assert trace.states["v"][9900] == pytest.approx(-80.08, abs=0.05)
    assert trace.count == pytest.approx(34, abs=1)
    assert simulate("granule_cell", 500.0, inputs={"I": PULSE * 10 / 12}).count == 0


@truth("golgi_cell")
def test_golgi_soma_fires_as_the_authors_files_do_in_neuron():
    """Spike times of NEURON 9.0.2 for the soma alone with all channels of ModelDB 112685 (23 degrees, step 0.001 ms)."""
    spikes = simulate("golgi_cell", 600.0, inputs={"I": 0.0}, parameters={"extent": 1.0, "g_soma": 0.0}).spikes
    assert spikes == pytest.approx([11.0, 177.25, 355.89, 533.60], rel=0.025)


@truth("golgi_cell")
def test_golgi_cell_beats_spontaneously():
    """Intervals of the authors' whole cell in NEURON are 161.4 ms (2305.175, 2466.582, ... ms, kept by the Open Source Brain)."""
    spikes = simulate("golgi_cell", 1500.0, inputs={"I": 0.0}).spikes
    # Three compartments of axon for the authors' hundred, and a step of 0.01 ms.
    assert np.diff(spikes)[-3:] == pytest.approx([161.5] * 3, rel=0.05)


@truth("de_schutter_purkinje")
@pytest.mark.parametrize(("current", "expected"), [
    (5.0, [4.038, 13.656, 23.115, 32.549, 41.980, 51.411, 60.840]),
    (20.0, [1.467, 7.319, 13.173, 19.024, 24.875, 30.725, 36.574])])
def test_purkinje_soma_fires_as_in_neuron(current, expected):
    """Spikes through -20 mV of NEURON 9.0.2 for the paper's channels as the Open Source Brain has them, the h current reversing
    at -30 mV, in one compartment with the densities of the soma of PM9, from -68 mV; step 0.0002 and 0.001 ms."""
    solved = solved_spikes("de_schutter_purkinje", expected[-1] + 1, inputs={"I": current}, threshold=-20.0)
    assert np.allclose(solved, expected, atol=0.03)
    spikes = simulate("de_schutter_purkinje", expected[-1] + 1.5, inputs={"I": current}).spikes
    assert spikes == pytest.approx(expected, rel=0.015, abs=0.06)


@truth("de_schutter_purkinje")
def test_purkinje_soma_is_silent_without_input():
    assert simulate("de_schutter_purkinje", 300.0, inputs={"I": 0.0}).count == 0


@truth("cerebellar_basket")
def test_basket_cell_fires_as_in_brian2():
    # extra = 3*a**3*b*(v+90) + 2*ca/(ca+0.2)*(v+90); da/dt = 5*(1/(1+exp(-(v+45)/15))-a)/(5*ms)
    # db/dt = (1/(1+exp((v+75)/8))-b)/(50*ms); dca/dt = (0.01*(v+20)*int(v>-20) - ca/80)/ms
    assert_spikes_like("cerebellar_basket", [2.62, 94.42, 148.52, 209.66, 272.6], 5, inputs={"I": 20.0})


@truth("stellate_cell")
def test_stellate_cell_fires_as_in_brian2():
    # C = 0.5; extra = 3*p**2*(v+90); dp/dt = (1/(1+exp(-(v+10)/10))-p)/(1+4/(1+exp((v+20)/15)))/ms
    expected = [3.81, 13.57, 23.78, 34.0, 44.2, 54.42, 64.63, 74.85, 85.06, 95.27, 105.48, 115.7]
    assert_spikes_like("stellate_cell", expected, 30, inputs={"I": 2.0})


@truth("deep_cerebellar_nucleus")
def test_nuclear_neuron_fires_as_in_brian2():
    # gl = 0.2; extra = 0.5*p*(v-55) + IT + 0.02*r*(v+40) + 2*ca**2/(ca**2+0.25)*(v+90); IT = 0.1*s/(1+exp(-(v+52)/5))**2*(v-120)
    # dp/dt = (1/(1+exp(-(v+48)/5))-p)/(5+15/(1+((v+48)/10)**2))/ms; ds/dt =
    # (1/(1+exp((v+60)/6.5))-s)/(20+50/(1+exp((v+65)/10)))/ms
    # dr/dt = (1/(1+exp((v+80)/10))-r)/(100+200/(1+exp((v+70)/10)))/ms; dca/dt = (-0.001*IT - ca/150)/ms; at a spike ca += 0.5
    assert_spikes_like("deep_cerebellar_nucleus", [2.12, 182.82], 2, inputs={"I": 5.0})
    # Without input it fires of itself.
    assert simulate("deep_cerebellar_nucleus", 1500.0, inputs={"I": 0.0}).count >= 4


@truth("lugaro_cell")
@pytest.mark.parametrize("serotonin", [0.0, 1.0])
def test_lugaro_cell_threshold_falls_with_serotonin(serotonin):
    """The greatest depolarisation of two linear equations after a step is 7 mV at the least current that fires."""
    matrix = np.array([[-1 / 10, -1 / 10, 1 / 10], [0.05 / 150, -1 / 150, 0], [0, 0, 0]])
    peak = max((expm(matrix * t) @ [0, 0, 1])[0] for t in np.arange(20.0, 80.0, 0.5))
    expected = 7 / (2 * (1 + 0.5 * serotonin) * peak)
    for factor, fires in ((0.998, False), (1.002, True)):
        assert bool(simulate("lugaro_cell", 300.0, inputs={"I": factor * expected, "serotonin": serotonin}).count) == fires


@truth("lugaro_cell")
def test_lugaro_cell_without_adaptation_fires_at_the_logarithm():
    spikes = simulate("lugaro_cell", 500.0, inputs={"I": 7.0, "serotonin": 1.0}, parameters={"a": 0.0, "b": 0.0}).spikes
    interval = 0.5 * np.ceil(10 * np.log((21 + 10) / (21 - 7)) / 0.5)
    assert np.allclose(np.diff(spikes), interval)


@truth("unipolar_brush_cell")
def test_unipolar_brush_cell_outlasts_its_input():
    """Threshold 15 mV = 2.5 I (1 + 0.5); after the input ends, the drive of 50 mV decays to threshold in 200 ln(50/15) ms."""
    assert rheobase("unipolar_brush_cell", 3.0, 6.0, duration=2500.0) == pytest.approx(4.0, abs=1e-3)
    current = np.zeros(4000)
    current[:2000] = 40.0
    spikes = simulate("unipolar_brush_cell", 2000.0, inputs={"I": current}).spikes
    last = 200 * np.log(50 / 15)
    assert last - 25 < spikes[-1] - 1000 <= last + 1
