# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.sc.decode.window_counter import WindowCounter
from models import golden


@pytest.mark.parametrize("length, latency", [(10, 5), (10, 0), (1, 3)])
def test_the_ones_of_the_window_are_counted(length, latency):
    stream = np.random.default_rng(length).integers(0, 2, (length + latency + 20, 50)).astype(bool)
    run = golden(WindowCounter(length, latency=latency)).run({"stream": stream})
    assert run.ones[-1].tolist() == stream[latency:latency + length].sum(axis=0).tolist()
    assert run.done[:, 0].tolist() == [False] * (latency + length) + [True] * 20
    assert (run.ones[latency + length:] == run.ones[-1]).all()


def test_a_full_count():
    assert golden(WindowCounter(256)).run({"stream": [1] * 300}).ones[-1] == 256


@pytest.mark.parametrize("make, message", [
    (lambda: WindowCounter(0), r"WindowCounter length must be between 1 and 2\*\*31, not 0"),
    (lambda: WindowCounter(8, latency=-1), r"WindowCounter latency must be between 0 and 2\*\*31, not -1"),
])
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()
