"""Operator x source: what the contracts allow, and the measured error beside it."""

from itertools import groupby

from gateware.step.component import discover

from .cases import CASES
from .tables import as_csv, figure, markdown

__all__ = ["validity_files"]

_INTRODUCTION = """\
# Which source for which operator

Written by `python -m benchmarks sc`; [`validity.csv`](validity.csv) has the errors at every length. A component's `contract`
says what its streams must be, a source what it delivers; a [circuit](../gateware/sc/circuit.md) that wires what does not fit
is refused, with the fix named. Here every contract meets every source in the wiring that [the errors](operators.md) are
measured in.

Each cell: whether the contract accepts the source, and the RMSE at N = {first} and N = {last}. A source that is refused may
still have a small error somewhere: the contract speaks of all operands and lengths.
"""


def _others():
    """The contracts of all components that no case has."""
    measured, found = {type(case.make(8)) for case in CASES}, {}
    for _, component in discover("gateware.sc"):
        contract = getattr(component, "contract", None)
        if contract is not None and type(component) not in measured:
            found.setdefault((type(component).__name__, str(contract)))
    return sorted([f"`{name}`", contract] for name, contract in found)


def _flat(entries, lengths):
    """The accepted that do not converge."""
    return [[entry["operator"], entry["source"], *(figure(entry[f"rmse_{N}"]) for N in lengths)] for entry in entries
            if entry["valid"] and entry[f"rmse_{lengths[-1]}"] > max(0.01, entry[f"rmse_{lengths[0]}"] / 3)]


def validity_files(rows):
    """The page and the CSV of rows of :func:`benchmarks.sc.accuracy.measure_accuracy`."""
    lengths = sorted({row["N"] for row in rows})
    sources = list(dict.fromkeys(row["source"] for row in rows))
    cases = {case.name: case for case in CASES}
    table, entries, reasons = [], [], []
    for operator, members in groupby(rows, key=lambda row: row["operator"]):
        found = {}
        for row in members:
            found.setdefault(row["source"], {})[row["N"]] = row
        cells = []
        case = cases[operator]
        component = case.make(8)
        for kind in case.kinds():
            if kind.name not in found:
                continue
            each, refusal = found[kind.name], case.refusal(kind)
            entries.append({"operator": operator, "component": type(component).__name__, "source": kind.name,
                            "valid": int(refusal is None), **{f"rmse_{N}": each[N]["rmse"] for N in lengths}})
            if refusal is not None:
                reasons.append((operator, kind.name, refusal))
        for source in sources:
            each = found.get(source)
            cells.append("" if each is None else f"{'yes' if each[lengths[0]]['valid'] else '**no**'}: "
                         f"{figure(each[lengths[0]]['rmse'])}, {figure(each[lengths[-1]]['rmse'])}")
        table.append([operator, f"`{type(component).__name__}`", str(getattr(component, "contract", "any streams")), *cells])
    parts = [_INTRODUCTION.format(first=lengths[0], last=lengths[-1]),
             markdown(["operator", "component", "contract", *sources], table, "lll" + "l" * len(sources)), "",
             "## Accepted, and far from exact\n",
             "Where the contract accepts a source, and the error at the greatest length is above 0.01 and more than a third of\n"
             "the least length's: what remains is no noise, but what the operator computes instead of its value.\n",
             markdown(["operator", "source", *map(str, lengths)], _flat(entries, lengths), "ll" + "r" * len(lengths)), "",
             "## What a refusal says\n"]
    for operator, each in groupby(reasons, key=lambda reason: reason[0]):
        each = list(each)
        parts.append(f"**{operator}**\n")
        for message in dict.fromkeys(message for _, _, message in each):
            who = ", ".join(source for _, source, text in each if text == message)
            parts.append(f"- {who}: `{message}`")
        parts.append("")
    parts += ["## Contracts of other components\n", markdown(["component", "contract"], _others(), "ll")]
    return {"validity.md": "\n".join(parts).rstrip("\n") + "\n", "validity.csv": as_csv(entries)}
