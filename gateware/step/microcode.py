"""The operations of a folded step: what its machine does in one pass through multiplier and adder."""

from dataclasses import dataclass, field

from .shapes import bits_for

__all__ = ["Operation", "Unit", "bundles", "constant", "ordered", "signed_width"]


@dataclass(eq=False)
class Operation:
    """One pass through the machine: ``term + c``, where the sign of the sum may set the flag.

    Values are named by what makes them: an operation, a ``("constant", integer)`` or a ``("state", field)``.

    Attributes
    ----------
    source : str
        What ``term`` is: ``"product"``: ``(a * b + half) >> shift``; ``"input"``: a field of the input; ``"table"``: the entry
        that the operation ``index`` has asked for; ``"unit"``: a primitive of vectors of ``a`` and ``b``; ``"zero"``.
    lo, hi : int
        Range of the sum; a vector counts as its unsigned value.
    a, b : value
        ``b`` is None in a product by the constant ``mantissa``; neither ``b`` nor ``mantissa`` where the product is of
        ``a`` and 1 and may change places with ``c``.
    mantissa, shift : int
        A product by a constant is ``a * mantissa / 2**shift``, where a negative shift goes to the left.
    rounds : bool
        Whether the product is rounded to nearest rather than down; None where nothing is cut.
    c : value
        The addend; None is 0.
    other : value
        Read in the place of ``c`` where the flag is set.
    flag : Operation
        The one that sets the flag which ``other`` depends on.
    node : int
        The node of the graph that the sum is the value of.
    """

    source: str
    lo: int
    hi: int
    a: object = None
    b: object = None
    mantissa: int = None
    shift: int = 0
    rounds: bool = None
    c: object = None
    other: object = None
    flag: object = None
    index: object = None
    what: object = None     # the input's field, or the Unit
    node: int = None
    outputs: list = field(default_factory=list)
    state: str = None

    @property
    def swappable(self):
        """Whether the sum is of two values as they are."""
        return self.source == "product" and self.b is None and (self.mantissa, self.shift) == (1, 0)

    @property
    def operands(self):
        """The values that are read."""
        return [each for each in (self.a, self.b, self.c, self.other) if each is not None]

    @property
    def width(self):
        """Bits of the signed sum."""
        return signed_width(self.lo, self.hi)


@dataclass(frozen=True)
class Unit:
    """Logic for a primitive on vectors: its operands are the values ``"a"`` and ``"b"`` of an operation, or integers."""

    primitive: str
    shape: object
    operands: tuple
    static: tuple


def signed_width(lo, hi):
    """Bits in which every integer of a range is a signed number."""
    return bits_for(lo, hi) + (lo >= 0)


def constant(value):
    """The value of a constant as an integer; None of anything else."""
    return value[1] if isinstance(value, tuple) and value[0] == "constant" else None


def bundles(operations):
    """Operations that are scheduled together: a table's address and entry, a flag and the choices by it.

    Returns
    -------
    list of list of Operation
        The one that is first in its bundle comes first.
    """
    first = {}
    for operation in operations:
        if operation.flag is not None or operation.index is not None:
            first[operation] = operation.flag or operation.index
    together = {}
    for operation in operations:
        together.setdefault(first.get(operation, operation), []).append(operation)
    return [[head, *(each for each in members if each is not head)] for head, members in together.items()]


def ordered(operations):
    """The bundles in an order in which operands come first; None where there is none."""
    groups = bundles(operations)
    owner = {each: number for number, group in enumerate(groups) for each in group}
    before = [{owner[operand] for each in group for operand in each.operands if isinstance(operand, Operation)} - {number}
              if not any(operand in group for each in group for operand in each.operands) else {number}
              for number, group in enumerate(groups)]
    after, missing = [[] for _ in groups], [len(each) for each in before]
    for number, each in enumerate(before):
        for k in each:
            after[k].append(number)
    order, ready = [], [number for number, count in enumerate(missing) if not count]
    while ready:
        number = ready.pop()
        order.append(groups[number])
        for k in after[number]:
            missing[k] -= 1
            if not missing[k]:
                ready.append(k)
    return order if len(order) == len(groups) else None
