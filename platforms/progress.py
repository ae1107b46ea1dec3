"""Steps of a long job as a person sees them: what is being done, how long it took, what came of it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

__all__ = ["Cancelled", "Step", "Steps"]


class Cancelled(Exception):
    """The job was given up while this step ran."""


class Step:
    """One step under way.

    Parameters
    ----------
    say : callable
        Shows a line at once.
    cancelled : threading.Event
        Set when the job has been given up.

    Attributes
    ----------
    result : str
        What came of it, shown when it ends.
    """

    def __init__(self, say, cancelled):
        self.result, self.say, self.cancelled = "", say, cancelled


class Steps:
    """Shows steps on a terminal as they run, and elsewhere one line as each ends. Steps may run side by side in threads.

    Parameters
    ----------
    console : rich.console.Console, optional
        Where to; None shows nothing.

    Attributes
    ----------
    cancelled : threading.Event
        Set it to end what still runs.
    """

    def __init__(self, console=None):
        self.cancelled = threading.Event()
        self._console = console
        self._live = None

    def __enter__(self):
        if self._console is not None and self._console.is_terminal:
            # Imported here: most uses show nothing, and rich takes a while to import.
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            self._live = Progress(SpinnerColumn(), TextColumn("{task.description:<26}"), TimeElapsedColumn(),
                                  console=self._console, transient=True)
            self._live.start()
        return self

    def __exit__(self, *error):
        if self._live is not None:
            self._live.stop()

    @contextmanager
    def __call__(self, title):
        if self.cancelled.is_set():
            raise Cancelled(title)
        start = time.perf_counter()
        task = None if self._live is None else self._live.add_task(title)
        step = Step(self._say, self.cancelled)
        try:
            yield step
        finally:
            if task is not None:
                self._live.remove_task(task)
        if self._console is not None:
            from rich.markup import escape

            mark = "✓" if (self._console.encoding or "").lower().startswith("utf") else "+"
            self._console.print(f"[green]{mark}[/] {title:<26} [dim]{time.perf_counter() - start:6.1f} s[/]  {escape(step.result)}",
                                highlight=False, soft_wrap=True)

    def _say(self, line):
        if self._console is not None:
            self._console.print(f"  {line}", style="yellow", markup=False, highlight=False, soft_wrap=True)
