"""The select adder against its closed form, and its refusals."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.select_adder import SelectAdder


def test_every_select_takes_its_stream():
    width = 5
    streams, select = np.meshgrid(np.arange(1 << width), np.arange(width))
    outputs = models.golden(SelectAdder(width)).run({"streams": streams.ravel(), "select": select.ravel()})
    assert np.array_equal(outputs.sum, (streams.ravel() >> select.ravel()) & 1 == 1)


def test_a_periodic_select_weights_constant_streams_exactly():
    # Weights 1/8, 2/8, 5/8: streams that are constant over a period of the select lose nothing.
    select = np.tile([0, 1, 1, 2, 2, 2, 2, 2], 100)
    for streams, weight in ((0b001, 1), (0b010, 2), (0b100, 5), (0b101, 6), (0b111, 8)):
        outputs = models.golden(SelectAdder(3)).run({"streams": np.full(800, streams), "select": select})
        assert outputs.sum.sum() == 100 * weight


def test_mean_of_random_streams():
    rng, p, clocks = np.random.default_rng(0), np.array([0.1, 0.9, 0.4, 0.7]), 1 << 18
    streams = ((rng.random((clocks, 4)) < p) << np.arange(4)).sum(axis=1)
    outputs = models.golden(SelectAdder(4)).run({"streams": streams, "select": rng.integers(0, 4, clocks)})
    assert abs(outputs.sum.mean() - p.mean()) < 5 * 0.5 / np.sqrt(clocks)


@pytest.mark.parametrize("width", [0, 1, 65])
def test_width_refused(width):
    with pytest.raises(ValueError, match=rf"^SelectAdder width must be between 2 and 64, not {width}$"):
        SelectAdder(width)


def test_select_past_the_last_stream_refused():
    with pytest.raises(ValueError, match="select must lie in"):
        models.golden(SelectAdder(5)).run({"streams": [0], "select": [5]})
