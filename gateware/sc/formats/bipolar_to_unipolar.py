"""Bipolar to unipolar: counts the zeros against the ones, and lets the ones pass that are left."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc._successors import moved, successors
from gateware.sc.contract import Contract, Format, Serial
from gateware.step import BIT, Range, StepComponent, not_

from ._known import converted

__all__ = ["BipolarToUnipolar"]


class Params(NamedTuple):
    up: tuple
    down: tuple


class State(NamedTuple):
    debt: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    unipolar: Any


def step(params, state, inputs):
    debt = moved(params, state.debt, not_(inputs.stream), inputs.stream)
    return State(debt), Outputs(inputs.stream & (state.debt == 0))


class BipolarToUnipolar(StepComponent):
    r"""Unipolar stream of the positive part of a bipolar one.

    .. math:: o = s \land [d = 0], \qquad d' = \begin{cases} \min(d + 1, A) & s = 0 \\ \max(d - 1, 0) & s = 1 \end{cases}

    This is the accumulator :math:`a \leftarrow \operatorname{sat}(a + 2s - 1, -A, A)`, :math:`o = [a \ge 1]`,
    :math:`a \leftarrow a - o` with :math:`a = -d`: as it starts at 0 and emits at once, it never is positive.

    Parameters
    ----------
    depth : int
        Zeros A that may wait for their ones, 1 to 63. The saturation is what makes 0 of negative values; without it the counter
        would run away.

    Members
    -------
    stream : In(1)
        Bipolar.
    unipolar : Out(1)
        Unipolar. Its ones are ones of the stream.

    Raises
    ------
    ValueError
        If the depth is out of range.

    Notes
    -----
    Conserved in every clock: :math:`d' - d = o - (2s - 1)`, less one where a zero meets d = A and is lost. So no prefix of
    the output has less ones than the sum of the stream, nor, while none is lost, more than A too many.

    For independent bits, with :math:`\rho = p / (1 - p)`, exactly

    .. math:: E[o] = p\,\rho^A \frac{\rho - 1}{\rho^{A+1} - 1} \quad\to\quad \max(v, 0) \;\; (A \to \infty),

    which is greater than max(v, 0) by at most 1/(2(A + 1)), at v = 0. For low-discrepancy streams of v >= 0 it is exact but
    for some bits. Mealy: latency 0, interval 1. Source: D. Wu, R. Yin, J. San Miguel, In-Stream Correlation-Based Division and
    Bit-Inserting Square Root in Stochastic Computing, IEEE Design & Test, 2021.
    """

    contract = Contract(Serial("stream", "not a ramp"), Format("stream", "bipolar"))

    def __init__(self, depth=3):
        depth = integer("BipolarToUnipolar depth", depth)
        if not 1 <= depth <= 63:
            raise ValueError(f"BipolarToUnipolar depth must be between 1 and 63, not {depth}")
        super().__init__(step, params=Params(*successors(depth + 1)), state=State(Range(0, depth)), init=State(0),
                         inputs=Inputs(BIT))

    def delivers(self, known):
        """What is known of the output, in a circuit."""
        return {"unipolar": converted("unipolar", known["stream"])}

    @classmethod
    def examples(cls):
        return {"default": cls(), "deep": cls(16)}
