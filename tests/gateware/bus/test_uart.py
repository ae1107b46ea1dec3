# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.bus import UARTReceiver, UARTTransmitter, divisor_for
from sim import cxxrtl

from .designs import Loop, line

DIVISORS = [4, 5, 7, 24, 208]


@pytest.fixture(scope="module")
def simulations():
    designs = {f"loop{divisor}": Loop(divisor) for divisor in DIVISORS}
    designs |= {f"receiver{divisor}": UARTReceiver(divisor) for divisor in DIVISORS}
    return cxxrtl.compile(designs | {"transmitter": UARTTransmitter(24)})


def receive(simulation, levels, ready=1):
    """Run a receiver from its reset: bytes taken, framing errors, overflows."""
    simulation.reset()
    out = simulation.run({"rx": levels, "o__ready": np.broadcast_to(ready, levels.shape)})
    taken = (out["o__valid"] & np.broadcast_to(ready, levels.shape)) == 1
    return bytes(out["o__payload"][taken].tolist()), int(out["framing_error"].sum()), int(out["overflow"].sum())


@pytest.mark.parametrize("divisor", DIVISORS)
def test_loop_back(simulations, divisor):
    data = np.r_[np.arange(256), np.random.default_rng(divisor).integers(0, 256, 100)]
    loop = simulations[f"loop{divisor}"]
    for i_gap in (0, [0, 3, 17 * divisor]):
        loop.reset()
        run = loop.run_stream(data, i_gap=i_gap, max_clocks=1_000_000)
        assert run.items.tolist() == data.tolist()


def test_bytes_follow_each_other_without_a_gap(simulations):
    loop = simulations["loop24"]
    loop.reset()
    run = loop.run_stream(np.arange(20), max_clocks=10_000)
    assert set(np.diff(run.sent)) == {240}
    # 9.5 bits, one clock for the transmitter's register, and the three clocks that the receiver states.
    assert set(run.received - run.sent) == {228 + 1 + 3}


def test_the_line_is_what_the_definition_says(simulations):
    transmitter = simulations["transmitter"]
    transmitter.reset()
    data = bytes([0x00, 0xFF, 0x55, 0xD5, 0x01, 0x80])
    out = transmitter.run({"i__valid": np.ones(1440, np.int64), "i__payload": np.repeat(list(data), 240)})
    assert out["i__ready"].nonzero()[0].tolist() == list(range(0, 1440, 240))
    # The start bit begins in the clock after the transfer.
    assert out["tx"].tolist() == [1, *line(data, 24, idle=0)[:-1]]


@pytest.mark.parametrize("divisor", DIVISORS)
@pytest.mark.parametrize("mismatch", [-0.02, -0.01, 0.0, 0.01, 0.02])
def test_rates_up_to_two_percent_off(simulations, divisor, mismatch):
    data = bytes(np.random.default_rng(3).integers(0, 256, 300).tolist()) + bytes([0, 255] * 20)
    for phase in np.arange(0, 1, 0.125):
        levels = line(data, divisor * (1 + mismatch), idle=2 + phase / divisor)
        assert receive(simulations[f"receiver{divisor}"], levels) == (data, 0, 0)


def test_glitches_shorter_than_half_a_bit_are_ignored(simulations):
    data = bytes(range(30))
    for width in (1, 5, 11):
        glitch = np.r_[np.ones(50, np.int64), np.zeros(width, np.int64), np.ones(50, np.int64)]
        levels = np.concatenate([part for byte in data for part in (glitch, line([byte], 24))])
        assert receive(simulations["receiver24"], levels) == (data, 0, 0)


def test_a_low_stop_bit_drops_the_byte(simulations):
    levels = np.r_[line([0x12], 24), line([0xA5], 24, stop=0), line([0x34], 24)]
    assert receive(simulations["receiver24"], levels) == (b"\x12\x34", 1, 0)


def test_a_break_is_one_framing_error(simulations):
    levels = np.r_[np.ones(30, np.int64), np.zeros(5000, np.int64), line([0x34], 24)]
    assert receive(simulations["receiver24"], levels) == (b"\x34", 1, 0)


def test_a_byte_that_is_not_taken_holds_and_the_next_is_dropped(simulations):
    levels = np.r_[line([1, 2, 3], 24), line([4, 5], 24)]
    ready = np.r_[np.zeros(780, np.int64), np.ones(len(levels) - 780, np.int64)]
    assert receive(simulations["receiver24"], levels, ready) == (b"\x01\x04\x05", 0, 2)


@pytest.mark.parametrize("clock_hz, baud, divisor", [
    (24_000_000, 1_000_000, 24), (12_000_000, 1_000_000, 12), (48_000_000, 115_200, 417), (98, 10, 10),
    (np.int64(25_000_000), np.int32(1_000_000), 25)])
def test_divisor(clock_hz, baud, divisor):
    assert divisor_for(clock_hz, baud) == divisor


@pytest.mark.parametrize("arguments, error, message", [
    ((16_000_000, 3_000_000), ValueError, (r"3000000 baud cannot be made from 16000000 Hz: 16000000 / 5 = 3200000 baud "
                                           r"is \+6\.67 % off, at most 2 % is accepted")),
    ((12_000_000, 4_000_000), ValueError, (r"4000000 baud from 12000000 Hz needs 3\.00 clocks per bit; "
                                           r"the UART takes 4 to 65535")),
    ((100_000_000, 300), ValueError, r"300 baud from 100000000 Hz needs 333333\.33 clocks per bit"),
    ((0, 9600), ValueError, "clock_hz must be a positive number of Hz, not 0"),
    ((12_000_000, -1), ValueError, "baud must be a positive number of bits per second, not -1"),
    ((12e6, 9600), TypeError, r"clock_hz must be an integer number of Hz, not 12000000\.0"),
    ((12_000_000, "9600"), TypeError, "baud must be an integer number of bits per second, not '9600'")])
def test_divisor_refusals(arguments, error, message):
    with pytest.raises(error, match=f"^{message}"):
        divisor_for(*arguments)


@pytest.mark.parametrize("component", [UARTReceiver, UARTTransmitter])
def test_divisor_parameter_refusals(component):
    for divisor in (3, 65536, -1):
        message = f"^UART divisor must be between 4 and 65535 clocks per bit, not {divisor}$"
        with pytest.raises(ValueError, match=message):
            component(divisor)
    with pytest.raises(TypeError, match=r"^UART divisor must be an integer, not 24\.0$"):
        component(24.0)
    assert component(np.int16(24)).divisor == 24
