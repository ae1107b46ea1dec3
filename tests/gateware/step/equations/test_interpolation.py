import numpy as np
import pytest

from gateware.step.equations.arrays import evaluate_array, interval
from gateware.step.equations.grammar import parse
from gateware.step.equations.interpolation import fit, flat_tails


@pytest.mark.parametrize("text, lo, hi, fraction, goal", [
    ("exp(-x/10)", 0, 4000, 6, 1e-5), ("1/(1 + exp(-(x + 40)/9))", -6400, 3200, 6, 1e-6), ("sqrt(x)", 64, 6400, 6, 1e-5),
    ("x/(1 - exp(-x))", -640, 640, 6, 1e-5), ("cos(x)", -256, 256, 6, 1e-6), ("log(x)", 32, 1000, 4, 1e-4)])
def test_a_table_reaches_its_error_between_the_probes_too(text, lo, hi, fraction, goal):
    root = parse(text)
    found = fit(root, "x", lo, hi, fraction, goal)
    x = np.random.default_rng(0).integers(lo, hi + 1, 20_000)
    segment, place = (x - lo) >> found.shift, ((x - lo) & ((1 << found.shift) - 1)) / 2.0**found.shift
    got = sum(np.array(column)[segment] * place**power for power, column in enumerate(found.coefficients))
    with np.errstate(all="ignore"):
        exact = evaluate_array(root, {"x": x * 2.0**-fraction})
    assert np.nanmax(np.abs(got - exact)) <= 1.1 * goal * np.nanmax(np.abs(exact)) and found.segments <= 512


def test_a_jump_has_no_table():
    assert fit(parse("exp(x) if x < 0.3 else 5"), "x", -6400, 6400, 6, 1e-5) is None


def test_flat_tails_are_left_out():
    lo, hi = flat_tails(parse("tanh(x/0.1)"), "x", -40960, 40960, 10, 1e-6)
    assert -2000 < lo < -600 and 600 < hi < 2000


def test_the_interval_of_an_expression():
    ranges = {"x": (-1.0, 2.0), "y": (3.0, 4.0)}
    assert interval(parse("x*y"), ranges) == (-4.0, 8.0) and interval(parse("x - y"), ranges) == (-5.0, -1.0)
    assert interval(parse("x < y"), ranges) == (1.0, 1.0) and interval(parse("y < x"), ranges) == (0.0, 0.0)
    assert interval(parse("x*x"), ranges) == pytest.approx((0.0, 4.0), abs=1e-3)
    assert interval(parse("1/(y - x)"), ranges) == (0.2, 1.0)
