# amaranth: UnusedElaboratable=no
"""The ADDIE divider against the steady state of its counter, and the error that is published."""

import numpy as np
import pytest
from scipy.stats import binom

import models
from gateware.sc.contract import ContractError, Sequence, Stream
from gateware.sc.division.addie import AddieDivider
from models.steady_state import steady_state

from .streams import birth_death, encoded, independent, nested, operands, rms, sobol

MODEL = models.golden(AddieDivider(5))


def histogram(x, y, skip=2000):
    """How often each count comes in the clocks after ``skip``, and the mean of the quotient there."""
    random = np.random.default_rng(9).integers(0, 32, x.shape)
    outputs = MODEL.run({"dividend": x, "divisor": y, "random": random})
    return np.bincount(outputs.count[skip:].ravel(), minlength=33) / outputs.count[skip:].size, outputs.quotient[skip:].mean()


@pytest.mark.parametrize("p, q", [(0.3, 0.6), (0.6, 0.9), (0.1, 0.8)])
def test_the_count_of_nested_streams_is_binomial(p, q):
    shares, mean = histogram(*nested(p, q, (4000, 400), 1))
    assert shares == pytest.approx(binom.pmf(np.arange(33), 32, p / q), abs=0.004)
    assert mean == pytest.approx(p / q, abs=0.003)


@pytest.mark.parametrize("p, q", [(0.3, 0.6), (0.8, 0.9)])
def test_the_count_of_independent_streams_is_a_birth_death_chain(p, q):
    shares, mean = histogram(independent(p, (4000, 400), 2), independent(q, (4000, 400), 3))
    level = np.arange(33) / 32
    expected = birth_death(p * (1 - q * level[:-1]), (1 - p) * q * level[1:])
    assert shares == pytest.approx(expected, abs=0.004)
    exact = steady_state(AddieDivider(5), dividend=p, divisor=q, random="uniform")
    assert exact.quotient == pytest.approx(expected @ level, abs=1e-9) and exact.count == pytest.approx(32 * exact.quotient)
    # Where the counter is full a 1 of the dividend may be lost: all that keeps the mean from the quotient.
    assert mean == pytest.approx((p - expected[-1] * p * (1 - q)) / q, abs=0.003)


def test_both_ends_are_reached_and_kept():
    always, never = np.ones(200, bool), np.zeros(200, bool)
    random = np.random.default_rng(0).integers(0, 32, 200)
    full = MODEL.run({"dividend": always, "divisor": always, "random": random})
    assert full.count[-1] == 32 and full.quotient[full.count == 32].all()
    empty = MODEL.run({"dividend": never, "divisor": always, "random": random})
    assert empty.count[-1] == 0 and not empty.quotient[empty.count == 0].any()


@pytest.mark.parametrize("clocks, width, bound", [(256, 5, 0.063), (1024, 5, 0.012), (4096, 6, 0.0050)])
def test_error_of_the_mean_count_of_the_second_half(clocks, width, bound):
    """1000 random pairs X <= Y, both on Sobol dimension 1, the counter's numbers the top bits of dimension 2."""
    x, y = operands(clocks, ordered=True)
    random = sobol(1, clocks.bit_length() - 1, clocks)
    inputs = {"dividend": encoded(x, random), "divisor": encoded(y, random), "random": sobol(2, width, clocks)}
    count = (MODEL if width == 5 else models.golden(AddieDivider(width))).run(inputs).count
    assert rms(count[clocks // 2:].mean(axis=0) / 2**width - x / y) <= bound


@pytest.mark.parametrize("width", [1, 17])
def test_width_refused(width):
    with pytest.raises(ValueError, match=f"^AddieDivider width must be between 2 and 16, not {width}$"):
        AddieDivider(width)


def test_the_operands_source_is_refused_for_its_numbers():
    operand = Stream(frozenset({"a"}), "low discrepancy", ("a", 1))
    given = {"dividend": [operand], "divisor": [operand], "random": [Sequence("b", "low discrepancy")]}
    AddieDivider.contract.check("AddieDivider", given)
    with pytest.raises(ContractError, match="needs random and dividend with SCC = 0"):
        AddieDivider.contract.check("AddieDivider", given | {"random": [Sequence("a", "low discrepancy")]})
