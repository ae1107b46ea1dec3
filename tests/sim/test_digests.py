import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateware.bus import UARTTransmitter
from gateware.neurons.lif import LIF
from gateware.sc.sources.ramp import RampCounter
from gateware.step.component import examples_of
from sim import digests
from sim.digests import example_digests
from sim.kept import evidence_digest
from sim.ladder import LEVELS

ROOT = Path(digests.__file__).parents[1]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SPIKELOOM_CACHE", str(tmp_path / "cache"))
    # Whoever runs the tests may edit a source meanwhile.
    monkeypatch.setattr(digests, "sources_digest", lambda *packages, without: "sources")
    return tmp_path / "cache"


@pytest.fixture
def remembered(cache):
    return example_digests([RampCounter])


def no_process(*arguments, **keywords):
    raise AssertionError("nothing has changed: no process is needed")


def test_they_are_those_of_every_example(monkeypatch):
    made = example_digests([UARTTransmitter, RampCounter])
    assert made == {cls: {name: {level: evidence_digest(component, level) for level in LEVELS}
                          for name, component in examples_of(cls).items()} for cls in (UARTTransmitter, RampCounter)}
    monkeypatch.setattr(digests.subprocess, "Popen", no_process)
    assert example_digests([RampCounter, UARTTransmitter]) == made
    with pytest.raises(AssertionError, match="no process is needed"):
        example_digests([RampCounter, LIF])


def test_a_changed_source_voids_them(tmp_path):
    for package in ("gateware", "models", "sim"):
        shutil.copytree(ROOT / package, tmp_path / "checkout" / package)
    script = ("import json; from gateware.sc.sources.ramp import RampCounter; from sim import digests; "
              "print(json.dumps([digests.__file__, digests.example_digests([RampCounter])[RampCounter]]))")

    def run():
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path / "checkout")},
                              capture_output=True, text=True, check=True)
        file, made = json.loads(done.stdout)
        assert Path(file).is_relative_to(tmp_path)
        return made
    before = run()
    source = tmp_path / "checkout" / "gateware" / "sc" / "sources" / "ramp.py"
    text = source.read_text()
    assert "state.count + 1" in text
    source.write_text(text.replace("state.count + 1", "state.count + 3"))
    after = run()
    changed = {level: {name for name in before if before[name][level] != after[name][level]} for level in LEVELS}
    # The other example counts to ten, with another step.
    assert changed == dict.fromkeys(LEVELS, {"gateware.sc.sources.ramp.RampCounter:default"})


def test_what_a_source_became_meanwhile_is_not_remembered(monkeypatch, cache):
    answers = iter(["before", "after"])
    monkeypatch.setattr(digests, "sources_digest", lambda *packages, without: next(answers))
    assert example_digests([RampCounter])[RampCounter]
    assert not list(cache.rglob("*.json"))


def test_a_tool_in_another_version_voids_them(remembered, monkeypatch):
    monkeypatch.setattr(digests.importlib.metadata, "version", lambda package: "0")
    monkeypatch.setattr(digests.subprocess, "Popen", no_process)
    with pytest.raises(AssertionError, match="no process is needed"):
        example_digests([RampCounter])


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_damaged_file_is_made_again(remembered, cache, text):
    file, = cache.glob("digests/*.json")
    whole = file.read_text()
    file.write_text(text)
    assert example_digests([RampCounter]) == remembered
    assert file.read_text() == whole


def test_a_class_that_fails_is_named(capfd, monkeypatch):
    monkeypatch.setattr(digests, "_name", lambda cls: "gateware.nothing.Nothing")
    with pytest.raises(RuntimeError, match="^the digests of gateware.nothing.Nothing cannot be made: its process ended with 1$"):
        example_digests([RampCounter])
    assert "No module named 'gateware.nothing'" in capfd.readouterr().err
