import re
from pathlib import Path

import numpy as np
import pytest

from gateware.bus.format import CRC, REPLY, SYNC, Classification, Command, Decoder, Frame, Identity, Status, encode
from platforms.host.errors import RefusalError
from platforms.host.protocol import event_payloads, events_sample, image_bytes, is_reply, load_payloads, reply_content

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
    identify, identity, classify, classification, refusal, load, loaded, scores, begun, more, ended, outcome = examples
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
    sample = np.zeros((2, 300), int)
    sample[0, [5, 260]] = sample[1, 7] = 1
    assert [begun, ended] == [Frame(0x31 + k, Command.EVENTS, block) for k, block in enumerate(event_payloads(sample, 300, 1, 7))]
    assert is_reply(more, begun) and reply_content(more, Command.EVENTS, 3) is None
    assert is_reply(outcome, ended) and reply_content(outcome, Command.EVENTS, 3) == Classification(2, 417, (0, 1, 4))


@pytest.mark.parametrize("word", [-1, 0x10000])
def test_words_out_of_range_are_refused_before_any_is_sent(word):
    with pytest.raises(ValueError, match=f"^words must be between 0 and 65535, not {word} at place 900$"):
        next(load_payloads([0] * 900 + [word], 64))


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


def test_a_sample_of_events_becomes_blocks():
    sample = np.zeros((3, 2, 2), np.uint8)
    sample[0, 1, 1], sample[2, 0, 1], sample[2, 1, 0] = 200, 1, 3
    ends = bytes([0xFF, 0xFF, 0])
    words = [bytes([3, 0, 200]), ends, ends, bytes([1, 0, 1]), bytes([2, 0, 3]), ends]
    assert event_payloads(sample, 4, 200, 9) == [bytes([k]) + words[2 * k] + words[2 * k + 1] for k in range(3)]
    # One level needs no third byte; after block 255 comes block 1.
    assert event_payloads(sample > 0, 4, 1, 100) == [b"\x00" + b"".join(word[:2] for word in words)]
    long = event_payloads(np.zeros((600, 4), int), 4, 1, 5)
    assert [block[0] for block in long] == [*range(256), *range(1, 45)] and all(block[1:] == 4 * b"\xff" for block in long)


@pytest.mark.parametrize("sample, error, message", [
    (np.zeros((3, 4)), TypeError, "sample levels must be integers, not float64"),
    (np.zeros((3, 5), int), ValueError, r"sample must have the shape \(time_steps, 4\), not \(3, 5\)"),
    (np.zeros((0, 4), int), ValueError, r"sample must have the shape \(time_steps, 4\), not \(0, 4\)"),
    (np.zeros(4, int), ValueError, r"sample must have the shape \(time_steps, 4\), not \(4,\)"),
    ([[0, 1, 2, 3], [0, 8, 0, -1]], ValueError, "sample levels must be between 0 and 7, not 8 at time step 1, input 1"),
    ([[0, 1, 2, 3], [0, 0, 0, -1]], ValueError, "sample levels must be between 0 and 7, not -1 at time step 1, input 3")])
def test_what_is_no_sample_of_events_is_refused(sample, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        event_payloads(sample, 4, 7, 100)


@pytest.mark.parametrize("levels, capacity, least", [(1, 2, 3), (7, 3, 4), (7, 0, 4)])
def test_a_board_that_no_event_fits_is_refused(levels, capacity, least):
    with pytest.raises(ValueError, match=f"^capacity must be at least {least} bytes, for a block's number and an event, not {capacity}$"):
        event_payloads([[1, 1]], 2, levels, capacity)
    assert [len(block) for block in event_payloads([[1, 1]], 2, levels, least)] == 3 * [least]


def test_a_list_of_events_becomes_a_sample():
    assert events_sample([(2, 3), (0, 1, 5), (2, 0, 1)], 3, 4).tolist() == [[0, 5, 0, 0], [0, 0, 0, 0], [1, 0, 0, 1]]


@pytest.mark.parametrize("event, error, message", [
    ((0,), TypeError, r"event 1 must be two or three integers \(time step, number, level\), not \(0,\)"),
    ((0, 1.5), TypeError, r"event 1 must be two or three integers \(time step, number, level\), not \(0, 1\.5\)"),
    (3, TypeError, r"event 1 must be two or three integers \(time step, number, level\), not 3"),
    ((False, True), TypeError, r"event 1 must be two or three integers \(time step, number, level\), not \(False, True\)"),
    ((3, 1), ValueError, "time step of event 1 must be between 0 and 2, not 3"), ((-1, 1), ValueError, "time step of event 1 must .*, not -1"),
    ((0, 4), ValueError, "number of event 1 must be between 0 and 3, not 4"), ((0, 1, 0), ValueError, "level of event 1 must .*, not 0"),
    ((1, 2, 3), ValueError, "event 1 must be the only one of input 2 in time step 1: add their levels")])
def test_what_is_no_event_is_refused(event, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        events_sample([(1, 2), event], 3, 4)
