"""Tables as Markdown and CSV."""

import csv
import io

__all__ = ["as_csv", "figure", "markdown"]


def figure(value):
    """An error as a reader wants it: four places, or a power of ten below."""
    return "0" if value == 0 else f"{value:.4f}" if value >= 0.00005 else f"{value:.0e}"


def as_csv(rows):
    """Rows of one set of keys, with six significant digits."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: f"{value:.6g}" if isinstance(value, float) else value for key, value in row.items()} for row in rows)
    return text.getvalue()


def markdown(header, rows, align=None):
    """A table; ``align`` has a character per column, ``l`` or ``r``, by default one l and then r."""
    marks = {"l": "---", "r": "---:"}
    align = align or "l" + "r" * (len(header) - 1)
    lines = [header, [marks[each] for each in align], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
