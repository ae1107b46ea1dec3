"""The choice of a clock, and the hardware that makes it: pin or oscillator, PLL, power-on reset.

This is the outermost shell of a board's design. Nothing here is simulated: an `Instance` reads 0 in simulation, so
the PLL stays outside the top level that the checks and the simulated serial port run.
"""

from dataclasses import dataclass

from amaranth.hdl import ClockDomain, ClockSignal, Const, Elaboratable, Instance, Module, ResetSignal, Signal
from amaranth.lib import io
from amaranth.lib.cdc import ResetSynchronizer

from .boards import ClockSource
from .pll import Ice40Pll, find_pll

__all__ = ["Clock", "ClockGenerator", "choose_clock"]

MHZ = 1_000_000
HFOSC_DIVIDERS = (1, 2, 4, 8)

# iCE40 block RAM reads zeros for some 3 us after configuration, and the internal oscillator settles within 100 us.
RESET_SECONDS = {"pin": 15e-6, "hfosc": 100e-6}


@dataclass(frozen=True)
class Clock:
    """A clock as chosen for a design.

    Parameters
    ----------
    hz : int
        Frequency in Hz.
    source : ClockSource
        Where it comes from.
    pll : Ice40Pll or Ecp5Pll or None
        How it is made from the source; None when the source drives the design as it is or through a power-of-two divider.
    """

    hz: int
    source: ClockSource
    pll: object

    def __str__(self):
        path = f"{self.source.name}, {self.source.hz / MHZ:g} MHz"
        if self.pll is not None:
            path += f" through the PLL, VCO {self.pll.vco_hz / MHZ:g} MHz"
        elif self.source.hz != self.hz:
            path += f" divided by {self.source.hz // self.hz}"
        return f"{self.hz / MHZ:.6g} MHz ({path})"


def choose_clock(board, request=None):
    """Turn a user's wish for a clock into settings.

    Parameters
    ----------
    board : Board
        The board.
    request : str, optional
        ``"24"``: that many MHz from the board's default source. ``"24@clk12"``: from the named one. None: the board's default.

    Returns
    -------
    Clock

    Raises
    ------
    ValueError
        If the text is not a frequency, the board lacks the source, or the frequency cannot be made.
    """
    text, _, name = (f"{board.clock_hz / MHZ:g}" if request is None else str(request)).partition("@")
    try:
        hz = round(float(text) * MHZ)
    except (ValueError, OverflowError):
        hz = 0
    if hz <= 0:
        raise ValueError(f"clock must be MHZ or MHZ@SOURCE, such as 24 or 24@{board.sources[0].name}, not {str(request)!r}")
    source = board.source(name or None)
    if source.name == "hfosc":
        choices = [source.hz // divider for divider in HFOSC_DIVIDERS]
        if hz not in choices:
            raise ValueError(f"clock from the internal oscillator must be one of {', '.join(f'{c // MHZ}' for c in choices)} MHz, "
                             f"not {hz / MHZ:.6g} MHz")
        return Clock(hz, source, None)
    if hz == source.hz:
        return Clock(hz, source, None)
    if source.pll is None:
        raise ValueError(f"clock from {source.name} must be {source.hz / MHZ:g} MHz (there is no PLL on it), not {hz / MHZ:.6g} MHz")
    return Clock(hz, source, find_pll(board.part.family, source.hz, hz))


class ClockGenerator(Elaboratable):
    """Drives the ``sync`` domain of the module around it, clock and reset, from a chosen clock.

    Parameters
    ----------
    clock : Clock
        From `choose_clock`.

    The reset is held until the PLL has locked and 15 us (internal oscillator: 100 us) more have passed.
    """

    def __init__(self, clock):
        self._clock = clock

    def elaborate(self, platform):
        m = Module()
        hertz = Signal(name="sync_clk")
        locked = Signal(init=1, name="pll_locked")
        source = self._clock.source
        if source.name == "hfosc":
            m.submodules.oscillator = Instance(
                "SB_HFOSC", p_CLKHF_DIV=f"0b{HFOSC_DIVIDERS.index(source.hz // self._clock.hz):02b}",
                i_CLKHFEN=Const(1), i_CLKHFPU=Const(1), o_CLKHF=hertz)
        elif self._clock.pll is None:
            m.submodules.pin = pin = io.Buffer("i", platform.request(source.name, dir="-"))
            m.d.comb += hertz.eq(pin.i)
        elif isinstance(self._clock.pll, Ice40Pll):
            self._add_ice40_pll(m, platform, hertz, locked)
        else:
            self._add_ecp5_pll(m, platform, hertz, locked)
        # A clock that comes straight from a pin has its constraint there already.
        if self._clock.pll is not None or source.name == "hfosc":
            platform.add_clock_constraint(hertz, self._clock.hz)

        # The timer runs in a domain of its own that starts when the PLL has locked.
        m.domains.por = ClockDomain("por", local=True)
        m.d.comb += [ClockSignal("por").eq(hertz), ClockSignal("sync").eq(hertz)]
        m.submodules.lock = ResetSynchronizer(~locked, domain="por")
        wait = round(RESET_SECONDS["hfosc" if source.name == "hfosc" else "pin"] * self._clock.hz)
        timer = Signal(range(wait + 1))
        ready = Signal()
        with m.If(timer == wait):
            m.d.por += ready.eq(1)
        with m.Else():
            m.d.por += timer.eq(timer + 1)
        m.d.comb += ResetSignal("sync").eq(~ready)
        return m

    def _add_ice40_pll(self, m, platform, hertz, locked):
        pll = self._clock.pll
        port = platform.request(self._clock.source.name, dir="-")
        if self._clock.source.pll == "pad":
            reference = {"io_PACKAGEPIN": port.io}
        else:
            m.submodules.pin = pin = io.Buffer("i", port)
            reference = {"i_REFERENCECLK": pin.i}
        m.submodules.pll = Instance(
            f"SB_PLL40_{self._clock.source.pll.upper()}", p_FEEDBACK_PATH="SIMPLE", p_DIVR=Const(pll.divr, 4),
            p_DIVF=Const(pll.divf, 7), p_DIVQ=Const(pll.divq, 3), p_FILTER_RANGE=Const(pll.filter_range, 3),
            **reference, i_RESETB=Const(1), i_BYPASS=Const(0), o_PLLOUTGLOBAL=hertz, o_LOCK=locked)

    def _add_ecp5_pll(self, m, platform, hertz, locked):
        pll = self._clock.pll
        m.submodules.pin = pin = io.Buffer("i", platform.request(self._clock.source.name, dir="-"))
        m.submodules.pll = Instance(
            "EHXPLLL", a_ICP_CURRENT="12", a_LPF_RESISTOR="8", a_MFG_ENABLE_FILTEROPAMP="1", a_MFG_GMCREF_SEL="2",
            p_PLLRST_ENA="DISABLED", p_INTFB_WAKE="DISABLED", p_STDBY_ENABLE="DISABLED", p_DPHASE_SOURCE="DISABLED",
            p_OUTDIVIDER_MUXA="DIVA", p_CLKI_DIV=pll.input_div, p_CLKOP_ENABLE="ENABLED", p_CLKOP_DIV=pll.output_div,
            p_CLKOP_CPHASE=(pll.output_div + 1) // 2 - 1, p_CLKOP_FPHASE=0, p_FEEDBK_PATH="CLKOP", p_CLKFB_DIV=pll.feedback_div,
            i_RST=Const(0), i_STDBY=Const(0), i_CLKI=pin.i, o_CLKOP=hertz, i_CLKFB=hertz, i_PHASESEL0=Const(0),
            i_PHASESEL1=Const(0), i_PHASEDIR=Const(1), i_PHASESTEP=Const(1), i_PHASELOADREG=Const(1), i_PLLWAKESYNC=Const(0),
            i_ENCLKOP=Const(0), o_LOCK=locked)
