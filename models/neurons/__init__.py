"""Neurons simulated: in float64 as their equations say, or in the integers of their hardware."""

from .protocol import input_array
from .simulate import Trace, rate, rheobase, simulate, solve

__all__ = ["Trace", "input_array", "rate", "rheobase", "simulate", "solve"]
