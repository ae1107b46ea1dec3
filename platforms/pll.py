"""PLL settings of iCE40 and ECP5, computed from the data sheets' formulas and limits.

A frequency is either made exactly or refused with its nearest neighbours: a UART divisor, a declared latency in
microseconds and a timing constraint all stand on the clock being what it is said to be.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Ecp5Pll", "Ice40Pll", "find_pll"]

MHZ = 1_000_000


@dataclass(frozen=True)
class Ice40Pll:
    """Settings of an SB_PLL40 in SIMPLE feedback: ``out = in * (divf + 1) / ((divr + 1) * 2**divq)``.

    Parameters
    ----------
    divr, divf, divq : int
        Reference, feedback and output dividers as the primitive takes them, 0..15, 0..127 and 1..6.
    filter_range : int
        Loop filter setting for the phase detector's frequency, 1..6.
    vco_hz : int
        Frequency of the oscillator, 533 to 1066 MHz.

    Source: Lattice FPGA-TN-02052 (iCE40 sysCLOCK PLL Design and User Guide), FPGA-DS-02029.
    """

    divr: int
    divf: int
    divq: int
    filter_range: int
    vco_hz: int

    @classmethod
    def settings(cls, input_hz):
        """Every legal setting for that input, as pairs of output numerator over denominator and settings."""
        for divr in range(16):
            detector_hz = input_hz / (divr + 1)
            if not 10 * MHZ <= detector_hz <= 133 * MHZ:
                continue
            for divf in range(128):
                vco_hz = input_hz * (divf + 1) / (divr + 1)
                if not 533 * MHZ <= vco_hz <= 1066 * MHZ:
                    continue
                for divq in range(1, 7):
                    if 16 * MHZ <= vco_hz / 2**divq <= 275 * MHZ:
                        numerator, denominator = input_hz * (divf + 1), (divr + 1) * 2**divq
                        yield numerator, denominator, cls(divr, divf, divq, _filter_range(detector_hz), round(vco_hz))


def _filter_range(detector_hz):
    for value, limit in enumerate((17, 26, 44, 66, 101), start=1):
        if detector_hz < limit * MHZ:
            return value
    return 6


@dataclass(frozen=True)
class Ecp5Pll:
    """Settings of an EHXPLLL with CLKOP feedback: ``out = in * feedback_div / input_div``, ``vco = out * output_div``.

    Parameters
    ----------
    input_div, feedback_div, output_div : int
        CLKI_DIV, CLKFB_DIV and CLKOP_DIV, 1..128.
    vco_hz : int
        Frequency of the oscillator, 400 to 800 MHz.

    Source: Lattice FPGA-TN-02200 (ECP5 sysCLOCK PLL/DLL Design and Usage Guide), FPGA-DS-02012.
    """

    input_div: int
    feedback_div: int
    output_div: int
    vco_hz: int

    @classmethod
    def settings(cls, input_hz):
        """Every legal setting for that input, as output numerator over denominator and settings."""
        for input_div in range(1, 129):
            if not 10 * MHZ <= input_hz / input_div <= 400 * MHZ:
                continue
            for feedback_div in range(1, 81):
                output_hz = input_hz * feedback_div / input_div
                if not 10 * MHZ <= output_hz <= 400 * MHZ:
                    continue
                # The middle of the oscillator's range leaves most room for jitter and temperature.
                output_div = round(600 * MHZ / output_hz)
                if 1 <= output_div <= 128 and 400 * MHZ <= output_hz * output_div <= 800 * MHZ:
                    yield input_hz * feedback_div, input_div, cls(input_div, feedback_div, output_div,
                                                                  round(output_hz * output_div))


def find_pll(family, input_hz, output_hz):
    """Settings of a part's PLL that make exactly ``output_hz``, with the smallest dividers.

    Parameters
    ----------
    family : str
        ``"ice40"`` or ``"ecp5"``.
    input_hz, output_hz : int
        Frequencies in Hz.

    Returns
    -------
    Ice40Pll or Ecp5Pll

    Raises
    ------
    ValueError
        If no legal setting makes that frequency; the message gives the nearest ones.
    """
    settings = list({"ice40": Ice40Pll, "ecp5": Ecp5Pll}[family].settings(input_hz))
    for numerator, denominator, setting in settings:
        if numerator == output_hz * denominator:
            return setting
    near = sorted({numerator / denominator for numerator, denominator, _ in settings}, key=lambda hz: abs(hz - output_hz))
    offers = " and ".join(f"{hz / MHZ:.6g}" for hz in sorted(near[:2]))
    raise ValueError(f"clock must be a frequency that the PLL makes from {input_hz / MHZ:g} MHz, not {output_hz / MHZ:.6g} MHz: "
                     f"the nearest are {offers} MHz")
