import json
import subprocess
import sys

import pytest

from models.generated import cache_folder, fingerprint

from ..gateware.step import everything


def test_the_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("SPIKELOOM_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("SPIKELOOM_CACHE")
    assert cache_folder().name == "spikeloom"


def test_the_fingerprint_names_what_is_computed():
    text = fingerprint(everything.step)
    assert "both" in text and "'LIMIT', 77" in text and "'BYTE', Q(4, 4)" in text and "'carry'" not in text
    assert "'State', ('word', 'count', 'flag', 'shift')" in text


def test_the_fingerprint_changes_with_a_global(monkeypatch):
    before = fingerprint(everything.step)
    monkeypatch.setattr(everything, "LIMIT", 78)
    assert fingerprint(everything.step) != before


@pytest.mark.parametrize("package, forbidden", [("gateware", ["numba", "z3"]), ("gateware.neurons.lif", ["numba", "z3"]),
                                                ("models", ["numba", "z3", "torch", "sklearn"]), ("sim.proof", ["z3", "numba"])])
def test_heavy_packages_are_imported_by_those_who_need_them(package, forbidden):
    program = f"import sys, json, {package}; print(json.dumps(sorted(sys.modules)))"
    modules = json.loads(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60).stdout)
    assert not set(forbidden) & set(modules)
