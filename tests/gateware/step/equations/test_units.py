import pytest

from gateware.step.equations import EquationError
from gateware.step.equations.grammar import parse
from gateware.step.equations.units import check_units, parse_unit, per

UNITS = {name: parse_unit(unit) for name, unit in {
    "v": "mV", "E": "mV", "g": "nS", "C": "pF", "G": "uS", "I": "pA", "tau": "ms", "x": "1", "A": "nA"}.items()}
RATE = per(UNITS["v"], UNITS["tau"])


@pytest.mark.parametrize("text", ["g*(E - v)/C + I/C", "(E - v)/tau", "(0.04*v**2 + 5*v + 140)", "I/C if v < E else 0", "exp((v - E)/10)*(v - E)/tau",
                                  "max(g*(E - v), I)/C", "1000*A/C", "sqrt(v*v)/tau"])
def test_equations_whose_units_are_right(text):
    check_units(parse(text), UNITS, expected=RATE)


@pytest.mark.parametrize("text, reason", [
    ("g*(E - v)", "has the unit"), ("v + I", "puts together"), ("exp(v)", "is a function of"), ("A/C", "has the unit"),
    ("G*(E - v)/C", "has the unit"), ("I/C if v < tau else 0", "puts together"), ("x**v", "is a function of"), ("min(v, I)", "puts together")])
def test_equations_whose_units_are_wrong(text, reason):
    with pytest.raises(EquationError, match=f"rate: .*{reason}"):
        check_units(parse(text), UNITS, expected=RATE, where="rate")


def test_scales_count():
    ratio = parse_unit("pA/pF")[0] / parse_unit("mV/ms")[0]
    assert ratio == pytest.approx(1.0) and parse_unit("nA/pF")[0] / parse_unit("mV/ms")[0] == pytest.approx(1000.0)
    assert parse_unit("uA/cm**2").dimensions == parse_unit("mS/cm**2*mV").dimensions
    assert parse_unit("MOhm*nA").factor == pytest.approx(parse_unit("mV").factor)


@pytest.mark.parametrize("unit", ["furlongs per", "", 3, "mVV", "1/"])
def test_what_is_no_unit_is_refused(unit):
    with pytest.raises(EquationError, match="must be a unit like"):
        parse_unit(unit)
