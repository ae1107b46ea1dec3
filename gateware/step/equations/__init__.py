"""Neurons from equations: a table is read and checked, integrated, and becomes a float64 step and a fixed-point step."""

from .errors import EquationError
from .load import load, read_document
from .table import Table

__all__ = ["EquationError", "Table", "load", "read_document"]
