"""Early termination: a monitor that says when a stream's estimate no longer moves."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.step import BIT, Range, StepComponent, absolute, count_to, minimum, mux, to_int, wrap

__all__ = ["SettledMonitor"]


class Params(NamedTuple):
    length: int
    block: int
    last: int
    agreements: int
    tolerance: int
    shift: int
    counts: Range
    differences: Range
    bounds: Range


class State(NamedTuple):
    ones: Any
    clock: Any
    blocks: Any
    difference: Any
    bound: Any
    agreeing: Any
    done: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    settled: Any
    ones: Any
    blocks: Any


def step(params, state, inputs):
    ones = wrap(state.ones + to_int(inputs.stream), params.counts)
    difference = wrap(state.difference + mux(inputs.stream, state.blocks, 0), params.differences)
    ends = state.clock == params.last
    blocks = mux(ends, minimum(state.blocks + 1, params.length), state.blocks)
    # The bound is T j (j - 1) for the block number j, which the first block does not have to meet: it has none to agree with.
    bound = mux(ends, wrap(state.bound + 2 * params.tolerance * state.blocks, params.bounds), state.bound)
    agrees = (state.blocks > 0) & ((absolute(difference) << params.shift) <= bound)
    agreeing = mux(ends, mux(agrees, minimum(state.agreeing + 1, params.agreements), 0), state.agreeing)
    settled = ends & ((agreeing == params.agreements) | (blocks == params.length))
    following = State(ones, count_to(state.clock, params.block), blocks,
                      mux(ends, wrap(-ones, params.differences), difference), bound, agreeing, settled)
    after = held(state, following)
    return after, Outputs(after.done, after.ones, after.blocks)


def held(state, following):
    """The following state, or the present one for good once it is done; step code."""
    return State(mux(state.done, state.ones, following.ones), mux(state.done, state.clock, following.clock),
                 mux(state.done, state.blocks, following.blocks), mux(state.done, state.difference, following.difference),
                 mux(state.done, state.bound, following.bound), mux(state.done, state.agreeing, following.agreeing),
                 state.done | following.done)


class SettledMonitor(StepComponent):
    r"""Counter of ones that stops when k estimates in a row have agreed with the one before, or the stream is at its end.

    After each block of :math:`M = 2^m` clocks the estimate :math:`\hat p_j = S_j / (j M)` is compared with the last one,
    exactly and without a division:

    .. math:: |\hat p_j - \hat p_{j-1}| \le \frac{T}{N} \iff \frac{N}{M} \left|(j-1)\,(S_j - S_{j-1}) - S_{j-1}\right| \le T
    j (j-1)

    Both sides are accumulated, j - 1 for each 1 of the block.

    Parameters
    ----------
    width : int
        n, 2 to 12; the stream's length is :math:`N = 2^n`.
    block : int
        m, 1 to ``width - 1``.
    agreements : int
        k, 1 to ``2**(width - block) - 1``.
    tolerance : int
        T in units of 1/N, 0 to ``2**width``.

    Members
    -------
    stream : In(1)
    settled : Out(1)
        From the last clock that counts on.
    ones, blocks : Out
        The estimate is ``ones / (blocks << block)`` once it is settled; both stand from then on.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    An estimate of independent bits moves by about :math:`\sqrt{p(1-p)M}/t` from block to block, while its error is
    :math:`\sqrt{p(1-p)/t}`: small blocks settle too early, a block of N/16 with two agreements is a good start. Mealy: latency 0,
    interval 1. Start anew with ``ResetInserter``. Source of early termination: K. Kim et al., Dynamic Energy-Accuracy
    Trade-Off Using Stochastic Computing in Deep Neural Networks, DAC 2016.
    """

    contract = Contract()

    def __init__(self, width=8, block=4, *, agreements=2, tolerance=4):
        width, block = integer("SettledMonitor width", width), integer("SettledMonitor block", block)
        agreements, tolerance = integer("SettledMonitor agreements", agreements), integer("SettledMonitor tolerance", tolerance)
        if not 2 <= width <= 12:
            raise ValueError(f"SettledMonitor width must be between 2 and 12, not {width}")
        if not 1 <= block < width:
            raise ValueError(f"SettledMonitor block must be between 1 and {width - 1}, not {block}")
        length = 1 << (width - block)
        if not 1 <= agreements < length:
            raise ValueError(f"SettledMonitor agreements must be between 1 and {length - 1}, not {agreements}")
        if not 0 <= tolerance <= 1 << width:
            raise ValueError(f"SettledMonitor tolerance must be between 0 and {1 << width}, not {tolerance}")
        counts, differences = Range.unsigned(width + 1), Range(-1 << width, (1 << width) - 1)
        bounds = Range.unsigned((tolerance * length * length).bit_length())
        super().__init__(
            step, params=Params(length, 1 << block, (1 << block) - 1, agreements, tolerance, width - block, counts, differences,
                                bounds),
            state=State(counts, Range.unsigned(block), Range(0, length), differences, bounds, Range(0, agreements), BIT),
            init=State(0, 0, 0, 0, 0, 0, 0), inputs=Inputs(BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(3, 1, agreements=1, tolerance=1)}
