"""Nodes and graphs against closed forms, PyTorch's operators and a solver of differential equations."""

import nir
import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from models.nir import CONVENTIONS, Conventions, from_nir, simulate

from .graphs import chain, full, lif

GENERATOR = np.random.default_rng(0)


def normal(*shape):
    return GENERATOR.normal(size=shape)


def test_dense_and_elementwise_nodes():
    weight, bias, scale, x = normal(3, 4), normal(3), normal(3), normal(5, 2, 4)
    run = simulate(chain((4,), nir.Affine(weight, bias), nir.Scale(scale), nir.Threshold(full(0.25, 3))), x, record=["n1"])
    np.testing.assert_allclose(run.values["n1"], (np.einsum("oi,tbi->tbo", weight, x) + bias) * scale)
    np.testing.assert_array_equal(run.output, run.values["n1"] > 0.25)


def test_dense_with_leading_dimensions():
    weight, x = normal(2, 3, 4), normal(5, 2, 4)
    np.testing.assert_allclose(simulate(chain((2, 4), nir.Linear(weight)), x).output, np.einsum("coi,tci->tco", weight, x))


@pytest.mark.parametrize("options", [
    {}, {"stride": (2, 1)}, {"padding": (1, 2)}, {"dilation": (1, 2)}, {"groups": 2}, {"padding": "same"}, {"padding": "same", "dilation": (2, 1)},
    {"padding": "valid"}, {"stride": 2, "padding": 1}], ids=str)
@pytest.mark.filterwarnings("ignore:Using padding")  # PyTorch's, with even kernels
def test_convolution_in_two_dimensions(options):
    options = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, **options}
    weight, bias, x = normal(6, 4 // options["groups"], 3, 2), normal(6), normal(3, 2, 4, 7, 8)
    graph = chain((4, 7, 8), nir.Conv2d(input_shape=None, weight=weight, bias=bias, **options))
    expected = torch.nn.functional.conv2d(*map(torch.from_numpy, (x.reshape(6, 4, 7, 8), weight, bias)), **options).numpy()
    np.testing.assert_allclose(simulate(graph, x).output.reshape(expected.shape), expected, atol=1e-12)


@pytest.mark.parametrize("options", [{}, {"stride": 2}, {"padding": 2, "dilation": 2}, {"groups": 2}, {"padding": "same"}], ids=str)
@pytest.mark.filterwarnings("ignore:Using padding")
def test_convolution_in_one_dimension(options):
    options = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, **options}
    weight, bias, x = normal(6, 4 // options["groups"], 4), normal(6), normal(3, 4, 11)
    graph = chain((4, 11), nir.Conv1d(input_shape=None, weight=weight, bias=bias, **options))
    expected = torch.nn.functional.conv1d(*map(torch.from_numpy, (x, weight, bias)), **options).numpy()
    np.testing.assert_allclose(simulate(graph, x).output, expected, atol=1e-12)


@pytest.mark.parametrize("kernel, stride, padding", [(2, 2, 0), ((3, 2), (1, 2), (1, 0)), (np.array([2, 3]), np.array([2, 2]), np.array([1, 1]))])
def test_pooling(kernel, stride, padding):
    x = normal(3, 2, 7, 8)
    pair = [tuple(int(each) for each in np.broadcast_to(value, 2)) for value in (kernel, stride, padding)]
    expected = torch.nn.functional.avg_pool2d(torch.from_numpy(x), *pair).numpy()
    np.testing.assert_allclose(simulate(chain((2, 7, 8), nir.AvgPool2d(kernel, stride, padding)), x).output, expected)
    total = simulate(chain((2, 7, 8), nir.SumPool2d(kernel, stride, padding)), x).output
    np.testing.assert_allclose(total, expected * pair[0][0] * pair[0][1])


@pytest.mark.parametrize("start, end, shape", [(0, -1, (24,)), (1, -1, (2, 12)), (0, 1, (6, 4)), (1, 1, (2, 3, 4))])
def test_flatten(start, end, shape):
    x = normal(5, 2, 3, 4)
    np.testing.assert_array_equal(simulate(chain((2, 3, 4), nir.Flatten(None, start, end)), x).output, x.reshape(5, *shape))


def test_delay_of_each_element():
    x = normal(6, 2, 3)
    y = simulate(chain((3,), nir.Delay(np.array([0.0, 1e-3, 2.5e-3]))), x, dt=5e-4).output
    for element, steps in enumerate((0, 2, 5)):
        np.testing.assert_array_equal(y[steps:, :, element], x[:6 - steps, :, element])
        assert not y[:steps, :, element].any()


def test_leaky_integrator_with_euler_in_closed_form():
    graph = chain((1,), nir.LI(full(0.02, 1), full(3.0, 1), full(-0.5, 1)))
    y = simulate(graph, full(2.0, 50, 1), dt=1e-3).output[:, 0]
    np.testing.assert_allclose(y, -0.5 + 6.0 * (1 - 0.95 ** np.arange(1, 51)))


def test_leaky_integrator_exactly_in_closed_form():
    graph = chain((1,), nir.LI(full(0.02, 1), full(3.0, 1), full(-0.5, 1)))
    y = simulate(graph, full(2.0, 50, 1), dt=1e-3, integration="exact").output[:, 0]
    np.testing.assert_allclose(y, -0.5 + 6.0 * (1 - np.exp(-np.arange(1, 51) / 20)))


@pytest.mark.parametrize("tau_syn, tau_mem", [(0.005, 0.02), (0.02, 0.005), (0.01, 0.01), (0.01, 0.01 * (1 + 1e-9))])
def test_current_based_integrator_solves_its_equations(tau_syn, tau_mem):
    one = (1,)
    node = nir.CubaLI(tau_syn=full(tau_syn, *one), tau_mem=full(tau_mem, *one), r=full(2.0, *one), v_leak=full(-0.25, *one), w_in=full(1.5, *one))
    x, dt = normal(20, 1), 1e-3
    y = simulate(chain(one, node), x, dt=dt, integration="exact", synapse="joint").output[:, 0]
    state, expected = [0.0, -0.25], []
    for value in x[:, 0]:
        def slope(_t, state):
            return [(1.5 * value - state[0]) / tau_syn, (-0.25 - state[1] + 2.0 * state[0]) / tau_mem]
        state = solve_ivp(slope, (0, dt), state, rtol=1e-10, atol=1e-12).y[:, -1]
        expected.append(state[1])
    np.testing.assert_allclose(y, expected, atol=1e-8)


@pytest.mark.parametrize("synapse", ["first", "jump", "joint"])
@pytest.mark.parametrize("integration", ["euler", "exact"])
def test_every_order_converges_to_the_equations(synapse, integration):
    """At small steps a current-based integrator is the solution of its equations; a jump is an input of dt / tau_syn in a step."""
    one, dt = (1,), 2e-6
    node = nir.CubaLI(tau_syn=full(0.005, *one), tau_mem=full(0.02, *one), r=full(2.0, *one), v_leak=full(0.0, *one))
    drive = full(dt / 0.005 if synapse == "jump" else 1.0, 5000, 1)
    y = simulate(chain(one, node), drive, dt=dt, integration=integration, synapse=synapse).output[-1, 0]
    exact = solve_ivp(lambda _t, s: [(1 - s[0]) / 0.005, (2 * s[0] - s[1]) / 0.02], (0, 0.01), [0.0, 0.0], rtol=1e-10, atol=1e-12).y[1, -1]
    assert y == pytest.approx(exact, rel=1e-3)


def test_integrators_with_and_without_dt():
    drive = full(3.0, 4, 1)
    np.testing.assert_allclose(simulate(chain((1,), nir.I(full(2.0, 1))), drive, dt=0.5).output[:, 0], [3, 6, 9, 12])
    np.testing.assert_allclose(simulate(chain((1,), nir.I(full(2.0, 1))), drive, dt=0.5, integrator="step").output[:, 0], [6, 12, 18, 24])


def test_comparison_with_the_threshold():
    graph = chain((1,), nir.IF(r=full(1, 1), v_threshold=full(2, 1)))
    drive = full(1, 6, 1)
    assert simulate(graph, drive, dt=1.0).output[:, 0].tolist() == [0, 0, 1, 0, 0, 1]
    assert simulate(graph, drive, dt=1.0, comparison=">=").output[:, 0].tolist() == [0, 1, 0, 1, 0, 1]


@pytest.mark.parametrize("changes, membranes", [
    ({"reset": "value"}, [3, -1, 2, 5, -1]),
    ({"reset": "subtract"}, [3, 1, 4, 2, 5]),
    ({"reset": "value", "reset_time": "next step"}, [3, 6, 2, 5, 8]),
    ({"reset": "value", "reset_time": "end of next step"}, [3, 6, -1, 2, 5]),
    ({"reset": "subtract", "reset_time": "end of next step"}, [3, 6, 4, 7, 5]),
], ids=str)
def test_resets(changes, membranes):
    """An input of 3 in each step, a threshold of 5, a reset to -1."""
    graph = chain((1,), nir.IF(r=full(1, 1), v_threshold=full(5, 1), v_reset=full(-1, 1)))
    run = simulate(graph, full(3, 5, 1), dt=1.0, record=["n0"], **changes)
    assert run.membranes["n0"][:, 0].tolist() == membranes


def test_initial_membranes():
    graph = chain((1,), lif(1, v_leak=-0.5, v_reset=-0.25))
    for initial, start in (("leak", -0.5), ("zero", 0.0), ("reset", -0.25)):
        v = simulate(graph, full(0, 1, 1), dt=1e-3, initial=initial, record=["n0"]).membranes["n0"][0, 0]
        assert v == pytest.approx(start + 0.1 * (-0.5 - start))


def test_a_cycle_takes_one_step():
    nodes = {"in": nir.Input(np.array([1])), "if": nir.IF(r=full(1, 1), v_threshold=full(0.5, 1)), "w": nir.Linear(full(1, 1, 1)),
             "out": nir.Output(np.array([1]))}
    graph = from_nir(nir.NIRGraph(nodes, [("in", "if"), ("if", "w"), ("w", "if"), ("if", "out")], type_check=False))
    assert graph.late == (("if", "w"),)
    drive = np.zeros((5, 1))
    drive[1] = 1
    assert simulate(graph, drive, dt=1.0).output[:, 0].tolist() == [0, 1, 1, 1, 1]


def test_a_ring_of_two_neurons_takes_one_step_in_all():
    """Forward edges carry the value of the same step; only the neuron farthest from the input feeds back late."""
    neuron = {"r": full(1, 1), "v_threshold": full(0.5, 1)}
    nodes = {"in": nir.Input(np.array([1])), "a": nir.IF(**neuron), "b": nir.IF(**neuron), "out": nir.Output(np.array([1]))}
    graph = from_nir(nir.NIRGraph(nodes, [("in", "a"), ("a", "b"), ("b", "a"), ("b", "out")], type_check=False))
    assert graph.late == (("b", "a"),)
    drive = np.zeros((4, 1))
    drive[0] = 1
    run = simulate(graph, drive, dt=1.0, record=["a", "b"])
    assert run.values["a"][:, 0].tolist() == run.values["b"][:, 0].tolist() == [1, 1, 1, 1]


def test_a_cycle_through_a_delay_needs_no_late_edge():
    """y(t) = x(t) + y(t - 3) / 2, without a neuron."""
    nodes = {"in": nir.Input(np.array([1])), "sum": nir.Scale(full(1, 1)), "half": nir.Scale(full(0.5, 1)), "delay": nir.Delay(full(3, 1)),
             "out": nir.Output(np.array([1]))}
    edges = [("in", "sum"), ("sum", "half"), ("half", "delay"), ("delay", "sum"), ("sum", "out")]
    graph = from_nir(nir.NIRGraph(nodes, edges, type_check=False))
    assert graph.late == ()
    drive = np.zeros((10, 1))
    drive[1] = 1
    assert simulate(graph, drive, dt=1.0).output[:, 0].tolist() == [0, 1, 0, 0, 0.5, 0, 0, 0.25, 0, 0]
    with pytest.warns(UserWarning, match="delay is not a multiple"), pytest.raises(ValueError, match="cycle without a delay"):
        simulate(graph, drive, dt=10.0)


def test_several_inputs_and_outputs():
    nodes = {"x": nir.Input(np.array([2])), "y": nir.Input(np.array([2])), "w": nir.Scale(np.array([1.0, 10.0])), "sum": nir.Output(None),
             "copy": nir.Output(np.array([2]))}
    graph = from_nir(nir.NIRGraph(nodes, [("x", "w"), ("y", "w"), ("w", "sum"), ("y", "copy")], type_check=False))
    run = simulate(graph, {"x": [[1, 2]], "y": [[3, 4]]})
    assert run.outputs["sum"].tolist() == [[4, 60]] and run.outputs["copy"].tolist() == [[3, 4]]
    with pytest.raises(ValueError, match=r"2 outputs \(sum, copy\)"):
        _ = run.output
    with pytest.raises(ValueError, match="inputs must be for x, y, not for x"):
        simulate(graph, {"x": [[1, 2]]})
    with pytest.raises(ValueError, match="dict of arrays, for x, y"):
        simulate(graph, [[1, 2]])
    with pytest.raises(ValueError, match="one number of time steps"):
        simulate(graph, {"x": [[1, 2]], "y": [[3, 4], [5, 6]]})


def test_large_layers_are_convolved_in_parts(monkeypatch):
    weight, x = normal(2, 1, 3, 3), normal(7, 1, 6, 6)
    graph = chain((1, 6, 6), nir.Conv2d(None, weight, 1, 0, 1, 1, full(0, 2)))
    whole = simulate(graph, x).output
    monkeypatch.setattr("models.nir.operations.FRAME_BYTES", 8 * 36 * 9 * 2)
    np.testing.assert_array_equal(simulate(graph, x).output, whole)


@pytest.mark.parametrize("inputs, message", [
    (np.zeros((3, 5)), r"'input' \(Input\) takes arrays \(time, 4\) or \(time, batch, 4\), not one of shape \(3, 5\)"),
    (np.zeros((0, 4)), r"not one of shape \(0, 4\)"),
    (np.full((3, 4), np.nan), "finite numbers")])
def test_refused_inputs(inputs, message):
    with pytest.raises(ValueError, match=message):
        simulate(chain((4,), nir.Scale(full(1, 4))), inputs)


def test_refused_options():
    graph, x = chain((4,), nir.Scale(full(1, 4))), np.zeros((3, 4))
    with pytest.raises(ValueError, match="dt must be a positive number of seconds, not -1"):
        simulate(graph, x, dt=-1)
    with pytest.raises(ValueError, match="record must name nodes"):
        simulate(graph, x, record=["lif"])
    with pytest.raises(ValueError, match="conventions must be one of nir, snntorch, norse, spikingjelly or Conventions, not 'brian'"):
        simulate(graph, x, conventions="brian")
    with pytest.raises(TypeError, match="not 3"):
        simulate(graph, x, conventions=3)
    with pytest.raises(ValueError, match="convention reset must be one of 'value', 'subtract', not 'zero'"):
        simulate(graph, x, reset="zero")
    assert simulate(graph, x, conventions=Conventions()).output.shape == (3, 4)
    assert CONVENTIONS["nir"] == Conventions()


def test_a_time_constant_below_the_step_is_said():
    with pytest.warns(UserWarning, match=r"'n0' \(LIF\) field tau is 1e-05 s, below the time step of 0.001 s; files of Norse"):
        simulate(chain((2,), lif(2, tau=1e-5)), np.zeros((2, 2)), dt=1e-3)
