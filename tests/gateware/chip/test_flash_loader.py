# amaranth: UnusedElaboratable=no
import hashlib
import zlib

import numpy as np
import pytest
from amaranth.sim import Simulator

from gateware.bus.format import Command, Decoder, Frame, Status, encode
from gateware.chip.flash_loader import FlashLoader, flash_image
from gateware.chip.serial_classifier import SerialClassifier
from models import golden
from models.structures.flash import SerialFlash
from platforms.host.driver import Board
from platforms.host.errors import RefusalError
from platforms.host.sim_port import SimPort

WORDS = [0x1234, 0xFFFF, 0, 0xABCD]


def test_an_image_is_what_the_protocol_says():
    data = bytes([0x34, 0x12, 0xFF, 0xFF, 0, 0, 0xCD, 0xAB])
    checked = b"SPK1" + bytes([4, 0, 0, 0]) + hashlib.sha256(data).digest()[:8] + data
    assert flash_image(WORDS) == checked + zlib.crc32(checked).to_bytes(4, "little")
    assert FlashLoader(WORDS).length == len(checked) + 4


@pytest.mark.parametrize("words, error, message", [
    ([], ValueError, "FlashLoader words must be one or more numbers of 16 bits, not none"),
    ([1, 65536], ValueError, "FlashLoader words must be one or more numbers of 16 bits, not 65536"),
    ([-1], ValueError, "FlashLoader words must be one or more numbers of 16 bits, not -1"),
    ([0.5], TypeError, "FlashLoader word must be an integer, not 0.5")])
def test_refusals(words, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        FlashLoader(words)


@pytest.fixture(scope="module")
def top():
    return SerialClassifier.examples()["flash"]


def samples_of(top, count=8):
    levels = np.random.default_rng(5).integers(0, top.levels + 1, (count, top.identity.layers[0]))
    return levels, golden(top.core).classify(levels)


def port_with(top, change=lambda image: image, **flash):
    reader, _ = top._flash
    image = change(bytearray(flash_image(top.core.load_words())))
    return SimPort(top, lambda: SerialFlash({reader.address: bytes(image)}, **{"wake": reader.wake} | flash))


def boot(port, top):
    assert port.read(top.boot_clocks / top.identity.clock_hz) == b""


def test_a_board_classifies_with_the_weights_of_its_flash(top):
    levels, expected = samples_of(top)
    board = Board(port_with(top), levels=top.levels)
    for image, label, scores in zip(levels, expected.label, expected.scores):
        answer = board.classify(image)
        assert (answer.label, list(answer.counts)) == (label, scores.tolist())


def test_a_flash_that_was_never_asleep_is_read_too(top):
    levels, expected = samples_of(top, 1)
    assert Board(port_with(top, asleep=False), levels=top.levels).classify(levels[0]).label == expected.label[0]


def test_while_weights_are_read_nothing_is_classified_or_loaded(top):
    port, (levels, _) = port_with(top), samples_of(top, 1)
    frames = []
    for request in (Frame(1, Command.LOAD, bytes(5)), Frame(2, Command.CLASSIFY, bytes(levels[0].tolist())), Frame(3, Command.IDENTIFY)):
        port.reset()
        port.write(encode(request))
        assert port.clocks < top.boot_clocks
        decoder = Decoder()
        while data := port.read(0.001):
            frames += decoder.feed(data)
    assert [frame.payload[0] for frame in frames] == [Status.LOADING, Status.LOADING, Status.OK]


def flipped(at):
    def change(image):
        image[at] ^= 0x10
        return image
    return change


@pytest.mark.parametrize("change", [flipped(0), flipped(4), flipped(15), flipped(16), flipped(70), flipped(-5), flipped(-1),
                                    lambda image: b"", lambda image: flash_image([0] * ((len(image) - 20) // 2))],
                         ids=["magic", "count", "digest", "first word", "word", "last word", "crc", "erased", "other weights"])
def test_what_is_not_this_networks_weights_is_refused_and_the_link_still_loads(top, change):
    (levels, expected), port = samples_of(top, 2), port_with(top, change)
    board = Board(port, levels=top.levels)
    boot(port, top)
    with pytest.raises(RefusalError, match="^the board refused CLASSIFY: its flash does not hold this network's weights") as refusal:
        board.classify(levels[0])
    assert refusal.value.status == Status.BAD_FLASH
    board.load(top.core.load_words())
    assert [board.classify(image).label for image in levels] == expected.label.tolist()


def test_the_boot_takes_as_long_as_it_says(top):
    loader, seen = top._flash[1], []

    async def bench(ctx):
        for _ in range(top.boot_clocks + 5):
            seen.append(ctx.get(loader.busy))
            await ctx.tick()

    simulator = Simulator(top)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    assert seen == [1] * top.boot_clocks + [0] * 5


def test_a_design_without_words_has_no_flash():
    small = SerialClassifier.examples()["small"]
    with pytest.raises(ValueError, match="^Server flash must be False where there are no words to load$"):
        SerialClassifier(small.core, 4, 0, clock_hz=4_000_000, layers=small.identity.layers, flash=0x40000)
