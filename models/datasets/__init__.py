"""Data sets that ship with the project."""

from .digits import Digits, load_digits

__all__ = ["Digits", "load_digits"]
