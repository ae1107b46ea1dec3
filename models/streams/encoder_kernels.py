"""Kernels of the encoder: 64 numbers of 16 bits are compared with a threshold at once."""

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from .kernels import pointer

__all__ = ["compare", "first_outside", "scale"]


@intrinsic
def _less(typingctx, elements, k, value):
    """The word whose bits say which of 64 elements of 16 bits from ``k`` on, are less than ``value``."""
    def codegen(context, builder, signature, args):
        kind = ir.VectorType(ir.IntType(16), 64)
        numbers = builder.load(pointer(context, builder, signature, args, kind), align=2)
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), 64), None)
        first = builder.insert_element(ir.Constant(kind, ir.Undefined), args[2], ir.Constant(ir.IntType(32), 0))
        limit = builder.shuffle_vector(first, first, zeros)
        return builder.bitcast(builder.icmp_signed("<", numbers, limit), ir.IntType(64))
    return types.uint64(elements, types.intp, types.int16), codegen


@njit(cache=True, nogil=True)
def first_outside(values, limit):
    """Where the first of the values lies that is not 0 to ``limit``; -1 for none."""
    for k in range(len(values)):
        if not 0 <= values[k] <= limit:
            return k
    return -1


@njit(cache=True, nogil=True)
def scale(probabilities, size, numbers):
    """Numbers ``p * size`` to the nearest, ties to even; the place of the first p that is none, or -1."""
    for k in range(len(numbers)):
        if not 0 <= probabilities[k] <= 1:
            return k
        numbers[k] = np.int64(np.rint(probabilities[k] * size))
    return -1


@njit(cache=True, nogil=True)
def compare(period, size, numbers, phases, length, words):
    """Rows of words whose bit t is ``period[phase + t] < number - 32768``; ``period`` goes on for 64 elements past ``size``."""
    width = (length + 63) // 64
    step = 64 % size
    for row in range(len(numbers)):
        position, packed = phases[row], words[row * width:(row + 1) * width]
        if numbers[row] > 65535:
            packed[:] = ~types.uint64(0)
        else:
            limit = types.int16(numbers[row] - 32768)
            for k in range(width):
                packed[k] = _less(period, position, limit)
                position += step
                if position >= size:
                    position -= size
        if length % 64:
            packed[width - 1] &= ~types.uint64(0) >> types.uint64(64 - length % 64)
