"""Square root that inserts bits by a divider in its feedback."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Correlation, Format, Serial
from gateware.step import BIT, Range, StepComponent, Vector, not_

from .history import checked_depth, recall

__all__ = ["TraceRoot"]


class Params(NamedTuple):
    depth: int


class State(NamedTuple):
    history: Any
    trace: Any


class Inputs(NamedTuple):
    stream: Any
    half: Any
    index: Any


class Outputs(NamedTuple):
    root: Any


def step(params, state, inputs):
    root = state.trace | inputs.stream
    dividend = root & not_(inputs.half)
    trace, history = recall(state.history, params.depth, dividend, inputs.half | dividend, inputs.index)
    return State(history, trace), Outputs(root)


class TraceRoot(StepComponent):
    r"""Bit-inserting square root: a correlated divider in the feedback makes the trace, whose ones are inserted.

    .. math:: o = T \vee x, \qquad T' = \frac{\bar d \wedge o}{d \vee (\bar d \wedge o)}

    With :math:`P(d) = 1/2` the divider gives :math:`P(T) = y / (1 + y)`, and :math:`y = p + (1 - p)\,P(T)` has the solution
    :math:`y = \sqrt p`.

    Parameters
    ----------
    depth : int
        History of the divider, a power of two from 2 to 64.

    Members
    -------
    stream : In(1)
        x, of probability p.
    half : In(1)
        d, a stream of value 1/2 of a source of its own, its bits independent from clock to clock.
    index : In(log2(depth))
        Of the divider's history, 0 to ``depth - 1``, from a source of its own.
    root : Out(1)

    Raises
    ------
    TypeError, ValueError
        If the depth is no such power.

    Notes
    -----
    The history is short, and its bits go with the trace: for independent bits the mean is low, by 0.113, 0.070
    and 0.019 at p = 0.05, 0.25 and 0.55 for a depth of 2; 0.092, 0.043 and 0.010 for 4; 0.068, 0.024 and 0.005 for 8. At p =
    0 it is 0, at 1 it is 1.

    Published with a flip-flop for d that toggles in every clock. Then the trace is 0 whenever the divider looks at the
    output, which is the bare input there, and the mean tends to :math:`2 p / (1 + p)` with the depth: no root, but what
    :class:`~gateware.sc.division.harmonic_mean.HarmonicMeanWithOne` gives. Hence d is an input, and its bits must be
    independent.

    Latency 0, interval 1. Source of the idea: D. Wu and J. San Miguel, In-Stream Stochastic Division and Square Root via
    Correlation, DAC 2019, doi:10.1145/3316781.3317844.
    """

    contract = Contract(Correlation(("stream", "half"), 0), Correlation(("stream", "index"), 0), Correlation(("half", "index"), 0),
                        Serial("stream", "independent"), Serial("half", "independent"), Format(("stream", "half"), "unipolar"))

    def __init__(self, depth=4):
        depth = checked_depth("TraceRoot", depth)
        super().__init__(step, params=Params(depth), state=State(Vector(depth), BIT),
                         init=State((1 << depth) - (1 << (depth // 2)), 0), inputs=Inputs(BIT, BIT, Range(0, depth - 1)))

    @classmethod
    def examples(cls):
        return {"default": cls(), "two": cls(2)}
