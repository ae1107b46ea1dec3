# amaranth: UnusedElaboratable=no
import csv

import pytest

from benchmarks import area
from benchmarks.__main__ import main
from gateware.step.component import discover

ROW = {"component": "gateware.x.X:default", "dsp_allowed": 1,
       "logic": 10, "lut": 8, "ff": 4, "carry": 0, "ram": 0, "dsp": 0, "fmax_mhz": 50.0}


@pytest.fixture
def measured(monkeypatch, tmp_path):
    rows = [dict(ROW)]
    monkeypatch.setattr(area, "FOLDER", tmp_path)
    monkeypatch.setattr(area, "discover", lambda: [("gateware.x.X:default", None)])
    monkeypatch.setattr(area, "measure", lambda name, component: rows)
    return rows


def test_table_is_kept_and_compared(measured, tmp_path, capsys):
    assert main(["area"]) == 0
    assert "new" in capsys.readouterr().out
    assert "| `x.X:default` | yes | 10 | 8 | 4 | 0 | 0 | 0 | 50.0 |" in (tmp_path / "area.md").read_text()
    assert main(["area", "--check"]) == 0
    measured[0]["logic"], measured[0]["fmax_mhz"] = 12, 51.0
    assert main(["area", "--check"]) == 1
    shown = capsys.readouterr()
    assert "logic 10 -> 12" in shown.out and "Fmax" not in shown.out.splitlines()[-1]
    assert "1 of 1 rows differ" in shown.err
    measured[0]["fmax_mhz"] = 40.0
    assert main(["area", "x.X"]) == 0
    assert "Fmax 50.0 -> 40.0 MHz" in capsys.readouterr().out
    measured[0]["fmax_mhz"] = None
    assert main(["area", "--check"]) == 1
    assert "Fmax 50.0 -> nan MHz" in capsys.readouterr().out
    assert main(["area"]) == 0 and main(["area", "--check"]) == 0
    assert "too big" in (tmp_path / "area.md").read_text()
    assert next(csv.DictReader((tmp_path / "area.csv").read_text().splitlines()))["logic"] == "12"


def test_unknown_component_is_refused(capsys):
    assert main(["area", "no such component"]) == 1
    assert capsys.readouterr().err == "error: no component's name contains 'no such component'\n"


def test_kept_table_covers_every_component():
    kept = {name for name, _ in area._read_kept()}
    assert {name for name, _ in area.subjects()} <= kept
    assert {name.split(":")[0] for name, _ in discover()} == {name.split(":")[0] for name, _ in area.subjects()}


def test_small_component_is_measured(tmp_path, monkeypatch):
    import platformdirs

    from gateware.sc.arithmetic.multiply import AndMultiplier

    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *args, **kwargs: tmp_path)
    (row,) = area.measure("x", AndMultiplier())
    assert (row["logic"], row["lut"], row["ff"], row["dsp"]) == (1, 1, 0, 0) and row["fmax_mhz"] > 48
