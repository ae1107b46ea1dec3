# amaranth: UnusedElaboratable=no
"""The circuit that has been called a square root against what it computes."""

import numpy as np
import pytest

import models
from gateware.sc.contract import ContractError, Stream
from gateware.sc.division.harmonic_mean import HarmonicMeanWithOne
from models.steady_state import steady_state

from .streams import independent

MODEL = models.golden(HarmonicMeanWithOne())


@pytest.mark.parametrize("p", [0.0, 0.05, 0.25, 0.5, 0.9, 1.0])
def test_harmonic_mean(p):
    assert steady_state(HarmonicMeanWithOne(), stream=p).mean == pytest.approx(2 * p / (1 + p), abs=1e-12)
    assert MODEL.run({"stream": independent(p, (2000, 500), 1)}).mean.mean() == pytest.approx(2 * p / (1 + p), abs=0.003)


def test_every_second_one_is_free():
    """Ones of the output: a run of k ones of the input, with the zero behind it, gives k, rounded up to an even number."""
    stream = np.array([0, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0])
    assert MODEL.run({"stream": stream}).mean.tolist() == [0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0]


def test_how_far_it_is_from_the_root():
    p = np.linspace(0, 1, 200_001)
    error = np.sqrt(p) - 2 * p / (1 + p)
    assert error.max() == pytest.approx(0.135, abs=0.0005) and p[error.argmax()] == pytest.approx(0.0874, abs=0.0001)
    assert np.sqrt(np.mean(error**2)) == pytest.approx(0.071, abs=0.0005)


def test_a_plain_register_is_refused():
    with pytest.raises(ContractError, match="needs stream with bits independent from clock to clock, and they are shifted"):
        HarmonicMeanWithOne.contract.check("HarmonicMeanWithOne", {"stream": [Stream(frozenset({"a"}), "shifted", ("a", 1))]})
