"""Neurons that learn or were made for machine learning, against closed forms and fixed points."""

import math

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq, root

from models.neurons import rate, simulate

from .truth import truth


def logistic(x):
    return 1 / (1 + math.exp(-x))


@truth("attention_gated")
def test_attention_gated_rheobase_and_interval():
    # Threshold 1 is reached where gate * I exceeds it there: the drive less v falls with v.
    rheobase = brentq(lambda current: current * logistic(current + 0.5) - 1, 0.5, 3)
    currents = np.broadcast_to(rheobase * np.array([0.99, 1.01, 2.0]), (20_000, 3))
    trace = simulate("attention_gated", 2000.0, inputs={"I": currents})
    assert trace.count[0] == 0 and trace.count[1] > 10
    interval = quad(lambda v: 10 / (2 * rheobase * logistic(2 * rheobase + 0.5 * v) - v), 0, 1)[0]
    assert np.diff(trace.spikes[2]) == pytest.approx(interval, abs=0.1)


@truth("compositional_binding")
def test_compositional_binding_turns_and_locks():
    trace = simulate("compositional_binding", 2000.0, inputs={"I": 1.2, "partner": 0})
    turn = 2 * math.pi / 0.1
    assert np.diff(trace.spikes[1:]).mean() == pytest.approx(turn, abs=0.05)
    assert np.diff(trace.time[trace.events["turn"]]).mean() == pytest.approx(turn, abs=0.05)
    assert trace.states["A"] == pytest.approx(1.2 * (1 - np.exp(-trace.time / 10)), abs=0.012)
    # Spikes rise through cos(phi) = 0.8/1.2.
    at = trace.states["phi"][trace.events["spike"]][1:]
    assert at == pytest.approx(-math.acos(0.8 / 1.2), abs=0.1 * 0.5 + 1e-9)
    # Bound to a partner that stands still: sin(phi - phi_in) = omega/K.
    bound = simulate("compositional_binding", 200.0, inputs={"I": 1.2, "phi_in": 1.0, "partner": 1})
    assert bound.states["phi"][-1] == pytest.approx(1.0 + math.asin(0.1 / 0.5), abs=1e-9)


def bump(guess):
    place = np.arange(16)
    distance = np.minimum(abs(place[:, None] - place), 16 - abs(place[:, None] - place))
    weights = 4 * np.exp(-(distance**2) / 2) - 0.5

    def flow(u):
        active = np.maximum(u, 0) ** 2
        return -u + weights @ (active / (1 + active))

    solution = root(flow, guess)
    assert solution.success
    return solution.x


@truth("continuous_attractor")
def test_continuous_attractor_keeps_a_bump_where_the_cue_was():
    steps = 2000
    cue = np.where(np.arange(steps) < 400, 4.0, 0.0)
    places = np.tile([5, 12], (steps, 1))
    trace = simulate("continuous_attractor", 1000.0, inputs={"I": 0.0, "cue": cue, "place": places})
    last = np.array([trace.states[f"u_{k}"][-1] for k in range(16)])
    steady = bump(np.where(abs(np.arange(16) - 5) <= 3, 5.0, -3.0))
    assert last[:, 0] == pytest.approx(steady, abs=2e-3)
    assert last[:, 1] == pytest.approx(np.roll(last[:, 0], 7), abs=1e-12)
    assert list(trace.count) == [1, 1]


@truth("differentiable_surrogate")
@pytest.mark.parametrize("current", [0.11, 0.15, 0.3, 0.6])
def test_differentiable_surrogate_geometric_series(current):
    trace = simulate("differentiable_surrogate", 200.0, inputs={"I": current})
    # v after n steps from a reset: I (1 - alpha**n)/(1 - alpha).
    period = math.ceil(math.log(1 - 0.1 / current) / math.log(0.9))
    assert trace.spikes[0] == period + 1 and np.all(np.diff(trace.spikes) == period)
    steps = np.arange(1, period)
    assert trace.states["v"][:period - 1] == pytest.approx(current * (1 - 0.9**steps) / 0.1)
    assert trace.outputs["gradient"][0] == pytest.approx(1 / (1 + 5 * (1 - current)) ** 2)


@truth("hybrid_fisher_posner_lif")
def test_hybrid_fisher_posner_rates_of_membrane_and_of_energy():
    # At efficiency 1/2 the pump is silent; spikes that cost next to nothing come at the interval of the membrane.
    free = simulate("hybrid_fisher_posner_lif", 500.0, inputs={"I": 30.0, "efficiency": 0.5}, parameters={"cost": 1e-6})
    assert np.diff(free.spikes) == pytest.approx(20 * math.log(30 / 10), abs=0.2)
    # Driven hard at efficiency 0, ATP decides: regeneration 0.001 (1 - atp) per ms over 0.05 per spike, atp between 0 and 0.05.
    spent = simulate("hybrid_fisher_posner_lif", 5000.0, inputs={"I": 80.0, "efficiency": 0.0})
    late = spent.time > 2000
    expected = 0.001 * (1 - spent.states["atp"][late].mean()) / 0.05
    assert spent.events["spike"][late].mean() / 0.1 == pytest.approx(expected, rel=0.02)
    assert 0.018 < expected < 0.02 and spent.events["exhausted"].any()


@truth("hybrid_linear_attention")
def test_hybrid_linear_attention_geometric_memory():
    trace = simulate("hybrid_linear_attention", 100.0, inputs={"I": np.tile([0.5, -1.0], (100, 1))})
    n = np.arange(1, 101)
    for column, (value, phi) in enumerate(((0.5, 1.5), (-1.0, math.exp(-1)))):
        memory = phi * value * (1 - 0.95**n) / 0.05
        slot = int(16 * phi) % 16
        assert trace.states[f"kv_{slot}"][:, column] == pytest.approx(memory)
        assert trace.outputs["v"][:, column] == pytest.approx(0.5 * phi * memory + 0.5 * value * np.minimum(n, 16) / 16)
    assert np.array_equal(trace.events["spike"][:, 0], trace.outputs["v"][:, 0] > 1) and trace.count[1] == 0


@truth("learnable_neuron_model")
def test_learnable_neuron_model_fixed_point_and_rheobase():
    # At the threshold the map stands still for 0.1 I = 0.1 - 0.05 logistic(2.5); below it, its right-hand side exceeds v.
    rheobase = (0.1 - 0.05 * logistic(2.5)) / 0.1
    trace = simulate("learnable_neuron_model", 500.0, inputs={"I": np.tile(rheobase * np.array([0.5, 0.99, 1.01]), (500, 1))})
    assert list(trace.count[:2]) == [0, 0] and trace.count[2] > 0
    fixed = brentq(lambda v: 0.1 * v - 0.05 * rheobase - 0.05 * logistic(5 * (v - 0.5)), 0, 1)
    assert trace.states["v"][-1, 0] == pytest.approx(fixed, abs=1e-7)


@truth("jolivet")
def test_jolivet_first_spike_and_adapted_interval():
    trace = simulate("jolivet", 3000.0, inputs={"I": 0.5})
    assert trace.spikes[0] == pytest.approx(-15 * math.log(1 - 15 / 25), abs=0.1)
    # In the long run: E_L + R I + eta_0 exp(-t/tau_eta) = theta_0 + A/(exp(t/tau_theta) - 1).
    interval = brentq(lambda t: -65 + 25 - 15 * math.exp(-t / 20) + 50 - 5 / math.expm1(t / 100), 1, 500)
    assert np.diff(trace.spikes)[-5:] == pytest.approx(interval, abs=0.11)


@truth("liquid_time_constant")
def test_liquid_time_constant_of_the_system():
    # Without recurrence f is constant: x relaxes to f A/(1/tau + f) with tau/(1 + tau f) (the paper's system time constant).
    current = np.array([-4.0, 0.0, 4.0])
    trace = simulate("liquid_time_constant", 60.0, inputs={"I": np.tile(current, (600, 1))}, parameters={"w_x": 0.0})
    f = 0.2 / (1 + np.exp(-current))
    tau_system = 10 / (1 + 10 * f)
    assert np.all((10 / (1 + 10 * 0.2) <= tau_system) & (tau_system <= 10))
    assert trace.states["x"] == pytest.approx(f * tau_system * -np.expm1(-trace.time[:, None] / tau_system), abs=2e-4)
    # With it: the fixed point, and the state between 0 and A (theorem 2 of the paper).
    trace = simulate("liquid_time_constant", 200.0, inputs={"I": np.tile(current, (2000, 1))})
    for column, each in enumerate(current):
        def flow(x, each=each):
            gate = 0.2 * logistic(0.8 * x + each)
            return gate * (1 - x) - 0.1 * x
        assert trace.states["x"][-1, column] == pytest.approx(brentq(flow, 0, 1), abs=1e-6)
    assert trace.states["x"].min() >= 0 and trace.states["x"].max() <= 1


@truth("closed_form_continuous")
def test_closed_form_continuous_gate_and_fixed_point():
    # No time elapsed: half of each head. Much: the gate is shut or open by the sign of f.
    inputs = {"I": np.array([[1.0, 3.0, -4.0]]), "elapsed": np.array([[0.0, 4.0, 4.0]])}
    first = simulate("closed_form_continuous", 1.0, inputs=inputs).states["x"][0]
    assert first[0] == pytest.approx((math.tanh(1.0) + math.tanh(1.5)) / 2)
    assert first[1] == pytest.approx(math.tanh(3.5), abs=1e-6) and first[2] == pytest.approx(math.tanh(-4.0), abs=1e-5)
    last = simulate("closed_form_continuous", 200.0, inputs={"I": 0.3, "elapsed": 1.5}).states["x"][-1]

    def residual(x):
        gate = logistic(-(0.5 * x + 0.8) * 1.5)
        return gate * math.tanh(0.8 * x + 0.3) + (1 - gate) * math.tanh(0.8 - 0.8 * x) - x

    assert last == pytest.approx(brentq(residual, -1, 1), abs=1e-9)


@truth("meta_plastic")
def test_meta_plastic_membrane_and_learning():
    trace = simulate("meta_plastic", 2000.0, inputs={"I": 1.5, "reward": 1.0, "rewarded": 1})
    assert np.all(np.diff(trace.spikes) == math.ceil(10 * math.log(3)))

    def flow(t, y):
        wrong = 1.0 - y[1]
        return (abs(wrong) - y[0]) / 500, 0.01 * logistic(5 * (y[0] - 0.3)) * wrong

    solution = solve_ivp(flow, (0, 2000), [0.0, 0.0], t_eval=[250, 500, 1000, 2000], rtol=1e-9)
    at = np.array([249, 499, 999, 1999])
    assert trace.states["expected"][at] == pytest.approx(solution.y[1], abs=2e-3)
    assert trace.states["error"][at] == pytest.approx(solution.y[0], abs=2e-3)
    unrewarded = simulate("meta_plastic", 100.0, inputs={"I": 1.5, "reward": 1.0, "rewarded": 0})
    assert not unrewarded.states["expected"].any() and not unrewarded.states["error"].any()


@truth("multi_timescale")
def test_multi_timescale_interval_trace_and_context():
    trace = simulate("multi_timescale", 3000.0, inputs={"I": 1.5})
    period = math.ceil(5 * math.log(3))
    assert np.all(np.diff(trace.spikes) == period)
    # In the long run the trace after a spike is the sum of a geometric series.
    assert trace.states["v_medium"][trace.events["spike"]][-1] == pytest.approx(10 / 200 / -math.expm1(-period / 200), rel=1e-5)
    # Context beta alpha/period lowers the threshold until the period fits: 5 steps with these constants.
    quick = simulate("multi_timescale", 3000.0, inputs={"I": 1.5}, parameters={"tau_slow": 200.0, "beta": 0.2})
    threshold = 1 - 0.3 * 0.2 * 10 / 5
    assert math.ceil(-5 * math.log(1 - threshold / 1.5)) == 5
    assert np.all(np.diff(quick.spikes)[-100:] == 5)
    assert quick.states["v_slow"][-50:].mean() == pytest.approx(0.2 * 10 / 5, rel=1e-2)


@truth("predictive_coding")
def test_predictive_coding_answers_steps_only():
    # After a step v = I 50/40 (exp(-t/50) - exp(-t/10)), greatest at I 5**(-1/4).
    rheobase = 5**0.25
    trace = simulate("predictive_coding", 300.0, inputs={"I": np.tile([0.99 * rheobase, 1.01 * rheobase, 4.0], (3000, 1))})
    assert list(trace.count[:2]) == [0, 1]
    first = brentq(lambda t: 4 * 1.25 * (math.exp(-t / 50) - math.exp(-t / 10)) - 1, 0, 10)
    assert trace.spikes[2][0] == pytest.approx(first, abs=0.11)
    assert trace.time[trace.events["spike"][:, 2]].max() < 50 * math.log(4.0) + 10
    assert trace.states["pred"][:, 2] == pytest.approx(4 * -np.expm1(-trace.time / 50), abs=2e-3)


@truth("quantum_inspired_lif")
def test_quantum_inspired_lif_mean_interval():
    trace = simulate("quantum_inspired_lif", 40_000.0, inputs={"I": 0.4, "I_im": 0.3})
    # |z|**2 after n steps from a collapse is |I|**2 (1 - exp(-n dt/tau))**2, the probability of the next collapse.
    n = np.arange(1, 5000)
    survival = np.cumprod(1 - 0.25 * np.expm1(-n * 0.1 / 20) ** 2)
    mean = 0.1 * (1 + survival.sum())
    spread = math.sqrt(0.01 * (1 + survival.sum() + 2 * (n * survival).sum()) - mean**2)
    intervals = np.diff(trace.spikes)
    assert intervals.mean() == pytest.approx(mean, abs=4 * spread / math.sqrt(len(intervals)))
    assert intervals.std() == pytest.approx(spread, rel=0.1) and len(intervals) > 3000


@truth("self_referential")
def test_self_referential_settles_on_its_own_rate():
    trace = simulate("self_referential", 1000.0, inputs={"I": 2.6})
    # Silent: tau = 10, v = I (1 - 0.9**n).
    assert trace.spikes[0] == math.ceil(math.log(1 - 1 / 2.6) / math.log(0.9))
    # A period of 10 steps is 5 spikes in 50: rate 0.1 doubles tau, and with 1/20 the period is 10 indeed.
    assert math.ceil(math.log(1 - 1 / 2.6) / math.log(0.95)) == 10
    assert np.all(np.diff(trace.spikes)[-50:] == 10)
    fired = np.concatenate([np.zeros(50), trace.events["spike"]])
    assert np.array_equal(trace.states["count"], np.convolve(fired, np.ones(50))[50:1050])


@truth("superspike")
def test_superspike_potential_interval_and_learning():
    # One presynaptic spike: U = w tau_s/(tau_m - tau_s) (exp(-t/10) - exp(-t/5)), at most w/4, after 10 ln 2.
    pulse = np.zeros(1000)
    pulse[0] = 1
    quiet = {"I": 0.0, "pre": pulse, "target": 0}
    psp = simulate("superspike", 100.0, inputs=quiet)
    assert psp.states["U"].max() + 60 == pytest.approx(30 / 4, rel=0.01)
    assert psp.time[psp.states["U"].argmax()] == pytest.approx(10 * math.log(2), abs=0.3)
    assert rate("superspike", 500.0, inputs={"I": 20.0, "pre": 0, "target": 0}, skip=100.0) == pytest.approx(
        1 / (5 + 10 * math.log(2)), rel=0.02)
    # Surrogate 1 (beta = 0): the change is r times the integral of two known kernels.
    change = simulate("superspike", 100.0, inputs=quiet | {"target": pulse}, parameters={"beta": 0.0}).states["w"][-1] - 30

    def error(t):
        return math.exp(-t / 10) - math.exp(-t / 5)

    def eligibility(t):
        # exp(-t/10) - exp(-t/5) through exponentials of 5 ms and of 10 ms (the latter of unit area).
        return quad(lambda s: error(s) * error(t - s), 0, t)[0]

    assert change == pytest.approx(0.2 * quad(lambda t: error(t) * eligibility(t), 0, 100)[0], rel=0.03)
    assert psp.states["w"][-1] == 30


@truth("tempotron")
def test_tempotron_kernel_threshold_and_silence_after_the_spike():
    weight = np.zeros((1000, 2))
    weight[0] = 0.995, 1.005
    trace = simulate("tempotron", 100.0, inputs={"I": weight, "begin": 0})
    # The kernel is normalised to a peak of 1, after tau tau_s/(tau - tau_s) ln(tau/tau_s).
    after = trace.time - 0.1
    kernel = np.exp(-after / 15) - np.exp(-after / 3.75)
    assert trace.outputs["V"][:, 0] == pytest.approx(0.995 * kernel / (4 ** (-1 / 3) - 4 ** (-4 / 3)), abs=1e-9)
    assert trace.outputs["V"][:, 0].max() == pytest.approx(0.995, abs=1e-4)
    assert after[trace.outputs["V"][:, 0].argmax()] == pytest.approx(5 * math.log(4), abs=0.06)
    assert list(trace.count) == [0, 1]
    # Further input counts only in the next pattern.
    weight = np.zeros(1000)
    weight[[0, 300, 800]] = 2.0
    begin = np.zeros(1000)
    begin[600] = 1
    trace = simulate("tempotron", 100.0, inputs={"I": weight, "begin": begin})
    assert trace.count == 2 and trace.spikes[1] > 80
    assert trace.outputs["V"][599] < 0.15 and trace.outputs["V"][600] == 0


@truth("arcane")
def test_arcane_comes_to_predict_a_constant_input():
    trace = simulate("arcane", 4000.0, inputs={"I": 0.9})
    assert trace.count == 0
    # The predictor, of norm 1, ends on the membrane alone: no surprise, novelty logistic(-0.5) in every step.
    norm = sum(trace.states[name] ** 2 for name in ("w_fast", "w_work", "w_deep"))
    assert norm == pytest.approx(1, abs=1e-9)
    novelty = logistic(-0.5)
    v = brentq(lambda v: 0.9 * logistic(0.8 * 0.9 + 0.1 * v + 0.05 * (1 - novelty)) - v, 0, 1)
    assert trace.states["v_fast"][-1] == pytest.approx(v, abs=1e-3)
    assert trace.states["novelty_0"][-1] == pytest.approx(novelty, abs=0.02)
    assert trace.states["threshold"][-1] == pytest.approx(1 - 0.3 * (1 - novelty), abs=0.01)
    # First step from rest: full confidence.
    assert trace.states["v_fast"][0] == pytest.approx(0.9 * logistic(0.77) * -math.expm1(-0.2))
    # Driven: the rate that inhibits it is that of the last 50 steps.
    driven = simulate("arcane", 500.0, inputs={"I": 2.0})
    fired = np.concatenate([np.zeros(50), driven.events["spike"]])
    assert driven.count > 50 and np.array_equal(driven.states["count"], np.convolve(fired, np.ones(50))[50:550])
