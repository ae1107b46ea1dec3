"""Ones of packed streams: per stream, and of the products of weights and inputs."""

import numpy as np

from .words import as_words, kernels, length_of

__all__ = ["dot", "mean", "popcount"]


def popcount(words, length):
    """The ones of each stream.

    Parameters
    ----------
    words : uint64 array (..., words)
    length : int
        Bits per stream.

    Returns
    -------
    int64 array (...)

    Raises
    ------
    TypeError
        If the words are no array of uint64.
    ValueError
        If they are of another length.
    """
    words = as_words("words", words, length_of(length))
    counts = np.empty(words.shape[:-1], np.int64)
    kernels().count(words.reshape(-1), words.shape[-1], counts.reshape(-1))
    return counts


def mean(words, length):
    """The value of each stream, ones / length: p of a unipolar stream, (v + 1) / 2 of a bipolar one; see :func:`popcount`."""
    if length_of(length) == 0:
        raise ValueError("length must be at least 1 for a mean, not 0")
    return popcount(words, length) / length


def dot(weights, inputs, length, *, gate="and"):
    r"""The ones of the products of M rows of N weights with N inputs: a dense layer of stochastic streams.

    .. math:: y_m = \sum_{n=1}^{N} \sum_t w_{mn,t} \wedge x_{n,t}

    Parameters
    ----------
    weights : uint64 array (M, N, words)
    inputs : uint64 array (N, words) or (B, N, words)
    length : int
        Bits per stream.
    gate : {"and", "xnor"}
        For unipolar or bipolar streams. XNOR counts the clocks in which the two agree; in bipolar values the sum is
        ``2 * y / length - N``.

    Returns
    -------
    int64 array (M,) or (B, M)
        Counts from 0 to N * length, exact.

    Raises
    ------
    TypeError
        If an argument is no array of uint64.
    ValueError
        If one is of another length or number of dimensions, the numbers of inputs differ, or the gate is another.
    """
    length = length_of(length)
    if gate not in ("and", "xnor"):
        raise ValueError(f"gate must be 'and' or 'xnor', not {gate!r}")
    weights, inputs = as_words("weights", weights, length), as_words("inputs", inputs, length)
    if weights.ndim != 3:
        raise ValueError(f"weights must have the shape (M, N, words), not {weights.shape}")
    if inputs.ndim not in (2, 3):
        raise ValueError(f"inputs must have the shape (N, words) or (B, N, words), not {inputs.shape}")
    if inputs.shape[-2] != weights.shape[1]:
        raise ValueError(f"inputs must be {weights.shape[1]} streams like a row of weights, not {inputs.shape[-2]}")
    counts = np.zeros((*inputs.shape[:-2], len(weights)), np.int64)
    products = kernels().products_and if gate == "and" else kernels().products_xor
    products(weights.reshape(-1), inputs.reshape(-1), weights.shape[1] * weights.shape[2], counts.reshape(-1, len(weights)))
    # Zeros past the end differ nowhere, so that what does not differ is counted by what there is.
    return counts if gate == "and" else weights.shape[1] * length - counts
