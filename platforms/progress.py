"""Steps of a long job as a person sees them: what is being done, how long it took, what came of it."""

from __future__ import annotations

import time
from contextlib import contextmanager

__all__ = ["Step", "Steps"]


class Step:
    """One step under way.

    Attributes
    ----------
    result : str
        What came of it, shown when it ends.
    """

    def __init__(self, advance, say):
        self.result = ""
        self._advance, self._say = advance, say

    def advance(self, done, total):
        """Show how far the step is."""
        self._advance(done, total)

    def say(self, line):
        """Show a line at once."""
        self._say(line)


class Steps:
    """Shows steps on a terminal as they run, and elsewhere one line as each ends.

    Parameters
    ----------
    console : rich.console.Console, optional
        Where to; None shows nothing, and only measures.

    Attributes
    ----------
    seconds : dict of str to float
        How long each step took.
    """

    def __init__(self, console=None):
        self._console = console
        self.seconds = {}

    @contextmanager
    def __call__(self, title):
        start = time.perf_counter()
        if self._console is None:
            step = Step(lambda done, total: None, lambda line: None)
            yield step
        else:
            with self._shown(title) as step:
                yield step
        self.seconds[title] = time.perf_counter() - start
        if self._console is not None:
            mark = "✓" if (self._console.encoding or "").lower().startswith("utf") else "+"
            self._console.print(f"[green]{mark}[/] {title:<26} [dim]{self.seconds[title]:6.1f} s[/]  {step.result}",
                                highlight=False, soft_wrap=True)

    @contextmanager
    def _shown(self, title):
        # Imported here: this module is needed where nothing is shown, and rich takes a while to import.
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        def say(line):
            self._console.print(f"[yellow]  {line}[/]", highlight=False, soft_wrap=True)

        if not self._console.is_terminal:
            yield Step(lambda done, total: None, say)
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task(title, total=None)
            yield Step(lambda done, total: progress.update(task, completed=done, total=total), say)
