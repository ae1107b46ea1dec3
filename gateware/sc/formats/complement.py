"""Complement of a stream: one inverter."""

from dataclasses import replace
from typing import Any, NamedTuple

from gateware.sc.contract import Contract
from gateware.step import BIT, StepComponent, not_

__all__ = ["Complement"]


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    complement: Any


def step(params, state, inputs):
    return (), Outputs(not_(inputs.stream))


class Complement(StepComponent):
    r"""Inverter: one less the value of a unipolar stream, the negative of a bipolar one.

    .. math:: o = \lnot s, \qquad p_o = 1 - p \;\text{(unipolar)}, \qquad v_o = -v \;\text{(bipolar)}

    Members
    -------
    stream : In(1)
    complement : Out(1)
        Has SCC -1 with the stream; its SCC with any other stream is the negative of the stream's.

    Notes
    -----
    Exact for every stream and prefix. Latency 0, interval 1. Source: B. R. Gaines, Stochastic Computing Systems, 1969,
    doi:10.1007/978-1-4899-5841-9_2.
    """

    contract = Contract()

    def __init__(self):
        super().__init__(step, inputs=Inputs(BIT))

    def delivers(self, known):
        """What is known of the output, in a circuit."""
        stream = known["stream"]
        if stream is None:
            return {}
        monotone = stream.monotone and (stream.monotone[0], -stream.monotone[1])
        return {"complement": replace(stream, monotone=monotone, lo=1 - stream.hi, hi=1 - stream.lo, value=None,
                                      at_most=frozenset())}

    @classmethod
    def examples(cls):
        return {"default": cls()}
