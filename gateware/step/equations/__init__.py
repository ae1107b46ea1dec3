"""Neurons from equations: a table is read and checked, integrated, and becomes a float64 step and a fixed-point step."""

from .errors import EquationError
from .table import Table, load

__all__ = ["EquationError", "Table", "load"]
