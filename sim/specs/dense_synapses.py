"""Contract of the schedule of a dense layer's synapses."""

from typing import NamedTuple

from amaranth.hdl import Const, Mux, Signal

__all__ = ["DenseSynapsesWatch", "dense_synapses"]


class DenseSynapsesWatch(NamedTuple):
    """What the specification counted.

    Parameters
    ----------
    left : Signal
        Places that have left of the time step.
    due : Signal
        Whether sums have to leave.
    """

    left: object
    due: object


def dense_synapses(spec, m, synapses, *path):
    """Each event adds each row of its weights once; at a time step's end each place leaves once, in order.

    It depends on the numbers of neurons, inputs, lanes, places and time steps; not on weights, levels or sums.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    synapses : DenseSynapses
    *path : str
        Where they are in the specified component.

    Returns
    -------
    DenseSynapsesWatch
    """
    of = f" of {'.'.join(path)}" if path else ""
    rows, lanes, places, time_steps = synapses.rows, synapses.lanes, synapses.places, synapses.time_steps
    steps, base = max(rows, 3), synapses.inputs * rows
    (read,), (write,) = spec.memory(*path, "sums")
    clear, accept, walk, settle, fetch, leave = (spec.state(name, *path) for name in
                                                 ("CLEAR", "ACCEPT", "WALK", "SETTLE", "FETCH", "LEAVE"))
    step, weight_row, adding, storing, added, stored, place, lane, row, inner_step, ending = (
        spec.inside(name, *path) for name in ("step", "weight_row", "adding", "storing", "added", "stored", "place", "lane", "row",
                                              "time_step", "ending"))

    def register(name, last):
        return Signal(range(last + 1), name="_".join((*path, name)))

    # The rows that are 0 since reset; of the event under way its first row of weights and the rows that it has not read.
    cleared, first_row, unread = register("cleared", rows), register("first_row", max(base, 1 << len(synapses.weights.address))), register("unread", rows)
    # The row of sums that is read, one clock and two clocks later, with the weights' row, and that in the port's register.
    reads = [register(f"reads{k}", 1) for k in range(2)]
    sums = [register(f"sums{k}", (1 << len(read._addr)) - 1) for k in range(2)]
    held = register("held", (1 << len(read._addr)) - 1)
    # Places and time steps that have left of a sample; whether sums have to leave.
    left, time_step, due = register("left", places), register("time_step_left", time_steps), register("due", 1)

    taken, given = synapses.i.valid & synapses.i.ready, synapses.o.valid & synapses.o.ready
    event, reading = synapses.i.payload, walk & read._en
    final = (time_step == time_steps - 1) if synapses.constant else Const(1)
    writing = write._en.any()
    m.d.sync += [reads[0].eq(reading), reads[1].eq(reads[0]), sums[0].eq(read._addr), sums[1].eq(sums[0])]
    with m.If(writing & ~storing & (cleared != rows)):
        m.d.sync += cleared.eq(cleared + 1)
    with m.If(read._en):
        m.d.sync += held.eq(read._addr)
    with m.If(reading):
        m.d.sync += unread.eq(unread - 1)
    with m.If(taken):
        m.d.sync += [due.eq(event.last), first_row.eq(event.number * rows), unread.eq(rows)]
        with m.If(event.last):
            m.d.sync += [first_row.eq(base), unread.eq(rows if synapses.connection.bias else 0)]
    with m.If(given):
        m.d.sync += left.eq(left + 1)
        with m.If(left == places - 1):
            m.d.sync += [left.eq(0), time_step.eq(Mux(time_step == time_steps - 1, 0, time_step + 1)), due.eq(~final)]

    spec.claim(m, f"no event{of} is taken before every sum is 0, the event before has read all rows, and all sums due have left",
               ~taken | ((cleared == rows) & (unread - reading == 0) & ~due))
    spec.claim(m, f"an event{of} reads the rows of its weights in order, each with the sums of the same row",
               ~reading | ((unread != 0) & (read._addr == rows - unread) & (synapses.weights.address == first_row + rows - unread)))
    spec.claim(m, f"every row of sums{of} that was read is written two clocks later, and no other but to clear it",
               (storing == reads[1]) & (~storing | (writing & (write._addr == sums[1]))))
    spec.claim(m, f"sums{of} leave exactly at the end of a time step, when all are written, and first is so in a sample's first",
               ~synapses.o.valid | (due & (unread == 0) & ~reads[0] & ~reads[1] & (synapses.o.payload.first == (time_step == 0))))
    spec.claim(m, f"every neuron's sum{of} leaves from its own row and lane, in order",
               ~(synapses.o.valid & (left < synapses.neurons)) | (held * lanes + lane == left))
    ends = given & ((lane == lanes - 1) | (left == places - 1))
    spec.claim(m, f"a row of sums{of} is cleared when the last of them leaves for the last time, after a reset, and never else",
               Mux(cleared == rows, (writing & ~storing) == (ends & final), writing & ~storing & (write._addr == cleared))
               & (~(writing & ~storing) | (write._data == 0)) & (~ends | ~writing | (left >= synapses.neurons) | (write._addr == held)))

    spec.help(m, (cleared <= rows) & (clear == (cleared != rows)) & (~clear | ((row == cleared) & ~adding & ~storing)))
    spec.help(m, (adding == reads[0]) & (~adding | (added == sums[0])) & (storing == reads[1]) & (~storing | (stored == sums[1])))
    spec.help(m, (place == left) & (left < places) & (inner_step == time_step) & (time_step < time_steps))
    spec.help(m, due == ((walk & ending) | settle | fetch | leave))
    spec.help(m, Mux(walk, (step < steps) & (unread == Mux(step < rows, rows - step, 0)), unread == 0))
    spec.help(m, ~walk | (step >= rows) | (weight_row == first_row + step))
    # An event may have any number that its field holds.
    spec.help(m, first_row <= max(base, ((1 << len(event.number)) - 1) * rows))
    spec.help(m, leave | ((left == 0) & (lane == 0)))
    spec.help(m, leave | clear | (row == 0))
    spec.help(m, ~leave | ((lane < lanes) & (held == row) & ~adding & ~storing
                           & ((left >= synapses.neurons) | (row * lanes + lane == left))))
    # Which rows are on their way through the adders.
    spec.help(m, ~adding | Mux(walk & (step != 0), added == step - 1, (walk | accept | settle) & (added == steps - 1)))
    spec.help(m, ~storing | Mux(walk & (step >= 2), stored == step - 2,
                                Mux(fetch | (walk & (step == 1)), stored == steps - 1, (walk | accept | settle) & (stored >= steps - 2))))
    if synapses.constant:
        spec.help(m, due | (time_step == 0))
    return DenseSynapsesWatch(left, due)
