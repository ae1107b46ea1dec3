"""Neurons of neuromorphic chips: documented integer traces, closed forms, rheobases and intervals of their circuits."""

import math

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from models.neurons import simulate

from .truth import truth

EXACT = pytest.mark.parametrize("arithmetic", ["float", "fixed"])


def integers(trace, name):
    """A state or an output as a list of integers, which it must be."""
    values = trace.states.get(name, trace.outputs.get(name))
    assert np.array_equal(values, np.round(values))
    return values.astype(np.int64).tolist()


# Loihi


@truth("loihi")
@EXACT
def test_loihi_impulse_responses_of_lava(arithmetic):
    # The traces that the tests of Intel's Lava demand of its bit-accurate model: weight 128 once, a current decay of 1/2 ...
    impulse = [128] + [0] * 7
    halved = simulate("loihi", 8, inputs={"x": impulse}, parameters={"du": 2047, "dv": 0, "vth": 256}, arithmetic=arithmetic)
    assert integers(halved, "u") == [8192, 4096, 2048, 1024, 512, 256, 128, 64]
    # ... and a voltage decay of 1/2, the current decaying by the chip's offset of 1/4096.
    charged = simulate("loihi", 8, inputs={"x": impulse}, parameters={"du": 0, "dv": 2048, "vth": 256}, arithmetic=arithmetic)
    assert integers(charged, "v") == [8192, 12286, 14331, 15351, 15859, 16111, 16235, 16295]


@truth("loihi")
@EXACT
def test_loihi_bias_threshold_and_refractory_time(arithmetic):
    # Lava: a bias of 2 * 2**6 passes (not reaches) 8 * 64 at the fifth step.
    constants = {"du": 0, "dv": 0, "bias": 2, "bias_exponent": 6, "vth": 8}
    trace = simulate("loihi", 20, inputs={"x": 0}, parameters=constants | {"t_ref": 0}, arithmetic=arithmetic)
    assert trace.spikes.tolist() == [5, 10, 15, 20]
    trace = simulate("loihi", 20, inputs={"x": 0}, parameters=constants | {"t_ref": 3}, arithmetic=arithmetic)
    assert trace.spikes.tolist() == [5, 13] and integers(trace, "v")[4:8] == [0, 0, 0, 0]


@truth("loihi")
@EXACT
def test_loihi_decays_towards_zero(arithmetic):
    # -64 * 3/4 = -48, -36, -27, -20.25, ...: rounded towards zero on both sides.
    for sign in (1, -1):
        impulse, constants = [sign] + [0] * 7, {"du": 1023, "dv": 4095, "vth": 1}
        trace = simulate("loihi", 8, inputs={"x": impulse}, parameters=constants, arithmetic=arithmetic)
        assert integers(trace, "u") == [sign * u for u in (64, 48, 36, 27, 20, 15, 11, 8)]


@truth("loihi")
@EXACT
def test_loihi_current_wraps_and_voltage_saturates(arithmetic):
    trace = simulate("loihi", 6, inputs={"x": 32767}, parameters={"du": 0, "dv": 0, "vth": 131071}, arithmetic=arithmetic)
    u = integers(trace, "u")
    # 32767 * 64 = 2097088 each step less 1/4096: the fifth sum is over 2**23 - 1 and turns negative.
    assert u[:2] == [2097088, 2097088 * 4095 // 4096 + 2097088]
    assert u[3] > 0 > u[4] and u[4] == u[3] * 4095 // 4096 + 2097088 - 2**24
    quiet = {"du": 4095, "dv": 0, "vth": 131071, "bias": 4095, "bias_exponent": 7}
    assert integers(simulate("loihi", 20, inputs={"x": 0}, parameters=quiet, arithmetic=arithmetic), "v")[15] == 16 * 4095 * 128
    low = simulate("loihi", 20, inputs={"x": 0}, parameters=quiet | {"bias": -4096}, arithmetic=arithmetic)
    assert integers(low, "v")[-1] == -(2**23 - 1)


@truth("loihi2")
@EXACT
def test_loihi2_adaptation_lowers_the_rate(arithmetic):
    trace = simulate("loihi2", 12, inputs={"x": 100}, parameters={"increment": 300}, arithmetic=arithmetic)
    # By hand: 3277/4096 of the filter remain, 3686/4096 of the membrane, rounded towards zero.
    assert integers(trace, "s2")[:4] == [100, 180, 244, 295]
    assert integers(trace, "s1")[:4] == [100, 269, 486, 732]
    assert trace.spikes[0] == 6  # 732 * 3686 >> 12 = 658, with the filter's 336 it is 994; the next step passes 1000
    free = simulate("loihi2", 2000, inputs={"x": 100}, parameters={"w13": 0}, arithmetic=arithmetic)
    slowed = simulate("loihi2", 2000, inputs={"x": 100}, arithmetic=arithmetic)
    assert free.count > slowed.count > 0.5 * free.count


# TrueNorth


@truth("truenorth")
def test_truenorth_resets():
    quiet = {"a0": 0, "a1": 0, "a2": 0, "a3": 0}
    ramp = quiet | {"a0": 3}
    constants = {"leak": 0, "mask_bits": 0, "alpha": 100}

    def run(inputs, steps=12, arithmetic="float", **parameters):
        trace = simulate("truenorth", steps, inputs=inputs, parameters=constants | parameters, arithmetic=arithmetic)
        return trace.spikes.tolist(), trace.time[trace.events["negative"]].tolist(), integers(trace, "v")

    # 30 a step over 100, by the paper's table of reset modes: to R, by the threshold, none.
    assert run(ramp, reset=7)[0::2] == ([4, 8, 12], [30, 60, 90, 7, 37, 67, 97, 7, 37, 67, 97, 7])
    for arithmetic in ("float", "fixed"):
        assert run(ramp, gamma=1, arithmetic=arithmetic)[0::2] == ([4, 7, 10], [30, 60, 90, 20, 50, 80, 10, 40, 70, 0, 30, 60])
    assert run(ramp, steps=6, gamma=2)[0::2] == ([4, 5, 6], [30, 60, 90, 120, 150, 180])
    # Downwards: saturation at -beta, or a reset to -R, by beta, none; never a spike.
    fall = quiet | {"a1": 4}
    assert run(fall, steps=5, beta=100)[1:] == ([3, 4, 5], [-40, -80, -100, -100, -100])
    assert run(fall, steps=5, beta=100, kappa=0, reset=7) == ([], [3], [-40, -80, -7, -47, -87])
    assert run(fall, steps=5, beta=100, kappa=0, gamma=1)[1:] == ([3], [-40, -80, -20, -60, -100])
    assert run(fall, steps=5, beta=100, kappa=0, gamma=2)[1:] == ([3, 4, 5], [-40, -80, -120, -160, -200])


@truth("truenorth")
@EXACT
def test_truenorth_leaks(arithmetic):
    push = {"a0": 0, "a1": 0, "a2": [1] + [0] * 59, "a3": 0}
    pull = {"a0": 0, "a1": 0, "a2": 0, "a3": [1] + [0] * 59}
    constants = {"alpha": 200, "beta": 200, "mask_bits": 0}

    def run(inputs, **parameters):
        return integers(simulate("truenorth", 60, inputs=inputs, parameters=constants | parameters, arithmetic=arithmetic), "v")

    # A leak of -2 with reversal decays towards zero from both sides, without it drifts downwards.
    assert run(push, leak_reversal=1)[:30] == [48 - 2 * k for k in range(25)] + [0] * 5
    assert run(pull, leak_reversal=1)[:30] == [-48 + 2 * k for k in range(25)] + [0] * 5
    assert run(push, leak_reversal=0)[:30] == [48 - 2 * k for k in range(30)]


@truth("truenorth")
def test_truenorth_noise():
    # A stochastic leak of 64 is one step up with probability 1/4; a linear reset then makes rate/threshold spikes.
    quiet = {"a0": 0, "a1": 0, "a2": 0, "a3": 0}
    trace = simulate("truenorth", 200_000, inputs=quiet, parameters={
        "leak": 64, "leak_reversal": 0, "leak_stochastic": 1, "gamma": 1, "mask_bits": 0, "alpha": 10})
    assert trace.count / 200_000 == pytest.approx(0.25 / 10, rel=0.02)
    # Six masked bits raise the threshold by 0 to 63, each as often as any other: 110 passes it in 11 cases of 64, 220 always.
    trace = simulate("truenorth", 100_000, inputs=quiet | {"a0": 11}, parameters={"leak": 0, "mask_bits": 6, "alpha": 100})
    assert set(np.unique(trace.states["eta"]).astype(int)) == set(range(64))
    assert trace.count / 100_000 == pytest.approx(1 / (2 - 11 / 64), rel=0.01)
    assert trace.states["eta"].mean() == pytest.approx(31.5, abs=0.3)


# SpiNNaker


@truth("spinnaker_lif")
@EXACT
def test_spinnaker_rounds_as_the_core_does(arithmetic):
    trace = simulate("spinnaker_lif", 200, inputs={"i": 32768}, arithmetic=arithmetic)
    # 1 nA through 20 MOhm from -65 mV: the target is -45 mV, 655360 above rest. 31170/32768 of it remain: 623400 exactly,
    # then 623400 * 31170 / 32768 = 592998.7..., rounded to 592999.
    v = integers(trace, "v")
    assert v[:2] == [-1474560 - 623400, -1474560 - 592999]
    steps = math.ceil(math.log(5 / 20) / math.log(31170 / 32768))
    assert np.all(np.diff(trace.spikes) == steps + 1) and trace.spikes[0] == steps
    # Rounding to nearest stays within half a unit a step of the exact decay.
    exact = -1474560 - 655360 * (31170 / 32768) ** np.arange(1, steps)
    assert np.abs(np.array(v[:steps - 1]) - exact).max() <= 0.5 / (1 - 31170 / 32768)
    assert abs(31170 / 32768 - math.exp(-1 / 20)) < 2**-16


@truth("spinnaker2_lif")
@EXACT
def test_spinnaker2_by_hand(arithmetic):
    # 243/256 of what was, rounded downwards: 300, 284 + 300, 554 + 300, 810 + 300 over 1024; two steps of rest.
    trace = simulate("spinnaker2_lif", 9, inputs={"i": 300}, arithmetic=arithmetic)
    assert integers(trace, "v") == [300, 584, 854, 0, 0, 0, 300, 584, 854] and trace.spikes.tolist() == [4]
    # Downwards means that -1 never decays.
    trace = simulate("spinnaker2_lif", 4, inputs={"i": [-2, 0, 0, 0]}, arithmetic=arithmetic)
    assert integers(trace, "v") == [-2, -2, -2, -2]
    low = simulate("spinnaker2_lif", 4, inputs={"i": [-100, 0, 0, 0]}, arithmetic=arithmetic)
    assert integers(low, "v") == [-100, -95, -91, -87]


@truth("akida")
@EXACT
def test_akida_weighs_by_rank(arithmetic):
    rng = np.random.default_rng(3)
    weights = rng.integers(-128, 128, 60) * (rng.random(60) < 0.6)
    inputs = {"w": weights, "begin": np.arange(60) % 20 == 0}
    trace = simulate("akida", 60, inputs=inputs, parameters={"threshold": 30000}, arithmetic=arithmetic)
    v = integers(trace, "v")
    for start in (0, 20, 40):
        rank, total = 0, 0
        for k in range(start, start + 20):
            if weights[k]:
                total, rank = total + int(weights[k] * 0.75**rank), rank + 1
            assert v[k] == total


@truth("akida")
@EXACT
def test_akida_fires_once_in_an_inference(arithmetic):
    begin = np.array([1] + [0] * 9 + [1] + [0] * 9)
    trace = simulate("akida", 20, inputs={"w": 100, "begin": begin}, arithmetic=arithmetic)
    assert trace.spikes.tolist() == [1, 11]
    trace = simulate("akida", 20, inputs={"w": 60, "begin": begin}, arithmetic=arithmetic)
    assert trace.spikes.tolist() == [2, 12]  # 60 + 45
    assert simulate("akida", 20, inputs={"w": 24, "begin": begin}, arithmetic=arithmetic).count == 0  # 24 * 4 at most


# Sums without loss


@truth("sigma_delta")
def test_sigma_delta_loses_nothing():
    x = 0.9 * np.sin(np.arange(5000) / 37) + 0.05
    trace = simulate("sigma_delta", 5000, inputs={"I": x}, parameters={"theta": 0.7})
    sent = 0.7 * np.cumsum(trace.events["spike"].astype(int) - trace.events["negative"])
    assert sent + trace.states["sigma"] == pytest.approx(np.cumsum(x), abs=1e-9)
    slow = simulate("sigma_delta", 5000, inputs={"I": x / 2}, parameters={"theta": 0.7})
    assert abs(slow.states["sigma"]).max() < 0.7
    assert simulate("sigma_delta", 1000, inputs={"I": -0.25}).events["negative"].sum() == 250


@truth("parallel_spiking")
def test_parallel_spiking_is_a_convolution():
    x = np.random.default_rng(5).normal(0, 0.6, 400).clip(-2, 2)
    trace = simulate("parallel_spiking", 400, inputs={"I": x})
    expected = np.convolve(x, 0.5 ** np.arange(8))[:400]
    assert trace.outputs["h"] == pytest.approx(expected, abs=1e-12)
    assert np.array_equal(trace.events["spike"], expected >= 1) and trace.count > 10


@truth("eprop_alif")
def test_eprop_membrane_and_threshold():
    alpha, rho = math.exp(-1 / 20), math.exp(-1 / 200)
    trace = simulate("eprop_alif", 300, inputs={"I": 0.1, "pre": 0})
    z = trace.events["spike"].astype(float)
    before = np.concatenate([[0], z[:-1]])
    n = np.arange(300)
    # Linear filters of the input and of the spikes of the step before: v = sum alpha**(t - s) (I - z v_th), a = sum rho**(t
    # - s) z.
    kernel = np.tril(n[:, None] - n)
    past = n[:, None] >= n
    assert trace.states["v"] == pytest.approx((past * alpha**kernel) @ (0.1 - before), abs=1e-9)
    assert trace.states["a"] == pytest.approx((past * rho**kernel) @ before, abs=1e-9)
    assert np.array_equal(z, trace.states["v"] >= 1 + 0.07 * trace.states["a"]) and 10 < z.sum() < 30


@truth("eprop_alif")
def test_eprop_eligibility_is_the_derivative_through_the_pseudo_derivative():
    # Unrolled: e = psi (zbar - beta eps), eps(t) = sum over s < t of psi(s) zbar(s) prod (rho - beta psi) from s + 1 to t -
    # 1.
    alpha, rho, beta = math.exp(-1 / 20), math.exp(-1 / 200), 0.07
    pre = (np.random.default_rng(7).random(200) < 0.2).astype(int)
    trace = simulate("eprop_alif", 200, inputs={"I": 0.08, "pre": pre})
    psi = 0.3 * np.maximum(0, 1 - abs(trace.states["v"] - 1 - beta * trace.states["a"]))
    n = np.arange(200)
    zbar = ((n[:, None] >= n) * alpha ** np.tril(n[:, None] - n)) @ pre
    steps = np.cumprod(np.concatenate([[1.0], rho - beta * psi]))
    expected = [psi[t] * (zbar[t] - beta * sum(psi[s] * zbar[s] * steps[t] / steps[s + 1] for s in range(t))) for t in range(200)]
    assert trace.outputs["eligibility"] == pytest.approx(expected, abs=1e-9) and max(expected) > 0.1


# Analogue circuits


@truth("brainscales_adex")
def test_brainscales_is_the_biological_neuron_ten_thousand_times_faster():
    # In biology: 216 pF, 10 nS (21.6 ms), -70 mV, -50 mV, 2 mV, 144 ms, a = 1.3 nS, b = 27 pA, spike at -20 mV; 300 nA at
    # the chip are 300 pA.
    def flow(t, state):
        v, w = state
        return [(-10 * (v + 70) + 20 * np.exp((v + 50) / 2) - w + 300) / 216, (1.3 * (v + 70) - w) / 144]

    def top(t, state):
        return state[0] + 20

    top.terminal, top.direction = True, 1
    times, start, state = [], 0.0, [-70.0, 0.0]
    while len(times) < 8:
        solution = solve_ivp(flow, (start, start + 400), state, events=top, rtol=1e-8, atol=1e-8)
        start = solution.t_events[0][0]
        state = [-70.0, solution.y[1, -1] + 27]
        times.append(start)
    assert simulate("brainscales_adex", 60.0, inputs={"I": 300.0}).spikes[:8] * 10 == pytest.approx(times, rel=0.015)


@truth("brainscales_adex")
def test_brainscales_rheobase():
    # R. Naud et al. (Biological Cybernetics 99:335, 2008): where a/g_L < tau_m/tau_w rest is lost in a saddle-node at
    # (g_L + a) (V_T - E_L - Delta_T + Delta_T ln(1 + a/g_L)). A slow ramp finds it.
    expected = 1.13 * (200 - 20 + 20 * math.log(1.13))
    ramp = np.linspace(0.8, 1.1, 400_000) * expected
    trace = simulate("brainscales_adex", 4000.0, inputs={"I": ramp})
    assert ramp[round(trace.spikes[0] / 0.01) - 1] == pytest.approx(expected, rel=0.01)


@truth("dpi")
@pytest.mark.parametrize("current", [60.0, 120.0, 200.0])
def test_dpi_interval_without_adaptation(current):
    # One variable: the interval is the integral of 1/(dI/dt) from the reset to the spike, and the refractory time.
    tau = 2 * 25 / (0.7 * 5)

    def flow(i):
        feedback = 0.5 ** (1 / 1.7) * i ** (0.7 / 1.7) / (1 + np.exp(-(i - 100) / 20))
        return i / (tau * 5) * (current / (1 + i / 20) - 5 + feedback)

    expected = 2 + quad(lambda i: 1 / flow(i), 2, 200)[0]
    trace = simulate("dpi", 500.0, inputs={"I_in": current}, parameters={"I_Ca": 0.0})
    assert np.diff(trace.spikes)[1:] == pytest.approx(expected, abs=0.25)


@truth("dpi")
def test_dpi_is_a_linear_filter_of_its_gain_below_the_feedback():
    # Far below the feedback the membrane rests where I_in/(1 + I/I_g) = I_tau: I = I_g (I_in/I_tau - 1), a gain of I_g/I_tau.
    inputs = np.array([7.5, 10.0, 12.5])
    trace = simulate("dpi", 2000.0, inputs={"I_in": np.broadcast_to(inputs, (20_000, 3))}, parameters={"I_on": 300.0})
    assert trace.states["I_mem"][-1] == pytest.approx(20 * (inputs / 5 - 1), rel=2e-3) and np.all(trace.count == 0)


@truth("neurogrid")
def test_neurogrid_interval_and_rheobase():
    # tau dv/dt = v**2/2 - v + i from 0 to 10; it has fixed points below i = 1/2.
    bare = {"g_K_max": 0.0, "i_bp": 0.0}
    drive = np.array([0.49, 0.51, 0.75, 2.0])
    trace = simulate("neurogrid", 5000.0, inputs={"i_s": np.broadcast_to(drive, (50_000, 4)), "i_d": 0.0}, parameters=bare)
    assert trace.count[0] == 0 and trace.states["v_s"][-1, 0] == pytest.approx(1 - math.sqrt(1 - 0.98), abs=1e-6)
    for column, i in enumerate(drive[1:], start=1):
        root = math.sqrt(2 * i - 1)
        expected = 2 + 20 * 2 / root * (math.atan(9 / root) + math.atan(1 / root))
        assert np.diff(trace.spikes[column]) == pytest.approx(expected, abs=0.11)
    # The dendrite alone: its steady current takes the soma's place.
    dendrite = simulate("neurogrid", 3000.0, inputs={"i_s": 0.0, "i_d": 2.0}, parameters=bare)
    assert np.diff(dendrite.spikes[3:]) == pytest.approx(np.diff(trace.spikes[3])[0], abs=0.11)
    adapting = simulate("neurogrid", 5000.0, inputs={"i_s": 2.0, "i_d": 0.0})
    assert adapting.count < 0.95 * trace.count[3]  # g_K slows it
