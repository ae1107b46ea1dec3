"""Point processes and threshold units against their exact distributions, with fixed seeds."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from models.neurons import simulate

from .truth import truth


def within(count, trials, probability, sigmas=4):
    """Whether a binomial count lies within its statistical interval."""
    return abs(count - trials * probability) < sigmas * math.sqrt(trials * probability * (1 - probability))


@truth("poisson")
@pytest.mark.parametrize("hertz", [10.0, 100.0, 400.0])
def test_poisson_count_and_intervals(hertz):
    trace = simulate("poisson", 60_000.0, parameters={"rate": hertz})
    p = 1 - math.exp(-hertz / 1000)
    assert within(trace.count, 60_000, p)
    # Intervals in steps are geometric: mean 1/p, coefficient of variation sqrt(1 - p).
    intervals = np.diff(trace.spikes)
    assert intervals.mean() * p == pytest.approx(1, abs=4 / math.sqrt(len(intervals)))
    assert intervals.std() / intervals.mean() == pytest.approx(math.sqrt(1 - p), rel=0.1)
    lags = trace.events["spike"].astype(float) - p
    assert abs((lags[1:] * lags[:-1]).mean()) < 4 * p * (1 - p) / math.sqrt(60_000)


@truth("inhomogeneous_poisson")
def test_inhomogeneous_poisson_follows_its_rate():
    trace = simulate("inhomogeneous_poisson", 50_000.0)
    phase = (trace.time - 1) % 500 / 500
    for k in range(10):
        part = (phase >= k / 10) & (phase < (k + 1) / 10)
        expected = -np.expm1(-(100 + 80 * np.sin(2 * math.pi * phase[part])) / 1000)
        assert abs(trace.events["spike"][part].sum() - expected.sum()) < 4 * math.sqrt((expected * (1 - expected)).sum())
    silent = simulate("inhomogeneous_poisson", 1000.0, inputs={"rate": 0.0})
    assert silent.count == 0


@truth("gamma_renewal")
def test_gamma_renewal_intervals_are_gamma_of_shape_3():
    trace = simulate("gamma_renewal", 200_000.0, inputs={"rate": 20.0})
    intervals = np.diff(trace.spikes)
    assert intervals.mean() == pytest.approx(50.0, rel=4 / math.sqrt(3 * len(intervals)))
    assert intervals.std() / intervals.mean() == pytest.approx(1 / math.sqrt(3), rel=0.05)
    # The grid of 1 ms shifts a distribution function by at most the density times 1 ms.
    distance = stats.kstest(intervals - 0.5, stats.gamma(3, scale=50 / 3).cdf).statistic
    assert distance < 1.63 / math.sqrt(len(intervals)) + 0.5 * 0.0164


@truth("glm")
def test_glm_rate_without_and_with_history():
    # Without filter of the own spikes each step is independent: log rate mu + I times the filter's sum.
    free = simulate("glm", 30_000.0, inputs={"I": 4.0}, parameters={"h": [0.0] * 20})
    gain = 0.5 * (1 - math.exp(-10 / 3)) / (1 - math.exp(-1 / 3))
    assert free.states["drive"][-1] == pytest.approx(-3 + 4 * gain, abs=1e-7)
    assert within(free.count, 30_000, 1 - math.exp(-math.exp(-3 + 4 * gain) / 1000))
    # A filter of one step makes a chain of two states.
    chain = simulate("glm", 60_000.0, inputs={"I": 5.0}, parameters={"h": [-2.0] + [0.0] * 19})
    after_silence, after_spike = (1 - math.exp(-math.exp(-3 + 5 * gain + h) / 1000) for h in (0.0, -2.0))
    fired = chain.events["spike"]
    assert within(fired[1:][fired[:-1]].sum(), fired[:-1].sum(), after_spike)
    assert within(fired[1:][~fired[:-1]].sum(), (~fired[:-1]).sum(), after_silence)
    assert fired.mean() == pytest.approx(after_silence / (1 + after_silence - after_spike), rel=0.03)
    # The catalogue's filters: the log rate one step after an isolated spike falls by 4.5.
    full = simulate("glm", 2000.0, inputs={"I": 4.0})
    first = np.flatnonzero(full.events["spike"])[0]
    assert full.states["drive"][first + 1] - full.states["drive"][first] == pytest.approx(-4.5, abs=2e-3)


@truth("galves_locherbach")
@pytest.mark.parametrize("current", [0.02, 0.1])
def test_galves_locherbach_mean_interval(current):
    trace = simulate("galves_locherbach", 50_000.0, inputs={"I": current})
    n = np.arange(1, 3000)
    survival = np.cumprod(1 - 1 / (1 + np.exp(-5 * (current * (1 - 0.95**n) / 0.05 - 0.5))))
    mean = 1 + survival.sum()
    spread = math.sqrt(1 + survival.sum() + 2 * (n * survival).sum() - mean**2)
    intervals = np.diff(trace.spikes)
    assert intervals.mean() == pytest.approx(mean, abs=4 * spread / math.sqrt(len(intervals)))


@truth("mcculloch_pitts")
@pytest.mark.parametrize(("theta", "logic"), [(2.0, lambda a, b: a and b), (1.0, lambda a, b: a or b)])
def test_mcculloch_pitts_logic(theta, logic):
    cases = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    x, inhibition = [a + b for a, b, _ in cases], [c for _, _, c in cases]
    trace = simulate("mcculloch_pitts", len(cases), inputs={"x": np.array(x), "inhibition": np.array(inhibition)},
                     parameters={"theta": theta})
    # Figure 1 of the paper: and, or; each "and not" the inhibitory synapse.
    assert list(trace.events["spike"]) == [bool(logic(a, b)) and not c for a, b, c in cases]


@truth("srm0")
def test_srm0_first_spike_and_interval():
    trace = simulate("srm0", 3000.0, inputs={"I": np.tile([0.99, 3.0, 6.0], (30_000, 1))})
    assert trace.count[0] == 0
    for column, current in ((1, 3.0), (2, 6.0)):
        assert trace.spikes[column][0] == pytest.approx(-20 * math.log(1 - 1 / current), abs=0.1)
        # h = I for good: I - 5 exp(-T/50) = 1.
        assert np.diff(trace.spikes[column])[-5:] == pytest.approx(50 * math.log(5 / (current - 1)), abs=0.11)


@truth("spike_response")
def test_spike_response_kernels():
    # A pulse of area J through the alpha function: J/(tau e) at most, after tau.
    pulse = np.zeros(1000)
    pulse[0] = 20.0
    trace = simulate("spike_response", 100.0, inputs={"I": pulse})
    u = trace.outputs["u"]
    assert u.max() == pytest.approx(20.0 * 0.1 / (5 * math.e), rel=1e-3)
    assert trace.time[u.argmax()] == pytest.approx(5.0, abs=0.11)
    # Charged during the first step, it is centred half a step after its beginning.
    late = trace.time[5:] - 0.05
    assert u[5:] == pytest.approx(2.0 / 25 * late * np.exp(-late / 5), abs=2e-4)
    steady = simulate("spike_response", 500.0, inputs={"I": 3.0})
    first = brentq(lambda t: 3 * (1 - (1 + t / 5) * math.exp(-t / 5)) - 1, 0.1, 50)
    assert steady.spikes[0] == pytest.approx(first, abs=0.1)
    assert np.diff(steady.spikes)[-5:] == pytest.approx(10 * math.log(5 / 2), abs=0.11)
