# amaranth: UnusedElaboratable=no
import math

import numpy as np
import pytest

from gateware.neurons.lif import LIF
from gateware.step import Q
from models import golden

FINE = {"membrane": Q(4, 20), "current": Q(4, 20)}


def drive(component, current, steps):
    """Spikes and real membranes of a constant real current."""
    encoded = component.inputs.current.encode(current)
    outputs = golden(component).run({"current": np.full(steps, encoded)})
    return outputs.spike, component.state.v.decode(outputs.v.astype(np.int64))


def test_the_reference_example_gives_250_spikes():
    # v += -v / 20 + 0.8 from 0 with threshold 1 and reset 0: 0.8, then 1.56 over the threshold, in every second step.
    spikes, _ = drive(LIF(tau=20.0, **FINE), 0.8, 500)
    assert spikes.sum() == 250 and spikes[1::2].all()


@pytest.mark.parametrize("tau, dt, current", [(20.0, 1.0, 0.06), (20.0, 1.0, 0.1), (20.0, 0.1, 0.0075), (7.0, 0.5, 0.2)])
def test_the_rate_is_that_of_the_closed_form(tau, dt, current):
    """From 0 under a constant current: v_n = I / k * (1 - (1 - k)**n), k = dt / tau, at the threshold after n steps."""
    k = dt / tau
    interval = math.ceil(math.log(1 - k / current) / math.log(1 - k))
    spikes, _ = drive(LIF(tau=tau, dt=dt, **FINE), current, 40 * interval)
    assert np.flatnonzero(spikes).tolist() == [n * interval - 1 for n in range(1, 41)]
    # The continuous neuron's interval, tau * ln(RI / (RI - 1)), is within the step and first order in dt.
    continuous = tau * math.log((current / k) / (current / k - 1))
    assert abs(interval * dt - continuous) <= dt * (1.01 + continuous / tau)


def test_below_the_rheobase_there_is_no_spike():
    spikes, v = drive(LIF(tau=20.0, **FINE), 0.0499, 2000)
    assert not spikes.any() and v[-1] == pytest.approx(0.0499 * 65536 / 3277, abs=2e-5)


@pytest.mark.parametrize("start, rest", [(0.9, 0.0), (-3.0, 0.0), (0.5, -1.0), (-4.0, 0.25)])
def test_the_membrane_decays_exponentially(start, rest):
    component = LIF(tau=100.0, rest=rest, **FINE)
    fmt = component.state.v
    state = component.init._replace(v=fmt.encode(start))
    v = fmt.decode(golden(component).advance(state, {"current": np.zeros(300, np.int64)})[1].v.astype(np.int64))
    n = np.arange(1, 301)
    assert v == pytest.approx(rest + (start - rest) * 0.99**n, abs=2.5e-4 * abs(start - rest))  # the leak is 655 / 65536
    assert v == pytest.approx(rest + (start - rest) * np.exp(-n / 100), abs=0.005 * abs(start - rest))


def test_it_follows_the_equation_under_a_changing_current():
    from scipy.integrate import solve_ivp
    # tau dv/dt = -v + R I(t), threshold out of reach; 0.05 ms steps.
    tau, dt, t = 10.0, 0.05, np.arange(0, 100, 0.05)
    component = LIF(tau=tau, dt=dt, threshold=7.0, **FINE)
    current = np.sin(t / 5) * dt / tau
    encoded = np.array([component.inputs.current.encode(value) for value in current])
    v = component.state.v.decode(golden(component).run({"current": encoded}).v.astype(np.int64))
    exact = solve_ivp(lambda s, y: (-y + np.sin(s / 5)) / tau, (0, 101), [0.0], t_eval=t + dt, max_step=0.5, rtol=1e-9, atol=1e-9)
    assert np.abs(v - exact.y[0]).max() < 3e-3


@pytest.mark.parametrize("refractory", [0, 1, 2, 7])
def test_the_refractory_steps_limit_the_rate(refractory):
    component = LIF(tau=20.0, rest=-0.25, reset=-0.5, refractory=refractory)
    spikes, v = drive(component, 100.0, 10 * (refractory + 1))
    assert np.flatnonzero(spikes).tolist() == list(range(0, 10 * (refractory + 1), refractory + 1))
    assert (v[spikes] == -0.5).all() and (v[~spikes] == -0.25).all()


def test_the_membrane_saturates_and_never_wraps():
    component = LIF(tau=20.0, threshold=127.0)
    spikes, v = drive(component, -100.0, 20)
    assert v[0] == -100 and (v[2:] == -128).any() and (np.diff(v) <= 5.1).all() and not spikes.any()
    state = component.init._replace(v=component.state.v.hi - 300)
    outputs = golden(component).advance(state, {"current": [component.inputs.current.hi]})[1]
    assert outputs.spike.all()


def test_the_leak_does_not_drift():
    # Rounded to nearest: the same magnitude on both sides of rest, but for ties.
    component = LIF(tau=20.0)
    up, down = (golden(component).advance(component.init._replace(v=v), {"current": [0] * 200})[1].v.astype(int)
                for v in (200, -200))
    assert np.abs(up + down).max() <= 1


@pytest.mark.parametrize("membrane, current", [(Q(8, 8), Q(8, 8)), (Q(8, 12), Q(8, 16)), (Q(8, 8), Q(8, 4))])
def test_formats_of_membrane_and_current_may_differ(membrane, current):
    component = LIF(tau=20.0, threshold=8.0, membrane=membrane, current=current)
    spikes, v = drive(component, 2.5, 1)
    assert v[0] == 2.5 and not spikes.any()


@pytest.mark.parametrize("arguments, error, message", [
    ({"tau": 0}, ValueError, "LIF tau and dt must be positive, not 0 and 1.0"),
    ({"tau": -5.0}, ValueError, "LIF tau and dt must be positive, not -5.0 and 1.0"),
    ({"tau": math.nan}, ValueError, "LIF tau and dt must be positive, not nan and 1.0"),
    ({"dt": 0.0}, ValueError, "LIF tau and dt must be positive, not 20.0 and 0.0"),
    ({"dt": 21.0}, ValueError, r"LIF dt / tau must lie between 2\*\*-16 and 1, not 1.05"),
    ({"tau": 1e6}, ValueError, r"LIF dt / tau must lie between 2\*\*-16 and 1, not 1e-06"),
    ({"tau": math.inf}, ValueError, r"LIF dt / tau must lie between 2\*\*-16 and 1, not 0.0"),
    ({"refractory": -1}, ValueError, "LIF refractory must be between 0 and 65535 steps, not -1"),
    ({"refractory": 65536}, ValueError, "LIF refractory must be between 0 and 65535 steps, not 65536"),
    ({"refractory": 2.0}, TypeError, "must be an integer, not "),
    ({"threshold": 128.0}, ValueError, r"LIF threshold must lie between -128.0 and 127.99609375 to fit Q\(8, 8\), not 128.0"),
    ({"threshold": math.nan}, ValueError, "LIF threshold must be finite, not nan"),
    ({"rest": -200.0}, ValueError, "LIF rest must lie between -128.0"),
    ({"reset": math.inf}, ValueError, "LIF reset must be finite, not inf"),
    ({"reset": 1.0}, ValueError, "LIF reset must be below the threshold, not 1.0 with threshold 1.0"),
])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        LIF(**arguments)


def test_a_membrane_that_leaves_int64_is_refused():
    from gateware.step import StepError
    with pytest.raises(StepError, match="gives a value outside int64"):
        LIF(membrane=Q(8, 48), current=Q(8, 8))
