# amaranth: UnusedElaboratable=no
import csv
import json
import os
import random
import time

import pytest

from benchmarks import fit as fits
from benchmarks import neurons
from benchmarks.__main__ import main
from gateware.neurons import catalogue
from platforms.progress import Steps

# Every run synthesises two neurons again, others each day; SPIKELOOM_SEED repeats a run.
SEED = int(os.environ.get("SPIKELOOM_SEED", time.time() // 86400))
SMALL, LARGE = fits.PARTS


def _kept():
    with (neurons.FOLDER / "hardware.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _row(name, form, part=SMALL, **other):
    return {"neuron": name, "form": form, "part": part, "logic": 219, "lut": 145, "ff": 165, "ram": 8, "dsp": 4, "fmax_mhz": 50.0,
            "clocks": 40, "neurons_per_s": 1_250_000} | other


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Figures at once; rulkov is too big for the small part, and akida cannot be built."""
    def measure(name, form, steps):
        if name == "akida":
            raise ValueError("akida cannot be built")
        if name == "rulkov":
            return [_row(name, form, fmax_mhz=None, neurons_per_s=None),
                    _row(name, form, LARGE, clocks=1, neurons_per_s=50_000_000)]
        return [_row(name, form)]

    monkeypatch.setattr(neurons, "FOLDER", tmp_path)
    monkeypatch.setattr(neurons, "measure", measure)
    monkeypatch.setattr(catalogue, "names", lambda: ("izhikevich", "rulkov", "theta"))


def test_tables_are_written(measured, tmp_path, capsys):
    assert main(["neurons", "--jobs", "2"]) == 0
    assert "rulkov                        folded  iCE40UP5K      219    8    4  too big" in capsys.readouterr().out
    rows = list(csv.DictReader((tmp_path / "hardware.csv").read_text().splitlines()))
    assert [(row["neuron"], row["form"], row["part"]) for row in rows] == [
        ("izhikevich", "folded", SMALL), ("izhikevich", "bank", SMALL), ("izhikevich", "single", SMALL),
        ("izhikevich_q8_8", "folded", SMALL), ("izhikevich_q8_8", "bank", SMALL), ("izhikevich_q8_8", "single", SMALL),
        ("rulkov", "folded", SMALL), ("rulkov", "folded", LARGE), ("rulkov", "bank", SMALL), ("rulkov", "bank", LARGE),
        ("rulkov", "single", SMALL), ("rulkov", "single", LARGE), ("theta", "folded", SMALL)]
    assert rows[6]["fmax_mhz"] == rows[6]["neurons_per_s"] == ""
    page = (tmp_path / "hardware.md").read_text()
    assert "it: of the catalogue's 3, 2 fit an iCE40UP5K and 1 an ECP5-25F." in page and "| iCE40UP5K | 5,280 | 30 | 8 |" in page
    assert "| theta | iCE40UP5K | 219 | 8 | 4 | 50.0 | 40 | 1.25 M |" in page
    assert "| rulkov | LFE5U-25F | 219 | 8 | 4 | 50.0 | 1 | 50.0 M |" in page
    assert "| rulkov | bank | iCE40UP5K | 219 | 8 | 4 | too big | 40 | too big |" in page


def test_some_are_only_shown(measured, tmp_path, capsys):
    assert main(["neurons", "theta", "izhikevich", "--json"]) == 0
    shown = capsys.readouterr()
    assert [(row["neuron"], row["form"]) for row in json.loads(shown.out)] == [
        ("izhikevich", "folded"), ("izhikevich", "bank"), ("izhikevich", "single"), ("theta", "folded")]
    assert "theta" in shown.err and not list(tmp_path.iterdir())


def test_what_fails_is_named_and_the_rest_written(measured, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(catalogue, "names", lambda: ("akida", "theta"))
    assert main(["neurons"]) == 1
    assert capsys.readouterr().err.count("failed: akida, folded: akida cannot be built\n") == 2
    assert "theta,folded" in (tmp_path / "hardware.csv").read_text()


@pytest.mark.parametrize("arguments, message", [
    (["thetta"], "neuron must be one of the catalogue's 3 names, not 'thetta'; near it: theta"),
    (["theta", "--jobs", "0"], "jobs must be between 1 and 64, not 0")])
def test_wrong_arguments_are_refused(measured, arguments, message, capsys):
    assert main(["neurons", *arguments]) == 1
    assert capsys.readouterr().err == f"error: {message}\n"


def test_unknown_part_is_refused():
    with pytest.raises(ValueError, match="part must be one of iCE40UP5K, LFE5U-25F, not 'iCE40HX8K'"):
        fits.Design("iCE40HX8K", "")


def test_kept_table_has_every_neuron_on_a_part_that_holds_it():
    rows = _kept()
    parts = {row["neuron"]: row["part"] for row in rows if row["form"] == "folded" and row["fmax_mhz"]}
    assert sorted(parts) == neurons.subjects()
    assert set(parts.values()) <= {SMALL, LARGE} and sum(part == SMALL for part in parts.values()) >= 120
    assert [(row["neuron"], row["form"]) for row in rows if row["form"] != "folded" and row["part"] == SMALL] == [
        (name, form) for name in neurons.REPRESENTATIVES for form in ("bank", "single")]


def test_kept_figures_hold_what_is_asked_of_them():
    rows = _kept()
    (small,) = [row for row in rows if row["neuron"] == neurons.Q8_8 and row["form"] == "folded"]
    assert small["part"] == SMALL and int(small["logic"]) <= 350 and int(small["dsp"]) <= 3
    banks = [row for row in rows if row["form"] == "bank" and row["fmax_mhz"]]
    # Heun's method takes 60 products of it: the registers of their pipeline alone are more than the part has.
    assert {row["neuron"] for row in banks if row["part"] == LARGE} == set(neurons.REPRESENTATIVES) - {"wang_buzsaki"}
    slow = [(row["neuron"], row["part"], row["fmax_mhz"]) for row in banks
            if float(row["fmax_mhz"]) < {SMALL: 40, LARGE: 100}[row["part"]]]
    assert not slow
    for row in rows:
        if row["fmax_mhz"]:
            assert int(row["neurons_per_s"]) == round(float(row["fmax_mhz"]) * 1e6 / int(row["clocks"]))


@pytest.mark.parametrize("row", random.Random(SEED).sample([row for row in _kept() if row["form"] == "folded"], 2),
                         ids=lambda row: row["neuron"])
def test_a_seeded_pair_is_synthesised_again(row, tmp_path):
    component, clocks = neurons.component_of(neurons.neuron_of(row["neuron"]), row["form"], row["part"])
    with Steps()("synthesise") as step:
        found = fits.resources(fits.synthesize(fits.design_of(component, row["part"]), tmp_path, step))
    assert (found | {"clocks": clocks}) == {key: int(row[key]) for key in ("lut", "ff", "ram", "dsp", "clocks")}
