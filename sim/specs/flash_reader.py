"""Contract of the flash reader: SPI mode 0 as a data sheet wants it, and the bytes that come over it."""

from amaranth.hdl import Cat, Const, Mux, Signal

from gateware.bus.flash_reader import ADDRESS_BITS, READ, RELEASE_POWER_DOWN

__all__ = ["flash_reader"]


def flash_reader(spec, m, reader, *path):
    """RELEASE POWER-DOWN, a rest with the flash deselected, READ with the address, then bytes until all are given.

    It depends on the address, the length and the clocks; the flash may answer anything.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    reader : FlashReader
    *path : str
        Where the reader is in the specified component.
    """
    half, wake, length, cs, sck, o = reader.half, reader.wake, reader.length, reader.cs, reader.sck, reader.o
    was = {pin: Signal(name=f"{pin}_before") for pin in ("cs", "sck", "copi", "cipo")}
    m.d.sync += [was[pin].eq(getattr(reader, pin)) for pin in was]
    rise, fall, transfer = sck & ~was["sck"], ~sck & was["sck"], o.valid & o.ready

    # Bits since the selection, up to 32; bits since the last byte was given; whether it has rested, and for how long; bytes given.
    bits, rested, given = Signal(range(33)), Signal(range(wake + 1)), Signal(range(length + 1))
    got, received, second, level = Signal(range(9)), Signal(8), Signal(), Signal(range(half + 1))
    bits_now, second_now = bits + (fall & (bits != 32)), second | (was["cs"] & ~cs)
    got_now, received_now = got + (fall & (bits == 32)), Mux(fall, Cat(was["cipo"], received[:7]), received)
    change = (sck != was["sck"]) | (cs != was["cs"])
    lasts = Mux(change, 1, Mux(level == half, half, level + 1))
    m.d.sync += [bits.eq(Mux(cs, bits_now, 0)), second.eq(second_now), received.eq(received_now), level.eq(lasts),
                 got.eq(Mux(transfer, 0, got_now)), given.eq(given + transfer),
                 rested.eq(rested + (~cs & second_now & (rested != wake)))]

    wakes, asks = Const(RELEASE_POWER_DOWN, 8), Const(READ << ADDRESS_BITS | reader.address, 32)
    spec.claim(m, "the flash's clock runs only while it is selected", ~sck | cs)
    spec.claim(m, f"each half of a bit lasts {half} clocks or more", (sck == was["sck"]) | (level == half))
    spec.claim(m, "what is sent to the flash is there a clock before its clock rises, and as long as that is high",
               ~sck | (reader.copi == was["copi"]))
    spec.claim(m, "the first selection sends RELEASE POWER-DOWN, eight bits and no more",
               (~rise | second | ((bits < 8) & (reader.copi == wakes.bit_select((7 - bits)[:3], 1)))) & ((second == second_now) | (bits == 8)))
    spec.claim(m, f"the second begins {wake} clocks after the first or later", ~(cs & ~was["cs"] & second) | (rested == wake))
    spec.claim(m, "the second sends READ and the address",
               ~(rise & second & (bits != 32)) | (reader.copi == asks.bit_select((31 - bits)[:5], 1)))
    spec.claim(m, "a byte is the next eight bits that the flash sent, each of its level at the end of the clock's high half",
               ~o.valid | ((got_now == 8) & (o.payload == received_now) & ~sck))
    spec.claim(m, f"{length} bytes are given, then the flash is deselected for good", (given <= length) & ((given != length) | ~cs))

    state = {name: spec.state(name, *path) for name in ("SELECT", "WAKE", "REST", "READ", "BYTE", "GIVE", "END")}
    to_go, timer, shift, left = (spec.inside(name, *path) for name in ("bits", "timer", "shift", "left"))

    def during(name, *conditions):
        for condition in conditions:
            spec.help(m, ~state[name] | condition)

    for name in ("SELECT", "WAKE", "REST", "READ"):
        during(name, (given == 0) & (got == 0) & (left == length - 1))
    during("SELECT", ~cs & ~sck & ~was["cs"] & ~was["sck"] & ~second & (bits == 0), (to_go == 7) & (shift == RELEASE_POWER_DOWN << 24))
    during("WAKE", cs & ~second & (bits_now == 7 - to_go), shift >> ~to_go == wakes & ((2 << to_go) - 1)[:8], rested == 0)
    during("REST", ~sck, Mux(cs, (timer == wake) & ~second & (bits_now == 8) & was["cs"] & (rested == 0),
                             second_now & (timer == wake - 1 - rested) & Mux(was["cs"], (bits == 8) & ~was["sck"] & (rested == 0),
                                                                             bits == 0) & ~was["sck"]))
    same = ((1 << ~to_go) - 1)[:8]
    during("READ", cs & second & (rested == wake) & (bits_now == 31 - to_go), shift >> ~to_go == asks & ((2 << to_go) - 1)[:32],
           ((received_now ^ shift[:8]) & same) == 0)
    for name in ("BYTE", "GIVE"):
        during(name, cs & second & (bits_now == 32), received_now == shift[:8], given + left == length - 1, rested == wake)
    during("BYTE", (got_now == 7 - to_go) & (to_go <= 7))
    during("GIVE", ~sck & (got_now == 8) & (to_go == 7))
    during("END", ~cs & ~sck & ~was["sck"] & (given == length))
    for name in ("WAKE", "READ", "BYTE", "GIVE"):
        during(name, (lasts + timer >= half) & (timer < half))
