import re

from platforms.figures import component_groups, floorplan


def _row(path, logic):
    return {"path": path, "total": {"logic": logic}}


def test_largest_components_are_split_while_there_are_colours():
    rows = [_row("", 1000), _row("clock", 10), _row("d", 980), _row("d.core", 700), _row("d.core.hidden", 400), _row("d.core.out", 250),
            _row("d.core.tiny", 5), _row("d.uart", 200)]
    groups = component_groups(rows)
    assert [(group["path"], group["logic"]) for group in groups] == [
        ("d.core.hidden", 400), ("d.core.out", 250), ("d.uart", 200), ("d", 80), ("d.core", 50)]
    assert [group["label"] for group in groups][3:] == ["d, the rest", "d.core, the rest"]


def test_there_are_never_more_groups_than_colours():
    rows = [_row("", 1000), _row("d", 1000), *(_row(f"d.part{index}", 100) for index in range(10))]
    groups = component_groups(rows)
    assert len(groups) == 8 and sum(group["logic"] for group in groups) == 1000


def _cell(x, y, slot, kind, component):
    return {"x": x, "y": y, "slot": slot, "kind": kind, "component": component}


def _draw(part, grid, *cells):
    groups = [{"path": "d", "label": "d", "logic": 1}]
    return floorplan({"board": {"part": part, "grid": grid}, "placement": list(cells)}, groups)


def test_cells_are_drawn_where_they_lie():
    picture = _draw("iCE40UP5K", (26, 32), _cell(1, 1, "lc0", "logic", "d.x"), _cell(6, 2, "ram", "ram", "d"),
                    _cell(12, 31, "io1", "io", ""))
    assert 'viewBox="0 0 624 768"' in picture
    coloured = re.search(r'fill="var\(--c0\)".*?d="([^"]+)"', picture)[1]
    # The lowest cell of the tile in column 1, row 1 from below, and a RAM two tiles high.
    assert coloured == "M25 741.25h22v2.5h-22zM145 673h22v46h-22z"
    assert re.search(r'fill="var\(--muted\)".*?d="M291 3h18v18h-18z"', picture)
    assert "<title>d: 1 logic cells</title>" in picture


def test_large_part_has_small_tiles():
    picture = _draw("LFE5U-25F", (73, 50), _cell(2, 3, "SLICEB.COMB1", "logic", "d"), _cell(2, 3, "SLICEA.FF0", "ff", "d"))
    assert 'viewBox="0 0 657 600"' in picture and picture.count("h7v1h-7z") == 2


def test_names_are_escaped():
    groups = [{"path": "d", "label": "<b>", "logic": 1}]
    report = {"board": {"part": "iCE40UP5K", "grid": (26, 32)}, "placement": [_cell(1, 1, "lc0", "logic", "d")]}
    assert "<b>" not in floorplan(report, groups)
