"""Synapses of a dense layer most of whose weights are zero: only rows that hold another one are stored and walked."""

from amaranth.hdl import Const, Mux, Signal
from amaranth.utils import bits_for, ceil_log2

from .connections import Dense
from .events import EventLayout
from .synapses import Synapses
from .weight_memory import WeightROM

__all__ = ["PAST", "SparseSynapses"]

# Rows past the last one that are read in vain.
PAST = 2


class SparseSynapses(Synapses):
    r"""Sums the weights of a time step's events for every neuron of a dense layer, without rows of zeros.

    .. math:: I_j = \sum_{i:\, w_{ji} \ne 0} w_{ji}\, x_i + b_j\, x_{max}

    A row is the weights of one input to ``lanes`` neurons. Each input's rows that are not all zero are a list in the weight memory:
    beside its weights a row has its number among the rows of sums, and whether it is its list's last. A second memory, the index,
    says where each input's list begins. An event takes one clock more than its list has rows: one if there is none.

    Parameters
    ----------
    connection : Dense
    weight_bits, levels, time_steps, constant, lanes, places, loaded
        As in :class:`~gateware.chip.synapses.DenseSynapses`; the index is part of the bitstream where the rows are loaded.

    Members
    -------
    i : In(stream of EventLayout(inputs, levels))
    o : Out(stream of struct)
        ``current``, and ``first`` throughout a sample's first time step; neuron 0 first.
    load : In(LoadLayout(words))
        As in :class:`~gateware.chip.synapses.DenseSynapses`.

    Attributes
    ----------
    current : Range
        Of a sum.
    rows : int
        Of the sums.
    lists : tuple of tuple
        Of each input, and then of the bias if there is one, the numbers of its rows, which rise.
    begins : tuple of int
        Of each list its first row of weights; past the last one of all if it has none.
    depth : int
        Rows of the weight memory.

    Raises
    ------
    TypeError, ValueError
        If a parameter is of the wrong kind or out of its range, all weights are zero, or the rows do not fit a LargeMemory.

    Notes
    -----
    After a reset ``rows`` clocks pass until the first event is taken. A sum is stored in the clock after it was read. No row comes
    twice in a list, and between two lists a clock passes, so that no sum is read before what was added to it is stored.
    """

    def __init__(self, connection, *, weight_bits=8, levels=1, time_steps=1, constant=False, lanes=8, places=None, loaded=False):
        if not isinstance(connection, Dense):
            raise TypeError(f"SparseSynapses connection must be Dense, not {connection!r}")
        if connection.extremes == (0, 0):
            raise ValueError("SparseSynapses connection must have a weight or a bias other than 0")
        (inputs,), (neurons,) = connection.inputs, connection.outputs
        super().__init__(connection, lambda levels: EventLayout(inputs, levels), lambda lanes: -(-neurons // lanes), weight_bits=weight_bits,
                         levels=levels, time_steps=time_steps, constant=constant, lanes=lanes, places=places, loaded=loaded)
        self.lists = tuple(tuple(number for number, _ in column) for column in self._columns())
        self.begins = tuple(sum(map(len, self.lists[:k])) if rows else self.depth for k, rows in enumerate(self.lists))
        self.index = WeightROM(self.begins[:inputs], bits_for(max(self.begins[:inputs])))

    @property
    def width(self):
        """Bits of a row of the weight memory: its weights, its number among the rows of sums, and whether it is its list's last."""
        return self.lanes * self.weight_bits + ceil_log2(self.rows) + 1

    def _columns(self):
        """Of each input, and of the bias, the numbers of the rows that are not all zero, each with its weights."""
        for column in (*zip(*self.connection.weights), *([self.connection.bias] if self.connection.bias else [])):
            rows = [column[start:start + self.lanes] for start in range(0, len(column), self.lanes)]
            yield [(number, weights) for number, weights in enumerate(rows) if any(weights)]

    def contents(self):
        """The weight memory's rows: weights, lane 0 in the low bits, then the row's number, then whether it is its list's last."""
        mask, weights_width = (1 << self.weight_bits) - 1, self.lanes * self.weight_bits
        for column in self._columns():
            for left, (number, weights) in zip(range(len(column) - 1, -1, -1), column):
                yield sum((weight & mask) << self.weight_bits * k for k, weight in enumerate(weights)) \
                    | number << weights_width | (not left) << self.width - 1

    def _rom(self, contents):
        return WeightROM([*contents, *[0] * PAST], self.width, bounded=True)

    def _walk(self, m):
        m.submodules.index = self.index
        return _List(self, m)

    def _add(self, m, walk, walking, level, read):
        # A row's number comes with its weights, which meet their sums one clock after.
        storing, stored, after = Signal(name="storing"), Signal.like(read.addr, name="stored"), Signal.like(read.data, name="after")
        m.d.sync += [storing.eq(walking & walk.valid), stored.eq(walk.row)]
        for lane, product in enumerate(self._products(m, level)):
            m.d.comb += after[lane].eq(read.data[lane] + product)
        return storing, stored, after

    @classmethod
    def examples(cls):
        weights = [[(37 * j + 101 * k + 11 * j * k) % 256 - 128 if (13 * j * j + 5 * j * k + 3 * k + k * k) % 7 < 2 else 0 for k in range(6)]
                   for j in range(7)]
        pruned = [[weight if k not in (1, 4) else 0 for k, weight in enumerate(row)] for row in weights]
        small = [[each >> 5 for each in row] for row in pruned]
        return {"spikes": cls(Dense(pruned, [0, 0, 0, 0, 1, 0, -9]), time_steps=4, lanes=2),
                "constant": cls(Dense(weights), levels=15, time_steps=3, constant=True, lanes=1, places=9),
                "one row": cls(Dense(small, [0] * 7), weight_bits=3, time_steps=2, lanes=8, places=12)}


class _List:
    """The walk of an event over its list of rows: the first clock reads where it begins, each further one has a row.

    Its attributes are those of the walk of a dense layer.
    """

    def __init__(self, synapses, m):
        data, begins = synapses.weights.data, synapses.index.data
        weights_width = synapses.lanes * synapses.weight_bits
        # Whether it is the walk's first clock, and whether the index says where the list begins.
        self._first, self._indexed = Signal(name="first"), Signal(name="indexed")
        self._begins = begins
        self.has_bias = any(map(bool, synapses.lists[synapses.inputs:]))
        self.first_of_bias = synapses.begins[-1]
        none = begins == synapses.depth if not all(synapses.lists[:synapses.inputs]) else Const(0)
        self.row, self.valid = data[weights_width:-1], ~self._first
        self.done = Mux(self._first, self._indexed & none, data[-1])
        m.d.comb += synapses.index.address.eq(synapses.i.payload.number)

    def first(self, event):
        return 0

    def begin(self, event):
        return [self._first.eq(1), self._indexed.eq(~event.last)]

    def begin_bias(self):
        return []

    def advance(self):
        return [self._first.eq(0), self._indexed.eq(0)]

    def address(self, weight_row):
        return Mux(self._indexed, self._begins, weight_row)

    def next(self, weight_row):
        return self.address(weight_row) + 1
