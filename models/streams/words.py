"""Bits to words and back, and the check of packed streams."""

import functools

import numpy as np

from gateware.parameters import integer

__all__ = ["as_words", "clear_tail", "kernels", "length_of", "pack", "unpack", "words_of"]

ALL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_WORD = np.dtype(np.uint64)


@functools.cache
def kernels():
    """The module of kernels: Numba takes most of a second to import, and only who computes waits for it."""
    from . import kernels
    return kernels


def length_of(length):
    """``length`` as a Python integer, refused below 0."""
    length = integer("length", length)
    if length < 0:
        raise ValueError(f"length must be at least 0, not {length}")
    return length


def words_of(length):
    """The number of words that ``length`` bits take."""
    return -(-length_of(length) // 64)


def pack(bits):
    """Streams of bits (..., T) as words (..., ceil(T / 64)) of uint64, zeros past the end.

    Parameters
    ----------
    bits : array of bool or integers
        0 and 1 only. Of one byte each (bool, uint8, int8) it is fastest.

    Raises
    ------
    ValueError
        If the array has a value other than 0 and 1, no dimension, or no integers.
    """
    bits = np.asarray(bits)
    if bits.ndim < 1 or bits.dtype.kind not in "biu":
        raise ValueError(f"bits must be an array of 0 and 1, not {bits.dtype} of the shape {bits.shape}")
    small = bits if bits.dtype.itemsize == 1 else (bits != 0)
    if small is not bits and bits.size and not 0 <= bits.min() <= bits.max() <= 1:
        _refuse(bits)
    length = bits.shape[-1]
    words = np.empty((*bits.shape[:-1], -(-length // 64)), np.uint64)
    if kernels().pack_rows(np.ascontiguousarray(small).reshape(-1).view(np.uint8), length, words.reshape(-1)) > 1:
        _refuse(bits)
    return words


def _refuse(bits):
    values = bits.view(np.uint8) if bits.dtype == np.bool_ else bits
    raise ValueError(f"bits must be 0 and 1, not {int(values[(values < 0) | (values > 1)][0])}")


def unpack(words, length):
    """The bits (..., length) of packed streams, as bool.

    Raises
    ------
    TypeError
        If the words are no array of uint64.
    ValueError
        If ``length`` does not fit them.
    """
    words, length = _array("words", words), length_of(length)
    if length > 64 * words.shape[-1]:
        raise ValueError(f"length must be between 0 and {64 * words.shape[-1]}, not {length}")
    bits = np.empty((*words.shape[:-1], length), np.bool_)
    kernels().unpack_rows(words.reshape(-1), words.shape[-1], length, bits.reshape(-1).view(np.uint8))
    return bits


def _array(name, words):
    words = np.asarray(words)
    if words.ndim < 1 or words.dtype != _WORD:
        raise TypeError(f"{name} must be an array of uint64, not {words.dtype} of the shape {words.shape}")
    return words if words.flags.c_contiguous else np.ascontiguousarray(words)


def as_words(name, words, length):
    """``words`` as a contiguous array of streams of ``length`` bits.

    Raises
    ------
    TypeError
        If it is no array of uint64.
    ValueError
        If the number of words is another, or a stream goes on past ``length``.
    """
    words = _array(name, words)
    if words.shape[-1] != -(-length // 64):
        raise ValueError(f"{name} must have {-(-length // 64)} words per stream for the length {length}, not {words.shape[-1]}")
    if length % 64 and (words[..., -1] >> np.uint64(length % 64)).any():
        raise ValueError(f"{name} must be 0 past the length {length}, and has ones there: is it longer?")
    return words


def clear_tail(words, length):
    """The words themselves, their bits past the end cleared."""
    if length % 64:
        words[..., -1] &= ALL >> np.uint64(64 - length % 64)
    return words
