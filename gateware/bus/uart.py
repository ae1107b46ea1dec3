"""UART with eight data bits, no parity and one stop bit: pins on one side, byte streams on the other."""

import operator

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import cdc, stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component

__all__ = ["UARTReceiver", "UARTTransmitter", "divisor_for"]

# Below four clocks per bit, the one clock of doubt about the start edge and a rate that is 2 % off
# (a fifth of a bit by the stop bit) together leave the bit that is being sampled.
MIN_DIVISOR = 4
MAX_DIVISOR = 65535
MAX_BAUD_ERROR = 0.02


def _check_divisor(divisor):
    try:
        divisor = operator.index(divisor)
    except TypeError:
        raise TypeError(f"UART divisor must be an integer, not {divisor!r}") from None
    if not MIN_DIVISOR <= divisor <= MAX_DIVISOR:
        raise ValueError(f"UART divisor must be between {MIN_DIVISOR} and {MAX_DIVISOR} clocks per bit, "
                         f"not {divisor}")
    return divisor


def divisor_for(clock_hz, baud):
    """Clocks per bit that come nearest to a line rate: ``round(clock_hz / baud)``.

    Parameters
    ----------
    clock_hz : int
        Frequency of the clock domain, in Hz.
    baud : int
        Line rate, in bits per second.

    Raises
    ------
    TypeError
        A frequency or rate is not an integer.
    ValueError
        A frequency or rate is not positive, the divisor is out of range, or the rate that the clock
        can make is more than 2 % off; the message shows the arithmetic.
    """
    values = []
    for name, value, unit in (("clock_hz", clock_hz, "Hz"), ("baud", baud, "bits per second")):
        try:
            value = operator.index(value)
        except TypeError:
            raise TypeError(f"{name} must be an integer number of {unit}, not {value!r}") from None
        if value <= 0:
            raise ValueError(f"{name} must be a positive number of {unit}, not {value}")
        values.append(value)
    clock_hz, baud = values

    divisor = (clock_hz + baud // 2) // baud
    if not MIN_DIVISOR <= divisor <= MAX_DIVISOR:
        raise ValueError(f"{baud} baud from {clock_hz} Hz needs {clock_hz / baud:.2f} clocks per bit; "
                         f"the UART takes {MIN_DIVISOR} to {MAX_DIVISOR}")
    error = clock_hz / divisor / baud - 1
    if abs(error) > MAX_BAUD_ERROR:
        raise ValueError(f"{baud} baud cannot be made from {clock_hz} Hz: {clock_hz} / {divisor} = "
                         f"{clock_hz / divisor:.0f} baud is {100 * error:+.2f} % off, "
                         f"at most {100 * MAX_BAUD_ERROR:.0f} % is accepted")
    return divisor


class UARTReceiver(Component):
    """Receives bytes, least significant bit first, sampling each bit once in its middle.

    The pin passes a two-stage synchroniser. A low level that is gone half a bit after it began is taken
    for a glitch and ignored. The receiver looks for the next start bit from the middle of the stop bit
    on, so bytes may follow each other without a gap at a rate up to 2 % off. A byte whose stop bit is low
    is dropped, and nothing is received until the line has been high again.

    A byte appears at ``o`` 9.5 bits after its start bit began, plus three clocks; one that is complete
    while the last one still waits is dropped (the waiting one has to hold).

    Parameters
    ----------
    divisor : int
        Clocks per bit, 4 to 65535; see :func:`divisor_for`.

    Members
    -------
    rx : ``In(1, init=1)``
        The pin, asynchronous to the clock.
    o : ``Out(stream.Signature(8))``
        Received bytes.
    framing_error : ``Out(1)``
        High for one clock when a byte is dropped because its stop bit is low.
    overflow : ``Out(1)``
        High for one clock when a byte is dropped because ``o`` is still waiting.

    Raises
    ------
    TypeError, ValueError
        The divisor is not an integer or out of range.
    """

    def __init__(self, divisor):
        self._divisor = _check_divisor(divisor)
        super().__init__({
            "rx": In(1, init=1),
            "o": Out(stream.Signature(8)),
            "framing_error": Out(1),
            "overflow": Out(1),
        })

    @property
    def divisor(self):
        """Clocks per bit."""
        return self._divisor

    @classmethod
    def examples(cls):
        """Configurations for which all evidence is produced."""
        return {"default": cls(24), "shortest": cls(MIN_DIVISOR)}

    def elaborate(self, platform):
        m = Module()

        rx = Signal(init=1)
        m.submodules.synchronizer = cdc.FFSynchronizer(self.rx, rx, init=1)

        timer = Signal(range(self._divisor))
        tick = Signal()
        # A one is shifted ahead of the data; when it reaches the end, all eight bits are there.
        shift = Signal(9)
        m.d.comb += tick.eq(timer == 0)
        m.d.sync += timer.eq(Mux(tick, self._divisor - 1, timer - 1))

        with m.If(self.o.ready):
            m.d.sync += self.o.valid.eq(0)

        with m.FSM():
            with m.State("IDLE"):
                m.d.sync += [timer.eq(self._divisor // 2 - 1), shift.eq(0x100)]
                with m.If(~rx):
                    m.next = "START"
            with m.State("START"), m.If(tick):
                with m.If(rx):
                    m.next = "IDLE"
                with m.Else():
                    m.next = "DATA"
            with m.State("DATA"), m.If(tick):
                with m.If(~shift[0]):
                    m.d.sync += shift.eq(Cat(shift[1:], rx))
                with m.Elif(~rx):
                    m.d.comb += self.framing_error.eq(1)
                    m.next = "BREAK"
                with m.Else():
                    with m.If(self.o.valid & ~self.o.ready):
                        m.d.comb += self.overflow.eq(1)
                    with m.Else():
                        m.d.sync += [self.o.valid.eq(1), self.o.payload.eq(shift[1:])]
                    m.next = "IDLE"
            with m.State("BREAK"), m.If(rx):
                m.next = "IDLE"

        return m


class UARTTransmitter(Component):
    """Sends bytes, least significant bit first.

    A byte is taken in the last clock of the stop bit of the one before, so that bytes can follow each
    other without a gap: one byte in ``10 * divisor`` clocks. Its start bit begins in the next clock.

    Parameters
    ----------
    divisor : int
        Clocks per bit, 4 to 65535; see :func:`divisor_for`.

    Members
    -------
    i : ``In(stream.Signature(8))``
        Bytes to send.
    tx : ``Out(1, init=1)``
        The pin, driven by a register.

    Raises
    ------
    TypeError, ValueError
        The divisor is not an integer or out of range.
    """

    def __init__(self, divisor):
        self._divisor = _check_divisor(divisor)
        super().__init__({
            "i": In(stream.Signature(8)),
            "tx": Out(1, init=1),
        })

    @property
    def divisor(self):
        """Clocks per bit."""
        return self._divisor

    @classmethod
    def examples(cls):
        """Configurations for which all evidence is produced."""
        return {"default": cls(24), "shortest": cls(MIN_DIVISOR)}

    def elaborate(self, platform):
        m = Module()

        timer = Signal(range(self._divisor))
        # The bits still to be sent; the stop bit is the last one, so zero means none are left.
        shift = Signal(9)
        bit_done = Signal()
        m.d.comb += [
            bit_done.eq(timer == 0),
            self.i.ready.eq(bit_done & (shift == 0)),
        ]

        with m.If(self.i.valid & self.i.ready):
            m.d.sync += [
                self.tx.eq(0),
                shift.eq(Cat(self.i.payload, 1)),
                timer.eq(self._divisor - 1),
            ]
        with m.Elif(~bit_done):
            m.d.sync += timer.eq(timer - 1)
        with m.Elif(shift != 0):
            m.d.sync += [
                self.tx.eq(shift[0]),
                shift.eq(shift[1:]),
                timer.eq(self._divisor - 1),
            ]

        return m
