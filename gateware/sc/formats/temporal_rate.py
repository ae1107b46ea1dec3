"""Between rates and pulses: the ones of a window, in another order in the next."""

from dataclasses import replace
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.sc.correlation.regenerator import after_window_clock, window_shapes
from gateware.step import BIT, StepComponent, reverse, to_int, to_vector

__all__ = ["RateToTemporal", "TemporalToRate"]


class Rate(NamedTuple):
    rate: Any


class Temporal(NamedTuple):
    temporal: Any


def step_temporal(params, state, inputs):
    return after_window_clock(params, state, inputs.rate), Temporal(state.held > state.clock)


def step_rate(params, state, inputs):
    order = to_int(reverse(to_vector(state.clock, params.width), params.width))
    return after_window_clock(params, state, inputs.temporal), Rate(state.held > order)


class _Reordered(StepComponent):
    """Counts a window of ``2**width`` clocks; the step says in which order its ones leave."""

    contract = Contract()

    def __init__(self, step, inputs, width):
        name = type(self).__name__
        width = integer(f"{name} width", width)
        if not 1 <= width <= 16:
            raise ValueError(f"{name} width must be between 1 and 16, not {width}")
        self.latency = 1 << width
        super().__init__(step, inputs=inputs, **window_shapes(width))

    def _reordered(self, stream, serial):
        order = type(self), self.params.width
        return stream and replace(stream, origins=frozenset({order}), serial=serial, monotone=(order, 1))


class RateToTemporal(_Reordered):
    r"""Pulse at the start of a window, as long as the window before had ones.

    .. math:: C_k = \sum_{t=kN}^{kN+N-1} x_t, \qquad o_{kN+j} = [C_{k-1} > j]

    Parameters
    ----------
    width : int
        Bits n of the window's length :math:`N = 2^n`, 1 to 16.

    Members
    -------
    rate : In(1)
    temporal : Out(1)
        Has SCC +1 with every pulse of the same windows.

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Exact; the first window is all 0. Latency one window, :math:`2^n`; interval 1. Source: the counter and comparator of B. R. Gaines,
    Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2, with a ramp.
    """

    def __init__(self, width=8):
        super().__init__(step_temporal, Rate(BIT), width)

    def delivers(self, known):
        """What is known of the output, in a circuit."""
        return {"temporal": self._reordered(known["rate"], "ramp")}

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(3)}


class TemporalToRate(_Reordered):
    r"""Stream of low discrepancy with as many ones in a window as the window before had, in whatever order.

    .. math:: C_k = \sum_{t=kN}^{kN+N-1} x_t, \qquad o_{kN+j} = [C_{k-1} > \mathrm{bitrev}(j)]

    Parameters
    ----------
    width : int
        Bits n of the window's length :math:`N = 2^n`, 1 to 16.

    Members
    -------
    temporal : In(1)
        A pulse, an edge, or any other stream.
    rate : Out(1)
        The Van der Corput stream: SCC +1 with others of the same windows, 0 with a pulse.

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Exact; the first window is all 0. Latency one window, :math:`2^n`; interval 1. Source: as of :class:`RateToTemporal`, with
    bit-reversed numbers.
    """

    def __init__(self, width=8):
        super().__init__(step_rate, Temporal(BIT), width)

    def delivers(self, known):
        """What is known of the output, in a circuit."""
        return {"rate": self._reordered(known["temporal"], "low discrepancy")}

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(3)}
