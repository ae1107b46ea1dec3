"""What a network sees of a sample in each time step: its values, random spikes, or one spike each in time."""

from fractions import Fraction

from amaranth.hdl import EnableInserter, Module, Mux, ResetInserter, Signal
from amaranth.lib import memory, stream
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from gateware.component import Component
from gateware.parameters import integer
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.sources.leap_forward import LeapForwardLFSR

from .weight_memory import WeightROM

__all__ = ["CODES", "InputEncoder"]

CODES = ("current", "stochastic", "latency")

# One number for each value of a sample in each time step: no sample is longer than the period.
RANDOM_BITS = 24
# Odd, so that every seed has a state of its own: a register that starts with few ones gives low numbers first.
SPREAD = 0x3779B1


class InputEncoder(Component):
    r"""Gives each sample ``time_steps`` times, in a code.

    A value x of 0 to L = ``levels`` becomes in time step t

    - ``"current"``: x itself;
    - ``"stochastic"``: a spike with probability x / L,

      .. math:: s_{ti} = [x_i > r_{ti}],

      where r are the upper bits of a :class:`~gateware.sc.sources.leap_forward.LeapForwardLFSR` of 24 bits that moves on with each
      value and starts anew with each sample, at the seed times 0x3779B1 modulo 2**24, so that the same sample always gives the same spikes;
    - ``"latency"``: one spike, the earlier the higher x, and none of x = 0, with T = ``time_steps``

      .. math:: s_{ti} = [x_i > 0]\,[t = \mathrm{round}((T - 1)(L - x_i) / L)],

      halves to the even neighbour: linear time to first spike.

    Parameters
    ----------
    inputs : int
        Values of a sample, 1 to 65536.
    levels : int
        A value is 0 to ``levels``, 1 to 255; of the stochastic code a power of two from 2 on.
    time_steps : int
        1 to 255.
    code : str
        One of ``CODES``.
    seed : int
        Of the stochastic code, 1 to ``2**24 - 1``.

    Members
    -------
    i : In(stream of unsigned)
        The values of a sample in order, each at most ``levels``.
    o : Out(stream of unsigned)
        Values in the code, time step by time step, in order.

    Attributes
    ----------
    output_levels : int
        A value of ``o`` is 0 to this: ``levels`` of the current, else 1.
    times : tuple of int
        Of the latency code: in which time step each value from 1 on spikes.
    lowest : tuple of int
        Of the latency code: the lowest value that has spiked by the end of each time step.

    Raises
    ------
    TypeError, ValueError
        If a parameter is of the wrong kind or out of its range.

    Notes
    -----
    The first time step leaves while the sample comes in (latency 0); after one clock the others follow from block RAM. One value per
    clock, the next sample is accepted after a sample's last value. A spike of the stochastic code has its probability over the period
    of the random numbers up to ``2**-24``: of 0 and L exactly, else lower by (1 - x / L) / (2**24 - 1).
    """

    def __init__(self, inputs, levels, time_steps, code, *, seed=1):
        self.inputs, self.levels = integer("InputEncoder inputs", inputs), integer("InputEncoder levels", levels)
        self.time_steps, self.seed = integer("InputEncoder time_steps", time_steps), integer("InputEncoder seed", seed)
        for name, value, hi in (("inputs", self.inputs, 65536), ("levels", self.levels, 255), ("time_steps", self.time_steps, 255),
                                ("seed", self.seed, (1 << RANDOM_BITS) - 1)):
            if not 1 <= value <= hi:
                raise ValueError(f"InputEncoder {name} must be between 1 and {hi}, not {value}")
        if code not in CODES:
            raise ValueError(f"InputEncoder code must be one of {', '.join(CODES)}, not {code!r}")
        self.code, self.output_levels = code, self.levels if code == "current" else 1
        if code == "stochastic":
            if self.levels < 2 or self.levels & self.levels - 1:
                raise ValueError(f"InputEncoder levels of the stochastic code must be a power of two from 2 to 128, not {self.levels}")
            self.lfsr = LeapForwardLFSR(RANDOM_BITS, seed=self.seed * SPREAD % (1 << RANDOM_BITS))
            self.comparator = ComparatorEncoder(ceil_log2(self.levels))
        elif code == "latency":
            # `round` of a Fraction is exact, and takes halves to the even neighbour.
            self.times = tuple(round(Fraction((self.time_steps - 1) * (self.levels - value), self.levels))
                               for value in range(1, self.levels + 1))
            self.lowest = tuple(min(value for value, time in enumerate(self.times, 1) if time <= step) for step in range(self.time_steps))
        super().__init__({
            "i": In(stream.Signature(self.levels.bit_length())),
            "o": Out(stream.Signature(self.output_levels.bit_length())),
        })

    def elaborate(self, platform):
        m = Module()
        number = Signal(range(self.inputs))
        time_step = Signal(range(self.time_steps))
        following = Signal.like(number)
        following_step = Signal.like(time_step)
        present = Signal(self.i.payload.shape())
        transfer = Signal()
        step_done = Signal()
        done = Signal()
        m.d.comb += [
            present.eq(self.i.payload),
            self.o.valid.eq(self.i.valid),
            self.i.ready.eq(self.o.ready),
            transfer.eq(self.o.valid & self.o.ready),
            step_done.eq(transfer & (number == self.inputs - 1)),
            done.eq(step_done & (time_step == self.time_steps - 1)),
            following.eq(Mux(step_done, 0, number + transfer)),
            following_step.eq(Mux(done, 0, time_step + step_done)),
        ]
        m.d.sync += [number.eq(following), time_step.eq(following_step)]
        if self.time_steps > 1:
            self._replay(m, present, number, following, transfer, done, first=time_step == 0)
        if self.code == "current":
            m.d.comb += self.o.payload.eq(present)
        elif self.code == "stochastic":
            m.submodules.comparator = comparator = self.comparator
            # The reset goes outermost: it must work while the register is held.
            m.submodules.lfsr = ResetInserter(done)(EnableInserter(transfer)(self.lfsr))
            m.d.comb += [
                comparator.value.eq(present),
                comparator.random.eq(self.lfsr.random[-len(comparator.random):]),
                self.o.payload.eq(comparator.stream),
            ]
        else:
            self._spike_once(m, present, time_step, following_step, step_done)
        return m

    def _replay(self, m, present, number, following, transfer, done, *, first):
        """Keep the values of the first time step; take those of the others from memory."""
        # No row is read while it is written, which is proven: this leaves out what would emulate such a collision.
        m.submodules.sample = sample = memory.Memory(shape=present.shape(), depth=1 << ceil_log2(max(2, self.inputs)), init=[],
                                                     attrs={"no_rw_check": 1})
        read, write = sample.read_port(), sample.write_port()
        fetched = Signal()
        m.d.comb += [
            write.addr.eq(number),
            write.data.eq(self.i.payload),
            write.en.eq(transfer & first),
            read.addr.eq(following),
            read.en.eq(~first & (transfer | ~fetched)),
        ]
        m.d.sync += fetched.eq(~first & ~done)
        with m.If(~first):
            m.d.comb += [present.eq(read.data), self.o.valid.eq(fetched), self.i.ready.eq(0)]

    def _spike_once(self, m, present, time_step, following_step, step_done):
        """A spike where this time step's lowest value is reached, and the last one's is not."""
        m.submodules.table = table = WeightROM(self.lowest, self.levels.bit_length())
        first = time_step == 0
        low = Signal.like(present)
        high = Signal.like(present)
        m.d.comb += [
            table.address.eq(following_step),
            # What a memory says before it was asked is not defined.
            low.eq(Mux(first, self.lowest[0], table.data)),
            self.o.payload.eq((present >= low) & (first | (present < high))),
        ]
        with m.If(step_done):
            m.d.sync += high.eq(low)

    @classmethod
    def examples(cls):
        return {"current": cls(5, 6, 3, "current"), "stochastic": cls(6, 16, 5, "stochastic"), "latency": cls(4, 7, 6, "latency"),
                "one step": cls(3, 4, 1, "stochastic", seed=7), "one input": cls(1, 8, 4, "latency")}
