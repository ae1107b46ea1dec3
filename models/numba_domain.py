"""The Numba domain: Ints are int64, Bits boolean, Vectors of at most 64 bits uint64."""

from collections import namedtuple

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

from gateware.step.bind import bind
from gateware.step.operations import OPERATIONS

__all__ = ["compile_step", "constants"]

Limits = namedtuple("Limits", ["lo", "hi"])

_ONE = np.uint64(1)
_ALL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


def _vector_intrinsic(name, to_int64):
    @intrinsic
    def function(typingctx, v):
        def codegen(context, builder, signature, args):
            if name == "cttz":
                from llvmlite import ir
                return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))
            return getattr(builder, name)(args[0])
        return (types.int64 if to_int64 else types.uint64)(types.uint64), codegen
    return function


_ctpop, _bitreverse, _cttz = (_vector_intrinsic("ctpop", True), _vector_intrinsic("bitreverse", False),
                              _vector_intrinsic("cttz", True))


def bit(value):
    return value != 0


def vector(value, width):
    return np.uint64(value)


def not_(b):
    return not b


def to_int(x):
    return np.int64(x)


def to_vector(x, width):
    return np.uint64(x)


def saturate(x, fmt):
    return min(max(x, fmt.lo), fmt.hi)


def wrap(x, fmt):
    # Unsigned, for a format of 63 bits or more has no size within int64.
    size = np.uint64(fmt.hi) - np.uint64(fmt.lo)
    return np.int64((np.uint64(x) - np.uint64(fmt.lo) & size) + np.uint64(fmt.lo))


def invert(v, width):
    return v ^ (_ALL >> np.uint64(64 - width))


def popcount(v):
    return _ctpop(v)


def parity(v):
    return _ctpop(v) & 1 != 0


def bit_at(v, i):
    return (v >> np.uint64(i)) & _ONE != np.uint64(0)


def with_bit(v, i, b):
    return v & ~(_ONE << np.uint64(i)) | np.uint64(b) << np.uint64(i)


def shift_in(v, b, width):
    return (v << _ONE | np.uint64(b)) & (_ALL >> np.uint64(64 - width))


def reverse(v, width):
    return _bitreverse(v) >> np.uint64(64 - width)


def trailing_zeros(v, width):
    return min(_cttz(v), np.int64(width))


def lowest_one(v, width):
    return v & (~v + _ONE)


def linear(rows, v):
    result = np.uint64(0)
    for i in range(len(rows)):
        result |= np.uint64(_ctpop(v & np.uint64(rows[i])) & 1) << np.uint64(i)
    return result


_OWN = (bit, vector, not_, to_int, to_vector, saturate, wrap, invert, popcount, parity, bit_at, with_bit, shift_in, reverse,
        trailing_zeros, lowest_one, linear)
# What is the same on int64 as on Python integers (mux, scale, lookup, ...) is compiled from the one definition.
NUMBA = {name: njit(function) for name, function in (OPERATIONS | {each.__name__: each for each in _OWN}).items()}


def compile_step(step):
    """The step function compiled by Numba, its operations and helpers with it."""
    return njit(bind(step, NUMBA, njit, _format))


def _format(value):
    return Limits(value.lo, value.hi) if hasattr(value, "kind") else value


def constants(value):
    """``params`` as Numba takes them: formats as their limits, tables as arrays."""
    if hasattr(value, "kind"):
        return _format(value)
    if hasattr(value, "_fields"):
        return type(value)(*map(constants, value))
    if isinstance(value, tuple):
        return np.array(value, np.int64)
    return value
