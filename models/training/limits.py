"""Whole numbers that training and chips share, checked where they are given."""

from gateware.parameters import integer

__all__ = ["check_bits", "check_levels", "check_time_steps"]


def check_bits(what, value):
    """Bits of a weight, as an integer."""
    return _between(f"{what} bits", value, 1, 8)


def check_levels(what, value):
    """The highest level of an input, as an integer."""
    return _between(f"{what} levels", value, 1, 255)


def check_time_steps(what, value):
    """Time steps of a sample, as an integer."""
    return _between(f"{what} time_steps", value, 1, 255)


def _between(what, value, lowest, highest):
    value = integer(what, value)
    if not lowest <= value <= highest:
        raise ValueError(f"{what} must be between {lowest} and {highest}, not {value}")
    return value
