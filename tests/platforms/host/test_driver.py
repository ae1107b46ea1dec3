import numpy as np
import pytest

from gateware.bus.format import REPLY, Command, Frame, Status, encode
from gateware.chip.event_blocks import EventBlocks
from models.structures.event_blocks import EventBlocksModel
from platforms.host.driver import Board
from platforms.host.errors import CorruptionError, LinkError, RefusalError, SilenceError, VersionError, WrongBuildError

from .fake import IDENTITY, RESULT, FakePort, answer

IMAGE = np.arange(64) % 17


def good(_, request):
    return encode(answer(request))


def test_identify_and_classify():
    port = FakePort(good)
    with Board(port, build_id=IDENTITY.build_id) as board:
        assert board.identify() == IDENTITY
        assert board.classify(IMAGE) == RESULT
        assert board.classify(IMAGE.reshape(8, 8).astype(np.uint8)) == RESULT
        assert board.classify(IMAGE.tolist()) == RESULT
    assert port.closed
    assert [frame.command for frame in port.requests] == [Command.IDENTIFY] + 3 * [Command.CLASSIFY]
    assert [frame.payload for frame in port.requests[1:]] == 3 * [bytes(IMAGE.tolist())]
    assert len({frame.sequence for frame in port.requests}) == 4


def test_classify_asks_for_the_identity_once():
    port = FakePort(good)
    board = Board(port)
    board.classify(IMAGE)
    board.classify(IMAGE)
    assert [frame.command for frame in port.requests] == [Command.IDENTIFY, Command.CLASSIFY, Command.CLASSIFY]


def test_the_sequence_number_goes_round():
    port = FakePort(good)
    board = Board(port)
    for _ in range(300):
        board.identify()
    assert {frame.sequence for frame in port.requests} == set(range(256))


@pytest.mark.parametrize("first", [
    lambda request: b"",
    lambda request: encode(answer(request))[:-1],
    lambda request: encode(answer(request))[:-1] + b"\x00",
    lambda request: b"\x55\xd5\xff" * 30,
    lambda request: encode(answer(request._replace(sequence=request.sequence ^ 1))),
    lambda request: encode(request)])
def test_a_lost_damaged_or_foreign_reply_is_asked_for_again(first):
    port = FakePort(lambda count, request: first(request) if count == 1 else encode(answer(request)))
    assert Board(port).identify() == IDENTITY
    assert len(port.requests) == 2
    assert port.requests[0].sequence != port.requests[1].sequence


def test_a_late_reply_is_not_taken_for_its_own():
    late = []

    def respond(count, request):
        late.append(encode(answer(request)))
        return b"" if count == 1 else late[count - 2] + late[count - 1]

    assert Board(FakePort(respond)).identify() == IDENTITY


def test_a_line_that_goes_silent():
    port = FakePort(lambda count, request: good(count, request) if count < 3 else b"")
    board = Board(port, timeout=0.5, attempts=4)
    board.classify(IMAGE)
    with pytest.raises(SilenceError, match=r"^no reply to CLASSIFY from fake in 4 attempts of 0\.5 s: "
                                           r"is the board powered and programmed, and this its data port\?$"):
        board.classify(IMAGE)
    assert len(port.requests) == 2 + 4
    assert port.seconds == pytest.approx(2.0, abs=0.1)


def test_a_line_that_garbles_everything():
    def respond(_, request):
        damaged = bytearray(encode(answer(request)))
        damaged[-1] ^= 4
        return bytes(damaged)

    with pytest.raises(CorruptionError, match=r"^no good reply to IDENTIFY from fake in 3 attempts of 0\.25 s, "
                                              r"though 117 bytes came"):
        Board(FakePort(respond)).identify()


def test_another_build():
    board = Board(FakePort(good), build_id=0x77)
    for ask in (board.identify, lambda: board.classify(IMAGE)):
        with pytest.raises(WrongBuildError, match="^the board at fake runs build 0123456789abcdef, "
                                                  "not 0000000000000077: program it first$"):
            ask()


@pytest.mark.parametrize("change", [
    lambda reply: reply._replace(version=2),
    lambda reply: reply._replace(payload=bytes([Status.UNSUPPORTED_VERSION]), version=2),
    lambda reply: reply._replace(version=0, payload=b"what a version 0 may say")])
def test_another_version_of_the_protocol(change):
    port = FakePort(lambda _, request: encode(change(answer(request))))
    with pytest.raises(VersionError, match="^the board speaks protocol version [02], and this host version 1: "):
        Board(port).identify()
    assert len(port.requests) == 1


@pytest.mark.parametrize("status, reason", [
    (Status.UNKNOWN_COMMAND, "it does not know this command"),
    (Status.BAD_LENGTH, "the payload does not have the length that it expects"),
    (Status.PIXEL_OUT_OF_RANGE, "a pixel is above the network's highest level")])
def test_a_refusal(status, reason):
    def respond(_, request):
        if request.command == Command.IDENTIFY:
            return encode(answer(request))
        return encode(Frame(request.sequence, request.command | REPLY, bytes([status])))

    with pytest.raises(RefusalError, match=f"^the board refused CLASSIFY: {reason}$") as caught:
        Board(FakePort(respond)).classify(IMAGE)
    assert caught.value.status == status


@pytest.mark.parametrize("payload", [b"", b"\x00", b"\x63", b"\x00" + IDENTITY.pack()[:10]])
def test_a_reply_that_makes_no_sense(payload):
    port = FakePort(lambda _, request: encode(Frame(request.sequence, request.command | REPLY, payload)))
    with pytest.raises(CorruptionError, match="^the board's reply to IDENTIFY cannot be read: "):
        Board(port).identify()


def test_a_result_that_does_not_fit_the_identity():
    def respond(_, request):
        reply = answer(request)
        if request.command == Command.CLASSIFY:
            reply = reply._replace(payload=reply.payload[:-1])
        return encode(reply)

    with pytest.raises(CorruptionError, match="^the board's reply to CLASSIFY cannot be read: 00 03 "):
        Board(FakePort(respond)).classify(IMAGE)


@pytest.mark.parametrize("image, error, message", [
    (np.zeros(63, int), ValueError, r"image must have 64 pixels, not 63 \(shape \(63,\)\)"),
    (np.zeros((8, 9), int), ValueError, r"image must have 64 pixels, not 72 \(shape \(8, 9\)\)"),
    (np.full(64, 17), ValueError, "image pixels must be between 0 and 16, not 17 at index 0"),
    (np.r_[np.zeros(63, int), -1], ValueError, "image pixels must be between 0 and 16, not -1 at index 63"),
    (np.full(64, 256), ValueError, "image pixels must be between 0 and 16, not 256 at index 0"),
    (np.zeros(64), TypeError, "image pixels must be integers, not float64"),
    ("a file", TypeError, "image pixels must be integers, not <U6")])
def test_images_that_are_refused_before_anything_is_sent(image, error, message):
    port = FakePort(good)
    with pytest.raises(error, match=f"^{message}$"):
        Board(port).classify(image)
    assert Command.CLASSIFY not in [frame.command for frame in port.requests]


def events_port(time_steps, inputs=10, capacity=7):
    """A board whose network takes spikes, by the model of what takes their blocks; a block has three words."""
    model = EventBlocksModel(EventBlocks(inputs, 1, time_steps, capacity=capacity))
    state = model.start

    def respond(_, request):
        nonlocal state
        if request.command == Command.IDENTIFY:
            content = bytes([Status.OK]) + IDENTITY._replace(capacity=capacity, layers=(inputs, 10)).pack()
        else:
            state, status, _ = model.take(state, request.payload)
            content = bytes([status]) + (RESULT.pack() if status == Status.OK and model.ended(state) else b"")
        return encode(Frame(request.sequence, request.command | REPLY, content))

    return FakePort(respond)


def test_samples_have_as_many_time_steps_as_the_network():
    sample = np.zeros((3, 10), int)
    # With the event the second time step ends at the end of the first block.
    sample[0, 2] = 1
    assert Board(events_port(3), levels=1).classify_events(sample) == RESULT
    message = "^sample must have as many time steps as the network: the board "
    with pytest.raises(ValueError, match=f"{message}answers before all of 3 have been sent$"):
        Board(events_port(2), levels=1).classify_events(sample)
    with pytest.raises(ValueError, match=f"{message}waits for more than 2$"):
        Board(events_port(3), levels=1).classify_events(sample[:2])
    with pytest.raises(RefusalError, match="or the sample has more time steps than the network$"):
        Board(events_port(1), levels=1).classify_events(sample)


def test_parameters_that_are_refused():
    for timeout in (0, -1, 61, float("nan")):
        with pytest.raises(ValueError, match=r"^timeout must be between 0\.02 and 60 s, not "):
            Board(FakePort(good), timeout=timeout)
    with pytest.raises(ValueError, match="^attempts must be between 1 and 100, not 0$"):
        Board(FakePort(good), attempts=0)


def test_all_failures_are_link_errors():
    for error in (CorruptionError, RefusalError, SilenceError, VersionError, WrongBuildError):
        assert issubclass(error, LinkError)
