import re
from copy import copy

import numpy as np
import pytest

from gateware.rtlil import to_rtlil
from sim import cxxrtl, transactions
from sim.selection import select
from sim.transactions import compare_transactions

# One of each way in which a structure is driven: streams, several streams, what is observed, lines, a dialogue, a latency.
KINDS = ["DenseLayer:default", "FrameTransmitter:small", "Classifier:small", "UARTReceiver:shortest", "UARTTransmitter:shortest",
         "SerialClassifier:small", "Pipeline:LIF"]


@pytest.fixture(scope="module")
def structures():
    components = select(KINDS)
    simulations = cxxrtl.compile(components)
    return {name.rsplit(".", 1)[1]: (component, simulations[name]) for name, component in components.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_structure_is_compared(structures, kind):
    result = compare_transactions(*structures[kind], size=300)
    assert result.ok and result.cases > 0, str(result)
    assert str(result) == f"RTL = golden in transactions: {result.cases:,} equal"


class Wrong:
    """A model of which one item is wrong."""

    def __init__(self, model, change):
        self._model, self._change = model, change

    def __getattr__(self, name):
        return getattr(self._model, name)

    def __copy__(self):
        return Wrong(copy(self._model), self._change)

    def run(self, *arguments, **keywords):
        return self._change(self._model.run(*arguments, **keywords))


def spoil(place, by=1):
    def change(result):
        if isinstance(result, dict):
            return {name: change(values) if name in ("v", "counts", "spike") else values for name, values in result.items()}
        result = np.array(result)
        if len(result) > place:
            result[place] = result[place] + by
        return result
    return change


@pytest.mark.parametrize("kind, place, where", [
    ("DenseLayer:default", 7, "item 7"), ("UARTTransmitter:shortest", 21, "clock 21"), ("UARTReceiver:shortest", 5, "item 5"),
    ("SerialClassifier:small", 2, "byte "), ("Pipeline:LIF", 4, "clock 4"),
])
def test_the_first_difference_is_named(structures, monkeypatch, kind, place, where):
    golden = transactions.golden
    monkeypatch.setattr(transactions, "golden", lambda component: Wrong(golden(component), spoil(place)))
    result = compare_transactions(*structures[kind], size=300)
    assert not result.ok and result.difference.where.startswith(where), str(result)


def test_a_missing_item_is_a_difference(structures, monkeypatch):
    golden = transactions.golden
    monkeypatch.setattr(transactions, "golden", lambda component: Wrong(golden(component), lambda result: result[:-1]))
    result = compare_transactions(*structures["UARTReceiver:shortest"], size=50)
    assert re.match(r"^RTL = golden in transactions: o count in item \d+ must be 49, not 50$", str(result))


def test_what_is_observed_is_compared(structures, monkeypatch):
    golden = transactions.golden

    class Blind(Wrong):
        def observe(self, items):
            observed = self._model.observe(items)
            return observed | {"hidden": np.where(np.arange(len(observed["hidden"])) == 3, ~observed["hidden"], observed["hidden"])}

    monkeypatch.setattr(transactions, "golden", lambda component: Blind(golden(component), lambda result: result))
    result = compare_transactions(*structures["Classifier:small"], size=300)
    assert (result.difference.where, result.difference.port) == ("item 3", "hidden")


def test_hardware_that_never_answers_is_an_error(structures):
    component, _ = structures["DenseLayer:default"]
    clocked = "connect \\CLK \\clk [0]\n    connect \\Q \\o__valid\n"
    text = to_rtlil(component).replace(clocked, clocked.replace("\\clk [0]", "1'0"))
    simulation = cxxrtl.compile({"stuck": component}, rtlil={"stuck": text})["stuck"]
    with pytest.raises(cxxrtl.SimulationError, match=r"^stuck did not finish within 5000 clocks: i accepted \d+ of \d+ items, o returned 0 of "):
        compare_transactions(component, simulation, size=50, max_clocks=5000)
