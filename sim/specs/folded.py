"""Contract of a folded step's schedule."""

from amaranth.hdl import Mux, Signal

__all__ = ["folded_step"]


def folded_step(spec, m, folded, *path):
    """Every step takes exactly the declared clocks, one input and one output, at their places; the neurons take turns.

    It depends on the length of the program and where it takes its input and gives its output, not on what it computes.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    folded : FoldedStep
    *path : str
        Where the folded step is in the specified component.
    """
    program, length = folded.program, folded.interval
    place, running, begin = (spec.inside(name, *path) for name in ("place", "running", "begin"))
    # The clock of the step, from 1 in the one after it begins; 0 where there is none.
    clock, before = Signal(range(length + 1), name="clock"), Signal(name="before")
    with m.If(begin):
        m.d.sync += clock.eq(1)
    with m.Elif(clock == length):
        m.d.sync += clock.eq(0)
    with m.Elif(clock != 0):
        m.d.sync += clock.eq(clock + 1)
    m.d.sync += before.eq(folded.o.valid & ~folded.o.ready)
    taken, ready = folded.i.valid & folded.i.ready, (clock == 0) | (clock == length)
    spec.claim(m, f"a step takes exactly {length} clocks", (~begin | ready) & ((place == 0) == ready))
    spec.claim(m, "no step waits that could begin", begin == (ready & folded.i.valid & (folded.o.ready | ~folded.o.valid)))
    spec.claim(m, f"every step takes exactly one input, in its clock {program.take + 1}",
               (taken == (clock == program.take + 1)) & (~folded.i.ready | folded.i.valid))
    spec.claim(m, f"every step gives exactly one output, {folded.latency} clocks after its input was taken",
               (folded.o.valid & ~before) == (clock == program.done + 2))
    if folded.count > 1:
        turn, number = Signal(range(folded.count), name="turn"), spec.inside("number", *path)
        with m.If(clock == length):
            m.d.sync += turn.eq(Mux(turn == folded.count - 1, 0, turn + 1))
        spec.claim(m, "the neurons take turns", number == turn)

    index = Signal(range(length + 1), name="index")
    m.d.comb += index.eq(Mux(place == 0, length, place))
    spec.help(m, (place < length) & (running | (place == 0)) & (clock <= length))
    spec.help(m, clock == Mux(running, index, 0))
    spec.help(m, ~running | (index > program.done + 1) | ~folded.o.valid)
    spec.help(m, ~running | (index > program.take + 1) | folded.i.valid)
    spec.help(m, ~before | folded.o.valid)
