"""Plots as small SVG files: their text stays text, and equal data give equal files."""

import io
import re
from itertools import groupby

__all__ = ["plot_family", "plot_lines"]

_FLOOR = 1e-5


def _style():
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({
        "svg.fonttype": "none", "svg.hashsalt": "spikeloom", "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"], "font.size": 9, "axes.grid": True,
        "grid.color": "#dddddd", "grid.linewidth": 0.5, "axes.spines.top": False, "axes.spines.right": False,
        "axes.prop_cycle": matplotlib.cycler(color=list(matplotlib.colormaps["tab20"].colors)[::2]
                                             + list(matplotlib.colormaps["tab20"].colors)[1::2])})
    import matplotlib.pyplot as pyplot
    return pyplot


def _svg(pyplot, drawing):
    text = io.StringIO()
    drawing.savefig(text, format="svg", bbox_inches="tight", metadata={"Date": None})
    pyplot.close(drawing)
    # Without the indentation it is a sixth smaller.
    return re.sub(r"\n +", "\n", text.getvalue())


def plot_family(family, rows):
    """RMSE against length, one panel per kind of source, one line per operator; dotted where its contract refuses the source."""
    pyplot = _style()
    from matplotlib.lines import Line2D

    sources = list(dict.fromkeys(row["source"] for row in rows))
    colors = {operator: f"C{k}" for k, operator in enumerate(dict.fromkeys(row["operator"] for row in rows))}
    lengths = sorted({row["N"] for row in rows})
    columns = min(3, len(sources))
    drawing, panels = pyplot.subplots(-(-len(sources) // columns), columns, figsize=(3.2 * columns, 6.2), sharey=True,
                                      sharex=True, squeeze=False, layout="constrained")
    panels = panels.ravel()
    for panel, source in zip(panels, sources):
        panel.plot(lengths, [N**-0.5 for N in lengths], color="#999999", linestyle="--", linewidth=1)
        for operator, each in groupby((row for row in rows if row["source"] == source), key=lambda row: row["operator"]):
            each = list(each)
            panel.plot([row["N"] for row in each], [max(row["rmse"], _FLOOR) for row in each], color=colors[operator],
                       linestyle="-" if each[0]["valid"] else ":", linewidth=1.2)
        panel.set_title(source, fontsize=9)
        panel.set_xscale("log", base=2)
        panel.set_yscale("log")
        panel.set_xticks(lengths[::2], [str(N) for N in lengths[::2]])
        panel.minorticks_off()
        panel.grid(axis="x", visible=False)
        panel.tick_params(labelbottom=True)
        panel.set_xlabel("N")
        panel.set_ylabel("RMSE")
    handles = [Line2D([], [], color="#999999", linestyle="--"), *(Line2D([], [], color=color) for color in colors.values())]
    labels = ["1/sqrt(N)", *colors]
    if len(sources) < len(panels):
        panels[-1].axis("off")
        panels[-1].legend(handles, labels, loc="center", frameon=False, fontsize=8)
    else:
        drawing.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    return _svg(pyplot, drawing)


def plot_lines(title, horizontal, vertical, lines, *, log=("y",)):
    """One panel with a line per entry.

    Parameters
    ----------
    title, horizontal, vertical : str
    lines : mapping of str to (sequence, sequence)
    log : tuple of str
        Axes that are logarithmic.
    """
    pyplot = _style()
    drawing, panel = pyplot.subplots(figsize=(6.2, 3.6), layout="constrained")
    for name, (x, y) in lines.items():
        panel.plot(x, y, marker="." if len(x) < 40 else None, linewidth=1.2, label=name)
    for axis in log:
        getattr(panel, f"set_{axis}scale")("log", base=2) if axis == "x" else panel.set_yscale("log")
    panel.set_title(title, fontsize=10)
    panel.set_xlabel(horizontal)
    panel.set_ylabel(vertical)
    panel.legend(frameon=False, fontsize=8)
    return _svg(pyplot, drawing)
