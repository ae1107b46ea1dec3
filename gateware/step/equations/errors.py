"""The error of a description of a neuron that cannot be used, with where and why."""

__all__ = ["EquationError"]


class EquationError(ValueError):
    """Something in a neuron's table or equations is wrong; the message names file, key and reason."""
