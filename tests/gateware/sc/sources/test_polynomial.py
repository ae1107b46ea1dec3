import pytest

from gateware.sc.sources.polynomial import is_primitive, maximal_taps, register, transition


def order(taps):
    """Steps until a register with these taps, starting at 1, is 1 again, by counting; 0 if it never is."""
    mask, width = sum(1 << (taps[0] - tap) for tap in taps), taps[0]
    value, steps = 1, 0
    while True:
        value, steps = value >> 1 | ((value & mask).bit_count() & 1) << (width - 1), steps + 1
        if value in (0, 1) or steps > 1 << width:
            return steps if value == 1 else 0


def test_primitive_polynomials_of_degree_8_are_those_of_full_period():
    """There are phi(255) / 8 = 16 of them."""
    every = [(8, *(tap for tap in range(7, 0, -1) if chosen >> tap & 1)) for chosen in range(0, 256, 2)]
    primitive = [taps for taps in every if is_primitive(taps)]
    assert len(primitive) == 16 and primitive == [taps for taps in every if order(taps) == 255]
    assert maximal_taps(8) in primitive


def test_a_shift_as_a_matrix():
    assert transition((4, 3)) == (0b0010, 0b0100, 0b1000, 0b0011)


def test_the_errors_name_the_register():
    assert register("Some register", 8, 0, None, zero=True) == (8, 0, (8, 6, 5, 4))
    with pytest.raises(ValueError, match="^Some register seed must be between 1 and 255, not 0, which would lock the register up$"):
        register("Some register", 8, 0, None)
    with pytest.raises(TypeError, match="^Some register taps must be an integer, not 4.0$"):
        register("Some register", 8, 1, (8, 4.0))
