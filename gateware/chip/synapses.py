"""Synapses driven by events: each adds one row of weights after the other to the neurons' sums."""

from math import prod

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, memory, stream
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from gateware.component import Component
from gateware.parameters import integer
from gateware.step import Range

from .connections import Dense
from .events import EventLayout
from .weight_memory import LargeMemory, WeightROM

__all__ = ["DEPTH", "DenseSynapses", "Synapses"]

# From a row's addresses to its sums being there to be read again.
DEPTH = 3


class Synapses(Component):
    """What the synapses of all connections share: the sums, how they are added to, and how they leave.

    A subclass says in which order an event goes over the rows: :meth:`contents`, :meth:`_walk`.

    Parameters
    ----------
    connection : Dense or Conv2d
    events : StructLayout
        Of an event.
    rows : int
        Of the sums.
    weight_bits, levels, time_steps, constant, lanes, places, loaded
        As in :class:`DenseSynapses`.
    """

    def __init__(self, connection, events, rows, *, weight_bits, levels, time_steps, constant, lanes, places, loaded):
        name_of = type(self).__name__
        self.connection, self.constant, self.loaded = connection, bool(constant), bool(loaded)
        self.neurons, self.inputs = prod(connection.outputs), prod(connection.inputs)
        for name, value, lo, hi in (("weight_bits", weight_bits, 1, 8), ("levels", levels, 1, 255), ("time_steps", time_steps, 1, 255),
                                    ("lanes", lanes, 1, 64),
                                    ("places", self.neurons if places is None else places, self.neurons, 65536)):
            value = integer(f"{name_of} {name}", value)
            if not lo <= value <= hi:
                raise ValueError(f"{name_of} {name} must be between {lo} and {hi}, not {value}")
            setattr(self, name, value)
        self.current = connection.sums(self.levels)
        self.rows = rows(self.lanes)
        contents = list(self.contents())
        self.depth = len(contents)
        self.weights = LargeMemory(self.depth, self.width) if self.loaded else self._rom(contents)
        members = {
            "i": In(stream.Signature(events(self.levels))),
            "o": Out(stream.Signature(data.StructLayout({"current": self.current.shape, "first": 1}))),
        }
        if self.loaded:
            members["load"] = self.weights.signature.members["load"]
        super().__init__(members)

    @property
    def width(self):
        """Bits of a row of the weight memory."""
        return self.lanes * self.weight_bits

    def _rom(self, contents):
        """The memory of weights that are part of the bitstream."""
        return WeightROM(contents, self.width)

    def elaborate(self, platform):
        m = Module()
        rows, lanes, width = self.rows, self.lanes, self.current.width
        m.submodules.weights = weights = self.weights
        # No row is read while it is written, which is proven: Yosys leaves out what would emulate such a collision.
        m.submodules.sums = sums = memory.Memory(shape=data.ArrayLayout(self.current.shape, lanes),
                                                 depth=1 << ceil_log2(max(2, rows)), init=[], attrs={"no_rw_check": 1})
        read, write = sums.read_port(), sums.write_port()
        if self.loaded:
            m.d.comb += weights.load.eq(self.load)

        walk = self._walk(m)
        weight_row = Signal(range(max(2, self.depth)))
        level = Signal(self.levels.bit_length())
        walking = Signal()
        storing, stored, after = self._add(m, walk, walking, level, read)

        # The sums on their way out.
        place = Signal(range(self.places))
        lane = Signal(range(lanes))
        row = Signal.like(read.addr)
        time_step = Signal(range(self.time_steps))
        clearing = Signal()
        current = read.data.as_value().word_select(lane, width)
        m.d.comb += [
            weights.address.eq(walk.address(weight_row)),
            read.addr.eq(walk.row),
            read.en.eq(walking & walk.valid),
            write.en.eq(storing | clearing),
            write.addr.eq(Mux(clearing, row, stored)),
            write.data.eq(Mux(clearing, 0, after.as_value())),
            self.o.payload.first.eq(time_step == 0),
            self.o.payload.current.eq(Mux(place < self.neurons, current, 0)),
        ]

        event = self.i.payload
        ending = Signal()

        def accept():
            m.d.comb += self.i.ready.eq(1)
            m.d.sync += [*walk.begin(event), weight_row.eq(walk.first(event)), level.eq(event.level), ending.eq(event.last)]
            with m.If(~self.i.valid):
                m.next = "ACCEPT"
            with m.Elif(~event.last):
                m.next = "WALK"
            with m.Elif(walk.has_bias):
                m.d.sync += [*walk.begin_bias(), weight_row.eq(walk.first_of_bias), level.eq(self.levels)]
                m.next = "WALK"
            with m.Else():
                m.next = "SETTLE"

        with m.FSM():
            with m.State("CLEAR"):
                m.d.comb += clearing.eq(1)
                m.d.sync += row.eq(row + 1)
                with m.If(row == rows - 1):
                    m.d.sync += row.eq(0)
                    m.next = "ACCEPT"
            with m.State("ACCEPT"):
                accept()
            with m.State("WALK"):
                m.d.comb += walking.eq(1)
                m.d.sync += [*walk.advance(), weight_row.eq(walk.next(weight_row))]
                with m.If(walk.done):
                    with m.If(ending):
                        m.next = "SETTLE"
                    with m.Else():
                        accept()
            with m.State("SETTLE"):
                # The last sums are stored while the first are fetched.
                m.next = "FETCH"
            with m.State("FETCH"):
                m.d.comb += [read.addr.eq(row), read.en.eq(1)]
                m.next = "LEAVE"
            with m.State("LEAVE"):
                m.d.comb += [self.o.valid.eq(1), read.addr.eq(row + 1)]
                with m.If(self.o.ready):
                    m.d.sync += [place.eq(place + 1), lane.eq(lane + 1)]
                    with m.If((lane == lanes - 1) | (place == self.places - 1)):
                        m.d.comb += [read.en.eq(1), clearing.eq(1 if not self.constant else time_step == self.time_steps - 1)]
                        m.d.sync += [lane.eq(0), row.eq(row + 1)]
                    with m.If(place == self.places - 1):
                        m.d.sync += [place.eq(0), row.eq(0), time_step.eq(time_step + 1)]
                        m.next = "ACCEPT" if not self.constant else "FETCH"
                        with m.If(time_step == self.time_steps - 1):
                            m.d.sync += time_step.eq(0)
                            m.next = "ACCEPT"
        return m

    def _add(self, m, walk, walking, level, read):
        """Of a walk's rows the addresses, then weights times level, then the new sums: whether they are stored, where, and they."""
        factor = Signal(self.levels.bit_length(), name="factor")
        adding = Signal(name="adding")
        storing = Signal(name="storing")
        added = Signal.like(read.addr, name="added")
        stored = Signal.like(read.addr, name="stored")
        before = Signal.like(read.data, name="before")
        after = Signal.like(read.data, name="after")
        m.d.sync += [adding.eq(walking & walk.valid), added.eq(walk.row), before.eq(read.data), storing.eq(adding), stored.eq(added),
                     factor.eq(level)]
        for lane, product in enumerate(self._products(m, factor)):
            m.d.comb += after[lane].eq(before[lane] + product)
        return storing, stored, after

    def _products(self, m, factor):
        """Of each lane the weight times a factor, one clock later."""
        for lane in range(self.lanes):
            weight = self.weights.data.word_select(lane, self.weight_bits).as_signed()
            terms = [Mux(factor[k], weight << k, 0) for k in range(len(factor))] if self.levels > 1 else [weight]
            product = Signal(Range(self.levels * -(1 << self.weight_bits - 1), self.levels << self.weight_bits - 1).shape,
                             name=f"product{lane}")
            m.d.sync += product.eq(sum(terms[1:], terms[0]))
            yield product


class DenseSynapses(Synapses):
    r"""Sums the weights of a time step's events for every neuron of a dense layer.

    .. math:: I_j = \sum_i w_{ji}\, x_i + b_j\, x_{max}

    The sums are in block RAM, ``lanes`` neurons in a row. An event takes ``max(rows, 3)`` clocks, a row of weights in each; an input
    without event takes none. At the end of a time step the sums leave, one neuron per clock, and begin again at 0.

    Parameters
    ----------
    connection : Dense
    weight_bits : int
        1 to 8.
    levels : int
        An event's level is 1 to ``levels``, 1 to 255.
    time_steps : int
        Of a sample, 1 to 255.
    constant : bool
        Whether a sample has one time step of events only, whose sums leave ``time_steps`` times: a constant current.
    lanes : int
        Weights read per clock, 1 to 64.
    places : int, optional
        Currents that leave per time step: those past the last neuron are 0.
    loaded : bool
        Whether the weights are in a :class:`~gateware.chip.weight_memory.LargeMemory`, to be written first.

    Members
    -------
    i : In(stream of EventLayout(inputs, levels))
    o : Out(stream of struct)
        ``current``, and ``first`` throughout a sample's first time step; neuron 0 first.
    load : In(LoadLayout(words))
        Where ``loaded``: the words of the weight memory, while no event is under way.

    Attributes
    ----------
    current : Range
        Of a sum.
    rows : int
        Of the sums; an event's weights are as many rows.
    depth : int
        Rows of the weight memory.

    Raises
    ------
    TypeError, ValueError
        If a parameter is of the wrong kind or out of its range, or the weights do not fit a LargeMemory.

    Notes
    -----
    After a reset ``rows`` clocks pass until the first event is taken.
    """

    def __init__(self, connection, *, weight_bits=8, levels=1, time_steps=1, constant=False, lanes=8, places=None, loaded=False):
        if not isinstance(connection, Dense):
            raise TypeError(f"DenseSynapses connection must be Dense, not {connection!r}")
        (inputs,), (neurons,) = connection.inputs, connection.outputs
        super().__init__(connection, lambda levels: EventLayout(inputs, levels), lambda lanes: -(-neurons // lanes), weight_bits=weight_bits,
                         levels=levels, time_steps=time_steps, constant=constant, lanes=lanes, places=places, loaded=loaded)

    def contents(self):
        """The weight memory's rows, lane 0 in the low bits: those of input 0, of each further one, of the bias."""
        mask = (1 << self.weight_bits) - 1
        columns = list(zip(*self.connection.weights))
        for column in (*columns, *([self.connection.bias] if self.connection.bias else [])):
            for row in range(self.rows):
                lanes = column[row * self.lanes:][:self.lanes]
                yield sum((weight & mask) << self.weight_bits * k for k, weight in enumerate(lanes))

    def _walk(self, m):
        return _RowByRow(self)

    @classmethod
    def examples(cls):
        weights = [[(37 * j + 101 * k + 11 * j * k) % 256 - 128 for k in range(6)] for j in range(7)]
        small = [[each >> 5 for each in row] for row in weights]
        return {"spikes": cls(Dense(weights, [5, -3, 7, 0, 1, 2, -9]), time_steps=4, lanes=2),
                "constant": cls(Dense(weights), levels=15, time_steps=3, constant=True, lanes=1, places=9),
                "one row": cls(Dense(small), weight_bits=3, time_steps=2, lanes=8, places=12)}


class _RowByRow:
    """The walk of an event over all rows in order; a few clocks more where there are fewer rows than the sums take to be stored.

    Attributes
    ----------
    row, valid, done : Value
        The row of sums of this clock, whether it is one, and whether this is the walk's last clock.
    has_bias : bool
        Whether the bias has rows of weights.
    first_of_bias : int
        The first of them.
    """

    def __init__(self, synapses):
        self._rows, self._steps = synapses.rows, max(synapses.rows, DEPTH)
        self._step = Signal(range(self._steps), name="step")
        self.row, self.valid, self.done = self._step, self._step < self._rows, self._step == self._steps - 1
        self.has_bias, self.first_of_bias = bool(synapses.connection.bias), synapses.inputs * self._rows

    def first(self, event):
        """An event's first row of weights."""
        return event.number * self._rows

    def begin(self, event):
        """What is set with the event."""
        return [self._step.eq(0)]

    def begin_bias(self):
        """What is set beside with the bias."""
        return []

    def advance(self):
        """What is set in a clock of the walk."""
        return [self._step.eq(self._step + 1)]

    def address(self, weight_row):
        """The row of weights of this clock."""
        return weight_row

    def next(self, weight_row):
        """The row of weights after this one."""
        return weight_row + 1
