# amaranth: UnusedElaboratable=no
import numpy as np

import pytest

from gateware.sc.arithmetic.multiply import AndMultiplier, XnorMultiplier
from gateware.sc.arithmetic.mux_adder import MuxAdder
from gateware.sc.contract import ContractError, Stream
from gateware.sc.encode.comparator import ComparatorEncoder
from models import golden

from .streams import balanced, encode, pairs, rms, sobol

N = 16


def streams(values, order):
    """Streams of N * N clocks in which every pair of the two sources' numbers meets once."""
    clock = np.arange(N * N)
    random = {"fast": clock % N, "slow": clock // N}[order]
    return golden(ComparatorEncoder(4)).run({"value": np.tile(values, (N * N, 1)), "random": random}).stream


P, R = (each.ravel() for each in np.meshgrid(np.arange(N + 1), np.arange(N + 1)))
A, B = streams(P, "fast"), streams(R, "slow")


def test_and_is_exactly_the_product():
    assert (golden(AndMultiplier()).run({"a": A, "b": B}).product.sum(axis=0) == P * R).all()


def test_xnor_is_exactly_the_bipolar_product():
    ones = golden(XnorMultiplier()).run({"a": A, "b": B}).product.sum(axis=0)
    assert (2 * ones - N * N == (2 * P - N) * (2 * R - N)).all()


def test_mux_is_exactly_the_weighted_mean():
    # The select is a third stream, against which both others are rotated.
    clock = np.arange(N**3)
    encoder = golden(ComparatorEncoder(4))
    fast, slow, third = clock % N, clock // N % N, clock // N**2
    for s, p, q in ((0, 3, 9), (16, 3, 9), (8, 16, 0), (5, 7, 11), (8, 1, 2)):
        a, b, select = (encoder.run({"value": np.full(N**3, value), "random": random}).stream
                        for value, random in ((p, fast), (q, slow), (s, third)))
        ones = golden(MuxAdder()).run({"a": a, "b": b, "select": select}).sum.sum()
        assert ones * N == N**2 * (s * p + (N - s) * q)


def test_any_correlation_of_a_short_stream():
    # Every way in which 12 clocks share out among the pairs 11, 10, 01 and 00, against the formula by the SCC.
    length = 12
    shares = [(a, b, c, length - a - b - c) for a in range(length + 1) for b in range(length + 1 - a)
              for c in range(length + 1 - a - b)]
    x, y = (np.array([np.repeat(bits, share) for share in shares]).T for bits in ([1, 1, 0, 0], [1, 0, 1, 0]))
    products, equal = (golden(each).run({"a": x, "b": y}).product.mean(axis=0) for each in (AND, XNOR))
    for (a, b, c, _), product, same in zip(shares, products, equal):
        p, q = (a + b) / length, (a + c) / length
        covariance = a / length - p * q
        room = min(p, q) - p * q if covariance > 0 else p * q - max(p + q - 1, 0)
        scc = covariance / room if room > 1e-12 else 0.0
        assert -1 - 1e-9 <= scc <= 1 + 1e-9
        assert product == pytest.approx(p * q + scc * room)
        assert same == pytest.approx(1 - p - q + 2 * (p * q + scc * room))


AND, XNOR = AndMultiplier(), XnorMultiplier()


@pytest.mark.parametrize(("bits", "known"), [(8, 0.0022), (10, 0.0007), (12, 0.0002)])
def test_rmse_of_random_pairs(bits, known):
    # 1000 pairs with seed 0. Sobol dimensions 1 and 2 give the figures known of it (within their sample); a ramp and the
    # balanced bit-reversed counter give less.
    x, y = pairs(bits)
    product, size = x * y / 4**bits, 1 << bits

    def errors(first, second):
        return golden(AND).run({"a": encode(x, first), "b": encode(y, second)}).product.mean(axis=0) - product

    points = sobol(bits)
    assert rms(errors(points[:, 0], points[:, 1])) < 1.12 * known
    assert rms(errors(np.arange(size), balanced(bits))) < min(known, {8: 0.0020, 10: 0.00056, 12: 0.00016}[bits])
    bipolar = golden(XNOR).run({"a": encode(x, np.arange(size)), "b": encode(y, balanced(bits))}).product.mean(axis=0)
    assert rms(2 * bipolar - 1 - (2 * x / size - 1) * (2 * y / size - 1)) < {8: 0.0089, 10: 0.0026, 12: 0.0007}[bits]


def test_rmse_on_the_grid_of_33_by_33():
    x, y = (each.ravel() for each in np.meshgrid(np.arange(0, 257, 8), np.arange(0, 257, 8)))
    points, found = sobol(8), {}
    for name, first, second in (("Sobol 1, 2", points[:, 0], points[:, 1]), ("Sobol 1, 8", points[:, 0], points[:, 7]),
                                ("ramp, balanced", np.arange(256), balanced(8))):
        found[name] = rms(golden(AND).run({"a": encode(x, first), "b": encode(y, second)}).product.mean(axis=0) - x * y / 65536)
    assert found["Sobol 1, 2"] == pytest.approx(0.00125, abs=0.00001)
    assert found["Sobol 1, 8"] == pytest.approx(0.0088, abs=0.00005)
    assert found["ramp, balanced"] == pytest.approx(0.00106, abs=0.00001)


def test_a_square_by_and_is_refused():
    stream = Stream(frozenset({"lfsr"}), "independent", ("lfsr", 1))
    message = r"^AndMultiplier needs a and b with SCC = 0, and they have SCC = \+1: .*; for a square an InStreamSquare$"
    with pytest.raises(ContractError, match=message):
        AndMultiplier.contract.check("AndMultiplier", {"a": [stream], "b": [stream]})
