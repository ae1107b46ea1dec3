"""The step language: behaviour written once, as a pure function on integers.

Importing a name here is all that a component's file needs.
"""

from .component import StepComponent, discover
from .errors import StepError
from .operations import (
    absolute,
    bit,
    bit_at,
    count_to,
    invert,
    linear,
    lookup,
    lowest_one,
    maximum,
    minimum,
    mux,
    not_,
    parity,
    popcount,
    reverse,
    saturate,
    scale,
    scale_round,
    shift_in,
    sum_tree,
    to_int,
    to_vector,
    trailing_zeros,
    vector,
    with_bit,
    wrap,
)
from .shapes import BIT, Q, Range, Vector

__all__ = [
    "BIT", "Q", "Range", "StepComponent", "StepError", "Vector", "absolute", "bit", "bit_at", "count_to", "discover",
    "invert", "linear", "lookup", "lowest_one", "maximum", "minimum", "mux", "not_", "parity", "popcount", "reverse", "saturate", "scale",
    "scale_round", "shift_in", "sum_tree", "to_int", "to_vector", "trailing_zeros", "vector", "with_bit", "wrap",
]
