"""Sobol sequence: low-discrepancy numbers in as many dimensions as streams are multiplied."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import Range, StepComponent, linear, to_vector, vector, wrap
from gateware.tables import table

from .gf2 import transpose

__all__ = ["Sobol", "direction_numbers", "sobol_matrix"]


class Params(NamedTuple):
    rows: tuple
    limits: Range
    width: int
    shift: int


class State(NamedTuple):
    count: Any


class Outputs(NamedTuple):
    random: Any


def step(params, state, inputs):
    point = linear(params.rows, to_vector(state.count, params.width))
    return State(wrap(state.count + 1, params.limits)), Outputs(point ^ vector(params.shift, params.width))


def direction_numbers(dimension, count):
    r"""The first direction numbers :math:`V_0 .. V_{count-1}` of a dimension, of ``count`` bits each.

    Parameters
    ----------
    dimension : int
        1 to 32; the first is the Van der Corput sequence.
    count : int

    Returns
    -------
    tuple of int
        :math:`V_k = m_{k+1} 2^{count-1-k}` with Bratley and Fox' recurrence
        :math:`m_k = 2 a_1 m_{k-1} \oplus \dots \oplus 2^{s-1} a_{s-1} m_{k-s+1} \oplus 2^s m_{k-s} \oplus m_{k-s}`.
    """
    if dimension == 1:
        odd = [1] * count
    else:
        entry = table("sobol")["dimensions"][str(dimension)]
        odd, degree = list(entry["m"]), len(entry["m"])
        while len(odd) < count:
            following = odd[-degree] << degree ^ odd[-degree]
            for j in range(1, degree):
                if entry["a"] >> (degree - 1 - j) & 1:
                    following ^= odd[-j] << j
            odd.append(following)
    return tuple(odd[k] << (count - 1 - k) for k in range(count))


def sobol_matrix(dimension, width):
    """The matrix that makes of the bits of a counter the points of a dimension in Gray-code order, by rows.

    The Gray code of t has the bits ``t[k] ^ t[k + 1]``, so column k is ``V[k] ^ V[k - 1]``.
    """
    numbers = direction_numbers(dimension, width)
    return transpose([each ^ before for each, before in zip(numbers, (0, *numbers))], width)


class Sobol(StepComponent):
    r"""One dimension of the Sobol sequence in Gray-code order.

    .. math:: r_{t+1} = r_t \oplus V_{d,\,k}, \qquad k = \text{index of the lowest 0 of } t, \quad r_0 = \text{shift}

    As :math:`r_t` is linear in the bits of t, it is computed from a counter through an exclusive-or network, which needs half
    the registers of the recurrence. Every value appears once in a period of ``2**width``.

    Parameters
    ----------
    width : int
        Bits n, 1 to 32.
    dimension : int
        1 to 32, with the direction numbers of ``gateware/tables/sobol.toml``.
    shift : int
        Digital shift, 0 to ``2**width - 1``: exclusive or of all values, which keeps the discrepancy and gives another run.

    Members
    -------
    random : Out(width)
        The first value is ``shift``.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Two streams of a product must come of different dimensions, and not of any: at N = 256 the RMSE of the product is 0.0013 for
    dimensions (1, 2) and 0.0088 for (1, 8). Operators with state (stanh, an isolator, a shuffle) must not have Sobol streams.
    Latency 0, interval 1. Source: I. M. Sobol, On the distribution of points in a cube and the approximate evaluation of
    integrals, 1967; I. A. Antonov and V. M. Saleev, 1979, for the Gray-code order; S. Joe and F. Y. Kuo, 2008,
    doi:10.1137/070709359, for the direction numbers; S. Liu and J. Han, Energy efficient stochastic computing with Sobol
    sequences, DATE 2017.
    """

    serial = "low discrepancy"
    permutation = True

    def __init__(self, width=8, dimension=1, *, shift=0):
        width, dimension = integer("Sobol width", width), integer("Sobol dimension", dimension)
        shift = integer("Sobol shift", shift)
        if not 1 <= width <= 32:
            raise ValueError(f"Sobol width must be between 1 and 32, not {width}")
        if not 1 <= dimension <= 32:
            raise ValueError(f"Sobol dimension must be between 1 and 32, not {dimension}")
        if not 0 <= shift < 1 << width:
            raise ValueError(f"Sobol shift must be between 0 and {(1 << width) - 1}, not {shift}")
        self.dimension = dimension
        limits = Range.unsigned(width)
        super().__init__(step, params=Params(sobol_matrix(dimension, width), limits, width, shift), state=State(limits),
                         init=State(0))

    @classmethod
    def examples(cls):
        return {"default": cls(), "dimension 2": cls(8, 2), "shifted": cls(4, 3, shift=5)}
