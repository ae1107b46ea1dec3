"""Structured payloads as arrays: the fields of an Amaranth layout, packed into and unpacked from 64-bit words."""

from __future__ import annotations

import numpy as np
from amaranth.hdl import Shape
from amaranth.lib import data


__all__ = ["pack", "unpack", "to_words", "from_words", "word_count"]


def word_count(width: int) -> int:
    """Return the number of 64-bit words that a value of ``width`` bits takes (at least one)."""
    return max(1, (width + 63) // 64)


def to_words(values, shape: Shape, name: str) -> np.ndarray:
    """Check integers against a shape and store each as 64-bit words, the least significant first.

    Parameters
    ----------
    values : array_like of int
        Shaped ``(T,)``; or, for more than 64 bits, ``(T, W)`` uint64 words or ``(T,)`` Python integers.
    shape : amaranth.hdl.Shape
        Width and sign that every value must fit.
    name : str
        What the values are called in errors.

    Returns
    -------
    ndarray of uint64, shaped (T, W)

    Raises
    ------
    TypeError
        If a value is not an integer.
    ValueError
        If a value does not fit, or the array has another number of axes.
    """
    array = np.asarray(values)
    words = word_count(shape.width)
    if array.dtype.kind == "b":
        array = array.astype(np.uint64)
    if array.size == 0:
        return np.zeros((0, words), np.uint64)
    if array.ndim == 2 and words > 1 and array.shape[1] == words and array.dtype == np.uint64:
        return _checked_words(array, shape, name)
    if array.ndim != 1:
        accepted = "(T,)" if words == 1 else f"(T, {words}) of uint64, or (T,) of Python integers"
        raise ValueError(f"{name} must be an array shaped {accepted}, not {array.shape} of {array.dtype}")
    if array.dtype.kind not in "iu" and not (array.dtype == object and all(isinstance(item, int) for item in array)):
        raise TypeError(f"{name} must be integers, not {array.dtype}")
    low, high = _limits(shape)
    smallest, largest = int(array.min()), int(array.max())
    if smallest < low or largest > high:
        raise ValueError(f"{name} must be between {low} and {high}, not {smallest if smallest < low else largest}")
    if array.dtype != object:
        result = np.empty((len(array), words), np.uint64)
        result[:, 0] = array.astype(np.int64).view(np.uint64) if array.dtype.kind == "i" else array
        result[:, 1:] = np.where(array < 0, np.uint64(2**64 - 1), np.uint64(0))[:, None]
        return result
    mask = 2**64 - 1
    return np.array([[int(item) >> (64 * word) & mask for word in range(words)] for item in array], np.uint64)


def from_words(words: np.ndarray, shape: Shape) -> np.ndarray:
    """Turn sign-extended words ``(T, W)`` into int64 (uint64 for 64 unsigned bits) ``(T,)``, or leave wide values as they are."""
    if words.shape[1] > 1:
        return words
    return words[:, 0] if shape.width == 64 and not shape.signed else words[:, 0].view(np.int64)


def pack(layout: data.Layout, fields: dict, name: str = "payload") -> np.ndarray:
    """Pack field arrays into words.

    Parameters
    ----------
    layout : amaranth.lib.data.Layout
        The structure.
    fields : dict
        For every field of the layout an array of integers, ``(T,)``, with further axes for arrays, or a dict for a structure.
    name : str
        What the structure is called in errors.

    Returns
    -------
    ndarray of uint64, shaped (T, W)

    Raises
    ------
    ValueError
        If a field is missing, unknown, of another length, or does not fit.
    """
    parts = list(_flatten(layout, fields, name))
    lengths = {len(values) for _, _, _, values in parts}
    if len(lengths) > 1:
        raise ValueError(f"{name} fields must have one length, not {sorted(lengths)}")
    result = np.zeros((lengths.pop() if lengths else 0, word_count(layout.size)), np.uint64)
    for offset, shape, path, values in parts:
        words = to_words(values, shape, path)
        for at in range(0, shape.width, 64):
            _insert(result, offset + at, min(64, shape.width - at), words[:, at // 64])
    return result


def unpack(layout: data.Layout, words: np.ndarray) -> dict:
    """Take the fields of a structure out of words; the inverse of :func:`pack`."""
    return {key: _extract(field.shape, field.offset, words) for key, field in layout}


def _limits(shape):
    half = 1 << max(0, shape.width - 1)
    return (-half if shape.width else 0, half - 1 if shape.width else 0) if shape.signed else (0, (1 << shape.width) - 1)


def _checked_words(array, shape, name):
    used = shape.width - 64 * (array.shape[1] - 1)
    top = array[:, -1].view(np.int64)
    extended = (top << (64 - used)) >> (64 - used) if shape.signed else (
        top.view(np.uint64) << np.uint64(64 - used) >> np.uint64(64 - used)).view(np.int64)
    if not np.array_equal(top, extended):
        raise ValueError(f"{name} must fit {shape.width} bits: the highest word of item {int(np.argmax(top != extended))} does not")
    return np.ascontiguousarray(array)


def _flatten(layout, fields, name, offset=0):
    keys = [key for key, _ in layout]
    if set(fields) != set(keys):
        raise ValueError(f"{name} fields must be {', '.join(map(str, keys))}, not {', '.join(map(str, fields))}")
    for key, field in layout:
        yield from _flatten_field(field.shape, fields[key], f"{name}.{key}", offset + field.offset)


def _flatten_field(shape, values, name, offset):
    if isinstance(shape, data.ArrayLayout):
        values = np.asarray(values)
        if values.ndim < 2 or values.shape[1] != shape.length:
            raise ValueError(f"{name} must be an array shaped (T, {shape.length}), not {values.shape}")
        for index in range(shape.length):
            yield from _flatten_field(shape.elem_shape, values[:, index], f"{name}[{index}]", offset + shape[index].offset)
    elif isinstance(shape, data.Layout):
        yield from _flatten(shape, values, name, offset)
    else:
        yield offset, Shape.cast(shape), name, np.asarray(values)


def _insert(result, offset, width, values):
    word, shift = divmod(offset, 64)
    values = values & np.uint64((1 << width) - 1)
    result[:, word] |= values << np.uint64(shift)
    if shift + width > 64:
        result[:, word + 1] |= values >> np.uint64(64 - shift)


def _extract(shape, offset, words):
    if isinstance(shape, data.ArrayLayout):
        parts = [_extract(shape.elem_shape, offset + shape[index].offset, words) for index in range(shape.length)]
        return np.stack(parts, axis=1) if parts and not isinstance(parts[0], dict) else parts
    if isinstance(shape, data.Layout):
        return {key: _extract(field.shape, offset + field.offset, words) for key, field in shape}
    shape = Shape.cast(shape)
    result = np.zeros((len(words), word_count(shape.width)), np.uint64)
    for at in range(0, shape.width, 64):
        width = min(64, shape.width - at)
        word, shift = divmod(offset + at, 64)
        value = words[:, word] >> np.uint64(shift)
        if shift + width > 64:
            value = value | words[:, word + 1] << np.uint64(64 - shift)
        result[:, at // 64] = value & np.uint64((1 << width) - 1)
    if shape.signed and shape.width % 64:
        left = 64 - shape.width % 64
        result[:, -1] = (result[:, -1].view(np.int64) << left >> left).view(np.uint64)
    return from_words(result, shape)
