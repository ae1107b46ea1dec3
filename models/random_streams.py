"""Ideal random streams: independent bits of a seeded generator, the reference that sources are compared with."""

import math
from operator import index

import numpy as np

from .packed import pack

__all__ = ["bernoulli"]


def bernoulli(p, length, seed):
    """Packed streams of independent bits, each 1 with the probability ``p``.

    Parameters
    ----------
    p : float or array of float
        0 to 1; of an array, one stream each.
    length : int
        Bits, at least 0.
    seed : int
        Of NumPy's PCG64, at least 0: the same seed gives the same bits on every machine.

    Returns
    -------
    array of uint64
        ``(*shape of p, ceil(length / 64))``, as of :func:`models.packed.pack`.

    Raises
    ------
    ValueError
        If a probability is no number from 0 to 1, or the length or the seed is negative.

    Notes
    -----
    A bit is 1 where a 53-bit uniform number is less than ``p``: probabilities are exact to ``2**-53``, 0 and 1 exactly.
    """
    probabilities = np.asarray(p, float)
    for each in probabilities.ravel().tolist():
        if math.isnan(each) or not 0.0 <= each <= 1.0:
            raise ValueError(f"p must be between 0 and 1, not {each!r}")
    length, seed = index(length), index(seed)
    if length < 0:
        raise ValueError(f"length must be at least 0, not {length}")
    if seed < 0:
        raise ValueError(f"seed must be at least 0, not {seed}")
    generator = np.random.Generator(np.random.PCG64(seed))
    return pack(generator.random((*probabilities.shape, length)) < probabilities[..., None])
