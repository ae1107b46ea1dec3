"""Contract of how synapses of a convolution go over a kernel: what each of its places does to the sums."""

from amaranth.hdl import Array, Cat, Const, Mux, Signal, signed

__all__ = ["convolution"]


def convolution(spec, m, part, path, of, read, write, walk, reading, taken):
    """An event adds, once each, its level times the weights of every place of the kernel to the sums of the one place in whose window it is.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    part : ConvSynapses
    path : tuple of str
        Where they are in the specified component.
    of : str
        What the claims call them.
    read, write : memory ports
        Of the sums.
    walk, reading, taken : Value
        Whether an event is under way, whether it reads, and whether one is taken.

    Notes
    -----
    It is claimed of events from within the input's shape and of a level that there is. The output places are found in the definition of a
    convolution, by counting.
    """
    connection, event = part.connection, part.i.payload
    (outputs, channels, height, width), (_, out_height, out_width) = connection.kernel, connection.outputs
    groups = outputs // part.lanes
    # A turn for each place of the kernel and group of output channels; of the bias for each row of sums.
    turns = [(y, x, group) for y in range(height) for x in range(width) for group in range(groups)]

    def register(name, shape, init=0):
        return Signal(shape, init=init, name="_".join((*path, name)))

    # Of the event under way: the turns that it has had, whether it is the bias, whether it is from within the shape and has a level, what it says.
    turn, bias, known = register("turn", range(max(len(turns), part.rows) + 1), len(turns)), register("is_bias", 1), register("known", 1)
    channel, y, x, level = (register(f"event_{name}", len(event[name])) for name in ("channel", "y", "x", "level"))
    count = Mux(bias, part.rows, len(turns))
    had_all = turn == count
    with m.If(walk & ~had_all):
        m.d.sync += turn.eq(turn + 1)
    with m.If(taken):
        m.d.sync += [turn.eq(0), bias.eq(event.last), channel.eq(event.channel), y.eq(event.y), x.eq(event.x), level.eq(event.level),
                     known.eq(Cat(event.level != 0, event.level <= part.levels,
                                  *(event[name] < size for name, size in zip(("channel", "y", "x"), connection.input))).all())]
        with m.If(event.last):
            m.d.sync += [turn.eq(0 if connection.bias else part.rows), level.eq(part.levels), known.eq(1)]

    def of_turn(number):
        return Array(each[number] for each in turns)[turn]

    def output(place, kernel, size, axis):
        """The output place in whose window a place of the input is at a place of the kernel, and whether there is one."""
        stride, padding, pool = connection.stride[axis], connection.padding[axis], connection.pool[axis]
        found = [next((number for number in range(size) if number * stride + k - padding == each // pool), None)
                 for k in range(connection.kernel[2 + axis]) for each in range(1 << len(place))]
        at = Cat(place, kernel)
        return Array(number or 0 for number in found)[at], Array(Const(number is not None, 1) for number in found)[at]

    (out_y, in_y), (out_x, in_x) = output(y, of_turn(0), out_height, 0), output(x, of_turn(1), out_width, 1)
    row = Mux(bias, turn, (out_y * out_width + out_x) * groups + of_turn(2))
    turn_of_bias = Array(number % groups for number in range(part.rows))[turn]
    address = Mux(bias, channels * len(turns) + turn_of_bias, channel * len(turns) + turn)

    spec.claim(m, f"an event{of} goes over the kernel once, and at each place reads the sums in whose window it is there, if there are any",
               ~known | ((reading == (walk & ~had_all & (bias | (in_y & in_x)))) & (~reading | (read._addr == row))))
    spec.claim(m, f"an event{of} has been at every place of the kernel when the next one is taken or sums leave",
               ~(taken | part.o.valid) | had_all)
    spec.claim(m, f"each place of the kernel{of} reads its own weights", ~reading | ~known | (part.weights.address == address))

    # What is to be added, as it goes through the clocks until the sums are stored.
    bits, lanes, data = part.current.shape.width, range(part.lanes), part.weights.data
    factor, sure = register("event_factor", len(level)), [register(f"sure{clock}", 1) for clock in range(2)]
    own, sums, addends = ([register(f"{name}{lane}", signed(width)) for lane in lanes]
                          for name, width in (("own_weight", part.weight_bits), ("read_sum", bits), ("addend", bits)))
    m.d.sync += [sure[0].eq(known & reading), sure[1].eq(sure[0]), factor.eq(level)]
    adding, storing = (spec.inside(name, *path) for name in ("adding", "storing"))
    stored, same = [], []
    for lane in lanes:
        weights = [connection.weights[group * part.lanes + lane][c][ky][kx] for c in range(channels) for ky, kx, group in turns]
        weights += connection.bias[lane::part.lanes] if connection.bias else []
        # Those that are loaded are whatever the memory gives.
        weight = data.word_select(lane, part.weight_bits).as_signed() if part.loaded else own[lane]
        m.d.sync += [own[lane].eq(Array(Const(each, part.weight_bits) for each in weights)[address]), addends[lane].eq(factor * weight),
                     sums[lane].eq(read._data[lane * bits:][:bits])]
        stored.append(write._data[lane * bits:][:bits] == (sums[lane] + addends[lane])[:bits])
        same += [] if part.loaded else [own[lane] == data.word_select(lane, part.weight_bits).as_signed()]
    spec.claim(m, f"what is stored of a sum{of} is what was read and the product of the event's level and its own weight",
               ~storing | ~sure[1] | Cat(stored).all())
    spec.claim(m, f"every sum{of} of an event is stored when the next one is taken", ~taken | (~reading & ~adding))

    left, group, kernel_y, kernel_x, everywhere, everywhere_row, place_y, place_x, weight_row, inner_level, inner_factor = (
        spec.inside(name, *path) for name in ("left", "group", "kernel_y", "kernel_x", "everywhere", "everywhere_row", "place_y", "place_x",
                                              "weight_row", "level", "factor"))
    spec.help(m, ~adding | (walk & (left >= 1)))
    spec.help(m, ~storing | walk)
    # Two clocks more than there are turns, in which the last sums are stored.
    spec.help(m, (turn <= count) & (walk | had_all) & (~walk | Mux(had_all, left < 2, left == count + 1 - turn)))
    spec.help(m, ~walk | ((everywhere == bias) & (inner_level == level)))
    spec.help(m, ~walk | had_all | bias | Cat(inner == of_turn(k) for k, inner in enumerate((kernel_y, kernel_x, group))).all())
    spec.help(m, ~walk | had_all | ~bias | ((everywhere_row == turn) & (group == turn_of_bias)))
    spec.help(m, ~walk | had_all | ~known | (weight_row == address))
    spec.help(m, ~walk | bias | ~known | Cat(inner == outer // pool + pad for inner, outer, pool, pad in
                                             zip((place_y, place_x), (y, x), connection.pool, connection.padding)).all())
    spec.help(m, ~walk | ~known | ((level != 0) & (level <= part.levels)))
    spec.help(m, (inner_factor == factor) | ~adding)
    spec.help(m, ~sure[0] | (adding & (factor != 0) & (factor <= part.levels) & Cat(same).all()))
