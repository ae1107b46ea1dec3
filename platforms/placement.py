"""What nextpnr placed where, reduced to what a report shows: a floorplan and the resources of each component."""

from __future__ import annotations

from collections import defaultdict

__all__ = ["KINDS", "read_placement", "tally"]

# nextpnr's cell types, by what a floorplan draws; of several cells in one place the first kind counts.
KINDS = {
    "ICESTORM_LC": "logic", "TRELLIS_COMB": "logic", "TRELLIS_FF": "ff", "ICESTORM_RAM": "ram", "DP16KD": "ram",
    "ICESTORM_DSP": "dsp", "MULT18X18D": "dsp", "ICESTORM_SPRAM": "spram", "ICESTORM_PLL": "pll", "EHXPLLL": "pll",
    "SB_IO": "io", "TRELLIS_IO": "io", "SB_GB": "global", "DCCA": "global", "ICESTORM_HFOSC": "oscillator",
}
COUNTED = ("logic", "lut", "ff", "carry", "ram", "dsp", "spram")


def _flag(parameters, name):
    return int(str(parameters.get(name, "0")).strip() or "0", 2) != 0


def _uses(name, cell, kind):
    """Which of a logic cell's three parts are used."""
    parameters = cell["parameters"]
    if cell["type"] == "ICESTORM_LC":
        # nextpnr names a cell by what it was packed from: `..._LC` has a LUT, `..._DFFLC` and `...$CARRY` have none of their own.
        return {"lut": name.endswith("_LC"), "ff": _flag(parameters, "DFF_ENABLE"), "carry": _flag(parameters, "CARRY_ENABLE")}
    if cell["type"] == "TRELLIS_COMB":
        return {"lut": True, "carry": parameters.get("MODE", "").strip() == "CCU2"}
    return {}


def _lookup(name, owners):
    """The component of a packed cell, whose name is that of the cell it was packed from and a suffix."""
    while name:
        if name in owners:
            return owners[name]
        cut = max(name.rfind("_"), name.rfind("$"))
        name = name[:cut] if cut > 0 else ""
    return ""


def read_placement(placed, owners):
    """Reduce nextpnr's placed netlist to the cells a report needs.

    Parameters
    ----------
    placed : dict
        What nextpnr wrote with ``--write``.
    owners : dict of str to str
        Component of each synthesised cell, from `platforms.hierarchy.assign_components`.

    Returns
    -------
    list of dict
        ``x``, ``y``, ``slot`` (place within the tile), ``kind``, ``component``, and for logic ``lut``, ``ff``, ``carry``;
        sorted, so that equal placements are equal text.
    """
    module = next(iter(placed["modules"].values()))
    cells = []
    for name, cell in module["cells"].items():
        kind = KINDS.get(cell["type"])
        bel = cell["attributes"].get("NEXTPNR_BEL", "")
        if kind is None or not bel:
            continue
        x, y, slot = bel.split("/", 2)
        cells.append({"x": int(x[1:]), "y": int(y[1:]), "slot": slot, "kind": kind, "component": _lookup(name, owners),
                      **{key: 1 for key, used in _uses(name, cell, kind).items() if used}})
    return sorted(cells, key=lambda cell: (cell["x"], cell["y"], cell["slot"]))


def tally(cells):
    """Resources of each component and, by the same token, of each component with all that is inside it.

    Parameters
    ----------
    cells : list of dict
        From `read_placement`.

    Returns
    -------
    list of dict
        ``path``, ``own`` and ``total``: counts of ``logic, lut, ff, carry, ram, dsp, spram``; in the order of the hierarchy, the
        top level (path ``""``) first.
    """
    own, total = defaultdict(lambda: dict.fromkeys(COUNTED, 0)), defaultdict(lambda: dict.fromkeys(COUNTED, 0))
    for cell in cells:
        counts = {key: cell.get(key, 0) for key in ("lut", "ff", "carry")}
        if cell["kind"] in COUNTED:
            counts[cell["kind"]] = 1
        path = cell["component"]
        ancestors = [path]
        while path:
            path = path.rpartition(".")[0]
            ancestors.append(path)
        for key, value in counts.items():
            own[cell["component"]][key] += value
            for ancestor in ancestors:
                total[ancestor][key] += value
    return [{"path": path, "own": dict(own[path]), "total": dict(total[path])}
            for path in sorted(total, key=lambda path: path.split("."))]
