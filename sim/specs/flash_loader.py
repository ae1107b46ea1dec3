"""Contract of the flash loader: which words it writes where, and when it says that they are the weights."""

from amaranth.hdl import Cat, Const, Mux, Signal

from gateware.chip.flash_loader import flash_image

__all__ = ["flash_loader"]

# CRC-32 of IEEE 802.3, and what remains of data with their own CRC behind them.
POLYNOMIAL, RESIDUE = 0x04C11DB7, 0xC704DD7B


def flash_loader(spec, m, loader, *path):
    """The words of an image with the right header are written, each once, in order; they count where the CRC is right.

    It depends on the header and the number of words; not on the bytes that come.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    loader : FlashLoader
    *path : str
        Where the loader is in the specified component.
    """
    count, total = len(loader.words), loader.length
    header = flash_image(loader.words)[:total - 4 - 2 * count]
    begin, end = len(header), len(header) + 2 * count

    taken, known, last, over = Signal(range(total + 1)), Signal(init=1), Signal(8), Signal()
    taking = loader.i.valid & loader.i.ready
    expected = Const(int.from_bytes(header, "little"), 8 * begin).word_select(taken[:begin.bit_length() - 1], 8)
    with m.If(taking):
        m.d.sync += [taken.eq(taken + 1), last.eq(loader.i.payload), known.eq(known & ((taken >= begin) | (loader.i.payload == expected)))]
    m.d.sync += over.eq(taken == total)
    place = taken - begin

    spec.claim(m, f"{total} bytes are taken, in every clock in which there is one, and no more", loader.i.ready == (taken != total))
    spec.claim(m, "a word is written exactly when its second byte is taken, after the header of this design's weights",
               loader.load.write == (taking & known & (taken >= begin) & (taken < end) & place[0]))
    spec.claim(m, "it is the two bytes, low one first, at the next address",
               ~loader.load.write | ((loader.load.word == Cat(last, loader.i.payload)) & (loader.load.address == place >> 1)))
    spec.claim(m, "it is busy until the last byte has been taken and the clock after", loader.busy == ~over)
    # The remainder of the polynomial division, bit by bit: Ethernet sends the low bit of a byte first.
    crc = Signal(32, init=0xFFFFFFFF)
    remainder = crc
    for bit in loader.i.payload:
        remainder = (remainder << 1)[:32] ^ Mux(remainder[31] ^ bit, POLYNOMIAL, 0)
    with m.If(taking):
        m.d.sync += crc.eq(remainder)
    spec.claim(m, "the CRC is that of every byte taken, divided bit by bit", spec.inside("crc_reg", *path, "crc") == crc)
    spec.claim(m, "the weights are there exactly after the right header, all bytes and a CRC that matches",
               loader.loaded == (known & over & (crc == RESIDUE)))

    state = {name: spec.state(name, *path) for name in ("HEADER", "LOW", "HIGH", "CRC", "CHECK", "END")}
    position, address, low = (spec.inside(name, *path) for name in ("position", "address", "low"))
    spec.help(m, spec.inside("known", *path) == known)
    spec.help(m, ~loader.loaded | state["END"])
    for name, condition in {
            "HEADER": (taken < begin) & (position == taken) & (address == 0) & ~over,
            "LOW": (taken >= begin) & (taken < end) & (place == address << 1) & (position == 0) & (address < count) & ~over,
            "HIGH": (taken >= begin) & (taken < end) & (place == (address << 1) + 1) & (low == last) & (address < count)
            & (position == 0) & ~over,
            "CRC": (taken >= end) & (taken < total) & (position == taken - end) & ~over,
            "CHECK": (taken == total) & ~over, "END": (taken == total) & over}.items():
        spec.help(m, ~state[name] | condition)
    spec.help(m, Mux(taken == total, state["CHECK"] | state["END"], 1))
