"""Pages: what stands in them, and that those in docs/neurons are what the tables say."""

import random
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.pages import hardware_text, index_text
from gateware.neurons import catalogue
from gateware.step.equations import load
from models.neurons.labels import quantity, unit_label
from models.neurons.pages import page_text
from models.neurons.plots import window

FOLDER = Path(__file__).parents[3] / "docs" / "neurons"
SECTION = "\n## Hardware\n"
TABLE = load('name = "Ring"\nsummary = "Units, 2*3*4 of them, and `a*b`."\n[parameters]\n'
             'tau = { value = 10.0, unit = "ms", meaning = "time constant" }\n'
             'w = { value = [0.5, 0.25, 0.25, 0.5], unit = "1", meaning = "weights" }\n[state]\n'
             'u = { init = 0.0, unit = "1", range = [-4, 4], size = 4, meaning = "activity" }\n[inputs]\nI = { unit = "1", range = [0, 2] }\n'
             '[equations]\nu = "du[i]/dt = (sum(w[j]*u[(i + j) % 4], j, 0, 3) - 2*u[i] + I)/tau"\n[spike]\nwhen = "u[0] >= 1"\ncrossing = true\n'
             'reset = { u = "0" }\nrefractory = { time = 2.0, hold = ["u"] }\n[integration]\nmethod = "euler"\ndt = 0.5\n'
             '[protocol]\nduration = 50.0\ninputs = { I = { value = 1.5, every = 2.0 } }\n')


def trace(*spikes, steps=1000):
    fired = np.zeros(steps, bool)
    fired[list(spikes)] = True
    return SimpleNamespace(time=np.arange(steps) + 1.0, events={"spike": fired})


def test_a_page():
    text = page_text(TABLE)
    for part in (
            "# Ring (`", r"Units, 2\*3\*4 of them, and `a*b`.", "with `I` 1.5 for one step every 2 ms",
            "\\frac{du_{i}}{dt} &= \\frac{\\sum_{j=0}^{3} w_{j}\\,u_{\\left(i + j\\right) \\bmod 4} - 2\\,u_{i} + I}{\\tau}".replace("&", ""),
            "`spike` where this becomes true, and what it then sets:", "u_{0} \\ge 1 \\quad\\Rightarrow\\quad u_{i} \\leftarrow 0",
            "For `2.0` ms after it there is none, and `u` stand still.", "Integrated by forward Euler, in steps of 0.5 ms.",
            "| $w$ | `w[0 ... 3]` | 0.5, 0.25, 0.25, 0.5 |  | weights |", "| $u$ | `u[0 ... 3]` | state | -4 to 4, from 0 |"):
        assert part in text, part
    assert "## Hardware" not in text and page_text(TABLE, hardware="*costs*").endswith("## Hardware\n\n*costs*\n")


def test_units():
    assert [unit_label(unit) for unit in ("1", "mV", "uA/cm**2", "MOhm", "uM*cm**2/(ms*uA)", "1/ms**0.5")] == [
        "", "mV", "µA/cm²", "MΩ", "µM·cm²/(ms·µA)", "1/ms^½"]
    assert quantity("v", "mV") == "v (mV)" and quantity("m", "1") == "m"


def test_a_window_ends_before_the_sixteenth_spike_or_the_fourth_burst():
    assert window(trace()) == 1000 and window(trace(*range(10, 500, 100))) == 1000
    assert window(trace(*range(10, 900, 20))) == 10 + 15 * 20
    bursts = [start + spike for start in (0, 200, 400, 600, 800) for spike in range(0, 40, 4)]
    assert window(trace(*bursts)) == 600
    assert window(SimpleNamespace(time=np.zeros(77), events={})) == 77


def test_hardware():
    rows = [dict(form="folded", part="iCE40UP5K", logic="1234", ram="5", dsp="4", fmax_mhz="44.5", clocks="120", neurons_per_s="370833"),
            dict(form="single", part="iCE40UP5K", logic="9999", ram="0", dsp="40", fmax_mhz="", clocks="1", neurons_per_s="")]
    assert "| folded | iCE40UP5K | 1,234 | 5 | 4 | 44.5 | 120 | 371 k |" in hardware_text(rows) and "9,999" not in hardware_text(rows)
    assert hardware_text([]) == hardware_text(rows[1:]) == ""


def test_every_neuron_has_a_page_a_picture_and_a_line_in_the_index():
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in catalogue.names():
        assert f"]({name}.md)" in index and (FOLDER / f"{name}.md").is_file(), name
        assert 1000 < (FOLDER / "images" / f"{name}.png").stat().st_size < 60_000, name
    pages = {path.stem for path in FOLDER.glob("*.md")} - {"README", "hardware", "speed"}
    assert pages == set(catalogue.names()) == {path.stem for path in (FOLDER / "images").glob("*.png")}


def test_the_index_is_what_the_generator_writes():
    from benchmarks.pages import read_rows
    expected = index_text([catalogue.table(name) for name in catalogue.names()], read_rows("activity.csv"), read_rows("hardware.csv"))
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == expected


def test_the_index_refuses_an_unknown_category():
    with pytest.raises(ValueError, match="category of a neuron must be one of Integrate-and-fire, .*, not 'Uncategorised'"):
        index_text([TABLE], {}, {})


@pytest.mark.parametrize("name", random.Random(4).sample(catalogue.names(), 4))
def test_pages_are_what_the_generator_writes(name):
    """But for counts of spikes in floats, which may differ where another machine's exponential does in the last place."""
    written, expected = ((re.sub(r"\d+( of `\w+` in float64)", r"?\1", text.split(SECTION)[0].rstrip()))
                         for text in ((FOLDER / f"{name}.md").read_text(encoding="utf-8"), page_text(catalogue.table(name))))
    assert written == expected
