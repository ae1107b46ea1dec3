"""Kernels on packed streams: LLVM vectors of 256 bits, written once and compiled to what the machine has (AVX2, NEON, ...).

Vectors and the kernels that use them are one file: a kernel that Numba has kept is compiled anew when its file changes, not
when another does.
"""

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.extending import intrinsic, register_model

__all__ = ["count", "mux_words", "pack_rows", "pointer", "products_and", "products_xor", "unpack_rows"]

_WORDS = ir.VectorType(ir.IntType(64), 4)
_kernel = njit(cache=True, nogil=True)
_part = njit(forceinline=True)


class _Lanes(types.Type):
    """Four words."""

    def __init__(self):
        super().__init__(name="Lanes")


_LANES = _Lanes()


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, _WORDS)


def pointer(context, builder, signature, args, kind):
    """To element ``args[1]`` of the contiguous array ``args[0]``, as one to a vector."""
    data = context.make_array(signature.args[0])(context, builder, args[0]).data
    return builder.bitcast(builder.gep(data, [args[1]]), kind.as_pointer())


@intrinsic
def _load(typingctx, array, k):
    """32 bytes from element ``k`` on."""
    def codegen(context, builder, signature, args):
        return builder.load(pointer(context, builder, signature, args, _WORDS), align=1)
    return _LANES(array, types.intp), codegen


@intrinsic
def _zero(typingctx):
    return _LANES(), lambda context, builder, signature, args: ir.Constant(_WORDS, None)


def _binary(name):
    @intrinsic
    def operation(typingctx, a, b):
        return _LANES(_LANES, _LANES), lambda context, builder, signature, args: getattr(builder, name)(*args)
    return operation


_and, _or, _xor, _add = _binary("and_"), _binary("or_"), _binary("xor"), _binary("add")


@intrinsic
def _ones(typingctx, a):
    """The number of ones in each word."""
    def codegen(context, builder, signature, args):
        kind = ir.FunctionType(_WORDS, [_WORDS])
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, "llvm.ctpop.v4i64"), args)
    return _LANES(_LANES), codegen


@intrinsic
def _ones_of_word(typingctx, word):
    return types.int64(types.uint64), lambda context, builder, signature, args: builder.ctpop(args[0])


def _across(name):
    """The four words as one."""
    @intrinsic
    def operation(typingctx, a):
        def codegen(context, builder, signature, args):
            words = [builder.extract_element(args[0], ir.Constant(ir.IntType(32), k)) for k in range(4)]
            gate = getattr(builder, name)
            return gate(gate(words[0], words[1]), gate(words[2], words[3]))
        return types.int64(_LANES), codegen
    return operation


_sum, _any = _across("add"), _across("or_")


# Bits and words.

@intrinsic
def _word_of(typingctx, elements, k):
    """The word whose bits say which of 64 bytes from ``k`` on are not 0."""
    def codegen(context, builder, signature, args):
        kind = ir.VectorType(ir.IntType(8), 64)
        values = builder.load(pointer(context, builder, signature, args, kind), align=1)
        return builder.bitcast(builder.icmp_unsigned("!=", values, ir.Constant(kind, None)), ir.IntType(64))
    return types.uint64(elements, types.intp), codegen


@intrinsic
def _store_bits(typingctx, elements, k, word):
    """The bits of a word as 64 bytes of 0 and 1."""
    def codegen(context, builder, signature, args):
        kind = ir.VectorType(ir.IntType(8), 64)
        bits = builder.bitcast(args[2], ir.VectorType(ir.IntType(1), 64))
        builder.store(builder.zext(bits, kind), pointer(context, builder, signature, args, kind), align=1)
        return context.get_dummy_value()
    return types.void(elements, types.intp, types.uint64), codegen


@_kernel
def pack_rows(bits, length, words):
    """Rows of bytes into words; the OR of all bytes, which is above 1 where one was."""
    full, width = length // 64, (length + 63) // 64
    either, tail = _zero(), 0
    for row in range(len(words) // width if width else 0):
        stream, packed = bits[row * length:(row + 1) * length], words[row * width:(row + 1) * width]
        for w in range(full):
            # Read before the word is written, which might be anywhere for all LLVM knows.
            either = _or(either, _or(_load(stream, 64 * w), _load(stream, 64 * w + 32)))
            packed[w] = _word_of(stream, 64 * w)
        if length % 64:
            word = types.uint64(0)
            for k in range(64 * full, length):
                tail |= stream[k]
                word |= types.uint64(stream[k] != 0) << types.uint64(k % 64)
            packed[full] = word
    found = types.uint64(_any(either))
    found |= found >> types.uint64(32)
    found |= found >> types.uint64(16)
    return (found | found >> types.uint64(8) | types.uint64(tail)) & types.uint64(255)


@_kernel
def unpack_rows(words, width, length, bits):
    """Rows of words, ``width`` each, into bytes of 0 and 1."""
    full = length // 64
    for row in range(len(bits) // length if length else 0):
        stream, packed = bits[row * length:(row + 1) * length], words[row * width:(row + 1) * width]
        for w in range(full):
            _store_bits(stream, 64 * w, packed[w])
        for k in range(64 * full, length):
            stream[k] = packed[full] >> types.uint64(k % 64) & types.uint64(1)


@_kernel
def mux_words(select, a, b, o):
    for k in range(len(o)):
        o[k] = b[k] ^ (select[k] & (a[k] ^ b[k]))


@intrinsic
def _prefetch(typingctx, array, k):
    """Ask for the line of element ``k``, which may lie past the end."""
    def codegen(context, builder, signature, args):
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        pointer, number = ir.PointerType(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [builder.bitcast(builder.gep(data, [args[1]]), pointer), number(0), number(3), number(1)])
        return context.get_dummy_value()
    return types.void(array, types.intp), codegen


# Counting ones: a tree of carry-save adders leaves one count of bits per 16 vectors, the rest is logic
# (Harley and Seal's; W. Mula, N. Kurz, D. Lemire, Faster Population Counts Using AVX2 Instructions, 2018).

# The words after these are asked for early: up to twice the speed where weights come from the last cache.
_AHEAD = 64


@_part
def _carry_save(a, b, c):
    half = _xor(a, b)
    return _xor(half, c), _or(_and(a, b), _and(half, c))


@_part
def _four(combine, a, i, b, j, ones, twos):
    ones, two = _carry_save(ones, combine(a, i, b, j), combine(a, i + 4, b, j + 4))
    ones, more = _carry_save(ones, combine(a, i + 8, b, j + 8), combine(a, i + 12, b, j + 12))
    twos, four = _carry_save(twos, two, more)
    return ones, twos, four


@_part
def _count(combine, a, i, b, j, n):
    """The ones of ``combine`` over ``n`` words of ``a`` from ``i`` on and of ``b`` from ``j`` on."""
    ones, twos, fours, eights, sixteens = _zero(), _zero(), _zero(), _zero(), _zero()
    done = 0
    while done + 64 <= n:
        x, y = i + done, j + done
        for line in range(0, 64, 8):
            _prefetch(a, x + _AHEAD + line)
        ones, twos, four = _four(combine, a, x, b, y, ones, twos)
        ones, twos, more = _four(combine, a, x + 16, b, y + 16, ones, twos)
        fours, eight = _carry_save(fours, four, more)
        ones, twos, four = _four(combine, a, x + 32, b, y + 32, ones, twos)
        ones, twos, more = _four(combine, a, x + 48, b, y + 48, ones, twos)
        fours, other = _carry_save(fours, four, more)
        eights, sixteen = _carry_save(eights, eight, other)
        sixteens = _add(sixteens, _ones(sixteen))
        done += 64
    rest = _ones(ones)
    while done + 4 <= n:
        rest = _add(rest, _ones(combine(a, i + done, b, j + done)))
        done += 4
    total = (16 * _sum(sixteens) + 8 * _sum(_ones(eights)) + 4 * _sum(_ones(fours)) + 2 * _sum(_ones(twos)) + _sum(rest))
    return total, done


@_part
def _pair_and(a, i, b, j):
    return _and(_load(a, i), _load(b, j))


@_part
def _pair_xor(a, i, b, j):
    return _xor(_load(a, i), _load(b, j))


@_part
def _word_and(a, b):
    return a & b


@_part
def _word_xor(a, b):
    return a ^ b


@_part
def _alone(a, i, b, j):
    return _load(a, i)


@_kernel
def count(words, width, counts):
    """The ones of each row of ``width`` words."""
    for row in range(len(counts)):
        total, done = _count(_alone, words, row * width, words, 0, width)
        for k in range(row * width + done, row * width + width):
            total += _ones_of_word(words[k])
        counts[row] = total


# A block of weights and of inputs that both stay in the first caches.
_DEPTH, _BATCH = 1024, 16


@_part
def _products(combine, combine_words, weights, inputs, width, counts):
    for first in range(0, width, _DEPTH):
        depth = min(_DEPTH, width - first)
        for batch in range(0, counts.shape[0], _BATCH):
            for m in range(counts.shape[1]):
                for b in range(batch, min(batch + _BATCH, counts.shape[0])):
                    i, j = m * width + first, b * width + first
                    total, done = _count(combine, weights, i, inputs, j, depth)
                    for k in range(done, depth):
                        total += _ones_of_word(combine_words(weights[i + k], inputs[j + k]))
                    counts[b, m] += total


@_kernel
def products_and(weights, inputs, width, counts):
    """``counts[b, m]`` grows by the ones of ``weights[m] & inputs[b]``, rows of ``width`` words."""
    _products(_pair_and, _word_and, weights, inputs, width, counts)


@_kernel
def products_xor(weights, inputs, width, counts):
    """``counts[b, m]`` grows by the ones of ``weights[m] ^ inputs[b]``, rows of ``width`` words."""
    _products(_pair_xor, _word_xor, weights, inputs, width, counts)
