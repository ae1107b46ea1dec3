"""Dense layer of one kind of neuron, time-multiplexed: weights and state in block RAM."""

from amaranth.hdl import Array, Module, Mux, Signal, unsigned
from amaranth.lib import data, memory, stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component
from gateware.parameters import integer
from gateware.step import Range, StepComponent

__all__ = ["DenseLayer", "SpikeLayout", "check_weights"]

WEIGHT_BITS = 8


def SpikeLayout(**fields):
    """One neuron's answer in one time step: ``spike``, and ``first`` throughout a sample's first time step."""
    return data.StructLayout({"spike": 1, "first": 1} | fields)


def check_weights(name, weights):
    """A matrix of signed 8-bit integers as nested tuples, one row per neuron.

    Raises
    ------
    TypeError, ValueError
        If it is no such matrix.
    """
    rows = tuple(tuple(integer(name, weight) for weight in row) for row in weights)
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError(f"{name} must be a matrix with one row per neuron and at least one column")
    lo, hi = -(1 << (WEIGHT_BITS - 1)), (1 << (WEIGHT_BITS - 1)) - 1
    for neuron, row in enumerate(rows):
        for weight in row:
            if not lo <= weight <= hi:
                raise ValueError(f"{name} must lie between {lo} and {hi}, not {weight} (neuron {neuron})")
    return rows


class DenseLayer(Component):
    r"""Fully connected layer, time-multiplexed over ``lanes`` accumulators and one neuron.

    .. math:: I_j = \sum_i w_{ji}\, s_i, \qquad (state_j, s'_j) = step(state_j, I_j)

    For each group of ``lanes`` neurons the inputs are scanned once, a row of ``lanes`` weights per clock; then the
    neurons of the group are updated one per clock, in order, and their answers pass through a register. Each neuron is
    updated exactly once per time step.

    Parameters
    ----------
    neuron : StepComponent
        With state, the input ``current`` (an Int) and the outputs ``spike`` (a Bit) and ``v`` (an Int).
    weights : sequence of sequence of int
        One row per neuron, signed 8 bits, in the unit of the neuron's ``current``.
    lanes : int
        Weights read per clock, 1 to 64; a lane takes half an iCE40 block RAM.

    Members
    -------
    i : In(stream of SpikeLayout())
        The inputs' spikes of a time step, input 0 first.
    o : Out(stream of SpikeLayout(v=...))
        The neurons' spikes and membranes after the step, neuron 0 first.

    Attributes
    ----------
    interval : int
        Clocks from a time step's first input to the next one's, where neither stream waits.
    latency : int
        Clocks from a time step's last input to its last output.

    Raises
    ------
    TypeError
        If the neuron has other ports.
    ValueError
        If weights or lanes are out of range, or a sum may leave the neuron's ``current``.

    Notes
    -----
    Both figures are of a time step of all neurons.
    """

    def __init__(self, neuron, weights, *, lanes=8):
        if not isinstance(neuron, StepComponent) or getattr(neuron.inputs, "_fields", ()) != ("current",) \
                or not neuron.state or not {"spike", "v"} <= set(neuron.outputs._fields):
            raise TypeError("DenseLayer neuron must be a StepComponent with state, the input current and the outputs spike and "
                            f"v, not {neuron!r}")
        self.neuron, self.weights, self.lanes = neuron, check_weights("DenseLayer weights", weights), integer("DenseLayer lanes", lanes)
        if not 1 <= self.lanes <= 64:
            raise ValueError(f"DenseLayer lanes must be between 1 and 64, not {self.lanes}")
        self.n_inputs, self.n_neurons = len(self.weights[0]), len(self.weights)
        self.n_groups = -(-self.n_neurons // self.lanes)
        self.current = Range(min(sum(min(w, 0) for w in row) for row in self.weights),
                             max(sum(max(w, 0) for w in row) for row in self.weights))
        accepted = neuron.inputs.current
        if self.current.lo < accepted.lo or self.current.hi > accepted.hi:
            raise ValueError(f"DenseLayer weights sum to {self.current.lo} to {self.current.hi}, outside the neuron's "
                             f"current {accepted!r}")
        self.latency = self.n_groups * (self.n_inputs + 1) + self.n_neurons + 1
        self.interval = self.n_inputs + self.latency - 1
        super().__init__({
            "i": In(stream.Signature(SpikeLayout())),
            "o": Out(stream.Signature(SpikeLayout(v=neuron.outputs.v.shape))),
        })

    def rows(self):
        """The weight memory's rows, lane 0 in the low bits; neurons past the last have zeros."""
        mask = (1 << WEIGHT_BITS) - 1
        for group in range(self.n_groups):
            lanes = self.weights[group * self.lanes:][:self.lanes]
            for column in range(self.n_inputs):
                yield sum((row[column] & mask) << (WEIGHT_BITS * lane) for lane, row in enumerate(lanes))

    def elaborate(self, platform):
        m = Module()
        neuron, n_inputs, n_neurons, lanes = self.neuron, self.n_inputs, self.n_neurons, self.lanes

        state_layout = data.StructLayout({name: shape.shape for name, shape in neuron.state._asdict().items()})
        m.submodules.weights = weights = memory.Memory(shape=unsigned(WEIGHT_BITS * lanes),
                                                       depth=self.n_groups * n_inputs, init=list(self.rows()))
        m.submodules.states = states = memory.Memory(shape=state_layout, depth=n_neurons, init=[])
        weight_read, state_read, state_write = weights.read_port(), states.read_port(), states.write_port()

        spikes = Signal(n_inputs)
        first = Signal()
        column = Signal(range(n_inputs + 1))
        lane = Signal(range(lanes))
        # Row and neuron run on over the groups; only a time step's end takes them back to 0.
        row = Signal(range(self.n_groups * n_inputs + 1))
        number = Signal(range(n_neurons))
        last_number = number == n_neurons - 1

        # A row's weights arrive one clock after its address; the spike of its column is then at the low end.
        accumulate = Signal()
        sums = Array(Signal(self.current.shape, name=f"sum{k}") for k in range(lanes))
        lane_weights = [weight_read.data[WEIGHT_BITS * k:][:WEIGHT_BITS].as_signed() for k in range(lanes)]
        with m.If(accumulate):
            m.d.sync += [total.eq(total + Mux(spikes[0], weight, 0)) for total, weight in zip(sums, lane_weights)]
            m.d.sync += spikes.eq(spikes.rotate_right(1))

        # The one neuron: its state comes from memory, or is the initial one in a sample's first time step.
        present = [_named(m, f"present_{name}", shape, Mux(first, init, state_read.data[name]))
                   for (name, shape), init in zip(neuron.state._asdict().items(), neuron.init)]
        following, outputs = neuron.logic(m, present, [_named(m, "current", neuron.inputs.current, sums[lane])])

        # Its answer waits in a register, from which the state is written when the answer goes out.
        update = Signal()
        answered = Signal(range(n_neurons))
        answer = Signal(state_layout)
        transfer = self.o.valid & self.o.ready
        with m.If(transfer):
            m.d.sync += self.o.valid.eq(0)
        with m.If(update):
            m.d.sync += [
                self.o.valid.eq(1),
                self.o.payload.spike.eq(outputs.spike),
                self.o.payload.first.eq(first),
                self.o.payload.v.eq(outputs.v),
                answered.eq(number),
                *(answer[name].eq(value) for name, value in zip(neuron.state._fields, following)),
            ]
        m.d.comb += [
            state_write.en.eq(transfer),
            state_write.addr.eq(answered),
            state_write.data.eq(answer),
            weight_read.addr.eq(row),
            weight_read.en.eq(0),
            state_read.en.eq(0),
        ]

        with m.FSM():
            with m.State("LOAD"):
                # The last state is written before anything of the next time step can read it.
                m.d.comb += self.i.ready.eq(~self.o.valid | self.o.ready)
                with m.If(self.i.valid & self.i.ready):
                    m.d.sync += [
                        spikes.eq((spikes | self.i.payload.spike << n_inputs) >> 1),
                        first.eq(self.i.payload.first),
                        column.eq(column + 1),
                    ]
                    with m.If(column == n_inputs - 1):
                        m.d.sync += [column.eq(0), row.eq(0)]
                        m.next = "ACCUMULATE"

            with m.State("ACCUMULATE"):
                m.d.comb += [
                    accumulate.eq(column != 0),
                    weight_read.en.eq(column != n_inputs),
                    state_read.addr.eq(number),
                    state_read.en.eq(column == n_inputs),
                ]
                m.d.sync += [column.eq(column + 1), lane.eq(0)]
                with m.If(column == 0):
                    m.d.sync += [total.eq(0) for total in sums]
                with m.If(column == n_inputs):
                    m.d.sync += column.eq(0)
                    m.next = "UPDATE"
                with m.Else():
                    m.d.sync += row.eq(row + 1)

            with m.State("UPDATE"):
                m.d.comb += [
                    update.eq(~self.o.valid | self.o.ready),
                    state_read.addr.eq(number + 1),
                    state_read.en.eq(update & ~last_number),
                ]
                with m.If(update):
                    m.d.sync += [number.eq(number + 1), lane.eq(lane + 1)]
                    with m.If(last_number):
                        m.d.sync += number.eq(0)
                        m.next = "LOAD"
                    with m.Elif(lane == lanes - 1):
                        m.next = "ACCUMULATE"
        return m

    @classmethod
    def examples(cls):
        from gateware.neurons.lif import LIF
        from gateware.step import Q
        neuron = LIF(tau=8.0, current=Q(6, 6))
        weights = [[(37 * j + 101 * k + 11 * j * k) % 256 - 128 for k in range(6)] for j in range(5)]
        return {"default": cls(neuron, weights, lanes=2), "one lane": cls(neuron, weights[:3], lanes=1),
                "wide": cls(neuron, weights, lanes=8)}


def _named(m, name, shape, value):
    """``value`` as a signal of the given shape."""
    result = Signal(shape.shape, name=name)
    m.d.comb += result.eq(value)
    return result
