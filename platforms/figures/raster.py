"""One image on its way through the network: its pixels, and every spike of every neuron in every time step."""

from __future__ import annotations

__all__ = ["digit", "raster"]


def digit(pixels, size=8, top=16):
    """A square image of 0..top as SVG, ink on paper."""
    from markupsafe import Markup

    squares = "".join(f'<rect x="{10 * (i % size)}" y="{10 * (i // size)}" width="10" height="10" fill="currentColor" '
                      f'fill-opacity="{value / top:.3g}"/>' for i, value in enumerate(pixels) if value)
    return Markup(f'<svg class="digit" viewBox="0 0 {10 * size} {10 * size}" role="img" aria-label="the image">{squares}</svg>')


def _spikes(rows, neurons):
    """Pairs of time step and neuron from rows of packed bits, first neuron in the highest bit."""
    for time, row in enumerate(rows):
        for neuron in range(neurons):
            if row[neuron // 8] >> (7 - neuron % 8) & 1:
                yield time, neuron


def raster(bands, scores, best, time_steps):
    """The spikes of layers over time as SVG, one band below the other; beside the last one the class.

    Parameters
    ----------
    bands : list of tuple
        Of each layer its name, its neurons, and a row of packed bits per time step.
    scores : list of int
        Of each neuron of the last layer.
    best : int
        The class.
    time_steps : int

    Returns
    -------
    markupsafe.Markup
    """
    from markupsafe import Markup

    left, right, top, gap, width = 74, 118 if max(map(abs, scores)) > 999 else 58, 8, 26, 760
    heights = [*(neurons * min(5.2, 220 / neurons) for _, neurons, _ in bands[:-1]), 15.0 * bands[-1][1]]
    step = (width - left - right) / time_steps
    parts, y = [], top
    for index, ((name, neurons, rows), height) in enumerate(zip(bands, heights)):
        pitch, last = height / neurons, index == len(bands) - 1
        label = left - (22 if last else 12)  # the output's class numbers stand beside the band
        parts.append(f'<rect class="band" x="{left}" y="{y:g}" width="{width - left - right}" height="{height:g}" rx="3"/>'
                     f'<text class="layer" x="{label}" y="{y + height / 2 - 3:g}">{name}</text>'
                     f'<text class="count" x="{label}" y="{y + height / 2 + 11:g}">{neurons}</text>')
        marks = "".join(f"M{left + (t + 0.14) * step:.5g} {y + (n + 0.5) * pitch:.5g}h{0.72 * step:.4g}"
                        for t, n in _spikes(rows, neurons))
        parts.append(f'<path class="spikes l{min(index, 2)}" d="{marks}" stroke-width="{min(0.62 * pitch, 5):.3g}"/>')
        if last:
            most = max(max(scores), 1)
            for neuron, count in enumerate(scores):
                chosen = " best" if neuron == best else ""
                middle = y + (neuron + 0.5) * pitch
                parts.append(f'<text class="class{chosen}" x="{left - 4}" y="{middle + 3.5:g}">{neuron}</text>'
                             f'<rect class="bar{chosen}" x="{width - right + 6}" y="{middle - 4:g}" '
                             f'width="{max(30 * count / most, 0.5):.3g}" height="8" rx="1.5"/>'
                             f'<text class="tally{chosen}" x="{width - right + 40}" y="{middle + 3.5:g}">{count:,}</text>')
        y += height + gap
    axis = y - gap + 16
    ticks = "".join(f'<text class="tick" x="{left + (t + 0.5) * step:g}" y="{axis:g}">{t + 1}</text>'
                    for t in range(time_steps) if t == 0 or (t + 1) % 8 == 0)
    return Markup(f'<svg class="raster" viewBox="0 0 {width} {axis + 20:g}" role="img" aria-label="spikes of every neuron in every '
                  f'time step">{"".join(parts)}{ticks}<text class="axis" x="{(left + width - right) / 2:g}" y="{axis + 16:g}">'
                  f'time step</text></svg>')
