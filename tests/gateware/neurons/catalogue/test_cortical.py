"""Cortical interneurons against Brian2's and NEURON's runs of the same equations."""

import numpy as np
import pytest

from models.neurons import rate, simulate, solve

from .brian import assert_spikes_like
from .truth import truth

# 0.15 nA into the cell of 96 um length and diameter.
STEP = 150 / (np.pi * 96**2) * 100


@truth("chandelier")
def test_chandelier_cell_fires_as_in_brian2():
    # extra = (3*d**4 + 4*p)*(v+90); dd/dt = (1/(1+exp(-(v+50)/10))-d)/(150*ms); dp/dt = 5*(1/(1+exp(-(v+10)/10))-p)/ms
    expected = [3.73, 9.28, 14.65, 19.99, 25.31, 30.64, 35.97, 41.3, 46.63, 51.98, 57.33, 62.68]
    assert_spikes_like("chandelier", expected, 49, inputs={"I": 5.0})


@truth("pv_fast_spiking")
def test_pv_interneuron_fires_as_in_brian2():
    # extra = 5*p*(v+90); dp/dt = 5*(1/(1+exp(-(v+10)/10))-p)/ms
    expected = [3.98, 9.76, 15.37, 20.94, 26.51, 32.07, 37.64, 43.2, 48.77, 54.34, 59.9, 65.46]
    assert_spikes_like("pv_fast_spiking", expected, 54, inputs={"I": 5.0})


@truth("pv_fast_spiking")
def test_pv_interneuron_does_not_adapt_and_is_fast():
    spikes = simulate("pv_fast_spiking", 500.0, inputs={"I": 15.0}).spikes
    intervals = np.diff(spikes)[5:]
    assert np.ptp(intervals) < 0.05 and 1000 / intervals.mean() > 300


@truth("vip")
def test_vip_interneuron_fires_as_in_brian2():
    # dv/dt = (2 - 35/(1+exp(-(v+30)/9.5))**3*h*(v-55) - 6*n**4*(v+90) - 8*a**3*b*(v+90) - 0.01*(v+65))/0.5/ms
    # dh/dt = (1/(1+exp((v+53)/7))-h)/(0.37+2.78/(1+exp((v+40.5)/6)))/ms; dn/dt =
    # (1/(1+exp(-(v+30)/10))-n)/(0.37+1.85/(1+exp((v+27)/15)))/ms
    # da/dt = (1/(1+exp(-(v+50)/20))-a)/(5*ms); db/dt = (1/(1+exp((v+78)/6))-b)/(50*ms); rk4, 0.005 ms
    assert_spikes_like("vip", [4.98, 158.02, 174.2, 193.37, 237.53, 254.08], 7, inputs={"I": 2.0})


@truth("martinotti")
def test_martinotti_cell_adapts_as_in_brian2():
    # dv/dt = (4 - 40*m**3*h*(v-50) - (5*n**4 + 0.25*p)*(v+90) - 0.01*q/(1+exp(-(v+57)/6.2))**2*(v-120) - 0.05*(v+65))/0.8/ms; w
    # = v + 56.2
    # dm/dt = (0.32*4/exprel((13-w)/4)*(1-m) - 0.28*5/exprel((w-40)/5)*m)/ms; dh/dt = (0.128*exp((17-w)/18)*(1-h) -
    # 4/(1+exp((40-w)/5))*h)/ms
    # dn/dt = (0.032*5/exprel((15-w)/5)*(1-n) - 0.5*exp((10-w)/40)*n)/ms
    # dp/dt = (1/(1+exp(-(v+35)/10))-p)*(3.3*exp((v+35)/20)+exp(-(v+35)/20))/(400*ms)
    # dq/dt = (1/(1+exp((v+81)/4))-q)*3.737/(30.8+(211.4+exp((v+113.2)/5))/(1+exp((v+84)/3.2)))/ms; rk4, 0.005 ms
    expected = [4.38, 14.1, 31.2, 67.95, 113.76, 159.83, 205.9, 251.97, 298.04]
    assert_spikes_like("martinotti", expected, 9, inputs={"I": 4.0})


@truth("sst")
def test_sst_interneuron_bursts_as_the_authors_files_do_in_neuron():
    """Spike times of NEURON for the LTS cell of ModelDB 123623 (step 0.001 ms; 0.15 nA from 400 ms), calcium held constant."""
    expected = np.array([430.975, 442.512, 489.914]) - 400
    neuron = {"E_Ca": 120.2547}     # as the files have it, from their concentrations
    rest = solve("sst", 400.0, inputs={"I": 0.0}, parameters=neuron).y[:, -1]
    time = np.arange(25.0, 95.0, 0.01)
    init = dict(zip(("v", "m", "h", "n", "p", "q"), rest))
    v = solve("sst", 95.0, inputs={"I": STEP}, parameters=neuron, init=init, t_eval=time, rtol=1e-7, atol=1e-9).y[0]
    assert np.allclose(time[1:][(v[1:] >= 0) & (v[:-1] < 0)], expected, atol=0.1)


@truth("sst")
def test_sst_interneuron_starts_with_a_burst_and_adapts():
    current = np.zeros(50000)
    current[20000:40000] = STEP
    spikes = simulate("sst", 1000.0, inputs={"I": current}).spikes
    # NEURON with constant calcium; with its changes 431.423, 445.189, 517.237, 720.422 ms.
    assert spikes == pytest.approx([430.975, 442.512, 489.914, 698.844], rel=0.003)


@truth("sst")
def test_sst_interneuron_loses_its_burst_without_the_t_current():
    with_t, without = (simulate("sst", 400.0, inputs={"I": STEP}, parameters={"g_T": g}).spikes for g in (0.4, 0.0))
    assert len(with_t) >= 2 and with_t[1] - with_t[0] < 20
    assert len(without) == 0 or without[0] > with_t[0] + 20


@truth("pv_fast_spiking", "chandelier")
def test_rates_rise_with_the_current():
    for name in ("pv_fast_spiking", "chandelier"):
        rates = [rate(name, 300.0, inputs={"I": float(current)}, skip=100.0) for current in (2, 5, 10, 20)]
        assert np.all(np.diff(rates) > 0)
