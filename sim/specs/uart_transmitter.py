"""Contract of the UART transmitter."""

from amaranth.hdl import Cat, Signal

__all__ = ["uart_transmitter"]


def uart_transmitter(spec, m, transmitter, *path):
    """A byte is sent as a start bit, its bits, least significant first, and a stop bit, ``divisor`` clocks each.

    It depends on the divisor; the bytes may be anything.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    transmitter : UARTTransmitter
    *path : str
        Where the transmitter is in the specified component.
    """
    last_clock = transmitter.divisor - 1
    timer, shift = spec.inside("timer", *path), spec.inside("shift", *path)
    frame, sending, bit, clock = Signal(10), Signal(), Signal(range(10)), Signal(range(last_clock + 1))
    taken = transmitter.i.valid & transmitter.i.ready
    with m.If(sending):
        m.d.sync += clock.eq(clock + 1)
        with m.If(clock == last_clock):
            m.d.sync += [clock.eq(0), bit.eq(bit + 1)]
            with m.If(bit == 9):
                m.d.sync += [bit.eq(0), sending.eq(0)]
    with m.If(taken):
        m.d.sync += [frame.eq(Cat(0, transmitter.i.payload, 1)), sending.eq(1), bit.eq(0), clock.eq(0)]

    last = (bit == 9) & (clock == last_clock)
    spec.claim(m, "each bit of a byte's frame is on the line for divisor clocks",
               ~sending | (transmitter.tx == frame.bit_select(bit, 1)))
    spec.claim(m, "the line is high between bytes", sending | transmitter.tx)
    spec.claim(m, "a byte is accepted exactly in the last clock of the one before and between bytes",
               transmitter.i.ready == (~sending | last))

    spec.help(m, (bit < 10) & (clock <= last_clock))
    spec.help(m, ~sending | ((timer == last_clock - clock) & (shift == frame >> (bit + 1)) & frame[9]))
    spec.help(m, sending | ((timer == 0) & (shift == 0)))
