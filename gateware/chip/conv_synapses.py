"""Synapses of a two-dimensional convolution, driven by events: each adds its kernel around its place."""

from amaranth.hdl import Cat, Module, Mux, Signal

from .connections import Conv2d
from .events import EventLayout
from .synapses import Synapses

__all__ = ["ConvSynapses"]

# Clocks after the last row until its sum is stored and may be read again.
DRAIN = 2


class ConvSynapses(Synapses):
    r"""Sums the weights of a time step's events for every neuron of a convolutional layer.

    .. math:: I_{o,y,x} = \sum_{c,k_y,k_x} w_{o,c,k_y,k_x}\; p_{c,\;y s_y + k_y - p_y,\;x s_x + k_x - p_x} + b_o\, x_{max}

    where :math:`p` is the input, sums of its pooling windows if there are any: an event at :math:`(y, x)` counts at its window. It takes
    a clock for each place of the kernel and each row of channels, and two more; an input without event takes none. Pooling takes no
    hardware but wires.

    Parameters
    ----------
    connection : Conv2d
        Its strides and pooling powers of two, its height and width multiples of the pooling.
    channels_last : bool
        Whether the sources' numbers go over the channels first, as neurons of a convolution leave, rather than last, as images come.
    weight_bits, levels, time_steps, constant, places, loaded
        As in :class:`~gateware.chip.synapses.DenseSynapses`.
    lanes : int
        Weights read per clock, 1 to 64: a divisor of the output channels.

    Members
    -------
    i : In(stream of EventLayout(inputs, levels, shape))
    o : Out(stream of struct)
        ``current``, and ``first`` throughout a sample's first time step; the neurons place by place in row order, at each place
        channel by channel.
    load : In(LoadLayout(words))
        As in :class:`~gateware.chip.synapses.DenseSynapses`.

    Raises
    ------
    TypeError, ValueError
        If a parameter is of the wrong kind or out of its range.

    Notes
    -----
    After a reset ``rows`` clocks pass until the first event is taken.
    """

    def __init__(self, connection, *, channels_last=False, weight_bits=8, levels=1, time_steps=1, constant=False, lanes=8, places=None,
                 loaded=False):
        if not isinstance(connection, Conv2d):
            raise TypeError(f"ConvSynapses connection must be Conv2d, not {connection!r}")
        self.channels_last = bool(channels_last)
        channels, height, width = connection.outputs
        connection.check_places("ConvSynapses")
        if isinstance(lanes, int) and lanes > 0 and channels % lanes:
            raise ValueError(f"ConvSynapses lanes must divide the {channels} output channels, not {lanes}")
        super().__init__(connection, lambda levels: EventLayout(connection.input[0] * connection.input[1] * connection.input[2], levels,
                                                                connection.input),
                         lambda lanes: height * width * channels // lanes, weight_bits=weight_bits, levels=levels, time_steps=time_steps,
                         constant=constant, lanes=lanes, places=places, loaded=loaded)

    def contents(self):
        """The weight memory's rows, lane 0 in the low bits: by input channel, place of the kernel, output channels; then the bias."""
        mask, connection = (1 << self.weight_bits) - 1, self.connection
        outputs, inputs, height, width = connection.kernel
        columns = [[connection.weights[o][c][y][x] for o in range(outputs)] for c in range(inputs) for y in range(height) for x in range(width)]
        for column in (*columns, *([connection.bias] if connection.bias else [])):
            for start in range(0, outputs, self.lanes):
                yield sum((weight & mask) << self.weight_bits * k for k, weight in enumerate(column[start:start + self.lanes]))

    def _walk(self, m):
        return _Kernel(self, m)

    @classmethod
    def examples(cls):
        weights = [[[[(53 * o + 29 * c + 17 * y + 7 * x + 3 * o * y * x) % 63 - 31 for x in range(3)] for y in range(2)] for c in range(2)]
                   for o in range(4)]
        plain = [[[[(31 * o + 11 * y + 5 * x) % 15 - 7 for x in range(3)] for y in range(3)]] for o in range(2)]
        return {"pooled": cls(Conv2d(weights, (2, 6, 8), padding=(1, 0), pool=(2, 2), bias=[3, -1, 0, 7]), channels_last=True,
                              weight_bits=6, time_steps=3, lanes=2),
                "constant": cls(Conv2d(plain, (1, 5, 6), stride=(2, 1), padding=(1, 1)), weight_bits=4, levels=7, time_steps=2,
                                constant=True, lanes=2)}


class _Kernel:
    """The walk of an event over the places of a kernel and the rows of channels at each; of the bias over all rows.

    Its attributes are those of the walk of a dense layer.
    """

    def __init__(self, synapses, m: Module):
        connection = self._connection = synapses.connection
        channels, out_height, out_width = connection.outputs
        _, _, height, width = connection.kernel
        self._groups = channels // synapses.lanes
        self._rows_of_event = height * width * self._groups
        self.has_bias, self.first_of_bias = bool(connection.bias), connection.kernel[1] * self._rows_of_event
        # Rows and clocks that are left.
        self._left = Signal(range(max(self._rows_of_event, synapses.rows) + DRAIN), name="left")
        self._group, self._x, self._y = (Signal(range(max(2, count)), name=name)
                                         for name, count in (("group", self._groups), ("kernel_x", width), ("kernel_y", height)))
        self._everywhere = Signal(name="everywhere")
        self._everywhere_row = Signal(range(max(2, synapses.rows)), name="everywhere_row")
        self._last_group = self._group == self._groups - 1
        self._last_x = self._x == width - 1
        # The event's pooled place, with the padding before it.
        self._place = [Signal(range(size + pad), name=name) for name, size, pad in zip(("place_y", "place_x"), connection.pooled, connection.padding)]
        inside, steps = [], []
        for place, kernel, stride, size in zip(self._place, (self._y, self._x), connection.stride, (out_height, out_width)):
            shift, distance = stride.bit_length() - 1, place - kernel
            inside += [distance >= 0, (distance >> shift) < size] + ([distance[:shift] == 0] if shift else [])
            steps.append((distance >> shift)[:max(1, (size - 1).bit_length())])
        reached, row = Signal(name="reached"), Signal(range(max(2, synapses.rows)), name="kernel_row")
        m.d.comb += [reached.eq(Cat(inside).all()), row.eq((steps[0] * out_width + steps[1]) * self._groups + self._group)]
        self.row = Mux(self._everywhere, self._everywhere_row, row)
        self.valid = (self._left >= DRAIN) & (self._everywhere | reached)
        self.done = self._left == 0
        self._rows = synapses.rows

    def first(self, event):
        return event.channel * self._rows_of_event

    def begin(self, event):
        pads, pools = self._connection.padding, self._connection.pool
        return [self._left.eq(self._rows_of_event + DRAIN - 1), self._everywhere.eq(0), self._group.eq(0), self._x.eq(0), self._y.eq(0),
                *(place.eq((each >> pool.bit_length() - 1) + pad) for place, each, pool, pad in
                  zip(self._place, (event.y, event.x), pools, pads))]

    def begin_bias(self):
        return [self._left.eq(self._rows + DRAIN - 1), self._everywhere.eq(1), self._everywhere_row.eq(0)]

    def advance(self):
        return [self._left.eq(self._left - 1), self._everywhere_row.eq(self._everywhere_row + 1),
                self._group.eq(Mux(self._last_group, 0, self._group + 1)),
                self._x.eq(Mux(~self._last_group, self._x, Mux(self._last_x, 0, self._x + 1))),
                self._y.eq(self._y + (self._last_group & self._last_x))]

    def address(self, weight_row):
        return weight_row

    def next(self, weight_row):
        # The bias' few rows again and again.
        return Mux(self._everywhere & self._last_group, self.first_of_bias, weight_row + 1)
