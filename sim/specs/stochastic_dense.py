"""Contract of the stochastic dense layer's schedule."""

from amaranth.hdl import Array, Cat, Mux, Signal

from gateware.layers.stochastic_sources import walk

from .spec import _walk

__all__ = ["stochastic_dense"]


def stochastic_dense(spec, m, layer):
    """Every transaction is the same computation, in the declared clocks, and nothing moves without one.

    It depends on the sizes of the layer and on the numbers of its sources; not on the neuron, the inputs and the weights, which
    may be anything.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    layer : StochasticDense
    """
    n_inputs, n_neurons, n_groups, lanes = layer.n_inputs, layer.n_neurons, layer.n_groups, layer.lanes
    length, time_steps = layer.length, layer.time_steps
    (input_read,), (input_write,) = spec.memory("inputs")
    (weight_read,), _ = spec.memory("weights")
    (state_read,), (state_write,) = spec.memory("states")
    loading, fetching, in_count, in_update, in_read, sending = (
        spec.state(name) for name in ("LOAD", "FETCH", "COUNT", "UPDATE", "READ", "SEND"))
    again = spec.state("AGAIN") if layer.repeats else 0
    column, row, position, lane, number, time_step, stage, counting, update = (
        spec.inside(name)
        for name in ("column", "row", "position", "lane", "number", "time_step", "stage", "counting", "update"))

    def register(name, last):
        return Signal(range(last + 1), name=name)

    # The transaction so far: inputs accepted, clocks since, time steps done, neurons updated in this one, counts sent.
    accepted, elapsed = register("accepted", n_inputs), register("elapsed", layer.declared_clocks)
    steps, updated, sent = register("steps", time_steps), register("updated", n_neurons), register("sent", n_neurons)
    # The group of neurons that is computed, those of it that were updated, its synapses counted, the bits of the next one.
    group, within = register("group", n_groups), register("within", lanes)
    synapse, bits = register("synapse", n_inputs), register("bits", length)
    # The clocks in which a neuron's operands have stood, and what they were.
    stood = register("stood", layer.pipeline.latency)
    operands = Cat(spec.inside(name) for name in ("neuron_current", *(f"present_{name}" for name in layer.neuron.state._fields)))
    stand = Signal(len(operands), name="stand")
    m.d.sync += [stood.eq(Mux(in_update & ~update, stood + 1, 0)), stand.eq(operands)]
    # The rows that the memories' read registers hold.
    input_row, state_row = register("input_row", n_inputs - 1), register("state_row", n_neurons - 1)
    weight_row = register("weight_row", n_groups * n_inputs - 1)
    for read, held in ((input_read, input_row), (weight_read, weight_row), (state_read, state_row)):
        with m.If(read._en):
            m.d.sync += held.eq(read._addr)

    taken, given = layer.i.valid & layer.i.ready, layer.o.valid & layer.o.ready
    full = accepted == n_inputs
    with m.If(full & ~layer.o.valid):
        m.d.sync += elapsed.eq(elapsed + 1)
    with m.If(taken):
        m.d.sync += accepted.eq(accepted + 1)
        with m.If(accepted == n_inputs - 1):
            m.d.sync += elapsed.eq(1)
    with m.If(counting):
        m.d.sync += bits.eq(bits + 1)
        with m.If(bits == length - 1):
            m.d.sync += [bits.eq(0), synapse.eq(synapse + 1)]
    with m.If(update):
        m.d.sync += [updated.eq(updated + 1), within.eq(within + 1)]
        with m.If((within == lanes - 1) | (updated == n_neurons - 1)):
            m.d.sync += [within.eq(0), synapse.eq(0), group.eq(group + 1)]
        with m.If(updated == n_neurons - 1):
            m.d.sync += [updated.eq(0), group.eq(0), steps.eq(steps + 1)]
    with m.If(given):
        m.d.sync += sent.eq(sent + 1)
        with m.If(sent == n_neurons - 1):
            m.d.sync += [each.eq(0) for each in (accepted, elapsed, steps, sent)]

    # Where the sources stand: after the last synapse of a time step already at the next one's window.
    ahead = steps + ((group == n_groups - 1) & (synapse == n_inputs))
    numbers = []
    for number_of_source, (source, rewound) in enumerate(zip(layer.sources, layer.rewound)):
        states, random, _ = walk(source, length * time_steps)
        # A source that is back at its beginning after every window has one window alone.
        windows = time_steps if rewound else 1
        states, random = ([each[t % len(each)] for t in range(length * windows)] for each in (states, random))
        begin = Mux(ahead >= windows, 0, ahead * length)
        numbers += [Array(each)[begin + bits] for each in zip(*random)]
        for field in source.state._fields:
            column_of_states = Array(getattr(state, field) for state in states)
            name = f"source{number_of_source}_{field}"
            spec.help(m, spec.inside(name) == column_of_states[begin + bits])
            if rewound:
                spec.help(m, spec.inside(f"{name}_window") == column_of_states[begin])

    # What a sum has to be in the next clock, from what the memories gave and the numbers that the transaction has now.
    sums = [spec.inside(f"sum{k}") for k in range(lanes)]
    correct = []
    for k, total in enumerate(sums):
        word = weight_read._data[layer.weight_bits * k:][:layer.weight_bits]
        input_bit = input_read._data > numbers[0]
        weight_bit = word[:layer.width + 1] > numbers[1]
        if layer.format == "bipolar":
            change = input_bit == weight_bit
        else:
            change = Mux(input_bit & weight_bit, Mux(word[layer.width + 1], -1, 1), 0)
        expected = Signal.like(total, name=f"expected{k}")
        m.d.sync += expected.eq(Mux(counting, total + change, Mux(fetching, 0, total)))
        correct.append(total == expected)

    # The first time step begins with initial states and needs none of the memory's.
    own_state = (state_row == updated) | (steps == 0)
    # A time step whose currents are those of the first one.
    later = (steps != 0) & layer.repeats
    writing = state_write._en.any()
    own, own_sum = Signal(layer.current.shape, name="own"), Array(sums)[within]
    if layer.repeats:
        kept, written = (layer.state_layout(port._data).sum for port in (state_read, state_write))
        own_sum = Mux(later, kept, own_sum)
        spec.claim(m, "every neuron keeps its current for the time steps that have the same", ~update | (written == own_sum))
    m.d.comb += own.eq(2 * own_sum - n_inputs * length if layer.format == "bipolar" else own_sum)
    spec.claim(m, "every sum takes every bit of every synapse of its neuron exactly once, in order",
               (~counting | ((synapse < n_inputs) & (input_row == synapse)
                               & (weight_row == group * n_inputs + synapse)))
               & (~update | later | (synapse == n_inputs)))
    given_random = zip((spec.inside("input_random"), spec.inside("weight_random")), numbers)
    spec.claim(m, "every synapse of a time step has the same window of random numbers, and every transaction the same windows",
               ~counting | Cat(random == number for random, number in given_random).all())
    spec.claim(m, "a sum begins with 0 and changes by the signed product of an input's and a weight's bit alone",
               Cat(correct).all())
    spec.claim(m, "every neuron is updated exactly once per time step, in order, from its own state",
               (writing == update) & (~update | (full & (state_write._addr == updated) & own_state)))
    spec.claim(m, "every neuron takes its own current",
               ~update | ((layer.currents.payload == own) & (spec.inside("neuron_current") == own)))
    spec.claim(m, "a neuron's state and current stand for the latency of its step, and then its answer is taken",
               (update == (in_update & (stood == layer.pipeline.latency))) & ((stood == 0) | (operands == stand)))
    spec.claim(m, "every transaction starts the neurons and their counts anew",
               ~update | (steps != 0) | Cat(spec.inside(f"present_{name}") == init for name, init in
                                            (*layer.neuron.init._asdict().items(), ("count", 0))).all())
    spec.claim(m, "every count is sent once, in order, after the last time step",
               ~layer.o.valid | ((steps == time_steps) & (state_row == sent) & (sent < n_neurons)))
    spec.claim(m, "the first count comes exactly the declared clocks after the last input",
               layer.o.valid == (elapsed == layer.declared_clocks))
    spec.claim(m, "inputs are accepted exactly while none of the transaction is missing its counts", layer.i.ready == ~full)

    # All registers there are, and all that could change a memory.
    registers = Cat({id(signal): signal for _, fragment in _walk(spec.fragment)
                     for statement in fragment.statements.get("sync", ()) for signal in statement._lhs_signals()}.values())
    waits = (layer.i.ready & ~layer.i.valid) | (layer.o.valid & ~layer.o.ready)
    waited, before = Signal(name="waited"), Signal(len(registers), name="before")
    m.d.sync += [waited.eq(waits), before.eq(registers)]
    spec.claim(m, "no register and no memory moves while the layer waits for an input or for a count to be taken",
               (~waited | (registers == before))
               & ~(waits & Cat(port._en.any() for port in (input_read, input_write, weight_read, state_read, state_write)).any()))

    synapses, update_clocks = n_inputs * length + 1, layer.pipeline.latency + 1
    first_clocks = n_groups * synapses + n_neurons * update_clocks
    later_clocks = 1 + n_neurons * update_clocks if layer.repeats else first_clocks
    # Clocks at the beginning of the time step that is under way.
    began = 1 + Mux(steps == 0, 0, first_clocks + (steps - 1)[:len(steps)] * later_clocks)
    passed = began + group * synapses + updated * update_clocks
    spec.help(m, (loading == ~full) & (time_step == Mux(steps == time_steps, 0, steps)) & (number == Mux(sending, sent, updated)))
    spec.help(m, (accepted <= n_inputs) & (steps <= time_steps) & (group < n_groups) & (within < lanes)
              & (updated < n_neurons) & (sent < n_neurons) & (bits < length) & (synapse <= n_inputs)
              & (updated == group * lanes + within) & (position == bits))
    spec.help(m, (lane == within) & (stage == stood) & (in_update | ((within == 0) & (stood == 0))))
    spec.help(m, (in_count | (bits == 0)) & (sending | (sent == 0)))
    spec.help(m, ~(loading | again | in_read | sending) | ((row == 0) & (synapse == 0) & (updated == 0) & (group == 0)))
    spec.help(m, ~(again | in_read | sending) | (column == 0))
    spec.help(m, (in_read | sending) == (steps == time_steps))
    spec.help(m, ~loading | ((steps == 0) & (elapsed == 0) & (column == accepted)))
    spec.help(m, ~fetching | (~later & (column == 0) & (synapse == 0) & (row == group * n_inputs) & (elapsed == passed)))
    spec.help(m, ~in_count | (~later & (column == synapse + 1) & (row == group * n_inputs + column) & (input_row == synapse)
                              & (weight_row + 1 == row) & (elapsed == passed + 1 + synapse * length + bits)))
    spec.help(m, ~(in_count | in_update) | own_state)
    spec.help(m, ~in_update | (column == 0))
    spec.help(m, ~in_update | later | ((row == (group + 1) * n_inputs) & (synapse == n_inputs)
                                       & (elapsed == passed + synapses + stood)))
    if layer.repeats:
        spec.help(m, ~(in_update & later) | ((row == 0) & (synapse == 0)
                                             & (elapsed == began + 1 + updated * update_clocks + stood)))
        spec.help(m, ~again | (later & (elapsed == began)))
    spec.help(m, ~in_read | (elapsed == layer.declared_clocks - 1))
    spec.help(m, ~sending | ((elapsed == layer.declared_clocks) & (state_row == sent)))
