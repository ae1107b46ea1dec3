"""Unipolar to bipolar: halves the distance to 1, with the remainder carried."""

from typing import Any, NamedTuple

from gateware.sc.contract import Contract, Format
from gateware.step import BIT, StepComponent, not_

from ._known import converted

__all__ = ["UnipolarToBipolar"]


class State(NamedTuple):
    remainder: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    bipolar: Any


def step(params, state, inputs):
    return State(not_(state.remainder ^ inputs.stream)), Outputs(state.remainder | inputs.stream)


class UnipolarToBipolar(StepComponent):
    r"""Bipolar stream of the same value as a unipolar one: the mean of the stream and of 1, exact at every moment.

    .. math:: a' + 2o = a + s + 1, \qquad v_o = 2 p_o - 1 = p

    Members
    -------
    stream : In(1)
        Unipolar.
    bipolar : Out(1)
        Bipolar. Nothing is known of its SCC with the stream.

    Notes
    -----
    With S ones in T clocks the output has :math:`\lfloor (S + T) / 2 \rfloor` ones, for every stream and T: its value is off
    by less than 2/T. Only values from 0 to 1 come out. Mealy: latency 0, interval 1. Source: D. Wu, R. Yin, J. San Miguel,
    In-Stream Correlation-Based Division and Bit-Inserting Square Root in Stochastic Computing, IEEE Design & Test, 2021.
    """

    contract = Contract(Format("stream", "unipolar"))

    def __init__(self):
        super().__init__(step, state=State(BIT), init=State(0), inputs=Inputs(BIT))

    def delivers(self, known):
        """What is known of the output, in a circuit."""
        return {"bipolar": converted("bipolar", known["stream"], lo=0.5)}

    @classmethod
    def examples(cls):
        return {"default": cls()}
