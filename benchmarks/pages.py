"""The pages of the catalogue's neurons and their index, from the tables and from what has been measured of their hardware."""

import csv
import io
import sys
from pathlib import Path

from gateware.neurons import catalogue
from platforms.files import write_whole

__all__ = ["hardware_text", "index_text", "read_rows", "run_pages"]

FOLDER = Path(__file__).parent.parent / "docs" / "neurons"
ACTIVITY = ("neuron", "float", "fixed")
_SECTION = "\n## Hardware\n"
# The order in which a reader looks for a neuron: from the simplest to what is farther from one.
CATEGORIES = (
    "Integrate-and-fire", "Resonate-and-fire", "Conductance-based", "Bursting", "Oscillator", "Map", "Compartmental", "Ion channel",
    "Cortical interneuron", "Cerebellar", "Motor", "Sensory", "Glia", "Neuromodulation", "Synaptic dynamics", "Rate and mean-field",
    "Neuromorphic chip", "Statistical", "Learning", "Stochastic computing")


def read_rows(name):
    """The rows of a CSV file of docs/neurons by neuron, none where it has not been written yet."""
    found, path = {}, FOLDER / name
    if path.exists():
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found.setdefault(row["neuron"], []).append(row)
    return found


def _steps(row):
    count = int(row["neurons_per_s"])
    return f"{count / 1e6:.1f} M" if count >= 1e6 else f"{count / 1e3:.0f} k"


def hardware_text(rows):
    """The section of a neuron's hardware.

    Parameters
    ----------
    rows : list of dict
        Of ``hardware.csv``.

    Returns
    -------
    str
        Markdown, empty without rows.
    """
    held = [row for row in rows if row["fmax_mhz"]]
    if not held:
        return ""
    lines = ["| form | part | logic cells | block RAM | DSP | Fmax (MHz) | clocks per step | steps per second |",
             "|---|---|---:|---:|---:|---:|---:|---:|"]
    lines += [f"| {row['form']} | {row['part']} | {int(row['logic']):,} | {row['ram']} | {row['dsp']} | {float(row['fmax_mhz']):.1f} | "
              f"{int(row['clocks']):,} | {_steps(row)} |" for row in held]
    return "\n".join([*lines, "", "After place and route; [how this was measured](hardware.md)."])


def _one_line(table):
    return table.summary.split(". ")[0].rstrip(".").replace("|", "\\|").replace("*", "\\*")


def index_text(tables, activity, hardware):
    """The index.

    Parameters
    ----------
    tables : list of Table
    activity, hardware : dict of str to list of dict
        Rows of ``activity.csv`` and ``hardware.csv`` by neuron.

    Returns
    -------
    str
    """
    unknown = {each.category for each in tables} - set(CATEGORIES)
    if unknown:
        raise ValueError(f"category of a neuron must be one of {', '.join(CATEGORIES)}, not {sorted(unknown)[0]!r}")
    published = sum(each.origin == "published" for each in tables)
    lines = [
        "# The catalogue of neurons", "",
        f"{len(tables)} neurons, each one table of equations (`gateware/tables/neurons/<name>.toml`), from which follow float64 reference,"
        " fixed-point",
        f"step, hardware, golden model and proof. {published} are built from the published equations; {len(tables) - published} are as"
        " SC-NeuroCore defines them (marked †).", "",
        "    python -m models neuron list adaptation --year 2000-2010",
        "    python -m models neuron compile izhikevich --set d=4",
        "    python -m gateware neuron izhikevich --form folded -o izhikevich.v", "",
        "[How equations become integers](../gateware/step/equations.md) · [adding one](../../CONTRIBUTING.md#a-neuron-from-equations)"
        + "".join(f" · [{title}]({file})" for title, file in (("all figures of hardware", "hardware.md"), ("speed of banks in software", "speed.md"))
                  if (FOLDER / file).exists()), "",
        "Spikes: in the activity that the page shows, in float64 and in fixed point. Hardware: the folded form on the smallest part that holds it,",
        "after place and route.", ""]
    for category in CATEGORIES:
        members = [each for each in tables if each.category == category]
        if not members:
            continue
        lines += [f"## {category}", "", "| neuron | year | what it is | spikes | part | logic | RAM | DSP | MHz | steps/s |",
                  "|---|---:|---|---:|---|---:|---:|---:|---:|---:|"]
        for each in members:
            mark = "" if each.origin == "published" else " †"
            lines.append(f"| [{each.name}]({each.identifier}.md){mark} | {each.year or ''} | {_one_line(each)} | "
                         f"{_spikes(activity.get(each.identifier))} | {_cells(hardware.get(each.identifier, []))} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _spikes(rows):
    return "" if not rows or not rows[0]["float"] else f"{rows[0]['float']} / {rows[0]['fixed']}"


def _cells(rows):
    for row in rows:
        if row["form"] == "folded" and row["fmax_mhz"]:
            return f"{row['part']} | {int(row['logic']):,} | {row['ram']} | {row['dsp']} | {float(row['fmax_mhz']):.0f} | {_steps(row)}"
    return " | " * 5


def _csv(activity):
    text = io.StringIO()
    writer = csv.DictWriter(text, ACTIVITY, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for _, rows in sorted(activity.items()) for row in rows)
    return text.getvalue()


def run_pages(names=(), *, hardware_only=False):
    """Write the pages of neurons, all or some, and the index.

    Parameters
    ----------
    names : sequence of str
        None are all.
    hardware_only : bool
        Whether to renew only what pages and index say of hardware.

    Returns
    -------
    int
        1 where a neuron's page could not be written, else 0.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from models.neurons.pages import write_page
    tables = [catalogue.table(name) for name in names or catalogue.names()]
    hardware, activity, failed = read_rows("hardware.csv"), read_rows("activity.csv"), []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("pages"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=len(tables))
        for table in tables:
            progress.update(task, description=f"{table.identifier:<28}")
            section = hardware_text(hardware.get(table.identifier, []))
            if hardware_only:
                _renew(FOLDER / f"{table.identifier}.md", section)
            else:
                try:
                    _, exact, fixed = write_page(table, FOLDER, hardware=section)
                except ValueError as error:
                    failed.append(f"{table.identifier}: {error}")
                else:
                    counts = (int(each.count) if "spike" in each.events else "" for each in (exact, fixed))
                    activity[table.identifier] = [dict(zip(ACTIVITY, (table.identifier, *counts)))]
                    write_whole(FOLDER / "activity.csv", _csv(activity))
            progress.advance(task)
    write_whole(FOLDER / "README.md", index_text([catalogue.table(name) for name in catalogue.names()], activity, hardware))
    for each in failed:
        print(f"failed: {each}", file=sys.stderr)
    print(f"wrote {len(tables) - len(failed)} pages and the index into {FOLDER}")
    return int(bool(failed))


def _renew(page, section):
    if not page.exists():
        raise ValueError(f"{page.name} has not been written yet: run python -m benchmarks pages {page.stem}")
    text = page.read_text(encoding="utf-8").split(_SECTION)[0].rstrip() + "\n"
    write_whole(page, f"{text}{_SECTION}\n{section}\n" if section else text)
