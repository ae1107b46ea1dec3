"""Measures everything and writes ``docs/sc``, all of it or nothing."""

import sys
import time
from contextlib import contextmanager
from pathlib import Path

from platforms.files import write_set

__all__ = ["PARTS", "run_sc"]

FOLDER = Path(__file__).parent.parent.parent / "docs" / "sc"
PARTS = ("errors", "correlation", "pairs", "areas")


@contextmanager
def _progress(total):
    """A bar on a terminal, a line every half minute elsewhere: ``say(title)`` counts one measurement."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _every_half_minute(total)
        return
    with Progress(TextColumn("{task.description:<56.56}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                  console=console, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda title: bar.update(task, description=title, advance=1)


def _every_half_minute(total):
    count, last = 0, time.perf_counter()

    def say(title):
        nonlocal count, last
        count += 1
        if time.perf_counter() - last > 30:
            last = time.perf_counter()
            print(f"{count} of {total}: {title}", file=sys.stderr, flush=True)

    return say


def _errors(say, cases):
    from .accuracy import accuracy_files, measure_accuracy
    from .validity import validity_files

    rows = measure_accuracy(cases, say=say)
    return accuracy_files(rows) | validity_files(rows)


def _correlation(say, cases):
    from .correlation import correlation_files, measure_correlation

    return correlation_files(measure_correlation(say=say))


def _pairs(say, cases):
    from .search import search_files

    return search_files(say)


def _areas(say, cases):
    from .areas import area_files

    return area_files(say)


def _show(cases, say):
    """Print the errors of some cases as they are measured."""
    from .accuracy import measure_accuracy
    from .protocol import WIDTHS
    from .tables import figure

    print(f"{'operator':<44}{'source':<20}" + "".join(f"{f'N={1 << n}':>9}" for n in WIDTHS))
    for case in cases:
        rows = measure_accuracy([case], say=say)
        for start in range(0, len(rows), len(WIDTHS)):
            each = rows[start:start + len(WIDTHS)]
            print(f"{case.name:<44.43}{each[0]['source']:<20}" + "".join(f"{figure(row['rmse']):>9}" for row in each)
                  + ("" if each[0]["valid"] else "  refused by its contract"), flush=True)


def run_sc(only="", parts=PARTS):
    """Measure and write the tables of stochastic computing.

    Parameters
    ----------
    only : str
        Show the errors of the operators whose name or family contains it, and write nothing.
    parts : sequence of str
        Which of `PARTS` to measure and write.

    Returns
    -------
    int
        0.

    Raises
    ------
    ValueError
        If no operator's name contains ``only``.
    """
    from .cases import CASES
    from .protocol import WIDTHS

    cases = [case for case in CASES if only in case.name or only in case.family]
    if not cases:
        raise ValueError(f"no operator's name or family contains {only!r}")
    total = sum(len(case.kinds()) * len(WIDTHS) for case in cases)
    if only:
        with _progress(total) as say:
            _show(cases, say)
        return 0
    work = {"errors": _errors, "correlation": _correlation, "pairs": _pairs, "areas": _areas}
    counts = {"errors": total, "correlation": 60, "pairs": 7, "areas": 12}
    files, start = {}, time.perf_counter()
    with _progress(sum(counts[part] for part in parts)) as say:
        for part in parts:
            began = time.perf_counter()
            files |= work[part](say, cases)
            print(f"{part:<12} {time.perf_counter() - began:6.1f} s", file=sys.stderr, flush=True)
    write_set(FOLDER, files)
    print(f"{len(files)} files in {FOLDER}, {time.perf_counter() - start:.0f} s")
    return 0
