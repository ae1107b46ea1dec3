"""Decorrelator: delays each bit of a stream by a random time."""

from dataclasses import replace
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Serial
from gateware.step import BIT, Range, StepComponent, Vector, bit, bit_at, with_bit

__all__ = ["Decorrelator"]


# Places from which on the 1/D that is left of a stream's correlation with itself is as small as that of two good sources.
ENOUGH = 16


class Params(NamedTuple):
    last: int


class State(NamedTuple):
    memory: Any


class Inputs(NamedTuple):
    stream: Any
    index: Any


class Outputs(NamedTuple):
    shuffled: Any


def step(params, state, inputs):
    # The last place holds the present bit: it is no memory, and choosing it lets the bit pass.
    places = with_bit(state.memory, params.last, inputs.stream)
    stored = with_bit(places, inputs.index, inputs.stream)
    return State(with_bit(stored, params.last, bit(0))), Outputs(bit_at(places, inputs.index))


class Decorrelator(StepComponent):
    r"""Shuffle buffer: the bit of a random place leaves and the present bit takes its place.

    .. math:: o = m[\rho],\; m[\rho] \leftarrow x \quad (\rho < D - 1), \qquad o = x \quad (\rho = D - 1)

    Parameters
    ----------
    depth : int
        Places D, the pass-through among them, 2 to 64; D - 1 of them are flip-flops, first filled with 0, 1, 0, 1, ...

    Members
    -------
    stream : In(1)
    index : In(range(depth))
        The random place, uniform over 0 to ``depth - 1``, with its own source for every stream.
    shuffled : Out(1)
        Has SCC 0 with the stream and with what was correlated with it, but for the share of bits that meet by chance.

    Raises
    ------
    ValueError
        If the depth is out of range.

    Notes
    -----
    Conserved in every clock: the change of the number of ones in the memory is x - o, so that a prefix of the output is off by
    at most :math:`\lceil (D-1)/2 \rceil` ones.

    With independent uniform indices a bit is delayed by 0 with probability 1/D and by t > 0 with
    :math:`(D-1)/D^2\,(1-1/D)^{t-1}`. So two shuffles of one stream of independent bits have exactly SCC 1/(2D - 1), a shuffled
    stream and its original 1/D.

    The index must not be of low discrepancy: a Sobol index takes the places in an order that repeats, which maps equal streams to
    equal streams (SCC 0.8 at D = 16). Mealy: latency 0, interval 1. Source: V. T. Lee, A. Alaghi, L. Ceze, Correlation
    Manipulating Circuits for Stochastic Computing, DATE 2018, arXiv:1803.04862.
    """

    contract = Contract(Serial("index", "not low discrepancy"))

    def __init__(self, depth=4):
        depth = integer("Decorrelator depth", depth)
        if not 2 <= depth <= 64:
            raise ValueError(f"Decorrelator depth must be between 2 and 64, not {depth}")
        init = sum(1 << place for place in range(1, depth - 1, 2))
        super().__init__(step, params=Params(depth - 1), state=State(Vector(depth)), init=State(init),
                         inputs=Inputs(stream=BIT, index=Range(0, depth - 1)))

    def delivers(self, known):
        """What is known of the output, in a circuit: from 16 places on, its correlations are those of the index."""
        if None in known.values() or self.params.last + 1 < ENOUGH:
            return {}
        return {"shuffled": replace(known["stream"], origins=known["index"].origins, serial="derived", monotone=None)}

    @classmethod
    def examples(cls):
        return {"default": cls(), "deep": cls(16), "odd": cls(5)}
