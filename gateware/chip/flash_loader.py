"""Weights from a flash: checks that they are the network's own, and writes them into large memory."""

import hashlib

from amaranth.hdl import Cat, Const, Module, Signal
from amaranth.lib import crc, stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component
from gateware.parameters import integer

from .weight_memory import SPRAM_WIDTH, LoadLayout

__all__ = ["FlashLoader", "flash_image"]

MAGIC = b"SPK1"
#: CRC-32 as in Ethernet, of everything before it.
CRC = crc.catalog.CRC32_ISO_HDLC(8)
WORD_BYTES = SPRAM_WIDTH // 8


def _header(data):
    """Which weights follow: as many bytes of their SHA-256 as make a mistake unlikely."""
    return MAGIC + (len(data) // WORD_BYTES).to_bytes(4, "little") + hashlib.sha256(data).digest()[:8]


def flash_image(words):
    """What a flash has to hold: a header of 16 bytes, the words, low bytes first, and the CRC-32 of both.

    Parameters
    ----------
    words : sequence of int
        16 bits each.

    Returns
    -------
    bytes
    """
    data = b"".join(word.to_bytes(WORD_BYTES, "little") for word in words)
    checked = _header(data) + data
    return checked + CRC.compute(checked).to_bytes(4, "little")


class FlashLoader(Component):
    """Takes the bytes of a flash image and writes its words, if its header is that of the weights that this design wants.

    An image of other weights, and an erased flash, are seen at the header, and nothing is written. A damaged image is seen at its CRC,
    after its words were written; whoever uses the memory asks ``loaded``.

    A byte can be taken in every clock. ``busy`` falls two clocks after the last one.

    Parameters
    ----------
    words : sequence of int
        The weights, 16 bits each.

    Members
    -------
    i : ``In(stream.Signature(8))``
        The bytes of the image, once.
    load : ``Out(LoadLayout(words))``
        In a clock with ``write`` the word is one of the weights, in the order of their addresses.
    busy : ``Out(1)``
        High until the image has been taken.
    loaded : ``Out(1)``
        High from then on if all words were written and the CRC is right.

    Raises
    ------
    TypeError, ValueError
        There are no words, or one is not an integer of 16 bits.
    """

    def __init__(self, words):
        self.words = tuple(integer("FlashLoader word", word) for word in words)
        bad = [word for word in self.words if not 0 <= word < 1 << SPRAM_WIDTH]
        if bad or not self.words:
            raise ValueError(f"FlashLoader words must be one or more numbers of {SPRAM_WIDTH} bits, not {bad[0] if bad else 'none'}")
        self._image = flash_image(self.words)
        super().__init__({"i": In(stream.Signature(8)), "load": Out(LoadLayout(len(self.words))), "busy": Out(1), "loaded": Out(1)})

    @property
    def length(self):
        """Bytes of the image."""
        return len(self._image)

    @classmethod
    def examples(cls):
        """Configurations for which all evidence is produced."""
        return {"default": cls([(40503 * k + 17) % 65536 for k in range(40)]), "one": cls([0x1234])}

    def elaborate(self, platform):
        m = Module()
        m.submodules.crc = check = CRC.create()
        header = self._image[:-4 - WORD_BYTES * len(self.words)]
        position = Signal(range(len(header)))
        expected = Const(int.from_bytes(header, "little"), 8 * len(header))
        known = Signal(init=1)
        address = Signal.like(self.load.address)
        low = Signal(8)
        m.d.comb += [
            self.busy.eq(1),
            check.data.eq(self.i.payload),
            check.valid.eq(self.i.valid & self.i.ready),
            self.load.address.eq(address),
            self.load.word.eq(Cat(low, self.i.payload)),
        ]
        with m.FSM():
            with m.State("HEADER"):
                m.d.comb += self.i.ready.eq(1)
                with m.If(self.i.valid):
                    m.d.sync += position.eq(position + 1)
                    with m.If(self.i.payload != expected.word_select(position, 8)):
                        m.d.sync += known.eq(0)
                    with m.If(position == len(header) - 1):
                        m.d.sync += position.eq(0)
                        m.next = "LOW"
            with m.State("LOW"):
                m.d.comb += self.i.ready.eq(1)
                m.d.sync += low.eq(self.i.payload)
                with m.If(self.i.valid):
                    m.next = "HIGH"
            with m.State("HIGH"):
                m.d.comb += [self.i.ready.eq(1), self.load.write.eq(self.i.valid & known)]
                with m.If(self.i.valid):
                    m.d.sync += address.eq(address + 1)
                    m.next = "LOW"
                    with m.If(address == len(self.words) - 1):
                        m.next = "CRC"
            with m.State("CRC"):
                m.d.comb += self.i.ready.eq(1)
                with m.If(self.i.valid):
                    m.d.sync += position.eq(position + 1)
                    with m.If(position == 3):
                        m.next = "CHECK"
            with m.State("CHECK"):
                m.d.sync += self.loaded.eq(known & check.match_detected)
                m.next = "END"
            with m.State("END"):
                m.d.comb += self.busy.eq(0)
        return m
