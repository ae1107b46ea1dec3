"""Where everything was placed: the part's grid, each used cell in its component's colour."""

from __future__ import annotations

from collections import defaultdict
from html import escape

__all__ = ["component_groups", "floorplan"]

COLOURS = 8
# Components smaller than this share of the design share a colour with what they are part of.
LEAST = 0.04
# Columns that hold something else than logic on iCE40; tiles on the border are pins.
COLUMNS = {
    "iCE40UP5K": {"ram": (6, 19), "dsp": (0, 25)},
    "iCE40HX1K": {"ram": (3, 10), "dsp": ()},
    "iCE40HX8K": {"ram": (8, 25), "dsp": ()},
}


def component_groups(components):
    """Up to eight groups of components to be coloured: the largest is split into its parts as long as there are colours.

    Parameters
    ----------
    components : list of dict
        From `platforms.placement.tally`.

    Returns
    -------
    list of dict
        ``path`` (instance path), ``label``, ``logic`` (cells in that colour), the largest first. A cell belongs to the group with the
        longest path that its own path begins with.
    """
    size = {row["path"]: row["total"]["logic"] for row in components}

    def parts(path):
        return [other for other in size if other and other.rpartition(".")[0] == path and size[other] >= LEAST * size.get("", 0)]

    groups, done = parts(""), set()
    while open_groups := [path for path in groups if path not in done]:
        largest = max(open_groups, key=lambda path: (size[path], path))
        inside = parts(largest)
        # A group that is split keeps a colour for what is in none of its parts.
        groups += sorted(inside, key=lambda path: -size[path])[:COLOURS - len(groups)]
        done.add(largest)
    own = {path: size[path] - sum(size[other] for other in groups if other.startswith(path + ".") and not any(
        between.startswith(path + ".") and other.startswith(between + ".") for between in groups)) for path in groups}
    split = {path for path in groups if own[path] < size[path]}
    return [{"path": path, "logic": own[path], "label": f"{path}, the rest" if path in split else path}
            for path in sorted(groups, key=lambda path: (-own[path], path))]


def group_of(path, groups):
    """Index of the group that an instance path lies in, or None."""
    inside = [index for index, group in enumerate(groups) if path == group["path"] or path.startswith(group["path"] + ".")]
    return max(inside, key=lambda index: len(groups[index]["path"]), default=None)


def _slot(cell):
    """Height of a cell within its tile, 0 to 7."""
    digits = "".join(filter(str.isdigit, cell["slot"]))
    if cell["slot"].startswith("SLICE"):
        return 2 * "ABCD".index(cell["slot"][5]) + int(digits[-1])
    return int(digits[-1]) if digits else 0


def _box(cell, rows, tile):
    """Rectangle of a cell in pixels: x, y, width, height. The part's origin is its lower left corner."""
    x, y, (wide, high) = cell["x"] * tile[0], (rows - 1 - cell["y"]) * tile[1], tile
    lane = high / 8
    if cell["kind"] in ("logic", "ff"):
        return x + 1, y + high - (_slot(cell) + 1) * lane + 0.25, wide - 2, lane - 0.5
    tall = {"ram": 2, "dsp": 4, "spram": 2}.get(cell["kind"], 1)
    if cell["kind"] in ("io", "global", "pll", "oscillator"):
        return x + 3, y + 3, wide - 6, high - 6
    return x + 1, y - (tall - 1) * high + 1, wide - 2, tall * high - 2


def _background(part, columns, rows, tile):
    """Tiles that could hold logic, and those that hold something else, as two paths."""
    paths = defaultdict(list)
    special = COLUMNS.get(part, {"ram": (), "dsp": ()})
    for x in range(columns):
        for y in range(rows):
            border = x in (0, columns - 1) or y in (0, rows - 1)
            corner = x in (0, columns - 1) and y in (0, rows - 1)
            if corner:
                continue
            kind = "hard" if x in special["ram"] or x in special["dsp"] else "edge" if border else "tile"
            paths["edge" if border and kind == "tile" else kind].append(
                f"M{x * tile[0] + 1} {(rows - 1 - y) * tile[1] + 1}h{tile[0] - 2}v{tile[1] - 2}h{2 - tile[0]}z")
    return "".join(f'<path class="{kind}" d="{"".join(paths[kind])}"/>' for kind in ("tile", "hard", "edge"))


def floorplan(report, groups):
    """The placement as SVG.

    Parameters
    ----------
    report : dict
        With ``board`` and ``placement``.
    groups : list of dict
        From `component_groups`.

    Returns
    -------
    markupsafe.Markup
    """
    from markupsafe import Markup

    columns, rows = report["board"]["grid"]
    # A small part's tiles are drawn with room for each of their eight cells; a large one has too many of them.
    tile = (24, 24) if columns <= 40 else (9, 12)
    # Routing feedthroughs, constants and carry starts that nextpnr added belong to no component.
    shapes = defaultdict(list)
    for cell in report["placement"]:
        x, y, wide, high = _box(cell, rows, tile)
        shapes[group_of(cell["component"], groups)].append(f"M{x:g} {y:g}h{wide:g}v{high:g}h{-wide:g}z")
    layers = []
    for index in [None, *range(len(groups))]:
        if shapes[index]:
            name = "pins and routing" if index is None else f"{groups[index]['label']}: {groups[index]['logic']:,} logic cells"
            colour = "var(--muted)" if index is None else f"var(--c{index})"
            layers.append(f'<g fill="{colour}"><title>{escape(name)}</title><path d="{"".join(shapes[index])}"/></g>')
    wide, high = columns * tile[0], rows * tile[1]
    return Markup(f'<svg class="plan" viewBox="0 0 {wide} {high}" role="img" '
                  f'aria-label="placed floorplan of the {escape(report["board"]["part"])}">'
                  f'{_background(report["board"]["part"], columns, rows, tile)}{"".join(layers)}</svg>')
