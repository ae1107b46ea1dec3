"""Parameters of components: integers of any kind, NumPy's too, and nothing else."""

from operator import index

__all__ = ["integer"]


def integer(name, value):
    """``value`` as a Python integer.

    Raises
    ------
    TypeError
        If it is none, naming the parameter.
    """
    try:
        return index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, not {value!r}") from None
