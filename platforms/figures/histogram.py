"""A distribution as bars."""

from __future__ import annotations

import numpy as np

__all__ = ["histogram"]

BARS = 40


def histogram(values, unit):
    """How often values fall into each of equal intervals, as SVG.

    Parameters
    ----------
    values : list of float
    unit : str
        Named at the axis.

    Returns
    -------
    markupsafe.Markup
    """
    from markupsafe import Markup

    counts, edges = np.histogram(values, bins=min(BARS, max(1, len(set(values)))))
    left, width, height, base = 40, 760, 120, 136
    step = (width - left - 10) / len(counts)
    bars = "".join(f'<rect class="bar best" x="{left + k * step:.5g}" y="{base - height * count / counts.max():.5g}" width="{0.86 * step:.4g}" '
                   f'height="{height * count / counts.max():.4g}"><title>{count} of {len(values)}: {edges[k]:,.1f} to {edges[k + 1]:,.1f} {unit}'
                   f'</title></rect>' for k, count in enumerate(counts) if count)
    ticks = "".join(f'<text class="tick" x="{left + part * (width - left - 10):g}" y="{base + 16}">'
                    f'{edges[0] + part * (edges[-1] - edges[0]):,.0f}</text>' for part in (0, 0.25, 0.5, 0.75, 1))
    return Markup(f'<svg class="raster" viewBox="0 0 {width} {base + 38}" role="img" aria-label="distribution in {unit}">{bars}{ticks}'
                  f'<text class="tick" x="{left - 6}" y="20" text-anchor="end">{counts.max()}</text>'
                  f'<text class="axis" x="{(left + width) / 2:g}" y="{base + 34}">{unit}</text></svg>')
