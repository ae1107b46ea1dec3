"""Where everything was placed: the part's grid, each used cell in its component's colour."""

from __future__ import annotations

from collections import defaultdict
from html import escape

__all__ = ["component_groups", "floorplan"]

COLOURS = 8
# Columns that hold something else than logic on iCE40; tiles on the border are pins.
COLUMNS = {
    "iCE40UP5K": {"ram": (6, 19), "dsp": (0, 25)},
    "iCE40HX1K": {"ram": (3, 10), "dsp": ()},
    "iCE40HX8K": {"ram": (8, 25), "dsp": ()},
}


def component_groups(components, limit=COLOURS):
    """Up to eight groups of components to be coloured: the largest is split into its parts as long as there are colours.

    Parameters
    ----------
    components : list of dict
        From `platforms.placement.tally`.
    limit : int
        Number of colours.

    Returns
    -------
    list of str
        Instance paths, the largest first; a cell belongs to the longest one that its own path begins with.
    """
    size = {row["path"]: row["total"]["logic"] for row in components}

    def children(path):
        return [other for other in size if other and other != path and other.rpartition(".")[0] == path and size[other]]

    groups, final = children(""), []
    while groups:
        groups.sort(key=lambda path: (-size[path], path))
        largest, rest = groups[0], groups[1:]
        parts = [part for part in children(largest) if size[part] * 40 >= size[""]]
        # What a component has beside its parts keeps the component's own colour.
        own = size[largest] - sum(size[part] for part in parts)
        if not parts or len(rest) + len(final) + len(parts) + (own > 0) > limit:
            final.append(largest)
            groups = rest
        else:
            groups = rest + parts
            if own > 0:
                final.append(largest)
    return sorted(dict.fromkeys(final), key=lambda path: (-size[path], path))[:limit]


def group_of(path, groups):
    """Index of the longest group that a path lies in, or None."""
    inside = [index for index, group in enumerate(groups) if path == group or path.startswith(group + ".")]
    return max(inside, key=lambda index: len(groups[index]), default=None)


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
    groups : list of str
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
            name = "pins and routing" if index is None else groups[index]
            colour = "var(--muted)" if index is None else f"var(--c{index})"
            layers.append(f'<g fill="{colour}"><title>{escape(name)}</title><path d="{"".join(shapes[index])}"/></g>')
    wide, high = columns * tile[0], rows * tile[1]
    return Markup(f'<svg class="plan" viewBox="0 0 {wide} {high}" role="img" '
                  f'aria-label="placed floorplan of the {escape(report["board"]["part"])}">'
                  f'{_background(report["board"]["part"], columns, rows, tile)}{"".join(layers)}</svg>')
