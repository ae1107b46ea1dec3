import re
from pathlib import Path

import pytest

from gateware.bus.format import CRC, REPLY, SYNC, Classification, Command, Decoder, Frame, Identity, Status, encode
from platforms.host.errors import RefusalError
from platforms.host.protocol import image_bytes, is_reply, load_payloads, reply_content

PAGE = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
IMAGE = bytes(k % 17 for k in range(64))


@pytest.fixture(scope="module")
def examples():
    """The frames in the page's blocks of code, in order."""
    blocks = [bytes.fromhex(block) for block in re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)]
    frames = Decoder().feed(b"".join(blocks))
    assert [encode(frame) for frame in frames] == blocks
    return frames


def test_the_examples_say_what_the_page_says(examples):
    identify, identity, classify, classification, refusal, load, loaded, scores = examples
    assert identify == Frame(0x2A, Command.IDENTIFY)
    assert is_reply(identity, identify)
    assert reply_content(identity, Command.IDENTIFY) == Identity(
        0x0123456789ABCDEF, 24_000_000, 64, (64, 32, 10), "digits")
    assert classify == Frame(0x2B, Command.CLASSIFY, image_bytes(list(IMAGE), 64))
    assert is_reply(classification, classify)
    assert reply_content(classification, Command.CLASSIFY) == Classification(3, 40_000, (0, 1, 2, 30, 4, 5, 6, 7, 8, 9))
    with pytest.raises(RefusalError) as caught:
        reply_content(refusal, Command.CLASSIFY)
    assert caught.value.status == Status.PIXEL_OUT_OF_RANGE
    assert refusal.sequence == 0x2C
    payload, = load_payloads([0] * 256 + [0x1234, 0xABCD], 3 + 2 * 258)
    assert load == Frame(0x2D, Command.LOAD, b"\x00\x01\x00" + payload[3 + 2 * 256:])
    assert is_reply(loaded, load) and reply_content(loaded, Command.LOAD) is None
    assert reply_content(scores, Command.CLASSIFY, 3) == Classification(1, 1368, (-300, 25_000, -1))


def test_the_tables_are_those_of_the_code():
    for status in Status:
        assert f"| {status:d} | {status.name} |" in PAGE
    for command in Command:
        assert re.search(rf"\| {command:02x} \| {command.name} \|.*\| {command | REPLY:02x} \|", PAGE)
    crc = CRC.algorithm
    assert f"| polynomial | 0x{crc.polynomial:04X} |" in PAGE
    assert f"| initial value | 0x{crc.initial_crc:04X} |" in PAGE
    assert f"| final XOR | 0x{crc.xor_output:04X} |" in PAGE
    assert (crc.reflect_input, crc.reflect_output) == (True, True)
    assert f"`123456789` | 0x{CRC.compute(b'123456789'):04X} |" in PAGE
    assert f"| residue | 0x{CRC.residue():04X} |" in PAGE
    assert f"| sync | `{SYNC.hex(' ')}` |" in PAGE


def test_a_reply_has_the_requests_sequence_and_command():
    request = Frame(5, Command.CLASSIFY, IMAGE)
    assert is_reply(Frame(5, 0x82), request)
    assert not is_reply(Frame(6, 0x82), request)
    assert not is_reply(Frame(5, 0x81), request)
    assert not is_reply(request, request)
