"""Units and quantities as people write them, for pages and pictures."""

import re

__all__ = ["quantity", "unit_label"]

_POWERS = {"2": "²", "3": "³", "-1": "⁻¹", "-2": "⁻²", "-3": "⁻³", "0.5": "^½", "-0.5": "^-½"}


def unit_label(unit):
    """A unit, ``uA/cm**2``, as ``µA/cm²``; nothing of pure numbers."""
    if unit == "1":
        return ""
    text = re.sub(r"\bu(?=[A-Za-z])", "µ", unit).replace("Ohm", "Ω").replace("ohm", "Ω")
    return re.sub(r"\*\*(-?[\d.]+)", lambda power: _POWERS.get(power[1], f"^{power[1]}"), text).replace("*", "·")


def quantity(name, unit):
    """A name with its unit in brackets."""
    label = unit_label(unit)
    return f"{name} ({label})" if label else name
