"""RMSE against length of every operator with every kind of source."""

from itertools import groupby

from .cases import CASES
from .protocol import PAIRS, WIDTHS, measure
from .sources import KINDS, SEED
from .tables import as_csv, figure, markdown

__all__ = ["accuracy_files", "measure_accuracy"]


def measure_accuracy(cases=CASES, widths=WIDTHS, say=lambda title: None):
    """Measure cases.

    Parameters
    ----------
    cases : iterable of Case
    widths : iterable of int
        Streams of ``2**n`` bits each.
    say : callable
        Told the name of each measurement before it is taken.

    Returns
    -------
    list of dict
        A row per case, source and length.
    """
    rows = []
    for case in cases:
        for kind in case.kinds():
            valid = case.refusal(kind) is None
            for n in widths:
                say(f"{case.name}, {kind.name}, N = {1 << n}")
                rows.append({"family": case.family, "operator": case.name, "component": type(case.make(n)).__name__,
                             "source": kind.name, "valid": int(valid), "N": 1 << n, **measure(case, kind, n)._asdict()})
    return rows


def _protocol():
    kinds = "\n".join(f"- **{kind.name}**: {kind.says}; " + (f"{kind.runs} runs." if kind.runs > 1 else "one run.")
                      for kind in KINDS.values())
    return f"""\
# Errors of the operators

Written by `python -m benchmarks sc`; [`operators.csv`](operators.csv) has the same figures with their 95 % intervals, bias
and greatest error.

{PAIRS} random operands, the same at every length as near as multiples of 1/N are, are encoded in N bits by comparators; all
operands of a run meet the same random numbers. The error is the operator's output, read as its mean over the stream, less
the closed form given in each table, which is not the model. Root of the mean square over the operands, mean over the runs
(NumPy's PCG64 with the seed {SEED} draws operands, phases and the ideal numbers):

{kinds}

Which source each input has stands beside the operator, counted from 1: with Sobol it is the dimension. *In italics*: the
operator's [contract](validity.md) refuses that source, and the figure shows why. `1/sqrt(N)` in the plots is the slope of
random bits; what lies flat does not converge, at any length.
"""


# What has been published or measured elsewhere for the same operator and length.
_MARKS = (
    ("product, best pair of sources", "AND", 256, 0.0022),
    ("quotient of streams with one source", "CORDIV, history of 4", 1024, 0.0070),
    ("quotient, read from the counter", "ADDIE, counter over the last half", 4096, 0.0050),
    ("square root, read from the counter", "ADDIE, two comparators, counter over the last half", 1024, 0.0061),
    ("maximum", "maximum, counter of limit 8", 1024, 0.00005), ("tanh", "stanh, 8 states", 4096, 0.038),
)
_REPEATABLE = [kind.name for kind in KINDS.values() if kind.name != "Bernoulli"]


def _marks(rows):
    lines = []
    for what, operator, length, mark in _MARKS:
        found = [row for row in rows if row["operator"] == operator and row["N"] == length and row["valid"]
                 and row["source"] in _REPEATABLE]
        if found:
            best = min(found, key=lambda row: row["rmse"])
            lines.append([what, operator, length, best["source"], figure(best["rmse"]), figure(mark),
                          "yes" if best["rmse"] <= mark else "**no**"])
    table = markdown(["", "operator", "N", "source", "RMSE", "elsewhere", "at most that"], lines, "llrlrrl")
    return f"""\
## The best there are

Among the sources that hardware has and the contract accepts, beside the least error published or measured elsewhere.

{table}
"""


def accuracy_files(rows):
    """The page, the CSV and the plots of measured rows.

    Parameters
    ----------
    rows : list of dict
        As :func:`measure_accuracy` gives them.

    Returns
    -------
    dict of str to str
        Text by file name.
    """
    from .plots import plot_family

    cases = {case.name: case for case in CASES}
    widths = sorted({row["N"] for row in rows})
    files, parts = {"operators.csv": as_csv(rows)}, [_protocol(), _marks(rows)]
    for family, members in groupby(rows, key=lambda row: row["family"]):
        members = list(members)
        image = f"rmse-{family.replace(' ', '-')}.svg"
        files[image] = plot_family(family, members)
        parts += [f"## {family.capitalize()}\n", f"![RMSE against length: {family}]({image})\n"]
        lines = []
        for (operator, source), each in groupby(members, key=lambda row: (row["operator"], row["source"])):
            each = {row["N"]: row for row in each}
            first = next(iter(each.values()))
            mark = "" if first["valid"] else "*"
            new = not lines or lines[-1][0] != operator
            lines.append([operator, new, source, *(f"{mark}{figure(each[N]['rmse'])}{mark}" for N in widths)])
        shown = [[f"{line[0]} (`{next(row['component'] for row in members if row['operator'] == line[0])}`)" if line[1] else "",
                  f"`{cases[line[0]].formula}`" if line[1] else "", cases[line[0]].sources() if line[1] else "", *line[2:]]
                 for line in lines]
        parts.append(markdown(["operator", "exact value", "sources of", "source", *(f"N = {N}" for N in widths)], shown,
                              "llll" + "r" * len(widths)) + "\n")
    files["operators.md"] = "\n".join(parts)
    return files
