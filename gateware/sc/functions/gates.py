"""AND and NAND of any number of streams: products."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation, Format
from gateware.step import StepComponent, Vector, not_, to_int

__all__ = ["AndGate", "NandGate"]


class Params(NamedTuple):
    ones: int


class Inputs(NamedTuple):
    factors: Any


class Outputs(NamedTuple):
    result: Any


def and_step(params, state, inputs):
    return (), Outputs(to_int(inputs.factors) == params.ones)


def nand_step(params, state, inputs):
    return (), Outputs(not_(to_int(inputs.factors) == params.ones))


class _Gate(StepComponent):
    contract = Contract(Correlation("factors", 0), Format("factors", "unipolar"))

    def __init__(self, step, width):
        name = type(self).__name__
        width = integer(f"{name} width", width)
        if not 1 <= width <= 62:
            raise ValueError(f"{name} width must be between 1 and 62, not {width}")
        super().__init__(step, params=Params((1 << width) - 1), inputs=Inputs(Vector(width)))


class AndGate(_Gate):
    r"""The product of ``width`` unipolar streams.

    .. math:: o = x_1 \wedge \ldots \wedge x_n, \qquad E[o] = \prod_i p_i

    Parameters
    ----------
    width : int
        Streams n, 1 to 62.

    Members
    -------
    factors : In(width)
        Independent of each other.
    result : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: B. R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2.
    """

    def __init__(self, width=3):
        super().__init__(and_step, width)

    @classmethod
    def examples(cls):
        return {"default": cls()}


class NandGate(_Gate):
    r"""1 less the product of ``width`` unipolar streams: a stage of Horner's rule for an alternating series.

    .. math:: o = \neg(x_1 \wedge \ldots \wedge x_n), \qquad E[o] = 1 - \prod_i p_i

    Parameters
    ----------
    width : int
        Streams n, 1 to 62.

    Members
    -------
    factors : In(width)
        Independent of each other.
    result : Out(1)

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Latency 0, interval 1. Source: K. K. Parhi and Y. Liu, Computing Arithmetic Functions Using Stochastic Logic by Series
    Expansion, IEEE Transactions on Emerging Topics in Computing 7(1), 2019, doi:10.1109/TETC.2016.2618750.
    """

    def __init__(self, width=3):
        super().__init__(nand_step, width)

    @classmethod
    def examples(cls):
        return {"default": cls()}
