import pytest

from sim import processes
from sim.kept import KeptResults
from sim.processes import check_in_processes

NAMES = ["gateware.neurons.catalogue:plif", "gateware.neurons.catalogue:truenorth"]


def test_two_processes_find_what_one_does(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "_BATCH", 1)
    kept, told = KeptResults(tmp_path / "results.json"), []
    reports = list(check_in_processes(NAMES, "proof", 2, kept=kept, fresh=True, progress=told.append))
    assert sorted(report.name for report in reports) == sorted(told) == NAMES
    for report in reports:
        rung, = report.rungs
        assert rung.ok and not rung.kept and kept.entry(report.name)["proof"]["says"] == rung.says


def test_an_error_in_a_process_comes_back(tmp_path):
    with pytest.raises(ValueError, match="^level must be one of rtl, proof, netlist, all, not 'rlt'$"):
        list(check_in_processes(NAMES[:1], "rlt", 2, kept=KeptResults(tmp_path / "results.json")))
