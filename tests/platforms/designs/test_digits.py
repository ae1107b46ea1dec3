# amaranth: UnusedElaboratable=no
import pytest

from gateware.bus.format import Classification, Command, Frame, encode
from platforms.designs.digits import DigitsDesign


@pytest.fixture(scope="module")
def design():
    return DigitsDesign()


def test_design_is_the_bundled_network(design):
    assert design.layers == (64, 32, 10)
    top = design.create_top(24_000_000)
    assert top.divisor == 24 and top.identity.layers == (64, 32, 10) and top.identity.clock_hz == 24_000_000


def test_build_id_follows_the_hardware(design):
    assert design.build_id(24_000_000) == design.build_id(24_000_000) == design.create_top(24_000_000).identity.build_id
    assert design.build_id(24_000_000) != design.build_id(12_000_000)
    assert 0 <= design.build_id(24_000_000) < 2**64


def test_line_time_counts_every_bit(design):
    request, reply = design.line_seconds()
    # Two bytes of sync, five of header and two of its CRC; 64 pixels, or status, class, clocks and counts; two of CRC. Ten bits each.
    assert request == pytest.approx((2 + 5 + 2 + 64 + 2) * 10e-6)
    assert reply == pytest.approx((2 + 5 + 2 + 1 + 1 + 4 + 10 + 2) * 10e-6)
    assert len(encode(Frame(0, Command.CLASSIFY, b"\0" + Classification(0, 0, (0,) * 10).pack()))) == 27


def test_rate_that_the_clock_cannot_make_is_refused():
    with pytest.raises(ValueError, match="^7000000 baud from 24000000 Hz needs 3.43 clocks per bit"):
        DigitsDesign(baud=7_000_000).create_top(24_000_000)
