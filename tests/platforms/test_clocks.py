import pytest

from platforms.boards import board_names, find_board
from platforms.clocks import choose_clock


@pytest.mark.parametrize("name", board_names())
def test_default_clock_carries_a_megabaud(name):
    from gateware.bus.uart import divisor_for

    clock = choose_clock(find_board(name))
    assert clock.hz == find_board(name).clock_hz
    assert clock.hz == 1_000_000 * divisor_for(clock.hz, 1_000_000)


def test_clock_says_where_it_comes_from():
    assert str(choose_clock(find_board("icebreaker"))) == "24 MHz (clk12, 12 MHz through the PLL, VCO 768 MHz)"
    assert str(choose_clock(find_board("icebreaker"), "12")) == "12 MHz (clk12, 12 MHz)"
    assert str(choose_clock(find_board("upduino-v3"))) == "24 MHz (hfosc, 48 MHz divided by 2)"


def test_source_can_be_named():
    clock = choose_clock(find_board("upduino-v3"), "24@clk12")
    assert (clock.source.name, clock.pll.vco_hz) == ("clk12", 768_000_000)


@pytest.mark.parametrize("text", ["fast", "0", "-12", "nan", "inf", ""])
def test_clock_that_is_no_frequency_is_refused(text):
    with pytest.raises(ValueError, match=rf"^clock must be MHZ or MHZ@SOURCE, such as 24 or 24@clk12, not '{text}'$"):
        choose_clock(find_board("icebreaker"), text)


def test_oscillator_divides_by_powers_of_two_only():
    with pytest.raises(ValueError, match=r"^clock from the internal oscillator must be one of 48, 24, 12, 6 MHz, not 20 MHz$"):
        choose_clock(find_board("upduino-v3"), "20")


def test_unknown_source_is_refused():
    with pytest.raises(ValueError, match=r"^clock source of icebreaker must be one of clk12, not 'clk13'$"):
        choose_clock(find_board("icebreaker"), "24@clk13")
