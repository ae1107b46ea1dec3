# amaranth: UnusedElaboratable=no
from dataclasses import replace

import numpy as np
import pytest

from gateware.bus.format import REPLY, Classification, Command, Decoder, Frame, Status, encode
from gateware.chip.event_blocks import EventBlocks
from gateware.chip.serial_classifier import SerialClassifier
from gateware.chip.server import Server
from gateware.chip.spiking_chip import SpikingChip
from models import golden
from platforms.host.driver import Board
from platforms.host.protocol import event_payloads
from platforms.host.sim_port import SimPort
from sim.induction import prove_spec
from sim.specs import spec_for

# 9 inputs, 7 levels, 3 time steps.
TOP = SerialClassifier.examples()["events"]
END = b"\xff\xff\x00"
SAMPLE = np.array([[5, 0, 7, 7, 0, 5, 0, 0, 6], [0] * 9, [0, 0, 5, 0, 5, 0, 0, 5, 7]])
WORDS = [b"\x00\x00\x05", b"\x02\x00\x07", b"\x03\x00\x07", b"\x05\x00\x05", b"\x08\x00\x06", END, END,
         b"\x02\x00\x05", b"\x04\x00\x05", b"\x07\x00\x05", b"\x08\x00\x07", END]


@pytest.fixture(scope="module")
def shared_port():
    return SimPort(TOP)


@pytest.fixture
def port(shared_port):
    shared_port.reset()
    return shared_port


def ask(port, block, command=Command.EVENTS):
    """The payload of the reply to a request."""
    port.write(encode(Frame(9, command, block)))
    decoder, frames = Decoder(), []
    while answer := port.read(0.002):
        frames += decoder.feed(answer)
    (frame,) = frames
    assert (frame.sequence, frame.command, decoder.dropped) == (9, command | REPLY, 0)
    return frame.payload


def outcome(sample):
    """Class and scores that the golden model of the chip gives to a sample."""
    result = golden(TOP.core).classify(sample[None])
    return int(result.label[0]), result.scores[0].tolist()


def said(payload):
    """Class and scores of a reply."""
    assert payload[0] == Status.OK
    found = Classification.unpack(payload[1:], 3)
    return found.label, list(found.counts)


def block(number, words):
    return bytes([number]) + b"".join(words)


@pytest.mark.parametrize("ends", [[], [1], [5], [6, 7], range(1, 12)])
def test_blocks_may_end_anywhere(port, ends):
    parts = [WORDS[a:b] for a, b in zip([0, *ends], [*ends, 12])]
    for number, part in enumerate(parts[:-1]):
        assert ask(port, block(number, part)) == bytes([Status.OK])
    assert said(ask(port, block(len(ends), parts[-1]))) == outcome(SAMPLE)


def test_a_block_again_is_answered_again_and_changes_nothing(port):
    for number, words in enumerate((WORDS[:2], WORDS[2:7], WORDS[7:11])):
        for _ in range(3):
            assert ask(port, block(number, words)) == bytes([Status.OK])
    first = ask(port, block(3, WORDS[11:]))
    assert said(first) == outcome(SAMPLE)
    # The clocks of the result are the same: it is the same result.
    assert [ask(port, block(3, WORDS[11:])) for _ in range(2)] == [first, first]
    assert said(ask(port, block(0, WORDS))) == outcome(SAMPLE)
    assert said(ask(port, block(0, 3 * [END]))) == outcome(0 * SAMPLE)


@pytest.mark.parametrize("word", [
    pytest.param(bytes.fromhex(word), id=what) for what, word in {
        "input 9": "090001", "input 256": "000101", "input 65534": "feff01", "the same input": "030001", "a lower one": "020001",
        "level 0": "050000", "level 8": "050008", "level 255": "0500ff", "end with level": "ffff01"}.items()])
def test_a_word_that_is_not_in_order_has_the_block_refused(port, word):
    assert ask(port, block(0, WORDS[:3])) == bytes([Status.OK])
    for bad in ([word], [word, END], [b"\x06\x00\x01", b"\x07\x00\x02", word]):
        assert ask(port, block(1, bad)) == bytes([Status.BAD_EVENT])
    # The sample goes on as if it had never come.
    assert said(ask(port, block(1, WORDS[3:]))) == outcome(SAMPLE)


def test_more_time_steps_than_the_network_has_are_refused(port):
    for extra in ([END], [WORDS[0]], [WORDS[0], END]):
        assert ask(port, block(0, WORDS + extra)) == bytes([Status.BAD_EVENT])
    assert ask(port, block(0, WORDS[:6])) == bytes([Status.OK])
    assert ask(port, block(1, WORDS[6:] + [END])) == bytes([Status.BAD_EVENT])
    assert said(ask(port, block(1, WORDS[6:]))) == outcome(SAMPLE)
    assert ask(port, block(2, [END])) == bytes([Status.BAD_BLOCK])


def test_blocks_out_of_order_are_refused(port):
    assert ask(port, block(1, [END])) == bytes([Status.BAD_BLOCK])
    assert ask(port, block(0, WORDS[:3])) == bytes([Status.OK])
    for number in (2, 3, 255):
        assert ask(port, block(number, WORDS[3:])) == bytes([Status.BAD_BLOCK])
    assert said(ask(port, block(1, WORDS[3:]))) == outcome(SAMPLE)


@pytest.mark.parametrize("given_up", range(1, 12))
def test_a_sample_may_be_given_up_anywhere(port, given_up):
    for number in range(given_up):
        assert ask(port, block(number, WORDS[number:number + 1])) == bytes([Status.OK])
    # A block 0 that is refused does not end it.
    assert ask(port, block(0, [b"\x09\x00\x01"])) == bytes([Status.BAD_EVENT])
    assert said(ask(port, block(0, WORDS[7:] + 2 * [END]))) == outcome(np.array([SAMPLE[2], 0 * SAMPLE[0], 0 * SAMPLE[0]]))
    assert said(ask(port, block(0, WORDS))) == outcome(SAMPLE)


def test_lengths_that_are_no_blocks_are_refused(port):
    for length in (0, 1, 2, 3, 5, 6, 512, 513, 514, 516, 1027, 4095):
        assert ask(port, bytes(length)) == bytes([Status.BAD_LENGTH])
    assert ask(port, b"\0" + 170 * END) == bytes([Status.BAD_EVENT])
    assert ask(port, bytes(9), Command.CLASSIFY) == bytes([Status.UNKNOWN_COMMAND])


class LosesReplies:
    """A line that loses two replies of three, and every fifth request."""

    name = "lossy"

    def __init__(self, port):
        self._port, self._requests, self._lost, self._waited = port, 0, False, 0.0
        self.close = port.close

    def now(self):
        return self._port.now() + self._waited

    def write(self, data):
        self._requests += 1
        self._lost = bool(self._requests % 3)
        if self._requests % 5:
            self._port.write(data)

    def read(self, timeout):
        if not self._lost:
            return self._port.read(timeout)
        # The board says all that it has to say; the rest of the time it would do nothing.
        while self._port.read(0.0005):
            pass
        self._waited += timeout
        return b""


def test_what_the_line_loses_is_sent_again_and_changes_nothing(port):
    blocks = [block(k, WORDS[2 * k:2 * k + 2]) for k in range(6)]
    with pytest.MonkeyPatch.context() as patch:
        # Blocks of two words, for there to be some.
        patch.setattr("platforms.host.driver.event_payloads", lambda *arguments: blocks)
        board = Board(LosesReplies(port), levels=7, timeout=0.02, attempts=9)
        for _ in range(2):
            answer = board.classify_events(SAMPLE)
            assert (answer.label, list(answer.counts)) == outcome(SAMPLE)


@pytest.fixture(scope="module")
def image_port():
    """A convolution on spikes of an image, observed; six by six inputs, four time steps."""
    network = replace(SpikingChip.examples()["convolutions"].network, encoder="events", levels=1)
    core = SpikingChip(network, lanes=(2, 1, 2), observed=True)
    top = SerialClassifier(core, 4, 1, clock_hz=4_000_000, layers=network.sizes, levels=1, observed=True)
    return core, SimPort(top)


def test_a_convolution_sees_every_event_at_its_place(image_port):
    core, port = image_port
    port.reset()
    rng = np.random.default_rng(3)
    samples = (rng.random((12, 4, 1, 6, 6)) < rng.random((12, 1, 1, 1, 1)) / 2).astype(int)
    result = golden(core).classify(samples)
    board = Board(port, levels=1)
    answers = [board.classify_events(sample) for sample in samples]
    assert [answer.label for answer in answers] == result.label.tolist()
    assert [list(answer.counts) for answer in answers] == result.scores.tolist()


def test_what_is_observed_is_of_the_last_whole_sample(image_port):
    core, port = image_port
    port.reset()
    sample = np.random.default_rng(4).integers(0, 2, (4, 36))
    seen, board = golden(core).inspect(sample), Board(port, levels=1)
    *parts, last = event_payloads(sample, 36, 1, 61)
    for times in (1, 2):
        # The beginning of a sample that is given up.
        assert ask(port, parts[0]) == bytes([Status.OK])
        for part in parts:
            assert ask(port, part) == bytes([Status.OK])
        answer = ask(port, last)
        assert ask(port, last) == answer
        registers = board.registers()
        assert registers.samples == times and registers.clocks == int.from_bytes(answer[2:6], "little")
        assert [layer.events for layer in registers.layers] == list(seen.events)
        for found, expected in zip((*board.spikes(), *board.membranes()), (*seen.spikes, *seen.membranes)):
            assert np.array_equal(found, expected)


@pytest.mark.parametrize("component", EventBlocks.examples().values(), ids=EventBlocks.examples().keys())
def test_the_contract_holds(component):
    result = prove_spec(lambda platform: spec_for(component, platform))
    assert result.ok, str(result)


class Broken(EventBlocks):
    """With one thing that the contract forbids."""

    def __init__(self, fault):
        self._fault = fault
        super().__init__(9, 1, 3, capacity=7)

    def elaborate(self, platform):
        import inspect
        import textwrap
        source = textwrap.dedent(inspect.getsource(EventBlocks.elaborate))
        assert source.count(self._fault[0]) == 1
        scope = dict(vars(inspect.getmodule(EventBlocks)))
        exec(source.replace(*self._fault), scope)
        return scope["elaborate"](self, platform)


@pytest.mark.parametrize("old, new, claim", [
    ("with m.If(~good & ~feeding):", "with m.If(~good & ~feeding & (index == length)):", "refused for its words exactly"),
    ("with m.Elif(good & feeding):", "with m.Elif(good & (feeding | (index != length))):", "from a block that is refused"),
    ("m.d.comb += good.eq((step != self.time_steps) & (end | in_order))", "m.d.comb += good.eq(end | in_order)", "and the throwing away"),
    ("with m.Elif(self.data != last):", "with m.Elif(1):", "is the last one again")])
def test_the_contract_fails_on_a_broken_component(old, new, claim):
    goals = {goal.name: goal.holds for goal in prove_spec(lambda platform: spec_for(Broken((old, new)), platform), search=1).goals}
    (name,) = (name for name in goals if claim in name)
    assert not goals[name]


@pytest.mark.parametrize("arguments, options, message", [
    ((0, 1, 3), {}, "EventBlocks inputs must be between 1 and 65535, not 0"), ((65536, 1, 3), {}, "EventBlocks inputs must be .*, not 65536"),
    ((9, 256, 3), {}, "EventBlocks levels must be between 1 and 255, not 256"), ((9, 1, 256), {}, "EventBlocks time_steps must .*, not 256"),
    ((9, 1, 3), {"capacity": 4}, "EventBlocks capacity must be between 5 and 4095 bytes, not 4"),
    ((9, 2, 3), {"capacity": 6}, "EventBlocks capacity must be between 7 and 4095 bytes, not 6"),
    ((9, 2, 3), {"shape": (2, 2, 2)}, r"EventBlocks shape must be channels, height and width of 9 inputs, not \(2, 2, 2\)"),
    ((9, 2, 3), {"shape": (3, 3)}, r"EventBlocks shape must be channels, height and width of 9 inputs, not \(3, 3\)"),
    ((9, 2, 3), {"shape": (-3, -3, 1)}, r"EventBlocks shape must be channels, height and width of 9 inputs, not \(-3, -3, 1\)")])
def test_refusals(arguments, options, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        EventBlocks(*arguments, **options)


def test_blocks_for_another_network_are_refused():
    with pytest.raises(ValueError, match="^Server events must be for 9 inputs and a buffer of 511 bytes, not for 8 and 511$"):
        Server(TOP.identity, TOP.core.o.payload.shape(), events=EventBlocks(8, 7, 3))
