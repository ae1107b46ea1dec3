"""The error of a step function that is outside the step language."""

import linecache
import sys

__all__ = ["StepError", "article", "refuse", "refuse_at"]


class StepError(TypeError):
    """A step function says something that the step language does not; the message names file and line."""


def refuse(what):
    """Raise a StepError that names the line of the step function now being evaluated."""
    frame = sys._getframe(1)
    while frame is not None and _is_ours(frame):
        frame = frame.f_back
    if frame is None:
        raise StepError(what)
    file, line = frame.f_code.co_filename, frame.f_lineno
    source = linecache.getline(file, line).strip()
    raise StepError(f"{file}:{line}: {frame.f_code.co_name} {what}\n    {source}")


def _is_ours(frame):
    # A composition's step is made by this package, yet it is the step function.
    return (frame.f_globals.get("__name__", "").startswith("gateware.step.")
            and not frame.f_code.co_filename.startswith("<composition "))


def refuse_at(error):
    """Raise a StepError for an error of Python, a field or name that does not exist, naming its line."""
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    raise StepError(f"{code.co_filename}:{trace.tb_lineno}: {code.co_name}: {error}") from None


def article(kind):
    """A kind of value with its article, for an error."""
    return f"an {kind}" if kind == "int" else f"a {kind}"
