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
        Of each layer its name, its neurons, and a row of packed bits per time step. Where no neuron of the last one spikes, as
        integrators do not, its band shows the scores.
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

    silent = not any(map(any, bands[-1][2]))
    words = [f"{score:,}" for score in scores]
    left, top, gap, width = 74, 8, 26, 760
    right = 6.5 * max(map(len, words)) + (14 if silent else 46)
    heights = [*(neurons * min(5.2, 220 / neurons) for _, neurons, _ in bands[:-1]), 15.0 * bands[-1][1]]
    step = (width - left - right) / time_steps
    parts, y = [], top
    for index, ((name, neurons, rows), height) in enumerate(zip(bands, heights)):
        pitch, last = height / neurons, index == len(bands) - 1
        if last and silent:
            parts.append(_time_axis(left, width - right, y - gap, time_steps))
            y += gap
        label = left - (22 if last else 12)  # the output's class numbers stand beside the band
        parts.append(f'<rect class="band" x="{left}" y="{y:g}" width="{width - left - right:g}" height="{height:g}" rx="3"/>'
                     f'<text class="layer" x="{label}" y="{y + height / 2 - 3:g}">{name}</text>'
                     f'<text class="count" x="{label}" y="{y + height / 2 + 11:g}">{neurons}</text>')
        marks = "".join(f"M{left + (t + 0.14) * step:.5g} {y + (n + 0.5) * pitch:.5g}h{0.72 * step:.4g}"
                        for t, n in _spikes(rows, neurons))
        if marks:
            parts.append(f'<path class="spikes l{min(index, 2)}" d="{marks}" stroke-width="{min(0.62 * pitch, 5):.3g}"/>')
        if last:
            for neuron, (bar, word) in enumerate(zip(_bars(scores, left, width - right, silent), words)):
                chosen = " best" if neuron == best else ""
                middle = y + (neuron + 0.5) * pitch
                parts.append(f'<text class="class{chosen}" x="{left - 4}" y="{middle + 3.5:g}">{neuron}</text>'
                             f'<rect class="bar{chosen}" x="{bar[0]:.4g}" y="{middle - 4:g}" width="{bar[1]:.3g}" height="8" rx="1.5"/>'
                             f'<text class="tally{chosen}" x="{width - 2}" y="{middle + 3.5:g}">{word}</text>')
        y += height + gap
    if not silent:
        parts.append(_time_axis(left, width - right, y - gap, time_steps))
    return Markup(f'<svg class="raster" viewBox="0 0 {width} {y - gap + (6 if silent else 36):g}" role="img" aria-label="spikes of every '
                  f'neuron in every time step">{"".join(parts)}</svg>')


def _bars(scores, left, right, silent):
    """Where the bar of each score begins and how long it is: in the band, to both sides of 0, or beside it."""
    if not silent:
        return [(right + 6, max(30 * max(score, 0) / max(*scores, 1), 0.5)) for score in scores]
    low, high = min(0, *scores), max(1, *scores)
    scale = (right - left - 24) / (high - low)
    zero = left + 12 - low * scale
    return [(zero + min(score, 0) * scale, max(abs(score) * scale, 0.5)) for score in scores]


def _time_axis(left, right, y, time_steps):
    """Numbers of time steps below a band that ends at ``y``."""
    step = (right - left) / time_steps
    shown = [t for t in range(time_steps) if time_steps <= 10 or t == 0 or (t + 1) % 8 == 0]
    ticks = "".join(f'<text class="tick" x="{left + (t + 0.5) * step:g}" y="{y + 16:g}">{t + 1}</text>' for t in shown)
    return f'{ticks}<text class="axis" x="{(left + right) / 2:g}" y="{y + 32:g}">time step</text>'
