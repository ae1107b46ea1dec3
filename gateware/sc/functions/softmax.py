"""Softmax: a bank of exponentials and a normalizer."""

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation, Format, Serial
from gateware.step import Range, Vector
from gateware.step.compose import Composite, connect, outside

from .gates import AndGate, NandGate
from .horner import HornerChain
from .normalizer import Normalizer

__all__ = ["Softmax"]


class Softmax(Composite):
    r"""Softmax of n unipolar streams, with a gain.

    .. math:: o_i = \frac{E(1 - p_i)^g}{\sum_j E(1 - p_j)^g} \approx \frac{e^{g p_i}}{\sum_j e^{g p_j}},
              \qquad E(u) = 1 - u + \frac{u^2}{2} - \frac{u^3}{6} + \frac{u^4}{24} - \frac{u^5}{120}

    Parameters
    ----------
    inputs : int
        Streams n, 2 to 64.
    gain : int
        g, 1 to 12: that many chains for each stream, multiplied.
    width : int
        Bits of the random numbers of the constants, 3 to 16.

    Members
    -------
    copies_0, copies_1, ... : In(5 * gain)
        Copies of each stream, independent of each other and from clock to clock. Those of different streams may have any
        correlation: the same sources do for all of them.
    random_0, random_1, ... : In(width)
        Uniform, independent of each other, from clock to clock and of the copies; four for each unit of gain, shared by all
        streams.
    select : In(range(inputs))
        Uniform, independent of all the others and from clock to clock.
    shares : Out(inputs)
        One of them is 1 in every clock.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Notes
    -----
    Exact expectation: as above, with the constants of the series (1/2, 1/3, 1/4, 1/5) rounded to multiples of
    ``2**-width``; :math:`e^{g(p - 1)}` stands for :math:`e^{g p}`, which is no probability: the factor drops out of the
    quotient. Latency 1, interval 1. The variance is that of `Normalizer`.
    """

    def __init__(self, inputs=3, gain=1, width=8):
        inputs, gain = integer("Softmax inputs", inputs), integer("Softmax gain", gain)
        width = integer("Softmax width", width)
        if not 2 <= inputs <= 64:
            raise ValueError(f"Softmax inputs must be between 2 and 64, not {inputs}")
        if not 1 <= gain <= 12:
            raise ValueError(f"Softmax gain must be between 1 and 12, not {gain}")
        if not 3 <= width <= 16:
            raise ValueError(f"Softmax width must be between 3 and 16, not {width}")
        chain, complement, ports = HornerChain("exp(-x)", width), NandGate(1), [f"copies_{i}" for i in range(inputs)]
        degree = chain.inputs.copies.width
        needed = [name for name in chain.inputs._fields if name != "copies"]
        randoms = [f"random_{k}" for k in range(gain * len(needed))]
        exponentials = []
        for port in ports:
            copies = outside(port, Vector(degree * gain))
            complements = [connect(complement, factors=(copies[k],)).result for k in range(degree * gain)]
            factors = []
            for unit in range(gain):
                own = randoms[unit * len(needed):(unit + 1) * len(needed)]
                factors.append(connect(chain, copies=tuple(complements[unit * degree:(unit + 1) * degree]),
                                       **{name: outside(one, chain.inputs[chain.inputs._fields.index(name)])
                                          for name, one in zip(needed, own)}).result)
            exponentials.append(factors[0] if gain == 1 else connect(AndGate(gain), factors=tuple(factors)).result)
        shares = connect(Normalizer(inputs), streams=tuple(exponentials), select=outside("select", Range(0, inputs - 1))).shares
        self.chain, self.gain = chain, gain
        self.contract = Contract(*(Correlation((port, *randoms, "select"), 0) for port in ports),
                                 *(Serial(port, "independent") for port in (*ports, *randoms, "select")),
                                 Format(tuple(ports), "unipolar"))
        super().__init__(shares=shares)

    def expectation(self, *values):
        """Probabilities of a 1 of the outputs, from those of the streams."""
        return Normalizer.expectation(*(self.chain.expectation(1 - p) ** self.gain for p in values))

    @classmethod
    def examples(cls):
        return {"default": cls(2, 1, 3), "gain": cls(2, 2, 4)}
