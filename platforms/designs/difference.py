"""Where the hardware and its golden model first differ, in words."""

from __future__ import annotations

import numpy as np

from ..errors import BuildError

__all__ = ["MismatchError", "first_difference"]


class MismatchError(BuildError):
    """The hardware did something else than its golden model; the message names the first difference."""


def first_difference(what, golden, rtl, axes):
    """Compare two arrays; say where they first differ.

    Parameters
    ----------
    what : str
        What the values are, such as ``"the score"``.
    golden, rtl : arrays
        Of integers: what the model says, and what the hardware says.
    axes : sequence of str
        What each index counts, such as ``("image", "class")``.

    Raises
    ------
    MismatchError
        If they differ, in their shape or in a value.
    """
    golden, rtl = np.asarray(golden).astype(np.int64), np.asarray(rtl).astype(np.int64)
    if golden.shape != rtl.shape:
        raise MismatchError(f"the hardware gave {rtl.size:,} values of {what}, its golden model {golden.size:,}")
    if (golden == rtl).all():
        return
    place = np.argwhere(golden != rtl)[0]
    where = ", ".join(f"{axis} {index}" for axis, index in zip(axes, place))
    raise MismatchError(f"the hardware differs from its golden model: {what} of {where} is {rtl[tuple(place)]} in the RTL and "
                        f"{golden[tuple(place)]} in the model ({int((golden != rtl).sum()):,} differences)")
