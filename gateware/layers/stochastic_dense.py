"""Stochastic dense layer: products by AND of two streams, counted into every neuron's own current, time-multiplexed."""

from amaranth.hdl import Array, EnableInserter, Module, Mux, Signal, unsigned
from amaranth.lib import data, memory, stream
from amaranth.lib.wiring import In, Out

from gateware.component import Component
from gateware.parameters import integer
from gateware.sc.arithmetic.multiply import AndMultiplier, XnorMultiplier
from gateware.sc.decode.ones_counter import OnesCounter
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.step import BIT, Range, StepComponent
from gateware.step.pipeline import Pipeline

from .dense import _named
from .stochastic_sources import check_sources, current_range, look_at, source_logic
from .stochastic_weights import check_format, check_stochastic_weights, check_width, weight_rows

__all__ = ["StochasticDense"]


class StochasticDense(Component):
    r"""Fully connected layer of stochastic arithmetic and spiking neurons, time-multiplexed over ``lanes`` counters.

    .. math:: I_j(k) = \sum_i \mathrm{sgn}(W_{ji}) \sum_{t = kL}^{(k+1)L-1} [X_i > r_t]\,[|W_{ji}| > q_t], \qquad
              (state_j, s_j(k)) = step(state_j, I_j(k)), \qquad c_j = \sum_{k<T} s_j(k)

    One source :math:`r` makes the streams of all inputs, another one :math:`q` those of all weights; each neuron's
    current goes into that neuron alone. Every transaction begins with the sources and the neurons in their initial
    states, so that the same inputs always give the same spikes; between transactions nothing moves.

    In the format ``"bipolar"`` a stream of probability p stands for 2 p - 1 and the product is XNOR:
    :math:`I_j = \sum_i \sum_t (2\,\overline{[X_i > r_t] \oplus [W_{ji} > q_t]} - 1)`.

    Parameters
    ----------
    neuron : StepComponent
        With state, the one input ``current`` (an Int) and the output ``spike`` (a Bit). One unit of its current is
        ``1 / length`` of the product of 1.0 and 1.0: ``LIF(current=Q(8, 8))`` for 256 clocks.
    weights : sequence of sequence of int
        One row per neuron; -2**width to 2**width, or in the format bipolar 0 to 2**width. ``encode_weights`` makes them of
        real numbers.
    width : int
        Bits n of the random numbers, 1 to 16.
    length : int or None
        Clocks L of a stream in a time step, 1 to 65536; 2**width by default. The streams go on over the time steps.
    time_steps : int
        Neuron updates T of a transaction, 1 to 1024.
    lanes : int
        Neurons whose currents are counted at once, 1 to 64.
    format : {"sign-magnitude", "bipolar"}
    sources : StepComponent, pair of StepComponent, or None
        The inputs' source and the weights', or one with both outputs, ``width`` bits each. By default ``Sobol(width, 1)`` and
        ``Sobol(width, 2)``, the pair of least error, which fills every window of a power of two evenly.
    period : float
        Nanoseconds between two registers of the neuron's pipelined step, by estimate.

    Members
    -------
    i : In(stream of unsigned(width + 1))
        The inputs of a transaction, input 0 first, each 0 to 2**width (more counts as 2**width).
    o : Out(stream of unsigned)
        The spikes of each neuron in the transaction, 0 to T, neuron 0 first.
    spikes, currents : Out(stream, always ready)
        For observation: every neuron's spike and current as it is updated, in order.

    Attributes
    ----------
    declared_clocks : int
        Clocks from a transaction's last input to its first count, always. With N inputs, M neurons, G groups of lanes and P
        clocks for a neuron's update (its pipeline's latency + 1) the first time step takes F = G (N L + 1) + M P. Where both
        sources are back at their beginning after L clocks, every time step has the same currents, and the others take
        1 + M P: F + (T - 1) (1 + M P) + 2. Otherwise T F + 2.
    interval : int
        Clocks from a transaction's first input to the next one's, where no stream waits.
    current : Range
        What the currents may be, by the numbers that the sources give.

    Raises
    ------
    TypeError, ValueError
        If the neuron or a source has other ports, a parameter is out of its range, both sources give the same numbers, or a
        current may leave the neuron's.

    Notes
    -----
    A neuron's row in memory is its state, its spikes so far and, where later time steps need it, its sum. Source of the
    arithmetic: B. R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    def __init__(self, neuron, weights, *, width=8, length=None, time_steps=16, lanes=8, format="sign-magnitude", sources=None,
                 period=20.0):
        if not isinstance(neuron, StepComponent) or not neuron.state or getattr(neuron.inputs, "_fields", ()) != ("current",) \
                or "spike" not in neuron.outputs._fields:
            raise TypeError("StochasticDense neuron must be a StepComponent with state, the one input current and the output "
                            f"spike, not {neuron!r}")
        self.neuron, self.pipeline = neuron, Pipeline(neuron, period=period)
        self.format = check_format("StochasticDense format", format)
        self.width = check_width("StochasticDense width", width)
        self.weights = check_stochastic_weights("StochasticDense weights", weights, self.width, format)
        self.length = integer("StochasticDense length", 1 << self.width if length is None else length)
        self.time_steps, self.lanes = integer("StochasticDense time_steps", time_steps), integer("StochasticDense lanes", lanes)
        for name, value, hi in (("length", self.length, 65536), ("time_steps", self.time_steps, 1024), ("lanes", self.lanes, 64)):
            if not 1 <= value <= hi:
                raise ValueError(f"StochasticDense {name} must be between 1 and {hi}, not {value}")
        self.sources = check_sources(sources, self.width)
        self.comparator, self.counter = ComparatorEncoder(self.width), OnesCounter(self.time_steps)
        self.multiplier = XnorMultiplier() if format == "bipolar" else AndMultiplier()
        self.n_inputs, self.n_neurons = len(self.weights[0]), len(self.weights)
        self.weight_bits = self.width + 1 + (format == "sign-magnitude")
        self.n_groups = -(-self.n_neurons // self.lanes)
        self.rewound, weight_numbers = look_at(self.sources, self.length, self.time_steps, self.width)
        self.repeats = not any(self.rewound)
        extent = self.n_inputs * self.length
        self.current, self.sums = Range(-extent, extent), Range(0, extent)
        if format == "sign-magnitude":
            self.current = self.sums = current_range(self.weights, weight_numbers, self.width, self.length, self.time_steps)
        accepted = neuron.inputs.current
        if self.current.lo < accepted.lo or self.current.hi > accepted.hi:
            raise ValueError(f"StochasticDense currents reach {self.current.lo} to {self.current.hi}, outside the neuron's "
                             f"current {accepted!r}: give it a wider current, or take a shorter length")
        updates = self.n_neurons * (self.pipeline.latency + 1)
        first = self.n_groups * (self.n_inputs * self.length + 1) + updates
        self.declared_clocks = first + (self.time_steps - 1) * (1 + updates if self.repeats else first) + 2
        self.interval = self.n_inputs + self.declared_clocks + self.n_neurons - 1
        self.state_layout = data.StructLayout({
            "neuron": data.StructLayout({name: shape.shape for name, shape in neuron.state._asdict().items()}),
            "count": self.counter.state.count.shape} | ({"sum": self.sums.shape} if self.repeats else {}))
        super().__init__({
            "i": In(stream.Signature(self.width + 1)),
            "o": Out(stream.Signature(Range(0, self.time_steps).shape)),
            "spikes": Out(stream.Signature(1, always_ready=True)),
            "currents": Out(stream.Signature(self.current.shape, always_ready=True)),
        })

    def elaborate(self, platform):
        m = Module()
        neuron, n_inputs, n_neurons, lanes, length = self.neuron, self.n_inputs, self.n_neurons, self.lanes, self.length

        m.submodules.inputs = inputs = memory.Memory(shape=self.width + 1, depth=n_inputs, init=[])
        m.submodules.weights = weights = memory.Memory(
            shape=unsigned(self.weight_bits * lanes), depth=self.n_groups * n_inputs, attrs={"ram_style": "block"},
            init=list(weight_rows(self.weights, self.width, self.weight_bits, lanes)))
        m.submodules.states = states = memory.Memory(shape=self.state_layout, depth=n_neurons, init=[])
        input_read, input_write, weight_read = inputs.read_port(), inputs.write_port(), weights.read_port()
        state_read, state_write = states.read_port(), states.write_port()

        # Column and row count what was read, number the neurons of a time step that were updated.
        column = Signal(range(n_inputs + 1))
        row = Signal(range(self.n_groups * n_inputs + 1))
        position = Signal(range(length))
        lane = Signal(range(lanes))
        number = Signal(range(n_neurons))
        time_step = Signal(range(self.time_steps))
        stage = Signal(range(self.pipeline.latency + 1))
        counting = Signal()
        updating = Signal()
        update = Signal()
        last_bit, last_number, last_time_step = position == length - 1, number == n_neurons - 1, time_step == self.time_steps - 1

        # The same window of random numbers for every synapse of a time step, the next window for the next time step.
        moves = counting, counting & last_bit, row == self.n_groups * n_inputs, last_time_step
        numbers = [number for k, (source, rewound) in enumerate(zip(self.sources, self.rewound))
                   for number in source_logic(m, f"source{k}", source, rewound, *moves)]
        random, other = (_named(m, name, self.comparator.inputs.random, number)
                         for name, number in zip(("input_random", "weight_random"), numbers))

        # One input's bit meets a bit of each lane's weight.
        input_bit = self._bit(m, "input", input_read.data, random)
        sums = Array(Signal(self.sums.shape, name=f"sum{k}") for k in range(lanes))
        for k, total in enumerate(sums):
            weight = weight_read.data[self.weight_bits * k:][:self.weight_bits]
            product, = self.multiplier.logic(m, (), [input_bit, self._bit(m, f"weight{k}", weight[:self.width + 1], other)])[1]
            negative = weight[self.width + 1] if self.format == "sign-magnitude" else 0
            with m.If(counting):
                m.d.sync += total.eq(total + Mux(negative, -product, product))

        # The one neuron and its count: from memory, or the initial ones in a transaction's first time step. The sums of that
        # time step are kept where those of the others are the same.
        first = time_step == 0
        own_sum = _named(m, "own_sum", self.sums, Mux(first, sums[lane], state_read.data.sum) if self.repeats else sums[lane])
        present = [_named(m, f"present_{name}", shape, Mux(first, init, state_read.data.neuron[name]))
                   for (name, shape), init in zip(neuron.state._asdict().items(), neuron.init)]
        current = Signal(self.current.shape)
        m.d.comb += current.eq(2 * own_sum - n_inputs * length if self.format == "bipolar" else own_sum)
        # Its step is a pipeline, in front of which state and current stand until the answer is there.
        pipeline = self.pipeline
        m.submodules.neuron = EnableInserter(updating)(pipeline)
        m.d.comb += [
            pipeline.current.eq(_named(m, "neuron_current", neuron.inputs.current, current)),
            *(getattr(pipeline, f"state_{name}").eq(value) for name, value in zip(neuron.state._fields, present)),
        ]
        spike = pipeline.spike
        count = _named(m, "present_count", self.counter.state.count, Mux(first, 0, state_read.data.count))
        (counted,), _ = self.counter.logic(m, [count], [spike])

        m.d.comb += [
            input_write.data.eq(self.i.payload),
            input_read.addr.eq(column), input_read.en.eq(0),
            weight_read.addr.eq(row), weight_read.en.eq(0),
            state_read.addr.eq(number), state_read.en.eq(0),
            state_write.addr.eq(number),
            state_write.data.count.eq(counted),
            *(state_write.data.neuron[name].eq(getattr(pipeline, f"next_{name}")) for name in neuron.state._fields),
            *([state_write.data.sum.eq(own_sum)] if self.repeats else []),
            state_write.en.eq(update),
            self.o.payload.eq(state_read.data.count),
            self.spikes.payload.eq(spike), self.spikes.valid.eq(update),
            self.currents.payload.eq(current), self.currents.valid.eq(update),
        ]

        def fetch():
            m.d.comb += [input_read.en.eq(1), weight_read.en.eq(1)]
            m.d.sync += [column.eq(column + 1), row.eq(row + 1)]

        with m.FSM():
            with m.State("LOAD"):
                m.d.comb += [self.i.ready.eq(1), input_write.en.eq(self.i.valid), input_write.addr.eq(column)]
                with m.If(self.i.valid):
                    m.d.sync += column.eq(column + 1)
                    with m.If(column == n_inputs - 1):
                        m.d.sync += column.eq(0)
                        m.next = "FETCH"

            with m.State("FETCH"):
                fetch()
                if not self.repeats:
                    m.d.comb += state_read.en.eq(1)
                m.d.sync += [total.eq(0) for total in sums]
                m.next = "COUNT"

            with m.State("COUNT"):
                m.d.comb += counting.eq(1)
                m.d.sync += position.eq(position + 1)
                with m.If(last_bit):
                    m.d.sync += position.eq(0)
                    with m.If(column == n_inputs):
                        m.d.sync += column.eq(0)
                        m.next = "UPDATE"
                    with m.Else():
                        fetch()

            with m.State("UPDATE"):
                m.d.comb += [updating.eq(1), update.eq(stage == pipeline.latency), state_read.addr.eq(number + 1),
                             state_read.en.eq(update & ~last_number)]
                m.d.sync += stage.eq(stage + 1)
                with m.If(update):
                    m.d.sync += [stage.eq(0), number.eq(number + 1), lane.eq(lane + 1)]
                    with m.If(lane == lanes - 1):
                        m.d.sync += lane.eq(0)
                        with m.If(first if self.repeats else 1):
                            m.next = "FETCH"
                    with m.If(last_number):
                        m.d.sync += [number.eq(0), lane.eq(0), row.eq(0), time_step.eq(time_step + 1)]
                        m.next = "AGAIN" if self.repeats else "FETCH"
                        with m.If(last_time_step):
                            m.d.sync += time_step.eq(0)
                            m.next = "READ"

            if self.repeats:
                with m.State("AGAIN"):
                    m.d.comb += state_read.en.eq(1)
                    m.next = "UPDATE"

            with m.State("READ"):
                m.d.comb += state_read.en.eq(1)
                m.next = "SEND"

            with m.State("SEND"):
                m.d.comb += [self.o.valid.eq(1), state_read.addr.eq(number + 1), state_read.en.eq(self.o.ready & ~last_number)]
                with m.If(self.o.ready):
                    m.d.sync += number.eq(number + 1)
                    with m.If(last_number):
                        m.d.sync += number.eq(0)
                        m.next = "LOAD"
        return m

    def _bit(self, m, name, value, random):
        """A bit of the stream of an encoded value."""
        named = [_named(m, f"{name}_value", self.comparator.inputs.value, value), random]
        return _named(m, f"{name}_bit", BIT, self.comparator.logic(m, (), named)[1].stream)

    @classmethod
    def examples(cls):
        from gateware.neurons.lif import LIF
        from gateware.sc.sources.phase_shifted import PhaseShiftedLFSR
        from gateware.sc.sources.ramp import RampCounter
        from gateware.sc.sources.van_der_corput import VanDerCorput
        from gateware.step import Q
        neuron = LIF(tau=4.0, threshold=0.25, current=Q(6, 4))
        weights = [[(9 * i + 14 * j + 5 * i * j) % 33 - 16 for i in range(5)] for j in range(3)]
        bipolar = [[(5 * i + 3 * j + i * j) % 9 for i in range(3)] for j in range(2)]
        return {
            "default": cls(neuron, weights, width=4, time_steps=3, lanes=2),
            # Windows that are no period of their sources, which have to be wound back.
            "lanes": cls(neuron, [row[:4] + row[3::-1] for row in weights] + [[16, -16] * 4], width=4, length=6, time_steps=3,
                         lanes=4, sources=PhaseShiftedLFSR(4, 6)),
            "bipolar": cls(neuron, bipolar, width=3, time_steps=6, lanes=1, format="bipolar",
                           sources=(RampCounter(8), VanDerCorput(3))),
        }
