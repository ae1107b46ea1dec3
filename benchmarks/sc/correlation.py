"""SCC before and after the units that set it, and what they do to the values."""

from typing import Any, NamedTuple

import numpy as np

from gateware.sc.correlation.decorrelator import Decorrelator
from gateware.sc.correlation.desynchronizer import Desynchronizer
from gateware.sc.correlation.edge_memory import EdgeMemory
from gateware.sc.correlation.isolator import Isolator
from gateware.sc.correlation.regenerator import Regenerator
from gateware.sc.correlation.skewed_synchronizer import SkewedSynchronizer
from gateware.sc.correlation.synchronizer import Synchronizer
from gateware.sc.correlation.tracking_forecast_memory import TrackingForecastMemory
from models import golden
from models.metrics import scc

from .sources import KINDS, SEED
from .tables import as_csv, figure, markdown
from .wiring import Encoded, Random, driven

__all__ = ["UNITS", "correlation_files", "measure_correlation"]

_PAIRS, _WIDTH = 1000, 8


class Unit(NamedTuple):
    """A unit of correlation control.

    Parameters
    ----------
    name : str
    make : callable
    wiring : mapping
        Operand 0 and 1 are the two streams.
    outputs : tuple of str or None
        Ports of the two streams afterwards; None is the first stream as it entered.
    target : int
        The SCC that it is for.
    skipped : int
        Clocks before the output means anything.
    """

    name: str
    make: Any
    wiring: Any
    outputs: tuple
    target: int
    skipped: int = 0


_APART = {"x": Encoded(0, 0), "y": Encoded(1, 1)}
# The second stream goes through the unit; the first is left, both of one source before.
_SECOND = {"stream": Encoded(1, 0)}

UNITS = (
    Unit("synchronizer, depth 1", lambda: Synchronizer(1), _APART, ("aligned_x", "aligned_y"), 1),
    Unit("synchronizer, depth 4", lambda: Synchronizer(4), _APART, ("aligned_x", "aligned_y"), 1),
    Unit("skewed synchronizer, 2", lambda: SkewedSynchronizer(2), {"stream": Encoded(0, 0), "reference": Encoded(1, 1)},
         ("aligned", "unchanged"), 1),
    Unit("desynchronizer, depth 1", lambda: Desynchronizer(1), _APART, ("apart_x", "apart_y"), -1),
    Unit("desynchronizer, depth 4", lambda: Desynchronizer(4), _APART, ("apart_x", "apart_y"), -1),
    Unit("decorrelator, depth 4", lambda: Decorrelator(4), _SECOND | {"index": Random(1)}, (None, "shuffled"), 0),
    Unit("decorrelator, depth 16", lambda: Decorrelator(16), _SECOND | {"index": Random(1)}, (None, "shuffled"), 0),
    Unit("isolator, one flip-flop", lambda: Isolator(1), _SECOND, (None, "delayed"), 0),
    Unit("isolator, 8 flip-flops", lambda: Isolator(8), _SECOND, (None, "delayed"), 0, 8),
    Unit("edge memory, depth 4", lambda: EdgeMemory(4), _SECOND | {"update": Encoded(0.5, 2), "index": Random(1)},
         (None, "edge"), 0),
    Unit("tracking forecast memory", lambda: TrackingForecastMemory(8, 4), _SECOND | {"random": Random(1)},
         (None, "regenerated"), 0),
    Unit("regenerator, window of 256", lambda: Regenerator(8), _SECOND | {"random": Random(1)}, (None, "regenerated"), 0, 256),
)


def _rms(values):
    return float(np.sqrt(np.mean(values**2)))


def measure_correlation(units=UNITS, say=lambda title: None):
    """Mean SCC before and after each unit, with each kind of source.

    Returns
    -------
    list of dict
    """
    length, rows = 1 << _WIDTH, []
    operands = np.rint(np.random.default_rng(SEED).random((_PAIRS, 2)).T * length).astype(np.int64).clip(1, length - 1)
    for unit in units:
        component = unit.make()
        model = golden(component)
        # As many periods as it takes to see one after what is skipped.
        periods = 1 + -(-unit.skipped // length)
        for kind in KINDS.values():
            if kind.sources < 1 + max(each.source for each in unit.wiring.values()):
                continue
            say(f"{unit.name}, {kind.name}")
            before, after, shift = [], [], []
            for run in range(kind.runs):
                def numbers(source):
                    return kind.numbers(_WIDTH, run, source)

                inputs = {port: np.tile(each, (periods, *(1,) * (each.ndim - 1)))
                          for port, each in driven(component, unit.wiring, operands, numbers).items()}
                outputs = model.run(inputs)
                entered = [inputs[port] for port, each in unit.wiring.items() if getattr(each, "operand", None) in (0, 1)
                           and isinstance(each, Encoded) and isinstance(each.operand, int)]
                first = entered[0] if len(entered) == 2 else np.tile(operands[0] > numbers(0)[:, None], (periods, 1))
                second = entered[-1]
                left, right = (first if port is None else getattr(outputs, port) for port in unit.outputs)
                first, second, left, right = (each[-length:].T for each in (first, second, left, right))
                before.append(scc(first, second).mean())
                after.append(scc(left, right).mean())
                shift.append(max(_rms(left.mean(axis=1) - first.mean(axis=1)), _rms(right.mean(axis=1) - second.mean(axis=1))))
            rows.append({"unit": unit.name, "component": type(component).__name__, "target": unit.target, "source": kind.name,
                         "before": float(np.mean(before)), "after": float(np.mean(after)), "value_rmse": float(np.mean(shift))})
    return rows


def correlation_files(rows):
    """The page and the CSV: text by file name."""
    lines, last = [], None
    for row in rows:
        lines.append([f"{row['unit']} (`{row['component']}`)" if row["unit"] != last else "",
                      f"{row['target']:+d}".replace("+0", "0") if row["unit"] != last else "", row["source"],
                      f"{row['before']:+.2f}", f"{row['after']:+.3f}", figure(row["value_rmse"])])
        last = row["unit"]
    return {"correlation.csv": as_csv(rows), "correlation.md": f"""\
# Correlation control

Written by `python -m benchmarks sc`; [`correlation.csv`](correlation.csv). Mean SCC over {_PAIRS} random pairs of values
(none of them 0 or 1) at N = {1 << _WIDTH}, before and after each unit, and the root mean square of what it does to the value
of the stream that it changes more. Units for SCC +1 and -1 get streams of two sources; those for SCC 0 get both streams from
one, and change the second. Mean over the runs that [the errors](operators.md) are measured in. After what a unit needs to
fill, one period is read.

{markdown(["unit", "for SCC", "source", "before", "after", "change of the value, rms"], lines, "lrlrrr")}

The plain LFSR's numbers are shifts of each other, so a flip-flop does not isolate its streams; an index of low discrepancy
makes a shuffle of one order; what is regenerated from a count is as good as its new source.
"""}
