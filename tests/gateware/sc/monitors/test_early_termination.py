# amaranth: UnusedElaboratable=no
"""What early termination saves, and the error that it costs: products and decisions of all pairs of 33 values, by source."""

import numpy as np
import pytest

import models
from gateware.sc.monitors.margin import MarginMonitor
from gateware.sc.monitors.settled import SettledMonitor
from tests.gateware.sc.correlation.sources import grid, lfsr, sobol

VALUES = np.linspace(0, 1, 33)
P, Q = np.repeat(VALUES, 33), np.tile(VALUES, 33)


def pairs(source, width):
    """Streams of every pair of values: two Sobol dimensions, the best two phases of one LFSR, or independent bits."""
    length = 1 << width
    if source == "sobol":
        a, b = sobol(2, length).T
    elif source == "lfsr":
        taps, phase = {8: ((8, 6, 5, 4), 31), 10: ((10, 7), 5)}[width]
        a, b = (lfsr(width, taps, length, each) for each in (0, phase))
    else:
        a, b = np.random.default_rng(0).integers(0, length, (2, length))
    return np.repeat(grid(a), 33, axis=1), np.tile(grid(b), (1, 33))


def rmse(estimates):
    return np.sqrt(((estimates - P * Q)**2).mean())


# Share of the clocks that are needed, and RMSE, at most; the RMSE of the whole stream for comparison.
@pytest.mark.parametrize(("source", "width", "block", "agreements", "tolerance", "share", "error", "whole"), [
    ("sobol", 8, 4, 2, 4, 0.26, 0.0090, 0.0014), ("lfsr", 8, 4, 2, 4, 0.50, 0.0260, 0.0018),
    ("independent", 8, 4, 2, 4, 0.40, 0.0390, 0.0340), ("sobol", 10, 6, 3, 4, 0.31, 0.0015, 0.0001),
    ("lfsr", 10, 6, 3, 4, 0.77, 0.0100, 0.0003), ("independent", 10, 6, 3, 4, 0.74, 0.0150, 0.0120),
])
def test_settled_products(source, width, block, agreements, tolerance, share, error, whole):
    a, b = pairs(source, width)
    outputs = models.golden(SettledMonitor(width, block, agreements=agreements, tolerance=tolerance)).run({"stream": a & b})
    clocks = outputs.blocks[-1].astype(int) << block
    stopped, full, mean = rmse(outputs.ones[-1] / clocks), rmse((a & b).mean(axis=0)), clocks.mean() / (1 << width)
    print(f"AND, {source}, N = {1 << width}: {100 * (1 - mean):.0f} % of the clocks saved, RMSE {stopped:.4f} for {full:.4f}")
    assert outputs.settled[-1].all() and mean < share and stopped < error and full < whole


@pytest.mark.parametrize(("source", "width", "share", "wrong"), [
    ("sobol", 8, 0.37, 0), ("lfsr", 8, 0.33, 0), ("sobol", 10, 0.20, 0), ("lfsr", 10, 0.20, 0), ("independent", 10, 0.20, 0.001)])
def test_settled_decisions(source, width, share, wrong):
    """Which of two different values is greater, at z = 3."""
    a, b = pairs(source, width)
    outputs = models.golden(MarginMonitor(1 << width, 36)).run({"a": a, "b": b})
    different = P != Q
    mean = outputs.clocks[-1][different].mean() / (1 << width)
    mistakes = (outputs.a_leads[-1] != (P > Q))[different].mean()
    saved = f"{100 * (1 - mean):.0f} % of the clocks saved"
    print(f"greater of two, {source}, N = {1 << width}: {saved}, {100 * mistakes:.2f} % wrong")
    assert outputs.settled[-1].all() and mean < share and mistakes <= wrong
