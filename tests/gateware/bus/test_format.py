import itertools

import numpy as np
import pytest
from amaranth.sim import Simulator

from gateware.bus.format import (
    CRC,
    MAX_PAYLOAD,
    SYNC,
    Classification,
    Decoder,
    Frame,
    Identity,
    encode,
    score_bytes,
)

CHECK = b"123456789"


def test_crc_gives_the_published_check_value():
    # CRC-16/IBM-SDLC in the catalogue at https://reveng.sourceforge.io/crc-catalogue/16.htm
    assert CRC.compute(CHECK) == 0x906E
    assert CRC.residue() == 0xF0B8


def test_the_hardware_crc_gives_the_published_check_value():
    crc = CRC.create()

    async def bench(ctx):
        ctx.set(crc.valid, 1)
        for byte in CHECK + b"\x6e\x90":
            if byte == 0x6E:
                assert ctx.get(crc.crc) == 0x906E
            ctx.set(crc.data, byte)
            await ctx.tick()
        assert ctx.get(crc.match_detected)

    simulator = Simulator(crc)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()


def test_frames_come_back_out_of_any_pieces():
    rng = np.random.default_rng(1)
    frames = [Frame(int(rng.integers(256)), int(rng.integers(256)), rng.bytes(int(length)), int(rng.integers(256)))
              for length in [0, 1, 2, 255, 256, 257, MAX_PAYLOAD, 0]]
    data = b"".join(map(encode, frames))
    for size in (1, 7, 100, len(data)):
        decoder = Decoder()
        parts = [decoder.feed(data[at:at + size]) for at in range(0, len(data), size)]
        assert list(itertools.chain(*parts)) == frames
        assert decoder.dropped == 0


def test_no_error_of_up_to_two_bits_passes():
    clean = encode(Frame(3, 2, b"\x10\x00\x07"))
    bits = 8 * len(clean)
    for flipped in itertools.chain(itertools.combinations(range(bits), 1), itertools.combinations(range(bits), 2)):
        damaged = int.from_bytes(clean, "little")
        for bit in flipped:
            damaged ^= 1 << bit
        assert Decoder().feed(damaged.to_bytes(len(clean), "little")) == []


def test_a_frame_begun_is_given_up_on_time_out():
    good = Frame(1, 1)
    decoder = Decoder()
    assert decoder.feed(encode(Frame(9, 2, bytes(64)))[:20]) == []
    decoder.time_out()
    assert decoder.feed(SYNC[:1]) == []
    decoder.time_out()
    assert decoder.feed(SYNC[1:] + encode(good)) == [good]
    assert decoder.dropped == 1


@pytest.mark.parametrize("frame, error, message", [
    (Frame(256, 1), ValueError, "frame sequence must be between 0 and 255, not 256"),
    (Frame(0, -1), ValueError, "frame command must be between 0 and 255, not -1"),
    (Frame(0, 1, b"", 300), ValueError, "frame version must be between 0 and 255, not 300"),
    (Frame(1.5, 1), TypeError, r"frame sequence must be an integer, not 1\.5"),
    (Frame(0, 1, bytes(4096)), ValueError, "frame payload must have at most 4095 bytes, not 4096")])
def test_frame_refusals(frame, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        encode(frame)


def test_identity_round_trip_and_refusals():
    identity = Identity(0x0123456789ABCDEF, 24_000_000, 64, (64, 32, 10), "digits")
    assert Identity.unpack(identity.pack()) == identity
    for change, message in [
            ({"build_id": 2**64}, "build id must be between 0 and 18446744073709551615, not 18446744073709551616"),
            ({"build_id": -1}, "build id must be between"),
            ({"clock_hz": 2**32}, "clock_hz must be between 0 and 4294967295, not 4294967296"),
            ({"capacity": 5000}, "capacity must be between 0 and 4095, not 5000"),
            ({"layers": (64, 70000)}, "layer size must be between 0 and 65535, not 70000"),
            ({"layers": ()}, r"layers must be 1 to 16 sizes, not \(\)"),
            ({"name": ""}, "design name must have 1 to 32 ASCII characters, not ''"),
            ({"name": "größer"}, "design name must have 1 to 32 ASCII characters")]:
        with pytest.raises(ValueError, match=f"^{message}"):
            identity._replace(**change).pack()
    for payload in (b"", identity.pack()[:14], identity.pack()[:17], identity.pack()[:-1] + b"\xff"):
        with pytest.raises(ValueError, match="^not an identity: "):
            Identity.unpack(payload)


def test_classification_round_trip_and_refusals():
    result = Classification(7, 40_000, (0, 1, 2, 3, 4, 5, 6, 32, 8, 9))
    assert Classification.unpack(result.pack()) == result
    with pytest.raises(ValueError, match="^count must be between 0 and 255, not 256$"):
        result._replace(counts=(256,)).pack()
    with pytest.raises(ValueError, match="^not a classification: 5 bytes, at least 6 are needed$"):
        Classification.unpack(bytes(5))
    for scores, size in (((-128, 0, 32_767, -32_768), 2), ((-(1 << 23), (1 << 23) - 1, 5, -1), 3)):
        wide = result._replace(counts=scores)
        assert Classification.unpack(wide.pack(size), 4) == wide
        assert len(wide.pack(size)) == 5 + 4 * size
    with pytest.raises(ValueError, match="^count must be between -32768 and 32767, not 32768$"):
        result._replace(counts=(32_768,)).pack(2)
    for length, classes in ((5, 3), (7, 3), (12, 3)):
        with pytest.raises(ValueError, match=f"^not a classification: {length} bytes, 5 and the same number for each of {classes} scores"):
            Classification.unpack(bytes(length), classes)


@pytest.mark.parametrize("width, signed, size", [(1, False, 1), (8, False, 1), (9, False, 2), (15, False, 2), (16, False, 3),
                                                 (3, True, 2), (16, True, 2), (17, True, 3), (24, True, 3), (25, True, 4)])
def test_every_score_fits_its_bytes_and_its_bytes_tell_whether_it_is_signed(width, signed, size):
    assert score_bytes(width, signed) == size
    for score in ((-1 << width - 1, (1 << width - 1) - 1) if signed else (0, (1 << width) - 1)):
        result = Classification(0, 0, (score, score))
        assert Classification.unpack(result.pack(size), 2) == result
