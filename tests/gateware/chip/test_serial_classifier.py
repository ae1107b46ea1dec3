# amaranth: UnusedElaboratable=no
import numpy as np
import pytest
from amaranth.lib import data

from gateware.bus.format import REPLY, Command, Decoder, Frame, Identity, Status, encode
from gateware.chip.classifier import Classifier
from gateware.chip.flash_loader import FlashLoader
from gateware.chip.serial_classifier import SerialClassifier
from gateware.chip.server import Server
from gateware.chip.weight_memory import LargeMemory
from models import golden
from platforms.host.sim_port import SimPort
from sim import cxxrtl
from tests.gateware.bus.designs import line

from .stand_in import LAYERS, StandIn, expected

BUILD_ID = 0xFEDCBA9876543210
DIVISOR = 4


def make_top(core=None, **changes):
    parameters = {"divisor": DIVISOR, "build_id": BUILD_ID, "clock_hz": 4_000_000, "layers": LAYERS, "timeout_bits": 200}
    return SerialClassifier(core or StandIn(), **parameters | changes)


@pytest.fixture(scope="module")
def shared_port():
    return SimPort(make_top())


@pytest.fixture
def port(shared_port):
    shared_port.reset()
    return shared_port


def ask(port, data, clocks=2_000):
    """Send bytes, and return the frames that come back until the line has been quiet for some clocks."""
    port.write(data)
    decoder, frames = Decoder(), []
    while answer := port.read(clocks / 4_000_000):
        frames += decoder.feed(answer)
    assert decoder.dropped == 0
    return frames


def random_image(seed):
    return np.random.default_rng(seed).integers(0, 17, 64, dtype=np.uint8).tobytes()


def classification(image):
    counts, label, clocks = expected(image)
    return bytes([Status.OK, label]) + clocks.to_bytes(4, "little") + bytes(counts)


def test_identify(port):
    identity = Identity(BUILD_ID, 4_000_000, 64, LAYERS, "digits")
    assert ask(port, encode(Frame(0x5A, Command.IDENTIFY))) == [
        Frame(0x5A, Command.IDENTIFY | REPLY, bytes([Status.OK]) + identity.pack())]
    assert make_top().identity == identity


@pytest.mark.parametrize("image", [bytes(64), bytes([16] * 64), bytes(k % 17 for k in range(64)), random_image(0)])
def test_classify(port, image):
    for sequence in (0, 255):
        assert ask(port, encode(Frame(sequence, Command.CLASSIFY, image))) == [
            Frame(sequence, Command.CLASSIFY | REPLY, classification(image))]


@pytest.mark.parametrize("index", [0, 1, 31, 62, 63])
@pytest.mark.parametrize("value", [17, 32, 48, 255])
def test_a_pixel_out_of_range_is_refused_and_reaches_no_classifier(port, index, value):
    image = bytearray(random_image(1))
    image[index] = value
    assert ask(port, encode(Frame(3, Command.CLASSIFY, bytes(image)))) == [
        Frame(3, Command.CLASSIFY | REPLY, bytes([Status.PIXEL_OUT_OF_RANGE]))]
    image[index] = 9
    assert ask(port, encode(Frame(4, Command.CLASSIFY, bytes(image)))) == [
        Frame(4, Command.CLASSIFY | REPLY, classification(image))]


@pytest.mark.parametrize("request_, status", [
    (Frame(9, 0), Status.UNKNOWN_COMMAND),
    (Frame(9, 3, bytes(64)), Status.UNKNOWN_COMMAND),
    (Frame(9, 0x7F), Status.UNKNOWN_COMMAND),
    (Frame(9, Command.EVENTS, bytes(7)), Status.UNKNOWN_COMMAND),
    (Frame(9, Command.IDENTIFY, b"\0"), Status.BAD_LENGTH),
    (Frame(9, Command.IDENTIFY, bytes(4095)), Status.BAD_LENGTH),
    (Frame(9, Command.CLASSIFY), Status.BAD_LENGTH),
    (Frame(9, Command.CLASSIFY, bytes(63)), Status.BAD_LENGTH),
    (Frame(9, Command.CLASSIFY, bytes(65)), Status.BAD_LENGTH),
    (Frame(9, Command.CLASSIFY, bytes(128)), Status.BAD_LENGTH),
    (Frame(9, Command.CLASSIFY, bytes(64 + 1024)), Status.BAD_LENGTH),
    (Frame(9, Command.IDENTIFY, b"", 0), Status.UNSUPPORTED_VERSION),
    (Frame(9, Command.CLASSIFY, bytes(64), 2), Status.UNSUPPORTED_VERSION)])
def test_refused_requests(port, request_, status):
    assert ask(port, encode(request_)) == [Frame(9, request_.command | REPLY, bytes([status]))]
    assert ask(port, encode(Frame(10, Command.IDENTIFY)))[0].payload[0] == Status.OK


def test_an_echo_of_replies_is_not_answered(port):
    for command in (REPLY, Command.CLASSIFY | REPLY, 0xFF):
        assert ask(port, encode(Frame(1, command, bytes(64)))) == []
    assert len(ask(port, encode(Frame(1, Command.IDENTIFY)))) == 1


def test_damaged_requests_are_not_answered_and_the_next_one_is(port):
    image = random_image(2)
    whole = encode(Frame(1, Command.CLASSIFY, image))
    for at in (0, 3, 6, 8, 9, 40, len(whole) - 1):
        damaged = bytearray(whole)
        damaged[at] ^= 0x20
        assert ask(port, bytes(damaged)) == []
        assert ask(port, whole) == [Frame(1, Command.CLASSIFY | REPLY, classification(image))]


def test_truncated_requests_end_with_the_time_out(port):
    whole = encode(Frame(1, Command.CLASSIFY, random_image(3)))
    for at in (2, 8, 9, 30, len(whole) - 1):
        assert ask(port, whole[:at]) == []
        assert len(ask(port, whole)) == 1


def test_what_comes_while_a_command_runs_is_lost_and_the_next_command_is_not(port):
    image = random_image(4)
    whole = encode(Frame(1, Command.CLASSIFY, image))
    answers = ask(port, whole + encode(Frame(2, Command.IDENTIFY)) + encode(Frame(3, Command.IDENTIFY)))
    assert answers == [Frame(1, Command.CLASSIFY | REPLY, classification(image))]
    assert len(ask(port, encode(Frame(4, Command.IDENTIFY)))) == 1


@pytest.mark.parametrize("divisor", [4, 12, 24])
@pytest.mark.parametrize("mismatch", [-0.02, 0.02])
def test_rates_two_percent_off(divisor, mismatch):
    top = cxxrtl.compile({"top": make_top(divisor=divisor)})["top"]
    image = random_image(5)
    request = line(encode(Frame(1, Command.CLASSIFY, image)), divisor * (1 + mismatch))
    out = top.run({"rx": np.r_[request, np.ones(60 * 10 * divisor, np.int64)]})
    assert out["busy"].any()
    assert not out["fault"].any()
    reply = line(encode(Frame(1, Command.CLASSIFY | REPLY, classification(image))), divisor, idle=0)
    start = out["tx"].argmin()
    assert out["tx"][start:start + len(reply)].tolist() == reply.tolist()
    assert out["tx"][start + len(reply):].all()


def test_busy_and_fault():
    whole = encode(Frame(1, Command.IDENTIFY))
    top = cxxrtl.compile({"top": make_top()})["top"]
    damaged = whole[:-1] + bytes([whole[-1] ^ 1])

    def levels(data):
        return np.r_[line(data, DIVISOR), np.ones(2000, np.int64)]

    out = top.run({"rx": levels(damaged)})
    assert not out["busy"].any()
    assert out["fault"][-1]
    assert np.diff(out["fault"]).sum() == 1
    out = top.run({"rx": levels(whole)})
    # The last byte is handed over while it and the one before have still to pass the line.
    busy, fault = out["busy"].nonzero()[0], out["fault"].nonzero()[0]
    assert np.array_equal(busy, np.arange(busy[0], busy[-1] + 1))
    assert fault[-1] == busy[0]
    assert not out["busy"][-1]
    assert busy[-1] < out["tx"].argmin() + 40 * 40


def test_the_classifier_itself_answers_as_its_model():
    core = Classifier.examples()["small"]
    port = SimPort(make_top(core, layers=(9, 6, 3)))
    images = np.random.default_rng(8).integers(0, 1 << core.encoder.pixel_bits, (20, 9), endpoint=True)
    results = golden(core).run(images.ravel())
    for index, image in enumerate(images):
        answer, = ask(port, encode(Frame(index, Command.CLASSIFY, image.astype(np.uint8).tobytes())))
        label, clocks = int(results["label"][index]), core.declared_clocks
        assert answer.payload == bytes([0, label]) + clocks.to_bytes(4, "little") + bytes(
            int(count) for count in results["counts"][index])


@pytest.mark.parametrize("changes, error, message", [
    ({"divisor": 2}, ValueError, "UART divisor must be between 4 and 65535 clocks per bit, not 2"),
    ({"build_id": 1 << 64}, ValueError, "build id must be between 0 and 18446744073709551615"),
    ({"build_id": "12"}, TypeError, "build id must be an integer, not '12'"),
    ({"clock_hz": 0.5}, TypeError, r"clock_hz must be an integer, not 0\.5"),
    ({"layers": (1, 10)}, ValueError, "layers must begin with at least 2 inputs, not 1"),
    ({"layers": (64, 3)}, ValueError, "classifier result must have 3 counts, a label of up to 8 bits, and 32 bits of clocks, not StructLayout"),
    ({"timeout_bits": 0}, ValueError, "frame timeout must be between 2 and 4294967295 clocks, not 0"),
    ({"name": "x" * 33}, ValueError, "design name must have 1 to 32 ASCII characters")])
def test_refusals(changes, error, message):
    with pytest.raises(error, match=f"^{message}"):
        make_top(**changes)


def test_result_layouts_that_do_not_fit_are_refused():
    identity = Identity(0, 1, 64, LAYERS, "x")
    for counts, label, clocks in ((data.ArrayLayout(6, 9), 4, 32), (data.ArrayLayout(6, 10), 9, 32),
                                  (data.ArrayLayout(6, 10), 4, 31)):
        with pytest.raises(ValueError, match="^classifier result must have 10 counts, a label of up to 8 bits, and 32 bits of "
                                             "clocks, not StructLayout"):
            Server(identity, data.StructLayout({"counts": counts, "label": label, "clocks": clocks}))


@pytest.mark.parametrize("words", [1, 2, 5])
def test_words_reach_a_memory_of_any_size(words):
    """What the server writes has the fields of what the memory takes, even of one word, whose address has no bits to spare."""
    server = Server(Identity(0, 1, 64, LAYERS, "x"), data.StructLayout({"counts": data.ArrayLayout(6, 10), "label": 4, "clocks": 32}), words=words)
    assert server.load.shape() == LargeMemory(words, 16).load.shape() == FlashLoader(range(words)).load.shape()
