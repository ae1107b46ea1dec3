# amaranth: UnusedElaboratable=no
import csv
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.sc import run
from benchmarks.sc.accuracy import accuracy_files, measure_accuracy
from benchmarks.sc.areas import _Prices, amortised
from benchmarks.sc.cases import CASES
from benchmarks.sc.correlation import UNITS, measure_correlation
from benchmarks.sc.search import phase_search, product_error, sobol_pairs
from benchmarks.sc.validity import validity_files
from gateware.step.component import discover

DOCS = Path(__file__).parent.parent.parent / "docs" / "sc"


@pytest.fixture(scope="module")
def few():
    cases = [each for each in CASES if each.name in ("AND", "stanh, 8 states")]
    return measure_accuracy(cases, widths=(6, 7))


def test_pages_of_a_few_operators(few):
    files = accuracy_files(few) | validity_files(few)
    assert {"operators.md", "operators.csv", "rmse-multiplication.svg", "rmse-functions.svg", "validity.md", "validity.csv"} == set(files)
    rows = list(csv.DictReader(files["operators.csv"].splitlines()))
    assert len(rows) == 2 * 5 * 2 and {row["N"] for row in rows} == {"64", "128"}
    assert all(float(row["low"]) <= float(row["rmse"]) <= float(row["high"]) for row in rows)
    assert "`tanh(4 artanh v)`" in files["operators.md"] and "| Sobol | *" in files["operators.md"]
    assert "encode it from a LeapForwardLFSR" in files["validity.md"]
    for name in files:
        if name.endswith(".svg"):
            assert len(files[name]) < 60_000
            ElementTree.fromstring(files[name])
    assert files["rmse-functions.svg"] == accuracy_files(few)["rmse-functions.svg"]


def test_best_phases_are_the_known_ones():
    row, = phase_search((6,))
    assert row["best_phases"].split()[0] == "50" and row["best"] == pytest.approx(0.01143, abs=1e-5)
    pairs = sobol_pairs()
    assert pairs[0, 1] == pytest.approx(0.0013, abs=5e-5) and pairs[0, 7] == pytest.approx(0.0088, abs=5e-5)


def test_product_of_a_source_with_itself_is_the_lesser_operand():
    """min(p, q) - pq, in the root mean square over the unit square 1/sqrt(90)."""
    operands = np.arange(1025)
    assert product_error(np.arange(1024), np.arange(1024), operands) == pytest.approx(90**-0.5, abs=2e-4)


def test_a_unit_brings_its_correlation():
    rows = measure_correlation([each for each in UNITS if each.name in ("synchronizer, depth 1", "isolator, one flip-flop")])
    found = {(row["unit"], row["source"]): row for row in rows}
    assert found["synchronizer, depth 1", "Sobol"]["after"] > 0.99 > 0.1 > abs(found["synchronizer, depth 1", "Sobol"]["before"])
    assert found["isolator, one flip-flop", "LFSR"]["after"] == pytest.approx(0.64, abs=0.01)


def test_sharing_divides_the_price_of_what_is_shared():
    prices = _Prices(source=4, encoder=10, gate=1, counter=9, binary=158)
    assert amortised(prices, 1) == (38, 38, 38)
    assert amortised(prices, 4) == (2 + 20 + 1 + 9, 2 + 12.5 + 1 + 9, 2 + 12.5 + 1 + 2.25)


def test_the_command_shows_without_writing(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(run, "FOLDER", tmp_path / "sc")
    monkeypatch.setattr("benchmarks.sc.protocol.WIDTHS", (6,))
    assert main(["sc", "no such operator"]) == 1
    assert capsys.readouterr().err == "error: no operator's name or family contains 'no such operator'\n"
    assert main(["sc", "uMUL, bipolar"]) == 0
    shown = capsys.readouterr().out
    assert "uMUL, bipolar" in shown and "Bernoulli" in shown and not (tmp_path / "sc").exists()
    assert main(["sc", "--part", "everything"]) == 2


def test_the_command_writes_all_of_a_part_or_nothing(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(run, "FOLDER", tmp_path / "sc")
    assert main(["sc", "--part", "correlation"]) == 0
    assert sorted(path.name for path in (tmp_path / "sc").iterdir()) == ["correlation.csv", "correlation.md"]

    def interrupted(say, cases):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "FOLDER", tmp_path / "none")
    monkeypatch.setattr(run, "_pairs", interrupted)
    assert main(["sc", "--part", "correlation", "--part", "pairs"]) == 130
    assert capsys.readouterr().err.endswith("interrupted; nothing was written\n") and not (tmp_path / "none").exists()


def test_kept_areas_name_every_component():
    with (DOCS / "area.csv").open(encoding="utf-8", newline="") as file:
        kept = {row["component"] for row in csv.DictReader(file)}
    assert {name for name, _ in discover("gateware.sc")} <= kept


def test_every_area_is_within_its_budget():
    with (DOCS / "budgets.csv").open(encoding="utf-8", newline="") as file:
        assert [row["primitive"] for row in csv.DictReader(file) if "0" in (row["ice40_met"], row["xc7_met"])] == []


def test_kept_errors_are_of_every_case():
    with (DOCS / "operators.csv").open(encoding="utf-8", newline="") as file:
        kept = {(row["operator"], row["source"], int(row["N"])) for row in csv.DictReader(file)}
    assert kept == {(each.name, kind.name, 1 << n) for each in CASES for kind in each.kinds() for n in range(6, 13)}


def test_kept_plots_are_small():
    assert all(path.stat().st_size < 60_000 for path in DOCS.glob("rmse-*.svg"))
