"""Neurons of several compartments against cables and maps in closed form, Dendrify's documentation and the papers' patterns."""

import numpy as np
import pytest
from scipy import optimize

from gateware.neurons import catalogue
from models.neurons import simulate

from .dynamics import bursts, eigenvalues, equilibrium
from .truth import truth


def fired(name, duration, parameters=None, **inputs):
    return simulate(name, duration, inputs=inputs, parameters=parameters).spikes


def gate(v, half, slope):
    return 1 / (1 + np.exp((half - v) / slope))


@truth("rall_cable")
def test_rall_cable_attenuates_as_the_difference_equation():
    """Steady potentials of compartments with sealed ends: v[i] ~ cosh((i + 1/2) a) with 2 cosh(a) = 2 + 1/g."""
    a = np.arccosh(1 + 1 / 50)
    shape = np.cosh((np.arange(5) + 0.5) * a)
    # What enters at the far end leaves through the leaks: the potentials sum to I.
    expected = -65 + 20.0 * shape / shape.sum()
    final = simulate("rall_cable", 2000.0, inputs={"I": 20.0}).states
    assert [final[f"v_{k}"][-1] for k in range(5)] == pytest.approx(expected, abs=1e-5)
    # The soma reaches its threshold, 15 mV above rest, where the cable says.
    onset = 15 * shape.sum() / shape[0]
    assert len(fired("rall_cable", 500.0, I=0.995 * onset)) == 0 and len(fired("rall_cable", 500.0, I=1.01 * onset)) > 0


@truth("rall_cable")
def test_rall_cable_equalises_at_the_rates_of_its_modes():
    expected = -(1 + 100 * np.sin(np.arange(5) * np.pi / 10)**2) / 20
    rates = eigenvalues("rall_cable", equilibrium("rall_cable", I=0.0), I=0.0)
    assert np.sort(rates.real) == pytest.approx(np.sort(expected), rel=1e-5)


@truth("tc_lif")
def test_tc_lif_turns_below_threshold_and_fires_as_the_paper_counts():
    # The subthreshold map has determinant 1 and trace 7/4: it keeps a quadratic form of the potentials.
    pulse = np.zeros(400)
    pulse[0] = 0.05
    trace = simulate("tc_lif", 400.0, inputs={"I": pulse})
    d, s = trace.states["v_d"][5:], trace.states["v_s"][5:]
    assert trace.count == 0
    # M = [[1, -1/2], [1/2, 3/4]] keeps x'Qx with Q = [[1, -1/4], [-1/4, 1]].
    form = d**2 - d * s / 2 + s**2
    assert form == pytest.approx(form[0], rel=1e-9)
    turned = np.arctan2(s, d)
    assert np.unwrap(turned)[-1] - np.unwrap(turned)[0] == pytest.approx((len(d) - 1) * np.arccos(7 / 8), abs=np.pi)
    # By hand, constant input 0.3: the first spike at the fourth step.
    trace = simulate("tc_lif", 5.0, inputs={"I": 0.3})
    assert trace.states["v_d"][:2] == pytest.approx([0.3, 0.3 - 0.5 * 0.15 + 0.3])
    assert trace.states["v_s"][:2] == pytest.approx([0.15, 0.15 + 0.5 * 0.525])
    assert list(trace.spikes) == [4.0]


@truth("multicompartment_mcn")
def test_spiking_working_memory_settles_where_its_gate_lets_it():
    for basal, apical, soma in ((0.5, 0.0, 0.0), (0.8, 2.0, 0.1), (1.0, -3.0, 0.5)):
        gain = 1 / (1 + np.exp(-apical))
        expected = gain * (basal + soma) / (1 + gain)
        trace = simulate("multicompartment_mcn", 200.0, inputs={"x_b": basal, "x_a": apical, "x_s": soma})
        assert trace.count == 0 and trace.states["u"][-1] == pytest.approx(expected, abs=1e-9)
    # Fires where that passes 1: a basal input above 1 + 1/gain.
    gain = 1 / (1 + np.exp(-2.0))
    onset = 1 + 1 / gain
    counts = [len(fired("multicompartment_mcn", 100.0, x_b=factor * onset, x_a=2.0)) for factor in (0.99, 1.02)]
    assert counts[0] == 0 < counts[1]


@truth("dendrify")
def test_dendrify_reaches_its_threshold_with_the_current_of_the_documentation():
    """Dendrify's example of dendritic spikes injects 213 pA, which just takes the dendrite to its threshold of -35 mV."""
    table = catalogue.table("dendrify", v_dspike=0.0)
    final = simulate(table, 400.0, inputs={"I_s": 0.0, "I_d": 213.0}).states
    # In the steady state the dendrite sees its own leak and, through the coupling, that of the soma.
    dendrite = -60 + 213 / (2.5 + 15 * 10 / 25)
    assert final["v_d"][-1] == pytest.approx(dendrite, abs=1e-3) and dendrite == pytest.approx(-35, abs=0.07)
    assert final["v_s"][-1] == pytest.approx(-60 + (dendrite + 60) * 15 / 25, abs=1e-3)
    events = {each: simulate("dendrify", 300.0, inputs={"I_s": 0.0, "I_d": each}) for each in (205.0, 213.0)}
    assert events[205.0].events["dspike"].sum() == 0 < events[213.0].events["dspike"].sum()
    # A dendritic spike rises for 1.2 ms, falls until 2.9 ms, and reaches the soma as a hump of 3 mV.
    trace = events[213.0]
    start = int(np.flatnonzero(trace.events["dspike"])[0])
    shape = trace.states["v_d"][start:start + 60]
    assert int(np.argmax(shape)) == 12 and shape.max() > -5 and int(np.argmin(shape)) == 29 and shape.min() < -40
    assert np.ptp(trace.states["v_s"][start:start + 60]) == pytest.approx(3, abs=0.3)
    # With both conductances open, the dendrite alone would go toward their weighted mean: the balance of currents in a step.
    v_d, v_s = shape[7], trace.states["v_s"][start + 7]
    change = (2.5 * (-60 - v_d) + 15 * (v_s - v_d) + 30 * (70 - v_d) + 15 * (-89 - v_d) + 213) / 50 * 0.1
    assert shape[8] - v_d == pytest.approx(change, rel=1e-9)


@truth("pinsky_rinzel")
def test_pinsky_rinzel_rests_bursts_and_fires_with_the_current_as_in_the_paper():
    # Rest at I_s = -0.5 uA/cm**2: the paper's initial values, -4.6 and -4.5 mV from its reference of -60 mV.
    still = simulate("pinsky_rinzel", 2000.0, inputs={"I_s": -0.5}).states
    assert (still["v_s"][-1], still["v_d"][-1]) == pytest.approx((-64.6, -64.5), abs=0.25)
    # Low currents make bursts, ever faster; from about 2.5 uA/cm**2 the soma fires on, much faster.
    periods = {}
    for current in (0.75, 1.5):
        groups = bursts(fired("pinsky_rinzel", 2500.0, I_s=current), 40.0)
        periods[current] = np.diff([group[0] for group in groups])[-2:].mean()
    assert periods[0.75] == pytest.approx(500, rel=0.05) and periods[1.5] < 0.5 * periods[0.75]
    assert np.diff(fired("pinsky_rinzel", 1000.0, I_s=5.0))[-10:].max() < 20
    # A burst is the dendrite's calcium spike: without coupling there is none.
    assert simulate("pinsky_rinzel", 1000.0, inputs={"I_s": 0.75}).states["v_d"].max() > 0
    assert simulate("pinsky_rinzel", 1000.0, inputs={"I_s": 0.75}, parameters={"g_c": 0.0}).states["v_d"].max() < -50


@truth("booth_rinzel")
def test_booth_rinzel_rests_where_its_currents_balance():
    def dendrite(v_d):
        inward = (0.03 * gate(v_d, -30, 5)**2 * gate(v_d, -45, -5) + 0.33 * gate(v_d, -40, 7)) * (v_d - 80)
        calcium = -0.009 * inward / 2
        return 1.1 * calcium / (calcium + 0.2) * (v_d + 80) + inward + 0.51 * (v_d + 60), calcium

    def balance(v_d):
        out, _ = dendrite(v_d)
        v_s = v_d + out * 0.9 / 0.1
        inward = 14 * gate(v_s, -30, 5)**2 * gate(v_s, -45, -5) * (v_s - 80)
        calcium = -0.009 * inward / 2
        potassium = (100 * gate(v_s, -28, 15)**4 + 5 * calcium / (calcium + 0.2)) * (v_s + 80)
        soma = 120 * gate(v_s, -35, 7.8)**3 * gate(v_s, -55, -7) * (v_s - 55) + potassium + inward + 0.51 * (v_s + 60)
        return soma - 0.1 / 0.1 * (v_d - v_s)

    v_d = optimize.brentq(balance, -58, -55)
    state = equilibrium("booth_rinzel")
    assert state["v_d"] == pytest.approx(v_d, abs=1e-6) and state["Ca_d"] == pytest.approx(dendrite(v_d)[1], rel=1e-5)


@truth("booth_rinzel")
def test_booth_rinzel_holds_a_plateau_by_its_dendritic_calcium():
    """The paper's bistability: with less calcium-activated potassium, firing outlasts its pulse, by L-type calcium."""
    drug = {"g_KCa_s": 3.136, "g_KCa_d": 0.6}
    dt = catalogue.table("booth_rinzel").dt
    time = np.arange(round(2200 / dt)) * dt
    pulse = np.where((time > 500) & (time < 1200), 20.0, -3.0)
    lasting, blocked, control = (simulate("booth_rinzel", 2200.0, inputs={"I_s": pulse}, parameters=each).spikes
                                 for each in (drug, drug | {"g_CaL": 0.0}, {}))
    assert np.sum(lasting < 500) == 0 and np.sum(lasting > 1800) > 10
    for found in (blocked, control):
        assert np.sum((found > 500) & (found < 1200)) > 5 and np.sum(found > 1300) == 0
