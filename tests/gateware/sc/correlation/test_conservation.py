# amaranth: UnusedElaboratable=no
"""What enters correlation control leaves it: for every state and input, by the component's own step."""

import itertools

import numpy as np
import pytest

import models
from gateware.sc.correlation.decorrelator import Decorrelator
from gateware.sc.correlation.desynchronizer import Desynchronizer
from gateware.sc.correlation.isolator import Isolator
from gateware.sc.correlation.skewed_synchronizer import SkewedSynchronizer
from gateware.sc.correlation.synchronizer import Synchronizer


def every_step(component, states, *inputs):
    """State, inputs, next state and outputs of every combination, as arrays."""
    rows = np.array(list(itertools.product(states, *inputs)), np.int64).T
    state = tuple(np.array(list(each)) for each in zip(*(component_state(component, key) for key in rows[0])))
    following, outputs = models.golden(component).step(state, rows[1:])
    return state, rows[1:], following, outputs


def component_state(component, key):
    return (key,) if len(component.state) == 1 else (key // 2, key % 2)


def ints(values):
    return np.asarray(values).astype(np.int64)


def ones(values):
    return ints(np.bitwise_count(ints(values)))


@pytest.mark.parametrize("depth", [1, 2, 4, 31])
def test_synchronizer(depth):
    (state,), (x, y), (following,), outputs = every_step(Synchronizer(depth), range(2 * depth + 1), (0, 1), (0, 1))
    state, following = state - depth, ints(following) - depth
    assert (np.maximum(following, 0) - np.maximum(state, 0) == x - ints(outputs.aligned_x)).all()
    assert (np.maximum(-following, 0) - np.maximum(-state, 0) == y - ints(outputs.aligned_y)).all()


@pytest.mark.parametrize("width", [1, 2, 6])
def test_skewed_synchronizer(width):
    (state,), (x, y), (following,), outputs = every_step(SkewedSynchronizer(width), range(1 << width), (0, 1), (0, 1))
    assert (ints(following) - state == x - ints(outputs.aligned)).all()
    assert (ints(outputs.unchanged) == y).all()


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 64])
def test_desynchronizer(depth):
    (saved, side), (x, y), (after, turn), outputs = every_step(Desynchronizer(depth), range(2 * depth + 2), (0, 1), (0, 1))

    def of_x(saved, side):
        """Saved ones of x: half, and the odd one if y is next."""
        return (ints(saved) + ints(side)) // 2

    assert (of_x(after, turn) - of_x(saved, side) == x - ints(outputs.apart_x)).all()
    assert (of_x(after, 1 - ints(turn)) - of_x(saved, 1 - side) == y - ints(outputs.apart_y)).all()


@pytest.mark.parametrize("depth", [2, 4, 5, 8])
def test_decorrelator(depth):
    (memory,), (x, _), (following,), outputs = every_step(Decorrelator(depth), range(1 << (depth - 1)), (0, 1), range(depth))
    assert (ones(following) - ones(memory) == x - ints(outputs.shuffled)).all()
    assert (ints(following) < 1 << (depth - 1)).all()


@pytest.mark.parametrize("depth", [1, 5, 8])
def test_isolator(depth):
    (line,), (x,), (following,), outputs = every_step(Isolator(depth), range(1 << depth), (0, 1))
    assert (ones(following) - ones(line) == x - ints(outputs.delayed)).all()


@pytest.mark.parametrize("kind", [Synchronizer, Desynchronizer])
def test_no_prefix_misses_more_ones_than_are_saved(kind):
    depth, rng = 5, np.random.default_rng(1)
    x, y = rng.random((2, 20_000, 16)) < rng.random((2, 1, 16))
    outputs = models.golden(kind(depth)).run({"x": x, "y": y})
    limit = depth if kind is Synchronizer else 3
    for stream, output in zip((x, y), outputs):
        missing = stream.cumsum(axis=0) - output.cumsum(axis=0)
        assert missing.min() == 0 and missing.max() == limit
