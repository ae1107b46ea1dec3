"""Gates on packed streams: 64 clocks at once, one stream or a batch, zeros past the end whatever the gate."""

import numpy as np

from .words import as_words, clear_tail, kernels, length_of

__all__ = ["and_", "mux", "not_", "or_", "xnor", "xor"]


def _given(length, **streams):
    """The streams, and their length."""
    length = length_of(length)
    words = [as_words(name, each, length) for name, each in streams.items()]
    return *_together(streams, words), length


def _together(names, words):
    if all(each.shape == words[0].shape for each in words):
        return words
    try:
        shape = np.broadcast_shapes(*(each.shape for each in words))
    except ValueError:
        listed = " and ".join(f"{name} {each.shape[:-1]}" for name, each in zip(names, words))
        raise ValueError(f"streams must be single or of one batch, not {listed}") from None
    return [np.broadcast_to(each, shape) for each in words]


def and_(a, b, length):
    """Both: the product of two unipolar streams that are independent, the lesser of two with SCC = +1.

    Parameters
    ----------
    a, b : uint64 array (..., words)
        Streams; a single one goes with every stream of a batch.
    length : int
        Bits per stream.

    Returns
    -------
    uint64 array (..., words)

    Raises
    ------
    TypeError
        If an argument is no array of uint64.
    ValueError
        If one is of another length, or the batches differ.
    """
    a, b, length = _given(length, a=a, b=b)
    return a & b


def or_(a, b, length):
    """Either: the greater of two streams with SCC = +1; see :func:`and_`."""
    a, b, length = _given(length, a=a, b=b)
    return a | b


def xor(a, b, length):
    """One of both: the distance of two streams with SCC = +1; see :func:`and_`."""
    a, b, length = _given(length, a=a, b=b)
    return a ^ b


def xnor(a, b, length):
    """Both or none: the product of two bipolar streams that are independent; see :func:`and_`."""
    a, b, length = _given(length, a=a, b=b)
    return clear_tail(np.invert(product := a ^ b, out=product), length)


def not_(a, length):
    """The complement of a stream: 1 - p unipolar, -v bipolar; see :func:`and_`."""
    a, length = _given(length, a=a)
    return clear_tail(~a, length)


def mux(select, a, b, length):
    """``a`` where ``select`` is 1, else ``b``: their mean weighted by ``select``; see :func:`and_`."""
    select, a, b, length = _given(length, select=select, a=a, b=b)
    chosen = np.empty(select.shape, np.uint64)
    kernels().mux_words(*(np.ascontiguousarray(each).reshape(-1) for each in (select, a, b)), chosen.reshape(-1))
    return chosen
