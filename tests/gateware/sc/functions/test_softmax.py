# amaranth: UnusedElaboratable=no
"""Softmax against SciPy's, in expectation and on random streams."""

import numpy as np
import pytest
from scipy.special import softmax

import models
from gateware.sc.functions.softmax import Softmax


def test_expectation_is_the_softmax():
    for gain in (1, 3):
        for values in ((0.1, 0.5, 0.9), (0, 1, 1), (0.2, 0.2, 0.7)):
            assert Softmax(3, gain, 12).expectation(*values) == pytest.approx(softmax(gain * np.array(values)), abs=0.003)


@pytest.mark.parametrize("gain", [1, 2])
def test_random_streams(gain):
    rng, component, length = np.random.default_rng(gain), Softmax(3, gain, 8), 1 << 18
    values, width = (0.1, 0.6, 1.0), component.inputs.copies_0.width
    inputs = {f"copies_{i}": (rng.random((length, width)) < p) @ (1 << np.arange(width)) for i, p in enumerate(values)}
    inputs |= {f"random_{k}": rng.integers(0, 256, length) for k in range(4 * gain)}
    shares = models.golden(component).run(inputs | {"select": rng.integers(0, 3, length)}).shares
    measured = [(shares >> np.uint64(i) & np.uint64(1)).mean() for i in range(3)]
    assert sum(measured) == pytest.approx(1)
    assert measured == pytest.approx(softmax(gain * np.array(values)), abs=0.01)


@pytest.mark.parametrize(("arguments", "message"), [
    ((1,), "Softmax inputs must be between 2 and 64, not 1"), ((3, 0), "Softmax gain must be between 1 and 12, not 0"),
    ((3, 1, 2), "Softmax width must be between 3 and 16, not 2"),
])
def test_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        Softmax(*arguments)
