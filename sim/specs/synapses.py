"""Contract of the schedule of synapses, of dense and of sparse layers and of convolutions."""

from functools import reduce
from operator import and_
from typing import NamedTuple

from amaranth.hdl import Array, Const, Mux, Signal

from gateware.chip.network import Dense

from .conv_synapses import convolution

__all__ = ["SynapsesWatch", "synapses"]


class SynapsesWatch(NamedTuple):
    """What the specification counted.

    Parameters
    ----------
    left : Signal
        Places that have left of the time step.
    """

    left: object


def synapses(spec, m, part, *path):
    """At a time step's end each place leaves once, in order; what is read of the sums is written back; nothing is taken meanwhile.

    Of dense layers as well: each event adds each row of its weights once; of sparse ones, each that is in its list. It depends on the
    numbers of neurons, inputs, lanes, places and time steps, and on which rows a sparse layer has; not on weights, levels or sums.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    part : Synapses
    *path : str
        Where they are in the specified component.

    Returns
    -------
    SynapsesWatch
    """
    of = f" of {'.'.join(path)}" if path else ""
    rows, lanes, places, time_steps = part.rows, part.lanes, part.places, part.time_steps
    (read,), (write,) = spec.memory(*path, "sums")
    clear, walk, settle, fetch, leave = (spec.state(name, *path) for name in ("CLEAR", "WALK", "SETTLE", "FETCH", "LEAVE"))
    place, lane, row, inner_step, ending = (spec.inside(name, *path) for name in ("place", "lane", "row", "time_step", "ending"))
    # Whether there is a row in each stage between the reading and the writing of its sums, and which.
    sparse = hasattr(part, "lists")
    names = (("storing", "stored"),) if sparse else (("adding", "added"), ("storing", "stored"))
    stages = [tuple(spec.inside(name, *path) for name in stage) for stage in names]
    (storing, _), idle = stages[-1], [~stage for stage, _ in stages]

    def register(name, last):
        return Signal(range(last + 1), name="_".join((*path, name)))

    # The rows that are 0 since reset; the row of sums that is read, as many clocks later, and that in the port's register.
    cleared = register("cleared", rows)
    reads = [register(f"reads{k}", 1) for k in range(len(stages))]
    sums = [register(f"sums{k}", (1 << len(read._addr)) - 1) for k in range(len(stages))]
    held = register("held", (1 << len(read._addr)) - 1)
    # Places and time steps that have left of a sample; whether sums have to leave.
    left, time_step, due = register("places_left", places), register("time_step_left", time_steps), register("due", 1)

    taken, given = part.i.valid & part.i.ready, part.o.valid & part.o.ready
    reading, writing = walk & read._en, write._en.any()
    final = (time_step == time_steps - 1) if part.constant else Const(1)
    m.d.sync += [each.eq(before) for each, before in zip((*reads, *sums), (reading, *reads[:-1], read._addr, *sums[:-1]))]
    with m.If(writing & ~storing & (cleared != rows)):
        m.d.sync += cleared.eq(cleared + 1)
    with m.If(read._en):
        m.d.sync += held.eq(read._addr)
    with m.If(taken):
        m.d.sync += due.eq(part.i.payload.last)
    with m.If(given):
        m.d.sync += left.eq(left + 1)
        with m.If(left == places - 1):
            m.d.sync += [left.eq(0), time_step.eq(Mux(time_step == time_steps - 1, 0, time_step + 1)), due.eq(~final)]

    spec.claim(m, f"no event{of} is taken before every sum is 0, nor while sums have to leave", ~taken | ((cleared == rows) & ~due))
    spec.claim(m, f"every row of sums{of} that was read is written {'one clock' if sparse else 'two clocks'} later, and no other but to clear it",
               (storing == reads[-1]) & (~storing | (writing & (write._addr == sums[-1]))))
    spec.claim(m, f"sums{of} leave exactly at the end of a time step, when all are written, and first is so in a sample's first",
               ~part.o.valid | reduce(and_, [due, *(~each for each in reads), part.o.payload.first == (time_step == 0)]))
    spec.claim(m, f"every neuron's sum{of} leaves from its own row and lane, in order",
               ~(part.o.valid & (left < part.neurons)) | (held * lanes + lane == left))
    ends = given & ((lane == lanes - 1) | (left == places - 1))
    spec.claim(m, f"a row of sums{of} is cleared when the last of them leaves for the last time, after a reset, and never else",
               Mux(cleared == rows, (writing & ~storing) == (ends & final), writing & ~storing & (write._addr == cleared))
               & (~(writing & ~storing) | (write._data == 0)) & (~ends | ~writing | (left >= part.neurons) | (write._addr == held)))

    spec.help(m, (cleared <= rows) & (clear == (cleared != rows)) & (~clear | reduce(and_, [row == cleared, *idle])))
    spec.help(m, reduce(and_, (each for (stage, number), was_read, sums_row in zip(stages, reads, sums)
                               for each in (stage == was_read, ~stage | (number == sums_row)))))
    spec.help(m, (place == left) & (left < places) & (inner_step == time_step) & (time_step < time_steps))
    spec.help(m, due == ((walk & ending) | settle | fetch | leave))
    spec.help(m, leave | ((left == 0) & (lane == 0)))
    spec.help(m, leave | clear | (row == 0))
    spec.help(m, ~leave | reduce(and_, [lane < lanes, held == row, *idle, (left >= part.neurons) | (row * lanes + lane == left)]))
    if part.constant:
        spec.help(m, due | (time_step == 0))
    if isinstance(part.connection, Dense):
        (_sparse if sparse else _dense)(spec, m, part, path, of, read, walk, reading, taken)
    else:
        convolution(spec, m, part, path, of, read, write, walk, reading, taken)
    return SynapsesWatch(left)


def _dense(spec, m, part, path, of, read, walk, reading, taken):
    """Each event reads the rows of its weights, and of the sums, once and in order."""
    rows, event, address = part.rows, part.i.payload, part.weights.address
    steps, base = max(rows, 3), part.inputs * rows
    step, weight_row, adding, storing, added, stored = (
        spec.inside(name, *path) for name in ("step", "weight_row", "adding", "storing", "added", "stored"))
    accept, settle, fetch = (spec.state(name, *path) for name in ("ACCEPT", "SETTLE", "FETCH"))
    # Of the event under way its first row of weights, and the rows that it has not read.
    first = Signal(range(max(base, 1 << len(address)) + 1), name="_".join((*path, "first_row")))
    unread = Signal(range(rows + 1), name="_".join((*path, "unread")))
    with m.If(reading):
        m.d.sync += unread.eq(unread - 1)
    with m.If(taken):
        m.d.sync += [first.eq(event.number * rows), unread.eq(rows)]
        with m.If(event.last):
            m.d.sync += [first.eq(base), unread.eq(rows if part.connection.bias else 0)]

    spec.claim(m, f"an event{of} reads the rows of its weights in order, each with the sums of the same row",
               ~reading | ((unread != 0) & (read._addr == rows - unread) & (address == first + rows - unread)))
    spec.claim(m, f"every event{of} has read all its rows when the next one is taken or sums leave",
               ~(taken | part.o.valid) | (unread == reading))

    spec.help(m, Mux(walk, (step < steps) & (unread == Mux(step < rows, rows - step, 0)), unread == 0))
    spec.help(m, ~walk | (step >= rows) | (weight_row == first + step))
    # An event may have any number that its field holds.
    spec.help(m, first <= max(base, ((1 << len(event.number)) - 1) * rows))
    # Which rows are on their way through the adders.
    spec.help(m, ~adding | Mux(walk & (step != 0), added == step - 1, (walk | accept | settle) & (added == steps - 1)))
    spec.help(m, ~storing | Mux(walk & (step >= 2), stored == step - 2,
                                Mux(fetch | (walk & (step == 1)), stored == steps - 1, (walk | accept | settle) & (stored >= steps - 2))))


def _sparse(spec, m, part, path, of, read, walk, reading, taken):
    """Each event reads the rows of its list, and of the sums, once and in order."""
    event, numbers, last = part.i.payload, [number for each in part.lists for number in each], part.depth - 1
    first, indexed, weight_row = (spec.inside(name, *path) for name in ("first", "indexed", "weight_row"))
    # Of each row the rows of its list from it on; past the last one there is none.
    after = [*(left for each in part.lists for left in range(len(each), 0, -1)), 0]
    # Of the event under way the next row of weights, and how many it has not read; the row that was addressed in the clock before.
    following, addressed = (Signal(range(last + 2), name="_".join((*path, name))) for name in ("following_row", "addressed"))
    unread = Signal(range(part.rows + 1), name="_".join((*path, "unread")))

    def begin(row):
        return [following.eq(row), unread.eq(Array(after)[row])]

    m.d.sync += addressed.eq(part.weights.address)
    with m.If(reading):
        m.d.sync += [following.eq(following + 1), unread.eq(unread - 1)]
    with m.If(taken):
        # For a number that no input has the index holds the first row.
        m.d.sync += begin(Array([*part.begins[:part.inputs], 0])[event.number])
        with m.If(event.last):
            m.d.sync += begin(part.begins[-1] if part.connection.bias else last + 1)

    spec.claim(m, f"an event{of} reads the rows of its list in order, each with the sums whose they are",
               ~reading | ((unread != 0) & (addressed == following) & (read._addr == Array(numbers)[following])))
    spec.claim(m, f"every event{of} has read all its rows when the next one is taken or sums leave",
               ~(taken | part.o.valid) | (unread == reading))

    spec.help(m, weight_row <= last + 2)
    spec.help(m, Mux(walk, unread == Array(after)[following], unread == 0) & (following <= last + 1))
    spec.help(m, ~walk | Mux(first, Mux(indexed, part.index.data, weight_row) == following,
                             ~indexed & (unread != 0) & (weight_row == following + 1) & (addressed == following)))
