"""Components checked in several processes at once."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed

from .kept import KeptResults
from .ladder import check_each
from .selection import select


__all__ = ["check_in_processes"]

_BATCH = 12     # components that a process takes at a time, and that share a C++ unit


def check_in_processes(names: list, level: str, jobs: int, *, kept: KeptResults, fresh: bool = False, progress=None):
    """Check components as :func:`sim.ladder.check_each` does, in several processes.

    Parameters
    ----------
    names : list of str
        Full names of components, as :func:`sim.selection.select` gives them.
    level : str
        As for :func:`sim.ladder.check`.
    jobs : int
        Processes.
    kept : KeptResults
        What succeeds is kept there (its ``save`` is left to the caller).
    fresh : bool
        Whether to run rungs whose result is kept.
    progress : function of str, optional
        Told what is done.

    Yields
    ------
    Report
        As they come, in no certain order.
    """
    # Neighbours are of one kind, and some kinds take long: every batch gets some of each.
    count = -(-len(names) // _BATCH)
    batches = [names[k::count] for k in range(count)]
    # A fresh interpreter, not a fork: the parent may have threads.
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
    try:
        for done in as_completed([pool.submit(_check, batch, level, fresh) for batch in batches]):
            for report, entry in done.result():
                if progress:
                    progress(report.name)
                kept.take(report.name, entry)
                yield report
    finally:
        pool.shutdown(cancel_futures=True)


def _check(names, level, fresh):
    kept = KeptResults()
    reports = check_each(select(names), level, kept=kept, fresh=lambda name, each: fresh)
    return [(report, kept.entry(report.name)) for report in reports]
