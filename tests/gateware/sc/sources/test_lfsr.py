# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.sources.lfsr import LFSR, maximal_taps
from models import golden

# Prime factors of 2**n - 1 (Cunningham tables).
FACTORS = {
    21: (7, 127, 337), 22: (3, 23, 89, 683), 23: (47, 178481), 24: (3, 5, 7, 13, 17, 241), 25: (31, 601, 1801),
    26: (3, 2731, 8191), 27: (7, 73, 262657), 28: (3, 5, 29, 43, 113, 127), 29: (233, 1103, 2089), 30: (3, 7, 11, 31, 151, 331),
    31: (2147483647,), 32: (3, 5, 17, 257, 65537),
}


@pytest.mark.parametrize("width", range(3, 21))
def test_every_value_but_zero_appears_once_in_a_period(width):
    period = (1 << width) - 1
    random = golden(LFSR(width, seed=period)).run(length=period + 3).random
    counts = np.bincount(random[:period].astype(np.int64), minlength=1 << width)
    assert counts[0] == 0 and (counts[1:] == 1).all() and random[:3].tolist() == random[period:].tolist()


def product(a, b):
    """Of two matrices over GF(2), each given by its columns as bit masks."""
    columns = []
    for column in b:
        total = 0
        for k, each in enumerate(a):
            total ^= each if column >> k & 1 else 0
        columns.append(total)
    return columns


def power(columns, exponent):
    result = [1 << k for k in range(len(columns))]
    while exponent:
        if exponent & 1:
            result = product(columns, result)
        columns, exponent = product(columns, columns), exponent >> 1
    return result


@pytest.mark.parametrize("direction", ["right", "left"])
@pytest.mark.parametrize("width", range(21, 33))
def test_the_order_of_the_transition_matrix_is_the_full_period(width, direction):
    assert (1 << width) - 1 == np.prod([prime**count for prime, count in multiplicity(width)], dtype=object)
    # The golden model is linear: what it makes of the unit vectors is its transition matrix.
    component = LFSR(width, direction=direction)
    units = np.array([1 << k for k in range(width)], np.uint64)
    state, _ = golden(component).advance((units,), length=1)
    columns, identity, period = state.value.tolist(), units.tolist(), (1 << width) - 1
    assert power(columns, period) == identity
    assert identity not in [power(columns, period // prime) for prime in FACTORS[width]]


def multiplicity(width):
    rest = (1 << width) - 1
    for prime in FACTORS[width]:
        count = 0
        while rest % prime == 0:
            rest, count = rest // prime, count + 1
        yield prime, count


def test_the_reference_of_sixteen_bits():
    """The register of SC-NeuroCore: f = b15 ^ b13 ^ b12 ^ b10, s' = (s << 1 | f) mod 2**16, from 0xACE1."""
    model = golden(LFSR(16, seed=0xACE1, direction="left"))
    random = model.run(length=65536).random
    # 0xACE1 = 1010 1100 1110 0001: f = 1 ^ 1 ^ 0 ^ 1 = 1; 0x59C3 = 0101 1001 ...: f = 0 ^ 0 ^ 1 ^ 0 = 1; 0xB387: f = 1 ^ 1 ^ 1 ^ 0 = 1;
    # 0x670F = 0110 0111 ...: f = 0 ^ 1 ^ 0 ^ 1 = 0; 0xCE1E = 1100 1110 ...: f = 1 ^ 0 ^ 0 ^ 1 = 0.
    assert [hex(value) for value in random[:6]] == ["0xace1", "0x59c3", "0xb387", "0x670f", "0xce1e", "0x9c3c"]
    assert random[65535] == 0xACE1 and len(np.unique(random)) == 65535


@pytest.mark.parametrize("seed", [(0xACE1 + 7 * 5) & 0xFFFF, (0xBEEF + 13 * 9) & 0xFFFF])
def test_an_encoder_counts_one_less_over_a_period(seed):
    random = golden(LFSR(16, seed=seed, direction="left")).run(length=65535).random.astype(np.int64)
    value = np.array([0, 1, 2, 3, 1000, 32768, 65534, 65535, 65536])
    ones = golden(ComparatorEncoder(16)).run({"value": np.tile(value, (65535, 1)), "random": random}).stream.sum(axis=0)
    assert ones.tolist() == [0, *(value[1:] - 1)]


def test_both_directions_are_the_same_sequence_mirrored():
    taps = maximal_taps(8)
    right = golden(LFSR(8, seed=1)).run(length=255).random.astype(int)
    left = golden(LFSR(8, seed=128, taps=taps, direction="left")).run(length=255).random.astype(int)
    assert [int(f"{value:08b}"[::-1], 2) for value in left] == right.tolist()


def test_other_primitive_taps_are_accepted():
    component = LFSR(np.int64(16), seed=np.uint16(5), taps=np.array([16, 12, 3, 1]))
    assert component.taps == (16, 12, 3, 1) and component.init.value == 5
    assert len(np.unique(golden(component).run(length=65535).random)) == 65535


@pytest.mark.parametrize("arguments, error, message", [
    ({"width": 2}, ValueError, "LFSR width must be between 3 and 32, not 2"),
    ({"width": 33}, ValueError, "LFSR width must be between 3 and 32, not 33"),
    ({"width": 8.0}, TypeError, "must be an integer, not "),
    ({"seed": 0}, ValueError, "LFSR seed must be between 1 and 65535, not 0, which would lock the register up"),
    ({"seed": 65536}, ValueError, "LFSR seed must be between 1 and 65535, not 65536"),
    ({"seed": -1}, ValueError, "LFSR seed must be between 1 and 65535, not -1"),
    ({"direction": "up"}, ValueError, "LFSR direction must be 'right' or 'left', not 'up'"),
    ({"taps": (16, 8)}, ValueError,
     r"LFSR taps must be the exponents of a primitive polynomial of degree 16, such as \(16, 14, 13, 11\), not \(16, 8\)"),
    ({"taps": (15, 14)}, ValueError, "taps must be"),
    ({"taps": (16, 14, 13, 11, 0)}, ValueError, "taps must be"),
    ({"taps": (16, 16, 14, 13, 11)}, ValueError, "taps must be"),
    ({"taps": (17, 14)}, ValueError, "taps must be"),
    ({"taps": ()}, ValueError, "taps must be"),
])
def test_errors(arguments, error, message):
    with pytest.raises(error, match=message):
        LFSR(**arguments)
