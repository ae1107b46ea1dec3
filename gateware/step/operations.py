"""The operations of the step language, on Python integers: the definition of their meaning.

A step function calls these names. Evaluated as it stands it computes on exact Python integers (Ints and Vectors
are ``int``, Bits are ``bool``); every other domain binds the same function to its own definitions of these
names (see :mod:`gateware.step.bind`).
"""

__all__ = [
    "OPERATIONS", "absolute", "bit", "bit_at", "count_to", "invert", "linear", "lookup", "lowest_one", "maximum", "minimum",
    "mux", "not_", "parity", "popcount", "reverse", "saturate", "scale", "scale_round", "shift_in", "sum_tree",
    "to_int", "to_vector", "trailing_zeros", "vector", "with_bit", "wrap",
]


def bit(value):
    """The constant Bit ``value``, 0 or 1."""
    return bool(value)


def vector(value, width):
    """The constant Vector of ``width`` bits with the unsigned value ``value``."""
    return value


def not_(b):
    """The complement of a Bit."""
    return not b


def to_int(x):
    """The Int 0 or 1 of a Bit, or the unsigned value of a Vector of at most 62 bits."""
    return int(x)


def to_vector(x, width):
    """The Vector of ``width`` bits with the value of the Int ``x``, whose range must be ``0..2**width - 1``."""
    return x


def mux(c, a, b):
    """``a`` where the Bit ``c`` is 1, else ``b``; both of one kind."""
    return a if c else b


def saturate(x, fmt):
    """``x`` clamped into ``fmt`` (a Q format or a Range)."""
    return fmt.lo if x < fmt.lo else fmt.hi if x > fmt.hi else x


def wrap(x, fmt):
    """``x`` modulo ``2**width`` into ``fmt``, whose limits must span a power of two."""
    return (x - fmt.lo) % (fmt.hi - fmt.lo + 1) + fmt.lo


def scale(x, n):
    """``x / 2**n`` rounded down; for a negative ``n`` the exact ``x * 2**-n``."""
    return x >> n if n >= 0 else x << -n


def scale_round(x, n):
    """``x / 2**n`` rounded to nearest, ties upwards; for ``n <= 0`` the exact ``x * 2**-n``."""
    return (x + (1 << (n - 1))) >> n if n > 0 else x << -n


def lookup(table, i):
    """Entry ``i`` of a constant table; the range of ``i`` must lie within it."""
    return table[i]


def minimum(a, b):
    """The lesser of two Ints."""
    return a if a < b else b


def maximum(a, b):
    """The greater of two Ints."""
    return b if a < b else a


def absolute(x):
    """The magnitude of an Int."""
    return -x if x < 0 else x


def count_to(x, modulus):
    """The successor of ``x`` in the cycle ``0, 1, ..., modulus - 1``."""
    return 0 if x == modulus - 1 else x + 1


def sum_tree(xs):
    """The sum of a tuple of Ints, as a balanced tree: the only n-ary sum."""
    total = 0
    for x in xs:
        total += x
    return total


def invert(v, width):
    """The complement of every bit of a Vector of ``width`` bits."""
    return v ^ ((1 << width) - 1)


def popcount(v):
    """The number of ones in a Vector, as an Int."""
    return v.bit_count()


def parity(v):
    """The exclusive or of all bits of a Vector."""
    return bool(v.bit_count() & 1)


def bit_at(v, i):
    """Bit ``i`` of a Vector; ``i`` is an Int whose range lies within it."""
    return bool(v >> i & 1)


def with_bit(v, i, b):
    """The Vector ``v`` with bit ``i`` replaced by ``b``."""
    return v & ~(1 << i) | b << i


def shift_in(v, b, width):
    """A Vector of ``width`` bits moved one place up, ``b`` entering at bit 0."""
    return (v << 1 | b) & ((1 << width) - 1)


def reverse(v, width):
    """A Vector of ``width`` bits, bit 0 becoming bit ``width - 1``."""
    return int(f"{v:0{width}b}"[::-1], 2)


def trailing_zeros(v, width):
    """The number of zeros below the lowest one, ``width`` for an all-zero Vector, as an Int."""
    return (v & -v).bit_length() - 1 if v else width


def lowest_one(v, width):
    """The Vector ``v`` with none of its ones left but the lowest."""
    return v & -v


def linear(rows, v):
    """The Vector whose bit ``i`` is the parity of ``v & rows[i]``: a constant matrix over GF(2) times ``v``."""
    result = 0
    for i, row in enumerate(rows):
        result |= ((v & row).bit_count() & 1) << i
    return result


OPERATIONS = {name: globals()[name] for name in __all__ if name != "OPERATIONS"}
