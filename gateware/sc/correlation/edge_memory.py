"""Edge memory: keeps the last bits of a stream that were worth keeping, and gives a random one where there is none."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Serial
from gateware.step import BIT, Range, StepComponent, Vector, bit_at, mux, shift_in

__all__ = ["EdgeMemory"]


class Params(NamedTuple):
    depth: int


class State(NamedTuple):
    memory: Any


class Inputs(NamedTuple):
    stream: Any
    update: Any
    index: Any


class Outputs(NamedTuple):
    edge: Any


def step(params, state, inputs):
    memory = mux(inputs.update, shift_in(state.memory, inputs.stream, params.depth), state.memory)
    return State(memory), Outputs(mux(inputs.update, inputs.stream, bit_at(state.memory, inputs.index)))


class EdgeMemory(StepComponent):
    r"""Shift register of the bits that came with ``update``; without it, a random one of them leaves.

    .. math:: o_t = \begin{cases} x_t & u_t = 1 \\ m[\rho_t] & u_t = 0 \end{cases}

    In a stochastic decoder ``update`` is 1 where a node's inputs agree; where they do not, the node would hold its last bit,
    and its stream would stick.

    Parameters
    ----------
    depth : int
        Bits D of the memory, 2 to 64, first filled with 0, 1, 0, 1, ...

    Members
    -------
    stream, update : In(1)
    index : In(range(depth))
        Which bit leaves, 0 being the latest: uniform over 0 to ``depth - 1``.
    edge : Out(1)
        Two memories of one stream with indices of their own have SCC 1/D where both hold, towards 0.

    Raises
    ------
    ValueError
        If the depth is out of range.

    Notes
    -----
    In a clock without ``update`` the expectation is exactly the mean of the last D bits that came with it. The index must not be
    of low discrepancy. Mealy: latency 0, interval 1. Source: S. Sharifi Tehrani, S. Mannor, W. J. Gross, Fully Parallel
    Stochastic LDPC Decoders, IEEE Transactions on Signal Processing, 2008.
    """

    contract = Contract(Serial("index", "not low discrepancy"))

    def __init__(self, depth=4):
        depth = integer("EdgeMemory depth", depth)
        if not 2 <= depth <= 64:
            raise ValueError(f"EdgeMemory depth must be between 2 and 64, not {depth}")
        init = sum(1 << k for k in range(1, depth, 2))
        super().__init__(step, params=Params(depth), state=State(Vector(depth)), init=State(init),
                         inputs=Inputs(BIT, BIT, Range(0, depth - 1)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "deep": cls(32)}
