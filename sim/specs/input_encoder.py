"""Contract of a network's input encoder: every value in its turn, in its code."""

from amaranth.hdl import Array, EnableInserter, Mux, ResetInserter, Signal

from gateware.sc.sources.leap_forward import LeapForwardLFSR

__all__ = ["input_encoder"]


def input_encoder(spec, m, encoder, *path):
    """Each sample is given ``time_steps`` times, value by value, and each value becomes what its code says.

    It depends on the numbers of inputs and time steps, on the levels and the seed; the values may be anything.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    encoder : InputEncoder
    *path : str
        Where the encoder is in the specified component.
    """
    of = f" of {'.'.join(path)}" if path else ""
    inputs, time_steps = encoder.inputs, encoder.time_steps

    def register(name, last):
        return Signal(range(last + 1), name="_".join((*path, name)))

    # The next value's, and whether it is being fetched: in the one clock after the first time step.
    number, time_step, fetching = register("number", inputs), register("time_step", time_steps), register("fetching", 1)
    taken, given = encoder.i.valid & encoder.i.ready, encoder.o.valid & encoder.o.ready
    step_done = given & (number == inputs - 1)
    done = step_done & (time_step == time_steps - 1)
    m.d.sync += fetching.eq(0)
    with m.If(given):
        m.d.sync += number.eq(number + 1)
    with m.If(step_done):
        m.d.sync += [number.eq(0), time_step.eq(time_step + 1), fetching.eq((time_step == 0) & (time_steps > 1))]
    with m.If(done):
        m.d.sync += time_step.eq(0)
    first, value = time_step == 0, spec.inside("present", *path)

    spec.claim(m, f"a sample's values{of} are taken exactly as those of the first time step are given", taken == (given & first))
    spec.claim(m, f"exactly time_steps * inputs values{of} are given for a sample, one per clock but for one clock after the first time step",
               encoder.o.valid == Mux(first, encoder.i.valid, ~fetching))
    if time_steps > 1:
        (read,), (write,) = spec.memory(*path, "sample")
        row = register("row", inputs - 1)    # what the memory's read register holds
        with m.If(read._en):
            m.d.sync += row.eq(read._addr)
        spec.claim(m, f"every value{of} is kept in its own row", (write._en == taken) & (~taken | (write._addr == number)))
        spec.claim(m, f"every value{of} is that of the input whose turn it is",
                   Mux(first, value == encoder.i.payload, ~encoder.o.valid | ((row == number) & (value == read._data))))
        spec.help(m, spec.inside("fetched", *path) == (~first & ~fetching))
        spec.help(m, first | fetching | (row == number))
    else:
        spec.claim(m, f"every value{of} is that of the input whose turn it is", value == encoder.i.payload)

    if encoder.code == "current":
        spec.claim(m, f"every value{of} is given as it is", encoder.o.payload == value)
    elif encoder.code == "stochastic":
        reference = LeapForwardLFSR(len(encoder.lfsr.random), seed=encoder.lfsr.init.value)
        m.submodules += ResetInserter(done)(EnableInserter(given)(reference))
        spec.claim(m, f"the random numbers{of} start anew with each sample and move once per value",
                   encoder.lfsr.random == reference.random)
        spec.claim(m, f"there is a spike{of} exactly where the value exceeds the upper bits of the random number",
                   encoder.o.payload == (value > reference.random[-len(encoder.comparator.random):]))
    else:
        times = Array([0, *(time + 1 for time in encoder.times)])
        spec.claim(m, f"there is a spike{of} exactly in the time step that the value says",
                   (value > encoder.levels) | (encoder.o.payload == (times[value] == time_step + 1)))
        lowest = Array(encoder.lowest)
        spec.help(m, first | (spec.inside("data", *path, "table") == lowest[time_step]))
        spec.help(m, first | (spec.inside("high", *path) == lowest[time_step - 1]))

    spec.help(m, (number < inputs) & (spec.inside("number", *path) == number))
    spec.help(m, (time_step < time_steps) & (spec.inside("time_step", *path) == time_step))
    spec.help(m, ~fetching | (~first & (number == 0)))
