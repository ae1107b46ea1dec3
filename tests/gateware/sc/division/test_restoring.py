# amaranth: UnusedElaboratable=no
"""The restoring divider against integer division."""

import numpy as np
import pytest

import models
from gateware.sc.decode.ones_counter import OnesCounter
from gateware.sc.division.restoring import RestoringDivider

NARROW, MODEL = models.golden(RestoringDivider(4)), models.golden(RestoringDivider(16))


def divided(model, x, y, width):
    """Quotient and readiness from the clock of the start on; other operands come after it."""
    x, y = np.asarray(x), np.asarray(y)
    clocks = width + 3
    start = np.zeros(clocks, bool)
    start[0] = True
    rng = np.random.default_rng(0)
    later = rng.integers(0, 1 << width, (2, clocks, len(x)))
    later[0, 0], later[1, 0] = x, y
    outputs = model.run({"start": start, "dividend": later[0], "divisor": later[1]})
    return outputs.quotient, outputs.ready


def expected(x, y, width):
    return np.where(x >= y, 1 << width, (x << width) // np.maximum(y, 1))


def test_all_operands_of_four_bits():
    x, y = (each.ravel() for each in np.mgrid[0:17, 0:17])
    quotient, ready = divided(NARROW, x, y, 4)
    assert ready[0].all() and not ready[1:5].any() and ready[5:].all()
    assert (quotient[5] == expected(x, y, 4)).all() and (quotient[6] == quotient[5]).all()


def test_random_operands_of_sixteen_bits():
    rng = np.random.default_rng(1)
    x, y = np.sort(rng.integers(0, 65537, (2, 5000)), axis=0)
    x[:10], y[:10] = [0, 0, 1, 1, 65535, 65536, 65535, 0, 1, 32768], [0, 1, 1, 65536, 65536, 65536, 65535, 65536, 0, 65536]
    assert (divided(MODEL, x, y, 16)[0][17] == expected(x, y, 16)).all()


def test_a_new_start_gives_up_the_old_division():
    start = np.array([1, 0, 0, 1, 0, 0, 0, 0, 0])
    x, y = np.array([13, 9, 9, 5, 1, 2, 3, 4, 5]), np.array([15, 9, 9, 7, 1, 1, 1, 1, 1])
    outputs = NARROW.run({"start": start, "dividend": x, "divisor": y})
    assert outputs.ready.tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 1] and outputs.quotient[-1] == (5 << 4) // 7


def test_counts_of_streams_are_divided_exactly():
    rng = np.random.default_rng(2)
    streams = rng.random((2, 16, 200)) < [[[0.4]], [[0.7]]]
    ones = [models.golden(OnesCounter(16)).run({"stream": each}).ones[-1].astype(np.int64) for each in streams]
    assert (divided(NARROW, *ones, 4)[0][5] == expected(*ones, 4)).all()


def test_latency_and_refused_widths():
    assert RestoringDivider(7).latency == RestoringDivider(7).interval == 8
    for width in (0, 32):
        with pytest.raises(ValueError, match=f"^RestoringDivider width must be between 1 and 31, not {width}$"):
            RestoringDivider(width)
