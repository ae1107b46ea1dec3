# amaranth: UnusedElaboratable=no
"""The correlated pair against the definition of SCC: exactly, over all random numbers, and measured with sources."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from gateware.sc.circuit import connect, number
from gateware.sc.contract import ContractError
from gateware.sc.encode.correlated_pair import CorrelatedPairEncoder
from gateware.sc.sources.leap_forward import LeapForwardLFSR
from gateware.sc.sources.sobol import Sobol
from gateware.step.compose import outside
from gateware.step.shapes import Range
from models import golden


def scc(both, ones_a, ones_b, length):
    """A. Alaghi and J. P. Hayes, ICCD 2013; None where a stream is constant."""
    excess = length * both - ones_a * ones_b
    limit = (length * min(ones_a, ones_b) if excess > 0 else length * max(ones_a + ones_b - length, 0)) - ones_a * ones_b
    return Fraction(excess, abs(limit)) if limit else None


def test_the_correlation_is_exactly_the_target_over_all_random_numbers():
    model = golden(CorrelatedPairEncoder(2))
    random, other, mix = np.array(list(product(range(4), repeat=3))).T
    seen = set()
    for value_a, value_b, target in product(range(5), range(5), range(-4, 5)):
        constants = {name: np.full(64, value) for name, value in (("value_a", value_a), ("value_b", value_b), ("target", target))}
        a, b = model.run(constants | {"random": random, "other": other, "mix": mix})
        assert (a.sum(), b.sum()) == (16 * value_a, 16 * value_b)
        found = scc(int((a & b).sum()), int(a.sum()), int(b.sum()), 64)
        if found is None:
            assert value_a in (0, 4) or value_b in (0, 4) or target == 0
        else:
            assert found == Fraction(target, 4)
            seen.add(target)
    assert seen == set(range(-4, 5)) - {0} | ({0} & seen)


@pytest.mark.parametrize("target", [-256, -192, -128, -40, 0, 77, 128, 200, 256])
@pytest.mark.parametrize("value_a, value_b", [(128, 128), (77, 180), (200, 90)])
def test_measured_with_sobol_sources_it_is_within_002(target, value_a, value_b):
    length = 1 << 16
    # The top 8 bits of 16, so that the triples of numbers do not repeat after 256 clocks.
    random, other, mix = (golden(Sobol(16, d)).run(length=length).random.astype(np.int64) >> 8 for d in (1, 2, 3))
    inputs = {"value_a": np.full(length, value_a), "value_b": np.full(length, value_b), "target": np.full(length, target),
              "random": random, "other": other, "mix": mix}
    a, b = golden(CorrelatedPairEncoder(8)).run(inputs)
    found = scc(int((a & b).sum()), int(a.sum()), int(b.sum()), length)
    assert float(found or 0) == pytest.approx(target / 256, abs=0.02)


def test_three_different_sources_are_demanded():
    numbers = {"value_a": number("a", 8), "value_b": number("b", 8), "target": outside("target", Range(-256, 256))}
    sources = [connect(LeapForwardLFSR(8, seed=seed)).random for seed in (1, 2, 3)]
    connect(CorrelatedPairEncoder(8), **numbers, **dict(zip(("random", "other", "mix"), sources)))
    with pytest.raises(ContractError, match="CorrelatedPairEncoder needs random and mix with SCC = 0"):
        connect(CorrelatedPairEncoder(8), **numbers, random=sources[0], other=sources[1], mix=sources[0])


@pytest.mark.parametrize("width, error, message", [
    (0, ValueError, "^CorrelatedPairEncoder width must be between 1 and 32, not 0$"),
    (33, ValueError, "^CorrelatedPairEncoder width must be between 1 and 32, not 33$"),
    (8.0, TypeError, "^CorrelatedPairEncoder width must be an integer, not 8.0$")])
def test_errors(width, error, message):
    with pytest.raises(error, match=message):
        CorrelatedPairEncoder(width)
