"""Reading a serial NOR flash over SPI: the configuration flash of a board, once, from an address to an address."""

import contextlib

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component
from gateware.parameters import integer

__all__ = ["READ", "RELEASE_POWER_DOWN", "FlashReader", "flash_timing"]

READ, RELEASE_POWER_DOWN = 0x03, 0xAB
ADDRESS_BITS = 24
#: READ is the slowest of a flash's commands: its clock stays below what any of 3.3 V takes.
HIGHEST_SCK_HZ = 25_000_000
#: From RELEASE POWER-DOWN to the next command: 3 us of a W25Q128JV, 30 us of an N25Q, 35 us of an MX25R.
WAKE_SECONDS = 50e-6


def flash_timing(clock_hz):
    """Clocks in each half of a bit, and between wake-up and reading, that suit the flash of any board.

    Parameters
    ----------
    clock_hz : int
        Frequency of the clock domain, in Hz.

    Returns
    -------
    dict
        ``half`` and ``wake``, as `FlashReader` takes them.
    """
    return {"half": -(-clock_hz // (2 * HIGHEST_SCK_HZ)), "wake": max(1, round(WAKE_SECONDS * clock_hz))}


class FlashReader(Component):
    """Wakes a flash after reset, reads ``length`` bytes from ``address`` on, and leaves it alone.

    SPI mode 0, one bit at a time, most significant first. An iCE40 leaves its flash in power-down when it has configured itself, so
    RELEASE POWER-DOWN (0xAB) comes first and does no harm to a flash that is awake; then READ (0x03) with three bytes of address.
    A bit from the flash is taken when ``sck`` falls, a whole period after the flash began to send it.

    The flash's clock stands still while a byte waits at ``o``. Without stalls the last byte is transferred in clock ``clocks - 1``
    after reset.

    Parameters
    ----------
    address : int
        Of the first byte, 0 to 2**24 - 1.
    length : int
        Bytes; the last one within 24 bits of address.
    half : int
        Clocks in each half of a bit, 1 to 255.
    wake : int
        Clocks for which the flash is given to wake up, 1 to 2**20; see :func:`flash_timing`.

    Members
    -------
    cs : ``Out(1)``
        High while the flash is selected (its pin is active low).
    sck, copi : ``Out(1)``
        Clock and data to the flash.
    cipo : ``In(1)``
        Data from the flash.
    o : ``Out(stream.Signature(8))``
        The bytes.

    Raises
    ------
    TypeError, ValueError
        A parameter is not an integer or out of range.
    """

    def __init__(self, address, length, *, half, wake):
        self.address, self.length = integer("FlashReader address", address), integer("FlashReader length", length)
        self.half, self.wake = integer("FlashReader half", half), integer("FlashReader wake", wake)
        end = 1 << ADDRESS_BITS
        for name, value, lo, hi in (("address", self.address, 0, end - 1), ("length", self.length, 1, end - self.address),
                                    ("half", self.half, 1, 255), ("wake", self.wake, 1, 1 << 20)):
            if not lo <= value <= hi:
                raise ValueError(f"FlashReader {name} must be between {lo} and {hi}, not {value}")
        super().__init__({"cs": Out(1), "sck": Out(1), "copi": Out(1), "cipo": In(1), "o": Out(stream.Signature(8))})

    @property
    def clocks(self):
        """Clocks from reset until all bytes are transferred, where none has to wait."""
        return 2 + 16 * self.half + self.wake + 64 * self.half + self.length * (16 * self.half + 1)

    @classmethod
    def examples(cls):
        """Configurations for which all evidence is produced."""
        return {"default": cls(0x5AA5C, 200, half=1, wake=40), "slow": cls(0x040000, 50, half=3, wake=5)}

    def elaborate(self, platform):
        m = Module()
        timer = Signal(range(max(self.half, self.wake + 1)))
        bits = Signal(range(32), init=7)
        left = Signal(range(self.length), init=self.length - 1)
        # What is sent leaves at the top while what is received comes in at the bottom.
        shift = Signal(32, init=RELEASE_POWER_DOWN << 24)
        m.d.comb += [self.copi.eq(shift[-1]), self.o.payload.eq(shift[:8])]

        def wait(clocks):
            m.d.sync += timer.eq(clocks - 1)

        @contextlib.contextmanager
        def transfer(name, following):
            """State that moves ``bits + 1`` bits; the body belongs to its last clock, after which ``sck`` is low."""
            with m.State(name):
                with m.If(timer != 0):
                    m.d.sync += timer.eq(timer - 1)
                with m.Else():
                    m.d.sync += self.sck.eq(~self.sck)
                    wait(self.half)
                    with m.If(self.sck):
                        m.d.sync += [shift.eq(Cat(self.cipo, shift)), bits.eq(bits - 1)]
                        with m.If(bits == 0):
                            m.next = following
                            yield

        with m.FSM():
            with m.State("SELECT"):
                m.d.sync += self.cs.eq(1)
                wait(self.half)
                m.next = "WAKE"
            with transfer("WAKE", "REST"):
                # In the first of these clocks the flash is still selected.
                wait(self.wake + 1)
            with m.State("REST"):
                m.d.sync += [self.cs.eq(0), timer.eq(timer - 1)]
                with m.If(timer == 0):
                    m.d.sync += [self.cs.eq(1), shift.eq(READ << ADDRESS_BITS | self.address), bits.eq(31)]
                    wait(self.half)
                    m.next = "READ"
            with transfer("READ", "BYTE"):
                m.d.sync += bits.eq(7)
            with transfer("BYTE", "GIVE"):
                m.d.sync += bits.eq(7)
            with m.State("GIVE"):
                m.d.comb += self.o.valid.eq(1)
                with m.If(self.o.ready):
                    m.d.sync += left.eq(left - 1)
                    m.next = "BYTE"
                    with m.If(left == 0):
                        m.d.sync += self.cs.eq(0)
                        m.next = "END"
            with m.State("END"):
                pass
        return m
