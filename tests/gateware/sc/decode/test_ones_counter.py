# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.sc.decode.ones_counter import OnesCounter
from gateware.sc.sources.ramp import RampCounter
from models import golden


@pytest.mark.parametrize("modulus", [2, 3, 10, 256])
def test_the_ramp_repeats(modulus):
    assert golden(RampCounter(modulus)).run(length=3 * modulus + 1).ramp.tolist() == [*range(modulus)] * 3 + [0]


@pytest.mark.parametrize("length", [1, 10, 255])
def test_the_ones_are_counted_and_the_count_stops(length):
    stream = np.random.default_rng(length).random(3 * length + 20) < 0.7
    ones = golden(OnesCounter(length)).run({"stream": stream}).ones
    assert ones.tolist() == np.minimum(np.cumsum(stream), length).tolist() and ones.max() == length


def test_ports_are_as_wide_as_the_count():
    assert (len(RampCounter(256).ramp), len(RampCounter(257).ramp), len(OnesCounter(255).ones), len(OnesCounter(256).ones)) == (8, 9, 8, 9)
    assert len(RampCounter(1 << 32).ramp) == 32 and len(OnesCounter(np.uint64(1 << 32)).ones) == 33


@pytest.mark.parametrize("make, error, message", [
    (lambda: RampCounter(1), ValueError, r"RampCounter modulus must be between 2 and 2\*\*32, not 1"),
    (lambda: RampCounter(2**32 + 1), ValueError, "RampCounter modulus must be between"),
    (lambda: RampCounter(2.0), TypeError, "must be an integer, not "),
    (lambda: OnesCounter(0), ValueError, r"OnesCounter length must be between 1 and 2\*\*32, not 0"),
    (lambda: OnesCounter(2**32 + 1), ValueError, "OnesCounter length must be between"),
    (lambda: OnesCounter(None), TypeError, "must be an integer, not None"),
])
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()
