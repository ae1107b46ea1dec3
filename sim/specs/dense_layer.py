"""Contract of the dense layer's schedule."""

from typing import NamedTuple

from amaranth.hdl import Signal

__all__ = ["DenseLayerWatch", "dense_layer"]


class DenseLayerWatch(NamedTuple):
    """Where the layer is in a time step.

    Parameters
    ----------
    accepted, updated : Signal
        Inputs accepted and neurons updated.
    position : Signal
        Clocks that the schedule has behind it.
    open : Value
        Whether the time step's inputs are not yet all accepted, or none is.
    done : Value
        Whether this clock updates the last neuron.
    """

    accepted: object
    updated: object
    position: object
    open: object
    done: object


def dense_layer(spec, m, layer, *path):
    """In every time step each neuron is updated once, in order, from its own state and all its weights, in time.

    It depends on the numbers of inputs, neurons and lanes; not on the neuron, whose state and answers may be anything,
    nor on the weights.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    layer : DenseLayer
    *path : str
        Where the layer is in the specified component.

    Returns
    -------
    DenseLayerWatch
    """
    of = f" of {'.'.join(path)}" if path else ""
    n_inputs, n_neurons, lanes = layer.n_inputs, layer.n_neurons, layer.lanes
    clocks = n_inputs + layer.latency
    (weight_read,), _ = spec.memory(*path, "weights")
    (state_read,), (state_write,) = spec.memory(*path, "states")
    loading, accumulating, updating = (spec.state(name, *path) for name in ("LOAD", "ACCUMULATE", "UPDATE"))
    accumulate, column, lane, row, number, update, answered = (
        spec.inside(name, *path) for name in ("accumulate", "column", "lane", "row", "number", "update", "answered"))

    def register(name, last):
        return Signal(range(last + 1), name="_".join((*path, name)))

    accepted, updated = register("accepted", n_inputs), register("updated", n_neurons)
    elapsed, waited = register("elapsed", clocks), register("waited", 1)
    # Neurons computed and the answer that waits; the group that is computed, its neurons, the columns its sums have.
    computed, pending = register("computed", n_neurons), register("pending", 1)
    group, within, added = register("group", layer.n_groups), register("within", lanes), register("added", n_inputs)
    # The rows that the memories' read registers hold.
    state_row, weight_row = register("state_row", n_neurons - 1), register("weight_row", layer.n_groups * n_inputs - 1)

    taken, given = layer.i.valid & layer.i.ready, layer.o.valid & layer.o.ready
    done = given & (updated == n_neurons - 1)
    with m.If(given):
        m.d.sync += [updated.eq(updated + 1), pending.eq(0)]
    with m.If(layer.o.valid & ~layer.o.ready):
        m.d.sync += waited.eq(1)
    # The clock of the last answer may already be the next time step's first one.
    with m.If(done):
        m.d.sync += [accepted.eq(taken), elapsed.eq(taken), updated.eq(0), waited.eq(0)]
    with m.Else():
        m.d.sync += accepted.eq(accepted + taken)
        with m.If(~((layer.i.ready & ~layer.i.valid) | (layer.o.valid & ~layer.o.ready))):
            m.d.sync += elapsed.eq(elapsed + 1)
    with m.If(accumulate):
        m.d.sync += added.eq(added + 1)
    with m.If(update):
        m.d.sync += [computed.eq(computed + 1), within.eq(within + 1), pending.eq(1)]
        with m.If(within == lanes - 1):
            m.d.sync += [within.eq(0), group.eq(group + 1), added.eq(0)]
        with m.If(computed == n_neurons - 1):
            m.d.sync += [each.eq(0) for each in (computed, group, within, added)]
    with m.If(state_read._en):
        m.d.sync += state_row.eq(state_read._addr)
    with m.If(weight_read._en):
        m.d.sync += weight_row.eq(weight_read._addr)

    writing = state_write._en.any()
    spec.claim(m, f"every neuron{of} is updated exactly once per time step, in order",
               (writing == given) & (~writing | ((accepted == n_inputs) & (state_write._addr == updated))))
    spec.claim(m, f"every neuron{of} is computed from its own state, and its last answer is not overwritten",
               ~update | ((state_row == computed) & (~pending | given)))
    spec.claim(m, f"no state{of} is read while its new value waits to be written",
               ~(state_read._en & pending & (state_read._addr == answered)))
    spec.claim(m, f"every sum{of} takes each column of its weights exactly once, in order",
               (~accumulate | ((added < n_inputs) & (weight_row == group * n_inputs + added)))
               & (~update | (added == n_inputs)))
    spec.claim(m, f"no input{of} is accepted before the last neuron is updated",
               ~taken | done | ((accepted != n_inputs) & (updated == 0)))
    spec.claim(m, f"a time step{of} takes at most the declared clocks, those in which a stream waits not counted",
               elapsed < clocks)
    spec.claim(m, f"a time step{of} takes exactly the declared clocks where the output does not wait",
               ~done | waited | (elapsed == clocks - 1))

    scan = n_inputs + 1
    position = register("position", clocks)
    with m.If(accumulating):
        m.d.comb += position.eq(n_inputs + group * scan + computed + column)
    with m.Elif(updating):
        m.d.comb += position.eq(n_inputs + (group + 1) * scan + computed)
    with m.Elif(pending):
        m.d.comb += position.eq(clocks - 1)
    with m.Else():
        m.d.comb += position.eq(accepted)
    spec.help(m, (elapsed <= position) & (waited | (elapsed == position)))
    spec.help(m, pending == layer.o.valid)
    spec.help(m, (number == computed) & (computed < n_neurons) & (updated < n_neurons))
    spec.help(m, (group < layer.n_groups) & (computed == group * lanes + within) & (within < lanes))
    spec.help(m, ~pending | (answered == updated))
    spec.help(m, loading | ((accepted == n_inputs) & (updated + pending == computed)))
    spec.help(m, ~loading | ((computed == 0) & (added == 0) & (column < n_inputs)))
    spec.help(m, ~(loading & pending) | ((accepted == n_inputs) & (updated == n_neurons - 1) & (column == 0)))
    spec.help(m, ~(loading & ~pending) | ((accepted == column) & (updated == 0) & ~waited))
    spec.help(m, ~accumulating | ((column <= n_inputs) & (row == group * n_inputs + column) & (within == 0)))
    spec.help(m, ~(accumulating & (column == 0)) | (added == 0))
    spec.help(m, ~(accumulating & (column != 0)) | ((added == column - 1) & (weight_row == row - 1) & (lane == 0)))
    spec.help(m, ~updating | ((column == 0) & (row == (group + 1) * n_inputs) & (lane == within)
                              & (added == n_inputs) & (state_row == computed)))
    return DenseLayerWatch(accepted, updated, position, loading & ~pending, done)
