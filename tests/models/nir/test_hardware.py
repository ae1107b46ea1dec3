"""What hardware holds of a graph."""

from pathlib import Path

import nir
import numpy as np
import pytest

from models.nir import describe, read, to_network

from .graphs import chain, full, lif

DATA = Path(__file__).parent / "data"


def facts_of(report, name):
    node, = (each for each in report.nodes if each.name == name)
    return {fact.field: fact for fact in node.facts}


def test_leaks():
    report = describe(chain((2,), nir.Linear(np.eye(2)), lif(2, tau=0.016)), 1e-3)
    assert facts_of(report, "n1")["tau"].exact and facts_of(report, "n1")["tau"].error == 0
    fact = facts_of(describe(chain((2,), nir.Linear(np.eye(2)), lif(2, tau=0.02)), 1e-3), "n1")["tau"]
    assert not fact.exact and fact.error == pytest.approx(abs(3277 / 65536 * 20 - 1)) and "3277 / 2**16" in fact.text
    exact = facts_of(describe(chain((2,), nir.Linear(np.eye(2)), lif(2, tau=0.02)), 1e-3, integration="exact"), "n1")
    assert f"{round((1 - np.exp(-0.05)) * 65536)} / 2**16" in exact["tau"].text and not exact["integration"].exact


@pytest.mark.parametrize("tau, text", [(np.array([0.01, 0.02]), "neurons of a layer share one"), (full(1e-4, 2), "below the time step"),
                                       (full(1e3, 2), r"dt / tau is below 2**-16")])
def test_leaks_that_hardware_does_not_have(tau, text):
    node = nir.LIF(tau, full(1, 2), full(0, 2), full(1, 2))
    report = describe(chain((2,), nir.Linear(np.eye(2)), node), 1e-3)
    fact = facts_of(report, "n1")["tau"]
    assert not fact.exact and text in fact.text and "'n1' (LIF) field tau" in report.refusal


def test_weights():
    weight = np.array([[1.0, 0.5], [-0.25, 0.1]])
    report = describe(chain((2,), nir.Affine(weight, full(0, 2)), lif(2)), 1e-3, weight_bits=4)
    facts = facts_of(report, "n0")
    step = 1 / 7
    assert facts["weight"].error == pytest.approx(np.abs(np.rint(weight / step) * step - weight).max()) and not facts["weight"].exact
    assert facts["bias"].exact and "all zero" in facts["bias"].text
    # The threshold of 1 is ten weights of 1, of which a step of tau = 10 dt takes a tenth.
    assert facts_of(report, "n1")["v_threshold"].error == pytest.approx(0.1 / 7)
    ternary = describe(chain((2,), nir.Linear(np.array([[1.0, 0.0], [-1.0, 1.0]])), lif(2)), 1e-3, weight_bits=2)
    assert facts_of(ternary, "n0")["weight"].exact and "3 different values" in facts_of(ternary, "n0")["weight"].text


def test_resets():
    graph = chain((2,), nir.Linear(np.eye(2)), lif(2, v_reset=-0.5))
    assert not facts_of(describe(graph, 1e-3), "n1")["v_reset"].exact
    assert "subtracted, at once" in facts_of(describe(graph, 1e-3, reset="subtract"), "n1")["v_reset"].text
    assert "threshold / (1 - leak)" in facts_of(describe(graph, 1e-3, conventions="snntorch"), "n1")["v_reset"].text
    assert "stands still" in facts_of(describe(graph, 1e-3, conventions="snntorch", reset="value"), "n1")["v_reset"].text


def test_a_recurrent_graph():
    report = describe(read(DATA / "snntorch_recurrent.nir"), 1e-4, conventions="snntorch")
    assert report.late == (("1.lif", "1.w_rec"),) and report.refusal is None
    assert [node.name for node in report.nodes][0] == "input" and report.nodes[-1].name == "output"


def test_every_primitive_is_described():
    nodes = [nir.SumPool2d(2, 2, 0), nir.AvgPool2d(2, 2, 0), nir.Flatten(None, 0), nir.Scale(full(2, 1)), nir.Delay(full(1.5e-3, 1)),
             nir.Threshold(full(1, 1)), nir.CubaLIF(*(full(0.01, 1) for _ in range(5)))]
    report = describe(chain((1, 4, 4), *nodes), 1e-3)
    assert facts_of(report, "n0")["kernel_size"].exact and facts_of(report, "n1")["kernel_size"].exact
    assert facts_of(report, "n4")["delay"].error == pytest.approx(0.5) and not facts_of(report, "n4")["delay"].exact
    assert {"tau_syn", "tau_mem", "w_in"} <= set(facts_of(report, "n6"))
    assert report.warnings and "delay is not a multiple" in report.warnings[0]


@pytest.mark.parametrize("shape, nodes, options, message", [
    ((2,), [lif(2), nir.Delay(full(0.064, 2)), lif(2)], {}, r"'n1' \(Delay\) field delay is 0.064 s, .* late by 64 time steps"),
    ((2,), [lif(2), nir.Delay(full(0.0015, 2)), lif(2)], {}, r"'n1' \(Delay\) field delay is 0.0015 s, and no whole number of time steps"),
    ((2,), [lif(2, v_reset=2)], {}, r"'n0' \(LIF\) field v_reset must be below the threshold, not 2 with 1"),
    ((1, 8, 8), [nir.Conv2d(None, full(1, 2, 1, 3, 3), 3, 0, 1, 1, full(0, 2)), lif(2, 2, 2)], {}, r"'n0' \(Conv2d\) field stride must be powers"),
    ((1, 9, 9), [nir.AvgPool2d(3, 3, 0), lif(1, 3, 3)], {}, r"'n0' \(AvgPool2d\) field kernel_size must be powers of two"),
    ((1,), [lif(1)], {}, r"'n0' \(LIF\) has 1 neuron to be read out"),
    ((2,), [lif(2)], {"encoder": "latency"}, "encoder must be one of"),
    ((2,), [nir.CubaLI(full(0.01, 2), full(0.02, 2), full(1, 2), full(0, 2))], {"synapse": "joint", "integration": "exact"}, "convention synapse"),
])
def test_what_is_refused_is_what_a_conversion_refuses(shape, nodes, options, message):
    graph = chain(shape, *nodes)
    with pytest.raises(ValueError, match=message) as error:
        to_network(graph, dt=1e-3, time_steps=10, **options)
    assert describe(graph, 1e-3, **options).refusal == str(error.value)


def test_what_is_left_out_of_pooling_fits():
    graph = chain((1, 7, 7), nir.AvgPool2d(2, 2, 0), nir.Flatten(None, 0), nir.Linear(full(1, 3, 9)), lif(3))
    assert describe(graph, 1e-3).refusal is None


@pytest.mark.parametrize("options, message", [({"dt": 0}, "dt must be a positive number"), ({"dt": 1e-3, "weight_bits": 9}, "between 2 and 8, not 9"),
                                              ({"dt": 1e-3, "conventions": "x"}, "conventions must be one of")])
def test_refused_options(options, message):
    with pytest.raises(ValueError, match=message):
        describe(chain((2,), lif(2)), **options)
