"""The protocol of every error: 1000 random operands, one set of random numbers per run, and the closed form as the truth."""

from typing import NamedTuple

import numpy as np

from models import golden

from .sources import SEED
from .wiring import driven

__all__ = ["PAIRS", "WIDTHS", "Figure", "errors", "measure"]

PAIRS = 1000
WIDTHS = (6, 7, 8, 9, 10, 11, 12)
_RESAMPLES = 200


class Figure(NamedTuple):
    """The error of a case with one kind of source at one length.

    Parameters
    ----------
    rmse : float
        Root of the mean square over the operands, mean over the runs.
    low, high : float
        95 % interval of it, by resampling operands and runs.
    bias : float
        Mean error.
    worst : float
        Greatest magnitude of an error.
    """

    rmse: float
    low: float
    high: float
    bias: float
    worst: float


def _values(integers, length, format):
    return integers / length if format == "unipolar" else 2 * integers / length - 1


def _read(case, component, outputs):
    stream = case.output(outputs) if callable(case.output) else getattr(outputs, case.output)
    stream = stream[round(case.settle * len(stream)):]
    ones = stream.mean(axis=0, dtype=np.float64)
    if case.result == "level":
        return ones / getattr(component.outputs, case.output).hi
    if not isinstance(case.result, str):
        return ones / case.result
    return ones if case.result == "unipolar" else 2 * ones - 1


def errors(case, kind, n, pairs=PAIRS):
    """What the operator gives less what it should give.

    Parameters
    ----------
    case : Case
    kind : Kind
    n : int
        Streams have ``2**n`` bits, operands are multiples of ``2**-n``.
    pairs : int
        Random operands.

    Returns
    -------
    array of float, (runs, pairs)
    """
    length, component = 1 << n, case.make(n)
    # The same numbers at every length, as near as its multiples of 1/N are.
    operands = np.rint(np.random.default_rng(SEED).random((pairs, case.operands)).T * length).astype(np.int64)
    if case.domain is not None:
        operands = case.domain(operands, length)
    exact = case.truth(*_values(operands, length, case.format))
    model, found = golden(component), []
    for run in range(kind.runs):
        inputs = driven(component, case.wiring, operands, lambda source: kind.numbers(n, run, source))
        found.append(_read(case, component, model.run(inputs)) - exact)
    return np.array(found)


def measure(case, kind, n, pairs=PAIRS):
    """The :class:`Figure` of :func:`errors`."""
    found = errors(case, kind, n, pairs)
    squares, rng = found**2, np.random.default_rng([SEED, n])
    runs, count = squares.shape
    picks = [np.sqrt(squares[:, rng.integers(0, count, count)].mean(axis=1))[rng.integers(0, runs, runs)].mean()
             for _ in range(_RESAMPLES)]
    low, high = np.quantile(picks, [0.025, 0.975])
    return Figure(float(np.sqrt(squares.mean(axis=1)).mean()), float(low), float(high), float(found.mean()),
                  float(np.abs(found).max()))
