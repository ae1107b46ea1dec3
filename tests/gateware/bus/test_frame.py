# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.bus import FrameReceiver, FrameTransmitter
from gateware.bus.format import MAX_PAYLOAD, PROTOCOL_VERSION, SYNC, Decoder, Frame, encode
from sim import cxxrtl
from sim.streams import simulate, stream_get, stream_put

from .designs import Echo

TIMEOUT = 50


@pytest.fixture(scope="module")
def simulations():
    return cxxrtl.compile({"echo": Echo(64, TIMEOUT), "receiver": FrameReceiver(capacity=8, timeout=TIMEOUT)})


def frames_of(rng, count, longest=64):
    return [Frame(int(rng.integers(256)), int(rng.integers(256)), rng.bytes(int(rng.integers(longest + 1))))
            for _ in range(count)]


def echo(simulations, data, expected, **gaps):
    """What comes back for some bytes has to be these frames."""
    echo = simulations["echo"]
    echo.reset()
    wanted = b"".join(map(encode, expected))
    run = echo.run_stream(list(data), count=len(wanted), max_clocks=100 * (len(data) + len(wanted)), **gaps)
    assert bytes(run.items.tolist()) == wanted
    return run


@pytest.mark.parametrize("gaps", [
    {}, {"i_gap": [0, 0, 5]}, {"o_gap": [3, 0, 11, 0, 0]}, {"i_gap": [1, 9], "o_gap": 30}])
def test_frames_back_to_back_with_stalls(simulations, gaps):
    frames = frames_of(np.random.default_rng(5), 60) + [Frame(0, 0), Frame(255, 255, b"\x00"), Frame(1, 2, SYNC * 32)]
    echo(simulations, b"".join(map(encode, frames)), frames, **gaps)


def test_a_frame_takes_the_stated_clocks(simulations):
    for length, clocks in ((0, 9), (1, 12), (64, 75)):
        frame = Frame(1, 2, bytes(length))
        run = echo(simulations, encode(frame), [frame])
        assert run.received[-1] - run.received[0] + 1 == clocks
        # The header is shown two clocks after the last byte, and its first byte sent in that clock.
        assert run.received[0] == run.sent[-1] + 2


def test_no_single_bit_error_passes_and_none_costs_the_next_frame(simulations):
    bad, good = encode(Frame(0x31, 2, bytes(range(17)))), Frame(7, 1, b"ok")
    data = bytearray()
    for bit in range(8 * len(bad)):
        damaged = bytearray(bad)
        damaged[bit // 8] ^= 1 << bit % 8
        data += damaged + encode(good)
    echo(simulations, data, [good] * (8 * len(bad)))


def test_garbage_before_and_after_frames(simulations):
    rng = np.random.default_rng(6)
    frames = frames_of(rng, 40)
    data = bytearray()
    for frame in frames:
        # Any bytes but the one that begins a frame, then that one any number of times.
        noise = rng.integers(0, 256, rng.integers(0, 80))
        data += bytes(noise[noise != SYNC[1]].tolist()) + SYNC[:1] * int(rng.integers(3)) + encode(frame)
    echo(simulations, data, frames)


def test_garbage_within_a_frame_costs_that_frame_only(simulations):
    good = Frame(7, 1, b"ok")
    data, expected = bytearray(), []
    for at in range(1, 19):
        whole = encode(Frame(3, 2, bytes(range(8))))
        data += whole[:at] + b"\x99" + whole[at:] + encode(good)
        expected.append(good)
    echo(simulations, data, expected)


def run_receiver(simulations, data, quiet_after=()):
    """Give one byte in four clocks, and nothing for the time-out after some; return frames' headers and drops."""
    receiver = simulations["receiver"]
    receiver.reset()
    gaps = np.full(len(data), 4)
    gaps[list(quiet_after)] = TIMEOUT + 4
    at = np.cumsum(gaps) - gaps
    valid, payload = np.zeros(gaps.sum() + 8, np.int64), np.zeros(gaps.sum() + 8, np.int64)
    valid[at], payload[at] = 1, list(data)
    out = receiver.run({"i__valid": valid, "i__payload": payload, "o__ready": 1})
    assert out["i__ready"][at].all()
    headers = out["o__payload"][out["o__valid"] == 1]
    fields = [(header & 1, header >> 1 & 255, header >> 9 & 255, header >> 17) for header in headers.tolist()]
    return fields, int(out["dropped"].sum())


def decode(data, quiet_after=()):
    decoder, frames = Decoder(), []
    for at, byte in enumerate(data):
        frames += decoder.feed([byte])
        if at in quiet_after:
            decoder.time_out()
    fields = [(int(f.version == PROTOCOL_VERSION), f.sequence, f.command, len(f.payload)) for f in frames]
    return fields, decoder.dropped


@pytest.mark.parametrize("seed", range(4))
def test_hardware_and_software_find_the_same_frames(simulations, seed):
    rng = np.random.default_rng(seed)
    data, quiet = bytearray(), set()
    for frame in frames_of(rng, 600, longest=20):
        frame = frame._replace(version=int(rng.choice([PROTOCOL_VERSION, 0, 2, 255], p=[0.7, 0.1, 0.1, 0.1])))
        whole = bytearray(encode(frame))
        kind = rng.integers(6)
        if kind == 0:
            del whole[rng.integers(len(whole)):]
        elif kind == 1:
            whole[rng.integers(len(whole))] ^= int(rng.integers(1, 256))
        elif kind == 2:
            whole += rng.choice([*SYNC, 0, 1, 2], int(rng.integers(30))).astype(np.uint8).tobytes()
        elif kind == 3:
            whole += SYNC + rng.bytes(int(rng.integers(8)))
        data += whole
        if data and rng.random() < 0.3:
            quiet.add(len(data) - 1)
    frames, dropped = decode(data, quiet)
    assert run_receiver(simulations, data, quiet) == (frames, dropped)
    assert len(frames) > 200
    assert dropped > 100


def test_a_payload_longer_than_the_buffer_is_checked_to_its_end(simulations):
    long, good = encode(Frame(5, 2, bytes(MAX_PAYLOAD))), encode(Frame(6, 1))
    assert run_receiver(simulations, long + good) == ([(1, 5, 2, MAX_PAYLOAD), (1, 6, 1, 0)], 0)
    assert run_receiver(simulations, long[:-1] + b"\x00" + good) == ([(1, 6, 1, 0)], 1)


def test_a_length_above_the_limit_is_dropped_at_once(simulations):
    header = bytes([PROTOCOL_VERSION, 1, 1, 0x00, 0x10])
    assert run_receiver(simulations, SYNC + header + encode(Frame(6, 1))) == ([(1, 6, 1, 0)], 1)


def test_a_truncated_frame_ends_with_the_time_out(simulations):
    whole, good = encode(Frame(5, 2, bytes(8))), encode(Frame(6, 1))
    for at in range(2, len(whole)):
        assert run_receiver(simulations, whole[:at] + good, [at - 1]) == ([(1, 6, 1, 0)], 1)


def test_the_time_out_is_exact(simulations):
    receiver = simulations["receiver"]
    data = encode(Frame(5, 2, bytes(3)))
    for quiet, result in ((TIMEOUT, 1), (TIMEOUT + 1, 0)):
        receiver.reset()
        valid = np.ones(len(data) + quiet + 10, np.int64)
        payload = np.r_[list(data[:5]), np.zeros(quiet, np.int64), list(data[5:]), np.zeros(10, np.int64)]
        valid[5:5 + quiet], valid[quiet + len(data):] = 0, 0
        # The clock in which the header's CRC is checked takes no byte.
        at = 9 + quiet
        valid, payload = np.insert(valid, at, 0), np.insert(payload, at, 0)
        assert receiver.run({"i__valid": valid, "i__payload": payload, "o__ready": 1})["o__valid"].sum() == result


def test_the_payload_can_be_read_in_any_order_and_holds():
    receiver = FrameReceiver(capacity=8, timeout=1000)
    payload = bytes([0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE])

    async def feed(ctx):
        for byte in encode(Frame(0x77, 0x42, payload)) + encode(Frame(0x78, 0x43)):
            await stream_put(ctx, receiver.i, byte)

    async def take(ctx):
        while not ctx.get(receiver.o.valid):
            await ctx.tick()
        for address in (7, 0, 3, 3, 6, 1, 2, 5, 4):
            ctx.set(receiver.address, address)
            await ctx.tick()
            assert ctx.get(receiver.data) == payload[address]
        header = await stream_get(ctx, receiver.o)
        assert (header.sequence, header.command, header.length, header.supported) == (0x77, 0x42, 8, 1)
        header = await stream_get(ctx, receiver.o)
        assert (header.sequence, header.command, header.length, header.supported) == (0x78, 0x43, 0, 1)

    simulate(receiver, feed, take, max_clocks=1000)


@pytest.mark.parametrize("component, parameters, error, message", [
    (FrameReceiver, {"capacity": 1, "timeout": 9}, ValueError, "capacity must be between 2 and 4095 bytes, not 1"),
    (FrameReceiver, {"capacity": 4096, "timeout": 9}, ValueError, "capacity must be between 2 and 4095 bytes, not 4096"),
    (FrameReceiver, {"capacity": "8", "timeout": 9}, TypeError, "capacity must be an integer number of bytes, not '8'"),
    (FrameReceiver, {"capacity": 8, "timeout": 1}, ValueError, "timeout must be between 2 and 4294967295 clocks, not 1"),
    (FrameReceiver, {"capacity": 8, "timeout": 2.0}, TypeError, r"timeout must be an integer number of clocks, not 2\.0"),
    (FrameTransmitter, {"longest": 0}, ValueError, "longest payload must be between 1 and 4095 bytes, not 0")])
def test_refusals(component, parameters, error, message):
    with pytest.raises(error, match=f"^frame {message}$"):
        component(**parameters)
