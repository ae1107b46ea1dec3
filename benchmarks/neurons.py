"""The hardware of every neuron of the catalogue, kept as a table: its folded form on the smallest part that holds it.

A few representative neurons are also measured as a pipelined bank and in one clock per step.
"""

import csv
import io
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from gateware.neurons import catalogue
from gateware.neurons.bank import NeuronBank
from gateware.neurons.from_equations import from_equations
from gateware.step.folded import FoldedStep
from platforms.boards import find_board
from platforms.files import write_whole
from platforms.progress import Steps
from platforms.toolchain import find_toolchain

from .fit import PARTS, SEED, design_of, fit

__all__ = ["COLUMNS", "FORMS", "REPRESENTATIVES", "component_of", "measure", "neuron_of", "run_neurons", "subjects"]

FOLDER = Path(__file__).parent.parent / "docs" / "neurons"
COLUMNS = ("neuron", "form", "part", "logic", "lut", "ff", "ram", "dsp", "fmax_mhz", "clocks", "neurons_per_s")
FORMS = ("folded", "bank", "single")
SMALL, LARGE = PARTS
Q8_8 = "izhikevich_q8_8"
REPRESENTATIVES = (
    "adex", "fitzhugh_nagumo", "glif5", "hindmarsh_rose", "hodgkin_huxley", "izhikevich", Q8_8, "lapicque",
    "leaky_integrate_and_fire", "loihi", "mat", "morris_lecar", "rulkov", "truenorth", "tsodyks_markram", "wang_buzsaki")
BANK = 256
# What each family is told: the bits of a multiplier's factor, and whose delays a pipeline is made for.
FACTORS = {SMALL: 16, LARGE: 18}
TARGETS = {SMALL: "ice40", LARGE: "ecp5"}


def subjects():
    """The names of all rows: the catalogue's, and Izhikevich's neuron in Q8.8, a size that others publish, too."""
    return sorted([*catalogue.names(), Q8_8])


def neuron_of(name):
    """The neuron of a row, as a StepComponent."""
    if name != Q8_8:
        return catalogue.neuron(name)
    return from_equations(
        "dv/dt = 0.04*v**2 + 5*v + 140 - u + I", "du/dt = a*(b*v - u)", threshold="v >= 30", reset="v = c; u = u + d",
        parameters={"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0}, ranges={"v": (-100, 40), "u": (-30, 30), "I": (-50, 50)},
        init={"v": -65.0, "u": -13.0}, dt=0.5, precision=16, formats=dict.fromkeys("vuI", "Q8.8"))


def component_of(neuron, form, part):
    """A form of a neuron for a part, and the clocks it takes for a step.

    Parameters
    ----------
    neuron : StepComponent
    form : str
        One of `FORMS`.
    part : str

    Returns
    -------
    (Component, int)
    """
    if form == "folded":
        component = FoldedStep(neuron, factor=FACTORS[part])
        return component, component.interval
    if form == "bank":
        return NeuronBank(neuron, BANK, target=TARGETS[part]), 1
    return neuron, 1


# Elaboration is Python's and gains nothing from threads; the tools run in processes of their own.
_elaborating = threading.Lock()


def measure(name, form, steps=None):
    """The rows of a form of a neuron: on the small part, and on the large one where that is too small; of a bank on both.

    Parameters
    ----------
    name : str
        One of `subjects`.
    form : str
        One of `FORMS`.
    steps : Steps, optional

    Returns
    -------
    list of dict
        With the keys of `COLUMNS`; ``fmax_mhz`` and ``neurons_per_s`` are None where the part is too small.
    """
    rows = []
    for part in PARTS:
        with _elaborating:
            component, clocks = component_of(neuron_of(name), form, part)
            design = design_of(component, part)
        found = fit(design, steps)
        fmax = found["fmax_mhz"]
        rows.append({"neuron": name, "form": form, "part": part, **{key: found[key] for key in COLUMNS[3:-2]}, "clocks": clocks,
                     "neurons_per_s": None if fmax is None else round(fmax * 1e6 / clocks)})
        if fmax is not None and form != "bank":
            break
    return rows


def _measure_all(wanted, jobs, show):
    """Rows of all, and what failed; ended by Ctrl-C, the tools end too."""
    steps, rows, failed = Steps(), [], []
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(measure, name, form, steps): (name, form) for name, form in wanted}
        try:
            for done in as_completed(running):
                name, form = running[done]
                try:
                    found = done.result()
                except (ValueError, RuntimeError, TypeError) as error:
                    failed.append(f"{name}, {form}: {error}")
                    print(f"failed: {failed[-1]}", file=sys.stderr, flush=True)
                else:
                    rows += found
                    show(found)
        except BaseException:
            steps.cancelled.set()
            pool.shutdown(cancel_futures=True)
            raise
    order = {form: number for number, form in enumerate(FORMS)}
    return sorted(rows, key=lambda row: (row["neuron"], order[row["form"]], row["part"] != SMALL)), failed


def _csv(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _rate(count):
    return "too big" if count is None else f"{count / 1e6:.1f} M" if count >= 1e7 else f"{count / 1e6:.2f} M" if count >= 1e6 \
        else f"{count / 1e3:.0f} k"


def _cells(row):
    fmax = "too big" if row["fmax_mhz"] is None else f"{row['fmax_mhz']:.1f}"
    return f"{row['logic']:,} | {row['ram']} | {row['dsp']} | {fmax} | {row['clocks']:,} | {_rate(row['neurons_per_s'])} |"


def _holds(row):
    return row["fmax_mhz"] is not None


def _markdown(rows, tools):
    folded = {row["neuron"]: row for row in rows if row["form"] == "folded" and _holds(row)}
    small = [row["part"] == SMALL for name, row in folded.items() if name != Q8_8]
    parts = {name: find_board(PARTS[name]["board"]).part for name in PARTS}
    lines = [
        "# Hardware of the neurons", "",
        "Every neuron of the catalogue as logic, written by `python -m benchmarks neurons`; `hardware.csv` has the same figures,",
        "with LUTs and flip-flops. Each is measured between registers, alone on its part, placed and routed for 48 MHz",
        f"(iCE40UP5K) or 125 MHz (LFE5U-25F, speed grade 6) with seed {SEED}. Logic is logic cells on the iCE40 and LUT4s on the",
        "ECP5, without the registers around it.", "",
        "Tools: " + ", ".join(f"{name} {version}" for name, version in tools.items()) + ".", "",
        "| part | logic | block RAM | DSP |", "|---|---:|---:|---:|",
        *(f"| {part.name} | {part.logic:,} | {part.ram} | {part.dsp} |" for part in parts.values()), "",
        "## Folded, one neuron", "",
        "[The folded form](../gateware/step/folded.md) takes one operation per clock on one multiplier. Its state is in block",
        "RAM: more neurons, updated in turn, take more rows and hardly more logic. The table has the smallest part that holds",
        f"it: of the catalogue's {len(small)}, {small.count(True)} fit an iCE40UP5K and {small.count(False)} an ECP5-25F.",
        f"`{Q8_8}` is Izhikevich's neuron with 16 bits of state, 8 of them behind the point, and factors of 16 bits.", "",
        "| neuron | part | logic | block RAM | DSP | Fmax (MHz) | clocks per step | neuron steps/s |",
        "|---|---|---:|---:|---:|---:|---:|---:|"]
    lines += [f"| {name} | {row['part']} | {_cells(row)}" for name, row in folded.items()]
    lines += [
        "", "## Other forms", "",
        f"[A bank](../gateware/neurons/bank.md) of {BANK} neurons takes a new one every clock. The single-cycle form is one",
        "neuron that makes a step every clock, with its tables as logic; it is measured on an ECP5-25F where an iCE40UP5K is too",
        "small.", "",
        "| neuron | form | part | logic | block RAM | DSP | Fmax (MHz) | clocks per step | neuron steps/s |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|"]
    lines += [f"| {row['neuron']} | {row['form']} | {row['part']} | {_cells(row)}" for row in rows
              if row["neuron"] in REPRESENTATIVES]
    return "\n".join(lines) + "\n"


def _tools():
    """The tools' names and versions."""
    identity = {}
    for part in PARTS.values():
        identity |= find_toolchain(find_board(part["board"]).part.family).identity
    return {name: version for name, version in identity.items() if not name.endswith("pack")}


def run_neurons(names=(), *, jobs=1, as_json=False):
    """Measure, print, and without names write the tables; 1 where a neuron could not be measured.

    Parameters
    ----------
    names : sequence of str
        Some of `subjects`; none are all.
    jobs : int
        How many measurements run at a time.
    as_json : bool
        Whether standard output is one JSON list of rows.

    Raises
    ------
    ValueError
        If a name is unknown or the number of jobs out of range.
    """
    known = subjects()
    for name in names:
        if name not in known:
            catalogue.table(name)  # which raises, and knows what is near
    if not 1 <= jobs <= 64:
        raise ValueError(f"jobs must be between 1 and 64, not {jobs}")
    wanted = [(name, form) for form in FORMS for name in names or known if form == "folded" or name in REPRESENTATIVES]

    def show(rows):
        for row in rows:
            print(f"{row['neuron']:<30}{row['form']:<8}{row['part']:<11}{row['logic']:>7,}{row['ram']:>5}{row['dsp']:>5}"
                  f"{row['fmax_mhz'] or 'too big':>9}{row['clocks']:>8,}{_rate(row['neurons_per_s']):>10}",
                  file=sys.stderr if as_json else sys.stdout, flush=True)

    print(f"{'neuron':<30}{'form':<8}{'part':<11}{'logic':>7}{'RAM':>5}{'DSP':>5}{'Fmax':>9}{'clocks':>8}{'steps/s':>10}",
          file=sys.stderr if as_json else sys.stdout)
    rows, failed = _measure_all(wanted, jobs, show)
    if as_json:
        print(json.dumps(rows, indent=1))
    if not names:
        write_whole(FOLDER / "hardware.csv", _csv(rows))
        write_whole(FOLDER / "hardware.md", _markdown(rows, _tools()))
    for each in failed:
        print(f"failed: {each}", file=sys.stderr)
    return int(bool(failed))
