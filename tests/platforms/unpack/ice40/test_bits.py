import pytest

from platforms.errors import BuildError
from platforms.unpack.ice40.bits import Bits, read_bits
from platforms.unpack.ice40.database import load_database

TILE = ".comment\n\n.device 1k\n.logic_tile 1 1\n" + "\n".join(["0" * 54] * 15 + ["0" * 53 + "1"]) + "\n"


def test_bits_are_where_the_text_has_them():
    database = load_database("1k")
    bits = read_bits(TILE + "\n.ram_data 3 1\n" + "\n".join(["0" * 63 + "a"] * 16) + "\n\n.extra_bit 0 330 142\n", database)
    assert bits.values.sum() == 1 and bits.values[bits.index((1, 1), 15, 53)]
    assert bits.rams == {(3, 1): [10] * 16} and bits.extra == {(0, 330, 142)}
    assert bits.unexplained() == [(1, 1)]
    bits.explained[bits.index((1, 1), 15, 53)] = True
    assert bits.unexplained() == []


def test_what_is_read_is_explained():
    bits = Bits(load_database("1k"))
    positions = bits.entry((1, 1), "NegClk")
    bits.values[positions] = True
    assert bits.unexplained() == [(1, 1)] and bits.flag((1, 1), "NegClk") is True and bits.unexplained() == []


def test_text_of_another_part_or_form_is_refused():
    database = load_database("1k")
    with pytest.raises(BuildError, match="of a part 1k, not 5k"):
        read_bits(TILE, load_database("5k"))
    with pytest.raises(BuildError, match=r"tile \(1, 1\) of the bitstream is a io_tile, of the part a logic_tile"):
        read_bits(TILE.replace("logic", "io"), database)
    with pytest.raises(BuildError, match=r"section \.other that is not known"):
        read_bits(TILE + ".other 1\n", database)
