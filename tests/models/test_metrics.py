"""Metrics against hand-computed values, and against brute force over every stream."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import qmc

from models import metrics
from models.packed import pack

ALL_8 = np.array(list(itertools.product((0, 1), repeat=8)))


def test_counts_of_packed_words_are_those_of_bits():
    rng = np.random.default_rng(1)
    for length in (1, 63, 64, 65, 200):
        x, y = rng.integers(0, 2, (2, 3, length))
        given = metrics.counts(x, y)
        assert [each.tolist() for each in given] == [
            [int((row_x == a)[row_y == b].sum()) for row_x, row_y in zip(x, y)] for a, b in ((1, 1), (1, 0), (0, 1), (0, 0))]
        assert all((a == b).all() for a, b in zip(metrics.counts(pack(x), pack(y), length), given))


def test_padding_is_never_counted():
    words = np.array([0xFFFF_FFFF_FFFF_FFFF], np.uint64)
    assert metrics.counts(words, words, 10) == (10, 0, 0, 0)


def test_scc_by_hand():
    assert metrics.scc([1, 1, 0, 0], [1, 1, 0, 0]) == 1
    assert metrics.scc([1, 1, 0, 0], [0, 0, 1, 1]) == -1
    assert metrics.scc([1, 1, 0, 0], [1, 0, 1, 0]) == 0
    assert metrics.scc([1, 1, 1, 1], [1, 0, 1, 0]) == 0
    # a, b, c, d = 3, 1, 1, 3: (9 - 1) / (8 * 4 - 16)
    assert metrics.scc([1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 1, 0, 0, 0]) == 0.5
    # 1, 3, 2, 2: (2 - 6) / (4 * 3 - 8 * 0)
    assert metrics.scc([1, 1, 1, 1, 0, 0, 0, 0], [1, 0, 0, 0, 1, 1, 0, 0]) == pytest.approx(-1 / 3)


def test_scc_is_the_place_between_the_extremes_of_every_pair_of_streams():
    """By its definition: the excess over independence, as a share of the greatest or least that streams of these ones have."""
    ones = ALL_8.sum(axis=1)
    x, y = ALL_8[::5], ALL_8[::3]
    given = metrics.scc(x[:, None], y[None])
    both = (x[:, None] & y[None]).sum(axis=-1)
    p, q = x.sum(axis=-1), y.sum(axis=-1)
    for i, j in np.ndindex(given.shape):
        overlaps = (ALL_8[ones == p[i]][0] & ALL_8[ones == q[j]]).sum(axis=-1)
        excess = Fraction(int(both[i, j]), 8) - Fraction(int(p[i] * q[j]), 64)
        extreme = Fraction(int(overlaps.max() if excess > 0 else overlaps.min()), 8) - Fraction(int(p[i] * q[j]), 64)
        assert given[i, j] == pytest.approx(float(excess / abs(extreme)) if excess else 0)


def test_zce_is_the_excess_over_the_best_pair_of_streams():
    ones = ALL_8.sum(axis=1)
    x, y = ALL_8[::5], ALL_8[::3]
    given = metrics.zce(x[:, None], y[None])
    both = (x[:, None] & y[None]).sum(axis=-1)
    p, q = x.sum(axis=-1), y.sum(axis=-1)
    for i, j in np.ndindex(given.shape):
        overlaps = (ALL_8[ones == p[i]][0] & ALL_8[ones == q[j]]).sum(axis=-1)
        best = min(abs(Fraction(int(each), 8) - Fraction(int(p[i] * q[j]), 64)) for each in overlaps)
        excess = Fraction(int(both[i, j]), 8) - Fraction(int(p[i] * q[j]), 64)
        assert given[i, j] == pytest.approx(float((abs(excess) - best) * (1 if excess > 0 else -1)))


def test_zce_by_hand_where_scc_over_reports():
    # Three ones in each of eight clocks: 9/8 expected in common, so one is the best there is, and SCC calls it correlated.
    x, y = [1, 1, 1, 0, 0, 0, 0, 0], [1, 0, 0, 1, 1, 0, 0, 0]
    assert metrics.zce(x, y) == 0 and metrics.scc(x, y) == pytest.approx(-1 / 9)
    # Two in common: 2/8 - 9/64 less the distance 1/64 of the best.
    assert metrics.zce(x, [1, 1, 0, 1, 0, 0, 0, 0]) == pytest.approx(6 / 64)


def test_serial_correlation():
    toggle = np.arange(100) % 2
    assert metrics.serial_correlation(toggle, (1, 2, 3)).tolist() == [-1, 1, -1]
    random = np.random.default_rng(2).integers(0, 2, (4, 100_000))
    given = metrics.serial_correlation(random)
    assert given.shape == (4, 16) and np.abs(given).max() < 0.02
    later = metrics.scc(random[:, 8:], random[:, 5:-3])
    assert metrics.serial_correlation(random[:, 5:], (3,)).tolist() == later[:, None].tolist()


def test_progressive_error_and_stability_by_hand():
    errors = metrics.progressive_error([1, 0, 1, 0], 0.5)
    assert errors.tolist() == pytest.approx([0.5, 0, 1 / 6, 0])
    assert metrics.stability([1, 0, 1, 0], 0.5, 0.1) == 0.25
    assert metrics.stability([1, 0, 1, 0], 0.5, 0.2) == 0.75
    assert metrics.stability([1, 0, 1, 0], 0.5, 0.5) == 1
    assert metrics.stability([1, 1, 1, 1], 0.5, 0.2) == 0
    assert metrics.stability(pack(np.array([1, 0, 1, 0])), 0.5, 0.2, 4) == 0.75


@pytest.mark.parametrize("threshold", [0.05, 0.1, 0.25])
@pytest.mark.parametrize("value", [0.0, 0.125, 0.3, 0.5, 1.0])
def test_normalised_stability_of_the_best_of_all_streams_is_one(value, threshold):
    reached, given = metrics.stability(ALL_8, value, threshold), metrics.normalised_stability(ALL_8, value, threshold)
    if reached.max() == 0:
        assert not given.any()
    else:
        assert given.max() == 1 and given == pytest.approx(reached / reached.max())


def test_star_discrepancy_of_one_point():
    assert metrics.star_discrepancy([3], [5], 10) == pytest.approx(1 - 0.15)
    assert metrics.star_discrepancy([9], [5], 10) == pytest.approx(0.9)


def test_star_discrepancy_by_brute_force():
    rng = np.random.default_rng(3)
    for size in (1, 2, 7, 16):
        x, y = rng.integers(0, 16, (2, size))
        worst = Fraction(0)
        for u, v in itertools.product(range(17), repeat=2):
            area = Fraction(u * v, 256)
            worst = max(worst, abs(Fraction(int(((x < u) & (y < v)).sum()), size) - area),
                        abs(Fraction(int(((x <= u) & (y <= v)).sum()), size) - area))
        assert metrics.star_discrepancy(x, y, 16) == pytest.approx(float(worst))


def test_star_discrepancy_bounds_the_error_of_products_and_knows_good_sequences():
    x, y = (qmc.Sobol(2, scramble=False).random(256).T * 256).astype(int)
    grid = np.arange(0, 257, 8)
    products = ((grid[:, None, None] > x) & (grid[None, :, None] > y)).mean(axis=-1)
    error = np.abs(products - grid[:, None] * grid / 256**2).max()
    sobol = metrics.star_discrepancy(x, y, 256)
    assert error <= sobol < 0.02
    random = metrics.star_discrepancy(*np.random.default_rng(4).integers(0, 256, (2, 256)), 256)
    assert sobol < random / 2
    assert metrics.star_discrepancy(x, x, 256) > 0.24                 # the diagonal: 1/4


def test_greatest_error_over_all_operands_of_six_bits():
    """Every product of 65 x 65 operands of two Sobol streams: within the star discrepancy of the points, without a bias to speak of."""
    x, y = (qmc.Sobol(2, scramble=False).random(64).T * 64).astype(int)
    operands = np.arange(65)
    estimates = ((operands[:, None, None] > x) & (operands[None, :, None] > y)).mean(axis=-1).reshape(1, -1)
    split = metrics.error_split(estimates, np.outer(operands, operands).ravel() / 64**2)
    assert split["deviation"] == 0 and split["rmse"] == split["bias"] < 0.01 and abs(split["mean"]) < 0.005
    assert split["rmse"] < split["max"] <= metrics.star_discrepancy(x, y, 64) < 0.06


def test_error_split_by_hand_and_its_identity():
    split = metrics.error_split([[1.0, 2.0], [3.0, 2.0]], [1.0, 1.0])
    assert split == pytest.approx({"rmse": np.sqrt(6 / 4), "bias": 1.0, "deviation": np.sqrt(0.5), "mean": 1.0, "max": 2.0})
    assert split["rmse"]**2 == pytest.approx(split["bias"]**2 + split["deviation"]**2)


def test_fault_curve_of_a_stream_is_its_closed_form():
    """Flips at the rate e move p to p + e (1 - 2 p), and leave p = 1/2 where it is."""
    ones = np.array([0, 2**13, 2**14])
    stream = np.arange(2**14)[:, None] < ones
    curve = metrics.fault_curve(lambda streams: streams["x"].mean(axis=0), {"x": stream}, ones / 2**14, [0.0, 0.1, 0.5], seed=5)
    assert curve == pytest.approx(np.sqrt(2 / 3) * np.array([0.0, 0.1, 0.5]), abs=0.01)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: metrics.scc([0, 2], [0, 1]),
     r"^x must be an array of 0 and 1, or packed words with their length, not int64 of the shape \(2,\)$"),
    (lambda: metrics.scc([0.5], [1.0]), r"^x must be an array of 0 and 1"),
    (lambda: metrics.scc([0, 1], [0, 1, 1]), r"^x and y must have the same length, not 2 and 3$"),
    (lambda: metrics.scc([], []), r"^x must be"),
    (lambda: metrics.scc(np.zeros(2, np.uint64), np.zeros(2, np.uint64), 300), r"^x must have 5 words for 300 clocks, not 2$"),
    (lambda: metrics.scc_of_counts(0, 0, 0, 0), r"^the four counts must not all be 0$"),
    (lambda: metrics.scc_of_counts(1, -1, 0, 0), r"^only_x must be counts, at least 0"),
    (lambda: metrics.serial_correlation([0, 1, 1], (3,)), r"^lags must be between 1 and 2, not 3$"),
    (lambda: metrics.progressive_error([0, 1], 1.5), r"^value must be between 0 and 1, not 1.5$"),
    (lambda: metrics.progressive_error([0, 1], float("nan")), r"^value must be between 0 and 1, not nan$"),
    (lambda: metrics.stability([0, 1], 0.5, -0.1), r"^threshold must be at least 0, not -0.1$"),
    (lambda: metrics.star_discrepancy([0, 4], [0, 1], 4), r"^x must lie between 0 and 3, not reach 4$"),
    (lambda: metrics.star_discrepancy([0, 1], [0], 4), r"^y must be one sequence of integers, as long as the other"),
    (lambda: metrics.star_discrepancy([0], [0], 0), r"^modulus must be at least 1, not 0$"),
    (lambda: metrics.error_split([1.0], [1.0]),
     r"^estimates must have the shape \(runs, operands\) and truth \(operands,\), not"),
    (lambda: metrics.error_split([[float("inf")]], [1.0]), r"^estimates must be finite"),
    (lambda: metrics.fault_curve(lambda s: 0.5, {"x": [0, 3]}, 0.5, [0.1]), r"^stream x must be an array of 0 and 1"),
    (lambda: metrics.fault_curve(lambda s: 0.5, {"x": [0, 1]}, 0.5, [1.1]), r"^rates must be between 0 and 1, not"),
    (lambda: metrics.fault_curve(lambda s: 0.5, {"x": [0, 1]}, 0.5, 0.1), r"^rates must be a sequence, not"),
    (lambda: metrics.fault_curve(lambda s: [0.5], {"x": [0, 1]}, 0.5, [0.1]),
     r"^compute must give estimates of the shape \(\), not \(1,\)$"),
])
def test_bad_input_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_words_of_another_type_refused():
    with pytest.raises(TypeError, match=r"^x must be packed words of uint64 where a length is given, not int64"):
        metrics.scc([1], [1], 3)
