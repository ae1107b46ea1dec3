# amaranth: UnusedElaboratable=no
import importlib.metadata
import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import neuron_speed
from benchmarks.__main__ import main
from gateware.neurons import catalogue


class Runner:
    """A population of which every neuron spikes in every step, if its current is at least 20."""

    currents = set()

    @staticmethod
    def supported_models():
        return ["Izhikevich", "HodgkinHuxley"]

    def add_population(self, model, neurons):
        assert model == "Izhikevich" and 64 <= neurons <= 16384
        return 0

    def step_population(self, population, currents):
        Runner.currents.add(float(currents[0]))
        return {"spikes": np.ones(len(currents), np.uint8), "voltages": np.zeros(len(currents))}


def engine():
    def run(model, steps, current):
        return {"spikes": np.arange(steps if current[0] >= 20 else 0)}

    return SimpleNamespace(set_num_threads=lambda count: None, simd_tier=lambda: "none", NetworkRunner=Runner,
                           py_batch_simulate=run)


def small(monkeypatch, tmp_path):
    for name, value in {"NEURONS": 64, "SECONDS": 0.0005, "ROUNDS": 1, "PAGE": tmp_path / "speed.md"}.items():
        monkeypatch.setattr(neuron_speed, name, value)


def test_without_the_engine_it_says_so_and_measures(monkeypatch, capsys, tmp_path):
    small(monkeypatch, tmp_path)
    monkeypatch.setattr(neuron_speed, "PEER", "sc_neurocore_engine_that_is_not_there")
    assert main(["neuron-speed", "izhikevich", "threshold_linear_rate"]) == 0
    shown = capsys.readouterr().out
    assert "sc_neurocore_engine_that_is_not_there is not installed, so that there is nothing to compare with: `pip" in shown
    assert "\nfixed, all 2: median" in shown and "beside the engine" not in shown
    assert "izhikevich: " in shown and "M neuron-steps/s in fixed point" in shown
    assert not (tmp_path / "speed.md").exists()


def test_beside_the_engine_it_gives_ratios_of_steps_and_of_simulated_time(monkeypatch, capsys, tmp_path):
    small(monkeypatch, tmp_path)
    monkeypatch.setitem(sys.modules, "sc_neurocore_engine", engine())
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "1.2.3")
    monkeypatch.setattr(catalogue, "names", lambda: ("izhikevich", "li_rinzel"))
    assert main(["neuron-speed", "--json", "izhikevich", "li_rinzel"]) == 0
    shown = json.loads(capsys.readouterr().out)
    first, second = shown["rows"]
    assert shown["engine"] == "sc_neurocore_engine 1.2.3 (none, one thread)"
    assert Runner.currents == {20.0} and first["their spikes"] == 300
    assert first["fixed ratio"] == pytest.approx(first["fixed"] / first["theirs"])
    # Half a millisecond beside one.
    assert first["fixed time ratio"] == pytest.approx(first["fixed ratio"] / 2)
    assert "theirs" not in second and second["float kept"] > 0
    assert main(["neuron-speed"]) == 0
    page = (tmp_path / "speed.md").read_text(encoding="utf-8")
    assert "Beside sc_neurocore_engine 1.2.3" in page and page.count("\n| ") == 3
    assert "1 models: median" in page


def test_an_unknown_neuron_is_refused(capsys):
    assert main(["neuron-speed", "izhikevitch"]) == 1
    assert "near it: izhikevich" in capsys.readouterr().err


def test_the_engines_models_are_aliases_of_the_catalogue():
    import tomllib
    from pathlib import Path
    models = tomllib.loads(Path(neuron_speed.__file__).with_name("neuron_peer.toml").read_text(encoding="utf-8"))
    known = set()
    for name in catalogue.names():
        alias = catalogue.table(name).aliases.get("sc_neurocore", ())
        known |= {alias} if isinstance(alias, str) else set(alias)
    assert set(models) <= known
    assert all(set(each) <= {"model", "step"} and each.get("step", 1.0) > 0 for each in models.values())
