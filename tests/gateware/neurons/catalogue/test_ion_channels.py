"""Neurons with one more ion channel, against Brian2's runs of the same equations and their steady states."""

import numpy as np
import pytest
from scipy.optimize import fsolve

from models.neurons import simulate

from .brian import assert_spikes_like
from .truth import truth


@truth("a_type_potassium")
def test_a_current_delays_the_first_spike_as_in_brian2():
    # extra = 8*a**3*b*(v+90); da/dt = (1/(1+exp(-(v+50)/20))-a)/(2*ms); db/dt = (1/(1+exp((v+70)/6))-b)/(50*ms)
    expected = [122.04, 131.55, 140.76, 149.89, 158.97, 168.02, 177.02, 186.02, 194.98, 203.92, 212.86, 221.78]
    assert_spikes_like("a_type_potassium", expected, 20, inputs={"I": 5.0})
    # Without it the same neuron fires at once.
    assert simulate("a_type_potassium", 100.0, inputs={"I": 5.0}, parameters={"g_A": 0.0}).spikes[0] < 5


@truth("bk_potassium")
def test_bk_current_fires_as_in_brian2():
    # extra = 3/(1+exp(-(v-vh)/15))*(v+90); vh = 10-30*ca/(ca+0.5); dca/dt = -ca/(50*ms); at a spike ca += 0.3
    assert_spikes_like("bk_potassium", [13.24, 61.82, 126.35, 190.9, 255.46], 5, inputs={"I": 2.0})


@truth("bk_potassium", "sk_potassium")
@pytest.mark.parametrize(("name", "jump", "tau"), [("bk_potassium", 0.3, 50.0), ("sk_potassium", 0.2, 150.0)])
def test_calcium_of_a_periodic_train_is_a_geometric_series(name, jump, tau):
    trace = simulate(name, 1000.0, inputs={"I": 10.0})
    interval = np.diff(trace.spikes)[-1]
    assert trace.states["ca"][trace.time >= trace.spikes[-2]][0] == pytest.approx(jump / (1 - np.exp(-interval / tau)), rel=0.02)


@truth("h_current")
def test_h_current_fires_as_in_brian2():
    # gl = 0.2; extra = 0.15*r*(v+40); dr/dt = (1/(1+exp((v+80)/10))-r)/(100+200/(1+exp((v+70)/10)))/ms
    expected = [8.58, 19.28, 29.98, 40.69, 51.41, 62.13, 72.86, 83.58, 94.32, 105.06, 115.8, 126.56]
    assert_spikes_like("h_current", expected, 28, inputs={"I": 2.0})


@truth("h_current")
def test_a_hyperpolarisation_sags_back_to_the_steady_state():
    trace = simulate("h_current", 2000.0, inputs={"I": -5.0})
    v = trace.states["v"]

    def current(v):
        r = 1 / (1 + np.exp((v + 80) / 10))
        return -5.0 - 0.2 * (v + 65) - 0.15 * r * (v + 40) - wang_buzsaki(v)
    steady = fsolve(current, -80.0)[0]
    assert v[-1] == pytest.approx(steady, abs=0.02)
    assert v.min() < steady - 1.0


def wang_buzsaki(v):
    """Sodium and potassium current at rest, by the paper's rates."""
    alpha_m, beta_m = 0.1 * (v + 35) / (1 - np.exp(-(v + 35) / 10)), 4 * np.exp(-(v + 60) / 18)
    alpha_h, beta_h = 0.07 * np.exp(-(v + 58) / 20), 1 / (1 + np.exp(-(v + 28) / 10))
    alpha_n, beta_n = 0.01 * (v + 34) / (1 - np.exp(-(v + 34) / 10)), 0.125 * np.exp(-(v + 44) / 80)
    m, h, n = (alpha / (alpha + beta) for alpha, beta in ((alpha_m, beta_m), (alpha_h, beta_h), (alpha_n, beta_n)))
    return 35 * m**3 * h * (v - 55) + 9 * n**4 * (v + 90)


@truth("persistent_sodium")
def test_persistent_sodium_fires_as_in_brian2():
    # gl = 0.3; extra = 0.15*p*(v-55); dp/dt = (1/(1+exp(-(v+48)/5))-p)/(10+40/(1+((v+48)/10)**2))/ms
    expected = [7.85, 14.58, 20.3, 25.48, 30.29, 34.84, 39.2, 43.41, 47.49, 51.46, 55.36, 59.17]
    assert_spikes_like("persistent_sodium", expected, 85, inputs={"I": 3.0})


@truth("sk_potassium")
def test_sk_current_adapts_as_in_brian2():
    # extra = 2*ca**2/(ca**2+0.25)*(v+90); dca/dt = -ca/(150*ms); at a spike ca += 0.2
    assert_spikes_like("sk_potassium", [1.89, 12.16, 115.46, 221.64], 4, inputs={"I": 10.0})


@truth("t_type_calcium")
def test_t_current_fires_as_in_brian2():
    # gl = 0.2; extra = 0.1*s/(1+exp(-(v+52)/5))**2*(v-120); ds/dt = (1/(1+exp((v+81)/4))-s)/(30+100/(1+exp((v+75)/10)))/ms
    expected = [6.64, 16.18, 26.03, 36.2, 46.66, 57.4, 68.38, 79.58, 90.96, 102.5, 114.16, 125.94]
    assert_spikes_like("t_type_calcium", expected, 26, inputs={"I": 2.0})


@truth("t_type_calcium")
@pytest.mark.parametrize("current", [-2.0, -1.0, 0.0])
def test_t_current_opens_a_window_at_rest(current):
    def balance(v):
        m, s = 1 / (1 + np.exp(-(v + 52) / 5)), 1 / (1 + np.exp((v + 81) / 4))
        return current - 0.2 * (v + 65) - 0.1 * m**2 * s * (v - 120) - wang_buzsaki(v)
    trace = simulate("t_type_calcium", 600.0, inputs={"I": current})
    assert trace.states["v"][-1] == pytest.approx(fsolve(balance, -65.0 + 5 * current)[0], abs=0.01)
    assert trace.states["s"][-1] == pytest.approx(1 / (1 + np.exp((trace.states["v"][-1] + 81) / 4)), abs=1e-3)


@truth("nmda_current")
def test_nmda_synapse_drives_spikes_as_in_brian2():
    # extra = 0.5*s/(1+1/3.57*exp(-0.062*v))*v; ds/dt = (x*(1-s) - s/80)/ms; dx/dt = -x/(2*ms); x += 1 at 25, 50, ... ms
    expected = [32.3, 43.02, 53.96, 63.56, 74.1, 83.45, 93.4, 103.74, 113.25, 123.68, 133.07, 142.98]
    assert_spikes_like("nmda_current", expected, 27, inputs={"I": 0.0, "pre": {"value": 1, "every": 25.0}})


@truth("dendritic_nmda")
@pytest.mark.parametrize(("current", "glutamate"), [(0.0, 1.0), (10.0, 1.0), (10.0, 0.5), (-20.0, 0.3)])
def test_dendritic_nmda_rests_where_its_currents_cancel(current, glutamate):
    def balance(y):
        soma, dendrite = y
        block = 1 / (1 + np.exp(-0.062 * dendrite) / 3.57)
        return (-65 - soma + current + 0.5 * (dendrite - soma),
                -65 - dendrite - 1.5 * glutamate * block * dendrite + 0.5 * (soma - dendrite))
    trace = simulate("dendritic_nmda", 1500.0, inputs={"I": current, "glutamate": glutamate})
    assert trace.count == 0
    assert [trace.states["v_s"][-1], trace.states["v_d"][-1]] == pytest.approx(fsolve(balance, (-65.0, -65.0)), abs=1e-4)


@truth("dendritic_nmda")
def test_glutamate_depolarises_the_dendrite():
    quiet, driven = (simulate("dendritic_nmda", 300.0, inputs={"I": 0.0, "glutamate": g}).states["v_d"][-1] for g in (0.0, 1.0))
    assert quiet == pytest.approx(-65.0) and driven > quiet + 5
