"""A serial NOR flash as its data sheet describes it, and the models of what reads one and of what loads weights from it."""

import numpy as np

from gateware.bus.flash_reader import FlashReader
from gateware.chip.flash_loader import FlashLoader, flash_image

from . import model_of

__all__ = ["FlashLoaderModel", "FlashReaderModel", "SerialFlash"]

READ, POWER_DOWN, RELEASE = 0x03, 0xB9, 0xAB


class SerialFlash:
    """What a W25Q128JV does at its pins: READ DATA, POWER-DOWN and RELEASE POWER-DOWN, in SPI modes 0 and 3.

    A bit is taken in when the clock rises; one that is sent changes when the clock falls, and is seen from the next clock of the
    simulation on. In power-down, and until it has woken up, nothing but the release is listened to.

    Parameters
    ----------
    contents : dict of int to bytes
        What is programmed, by address; the rest is erased.
    size : int
        Bytes, at whose end reading goes on at address 0.
    asleep : bool
        Whether it begins in power-down, as an FPGA leaves it that has configured itself.
    wake : int
        Clocks of the simulation from the release to the first command that it listens to (tRES1).
    """

    def __init__(self, contents, *, size=1 << 24, asleep=True, wake=1):
        self._contents, self._size, self._wake = dict(contents), size, wake
        self.asleep = asleep
        self._clock = self._ready = 0
        self._selected, self._sck, self._out = False, 0, 1
        self._count = self._shift = 0
        self._listens, self._command = False, None

    def byte(self, address):
        """The byte at an address."""
        address %= self._size
        for start, data in self._contents.items():
            if start <= address < start + len(data):
                return data[address - start]
        return 0xFF

    def respond(self, cs, sck, copi):
        """The levels of ``cipo`` for levels of the other pins, one for each clock; goes on where the last call ended.

        Parameters
        ----------
        cs, sck, copi : arrays of int, (T,)
            ``cs`` is 1 while the chip is selected.

        Returns
        -------
        array of int64, (T,)
            1 where nothing is driven.
        """
        cs, sck, copi = (np.asarray(each) for each in (cs, sck, copi))
        changes = np.flatnonzero((np.diff(cs, prepend=int(self._selected)) != 0) | (np.diff(sck, prepend=self._sck) != 0))
        levels, start = np.empty(len(cs), np.int64), 0
        for at, selected, high, bit in zip(changes.tolist(), cs[changes].tolist(), sck[changes].tolist(), copi[changes].tolist()):
            levels[start:at + 1] = self._out
            start = at + 1
            self._edge(self._clock + at, bool(selected), high, bit)
        levels[start:] = self._out
        self._clock += len(cs)
        return levels

    def _edge(self, now, selected, high, bit):
        if selected and not self._selected:
            self._count = self._shift = 0
            self._listens, self._command = now >= self._ready, None
        elif selected and high and not self._sck:
            self._rise(bit)
        elif selected and self._sck and not high and self._command == READ and self._count >= 32:
            place = self._count - 32
            self._out = self.byte((self._shift & 0xFFFFFF) + place // 8) >> (7 - place % 8) & 1
        elif self._selected and not selected:
            self._out = 1
            if self._count == 8 and self._command == RELEASE:
                self.asleep, self._ready = False, now + self._wake
            if self._count == 8 and self._command == POWER_DOWN:
                self.asleep = True
        self._selected, self._sck = selected, high

    def _rise(self, bit):
        if self._count < 32:
            self._shift = self._shift << 1 | bit
        self._count += 1
        if self._count == 8 and self._listens and (not self.asleep or self._shift == RELEASE):
            self._command = self._shift


class FlashReaderModel:
    """The golden model of :class:`gateware.bus.flash_reader.FlashReader`.

    Parameters
    ----------
    reader : FlashReader
    """

    def __init__(self, reader):
        self.reader = reader

    def run(self, flash):
        """The bytes at ``o`` with a flash at the pins."""
        return np.array([flash.byte(self.reader.address + k) for k in range(self.reader.length)])

    def stimulus(self, rng, size=200):
        """A flash with random bytes, some of them before and after those that are read, which takes as long as it may to wake up."""
        return SerialFlash({self.reader.address - 9: rng.bytes(self.reader.length + 20)}, wake=self.reader.wake)


class FlashLoaderModel:
    """The golden model of :class:`gateware.chip.flash_loader.FlashLoader`.

    Parameters
    ----------
    loader : FlashLoader
    """

    def __init__(self, loader):
        self.loader = loader
        self._image = flash_image(loader.words)

    def run(self, items):
        """The words that are written for the bytes of an image, in order (``load``), and whether it says ``loaded`` in the end."""
        data, header = np.asarray(items, np.uint8).tobytes(), len(self._image) - 4 - 2 * len(self.loader.words)
        if data[:header] != self._image[:header]:
            return {"address": [], "word": [], "loaded": [0]}
        words = np.frombuffer(data[header:-4], "<u2").astype(np.int64)
        return {"address": np.arange(len(words)), "word": words, "loaded": [int(data == self._image)]}

    def stimulus(self, rng, size=200):
        """One of: the image; one with a wrong bit anywhere; one of other words; an erased flash."""
        kind, image = rng.integers(4), bytearray(self._image)
        if kind == 1:
            image[rng.integers(len(image))] ^= 1 << int(rng.integers(8))
        if kind == 2:
            image = flash_image([word ^ 1 for word in self.loader.words])
        return np.frombuffer(b"\xff" * len(image) if kind == 3 else bytes(image), np.uint8)


model_of.register(FlashReader, FlashReaderModel)
model_of.register(FlashLoader, FlashLoaderModel)
