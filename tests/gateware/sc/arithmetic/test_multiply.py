# amaranth: UnusedElaboratable=no
import numpy as np

from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.arithmetic.multiply import AndMultiplier, XnorMultiplier
from gateware.sc.arithmetic.mux_adder import MuxAdder
from models import golden

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
