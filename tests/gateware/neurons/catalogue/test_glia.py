"""Astrocytes: the calcium oscillator of Li and Rinzel and what is built on it."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from models.neurons import simulate, solve

from .truth import truth


def li_rinzel(ca, h, ip3):
    """Right-hand sides as the paper states them."""
    d2, d5 = 1.049, 0.08234
    store = (2.0 - ca) / 0.185
    open_ = (ip3 / (ip3 + 0.13) * ca / (ca + d5) * h) ** 3
    q2 = d2 * (ip3 + 0.13) / (ip3 + 0.9434)
    h_inf, tau = q2 / (q2 + ca), 1 / (0.2 * (q2 + ca))
    return 0.185 * (6 * open_ + 0.11) * (store - ca) - 0.9 * ca**2 / (0.01 + ca**2), (h_inf - h) / tau


def steady(ip3):
    """Calcium where both stand still."""
    def flow(ca):
        q2 = 1.049 * (ip3 + 0.13) / (ip3 + 0.9434)
        return li_rinzel(ca, q2 / (q2 + ca), ip3)[0]
    return brentq(flow, 0.01, 1.0)


def growth(ip3):
    """Trace of the Jacobian at the steady state: positive where it is an unstable focus."""
    ca, step = steady(ip3), 1e-6
    q2 = 1.049 * (ip3 + 0.13) / (ip3 + 0.9434)
    h = q2 / (q2 + ca)
    return ((li_rinzel(ca + step, h, ip3)[0] - li_rinzel(ca - step, h, ip3)[0])
            + (li_rinzel(ca, h + step, ip3)[1] - li_rinzel(ca, h - step, ip3)[1])) / (2 * step)


@truth("li_rinzel")
def test_li_rinzel_steady_state_and_range_of_oscillation():
    # The steady state is unstable between two Hopf bifurcations, by linear stability 0.3545 and 0.6369 uM.
    low, high = brentq(growth, 0.3, 0.45), brentq(growth, 0.55, 0.75)
    assert (low, high) == pytest.approx((0.3545, 0.6369), abs=1e-4)
    ip3 = np.array([low - 0.04, low + 0.02, high - 0.03, high + 0.03])
    trace = simulate("li_rinzel", 600.0, inputs={"ip3": np.tile(ip3, (60_000, 1))})
    late = trace.states["ca"][-20_000:]
    swing = late.max(axis=0) - late.min(axis=0)
    assert np.all(swing[1:3] > 0.1) and np.all(swing[[0, 3]] < 2e-3)
    assert late[-1, [0, 3]] == pytest.approx([steady(ip3[0]), steady(ip3[3])], abs=1e-3)


@truth("li_rinzel", "astrocyte")
def test_astrocyte_has_one_event_a_period():
    trace = simulate("astrocyte", 200.0, inputs={"ip3": np.tile([0.3, 0.5], (20_000, 1))})
    assert trace.time[trace.events["spike"][:, 0]].max(initial=0) < 20
    time = np.linspace(100, 200, 20_001)
    exact = solve("li_rinzel", 200.0, inputs={"ip3": 0.5}, t_eval=time).y[0]
    rises = time[1:][(exact[1:] > 0.3) & (exact[:-1] <= 0.3)]
    late = trace.spikes[1][trace.spikes[1] > 100]
    assert late == pytest.approx(rises, abs=0.1) and len(rises) > 5


@truth("astrocyte_lif")
def test_astrocyte_lif_depolarises_while_calcium_is_high():
    # Calcium after a presynaptic spike every T: 0.1/(1 - exp(-T/500)); here it stays above 0.5 in the end.
    trace = simulate("astrocyte_lif", 4000.0, inputs={"I": 14.0, "pre": {"value": 1, "every": 40.0}})
    peak = 0.1 / -math.expm1(-40 / 500)
    assert trace.states["ca"][-1000:].max() == pytest.approx(peak, rel=2e-3)
    assert peak * math.exp(-40 / 500) > 0.5
    # -65 + 14 stays below the threshold, 2 mV more crosses it: 20 ln(16/1).
    assert np.diff(trace.spikes)[-10:] == pytest.approx(20 * math.log(16), abs=0.1)
    assert trace.spikes[0] > 6 * 40
    alone = simulate("astrocyte_lif", 1000.0, inputs={"I": 14.0, "pre": 0})
    assert alone.count == 0 and alone.states["v"][-1] == pytest.approx(-51.0, abs=1e-6)


@truth("gchi_astrocyte")
def test_gchi_astrocyte_as_in_brian2():
    # Brian2 2.9.0 on the equations and constants of Stimberg et al. 2019, figure 2, deterministic astrocyte, one presynaptic
    # spike every 2 s, rk4, steps of 0.1 ms: upward crossings of 0.5 uM, greatest calcium and IP3, C and I at 5, 10 and 20 s.
    trace = simulate("gchi_astrocyte", 30.0)
    assert trace.spikes == pytest.approx([2.443, 7.603, 12.145, 16.603, 20.808, 24.886, 28.911], abs=0.02)
    calcium, ip3 = trace.states["C"], trace.states["I"]
    assert (calcium.max(), ip3.max()) == pytest.approx((1.1584, 2.2414), rel=0.01)
    assert calcium[[4999, 9999, 19999]] == pytest.approx([0.6669, 0.3066, 0.4430], abs=0.01)
    assert ip3[[4999, 9999, 19999]] == pytest.approx([0.3266, 0.1904, 0.6068], abs=0.01)
