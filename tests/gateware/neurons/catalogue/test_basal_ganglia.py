"""Subthalamic and pallidal neurons against Brian2's runs of the authors' XPP equations (rk4, 0.005 ms, spikes through -10 mV)."""

import numpy as np
import pytest

from models.neurons import simulate

from .truth import truth

# STN: dv/dt = (I - 2.25*(v+60) - 45*n**4*(v+80) - 37.5*minf**3*h*(v-55) - it - ica - 9*(v+80)*ca/(ca+15))/ms
# it = 0.5*ainf**3*binf**2*(v-140); ica = 0.5*sinf**2*(v-140); binf = 1/(1+exp((r-0.4)/-0.1)) - 1/(1+exp(-0.4/-0.1))
# minf, ainf, sinf = 1/(1+exp((v+30)/-15)), 1/(1+exp((v+63)/-7.8)), 1/(1+exp((v+39)/-8))
# dh/dt = 0.75*(1/(1+exp((v+39)/3.1))-h)/(1+500/(1+exp((v+57)/3)))/ms; dn/dt =
# 0.75*(1/(1+exp((v+32)/-8))-n)/(1+100/(1+exp((v+80)/26)))/ms
# dr/dt = 0.2*(1/(1+exp((v+67)/2))-r)/(40+17.5/(1+exp((v-68)/2.2)))/ms; dca/dt = 5e-5*(-ica-it-22.5*ca)/ms


@truth("terman_rubin_stn")
def test_stn_beats_by_itself_as_in_brian2():
    assert simulate("terman_rubin_stn", 1000.0, inputs={"I": 0.0}).spikes == pytest.approx([128.94, 534.65, 926.54], rel=0.002)


@truth("terman_rubin_stn")
def test_stn_follows_a_current_as_in_brian2():
    expected = [0.82, 24.29, 46.15, 68.19, 90.51, 113.07, 135.81, 158.71, 181.73]
    assert simulate("terman_rubin_stn", 200.0, inputs={"I": 30.0}).spikes == pytest.approx(expected, rel=0.004, abs=0.05)


@truth("terman_rubin_stn")
def test_stn_rebounds_from_inhibition_as_in_brian2():
    current = np.zeros(17500)
    current[5000:12500] = -25.0
    expected = [128.94, 501.15, 524.66, 545.38, 567.58, 593.01, 625.54]
    assert simulate("terman_rubin_stn", 700.0, inputs={"I": current}).spikes == pytest.approx(expected, rel=0.002)


# GPe: dv/dt = (I - 0.1*(v+55) - 30*n**4*(v+80) - 120*minf**3*h*(v-55) - it - ica - 30*(v+80)*ca/(ca+30))/ms
# it = 0.5*ainf**3*r*(v-120); ica = 0.15*sinf**2*(v-120); minf, ainf, sinf = 1/(1+exp((v+37)/-10)), 1/(1+exp((v+57)/-2)),
# 1/(1+exp((v+35)/-2))
# dh/dt = 0.05*(1/(1+exp((v+58)/12))-h)/(0.05+0.27/(1+exp((v+40)/12)))/ms; dn/dt =
# 0.05*(1/(1+exp((v+50)/-14))-n)/(0.05+0.27/(1+exp((v+40)/12)))/ms
# dr/dt = (1/(1+exp((v+70)/2))-r)/(30*ms); dca/dt = 1e-4*(-ica-it-20*ca)/ms


@truth("terman_rubin_gpe")
def test_gpe_slows_to_a_steady_beat_as_in_brian2():
    expected = [18.68, 44.58, 71.02, 98.09, 125.88, 154.44, 183.82, 214.04, 245.14, 277.12, 310.03,
                343.81, 378.44, 413.79, 449.7, 485.94]
    spikes = simulate("terman_rubin_gpe", 1000.0, inputs={"I": 0.0}).spikes
    assert spikes[:16] == pytest.approx(expected, rel=0.005)
    assert np.diff(spikes)[-1] == pytest.approx(36.4, rel=0.01)
    assert simulate("terman_rubin_gpe", 500.0, inputs={"I": -1.0}).count == 0
