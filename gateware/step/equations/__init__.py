"""Neurons from equations: a table is read and checked, integrated, and becomes a float64 step and a fixed-point step."""

from .errors import EquationError
from .table import Table, load, read_document

__all__ = ["EquationError", "Table", "load", "read_document"]
