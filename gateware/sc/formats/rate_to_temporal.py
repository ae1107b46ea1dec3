"""From rates to pulses: the ones of a window, all at the start of the next."""

from dataclasses import replace
from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract
from gateware.sc.correlation.regenerator import after_window_clock, window_shapes
from gateware.step import BIT, StepComponent

__all__ = ["RateToTemporal"]


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    temporal: Any


def step(params, state, inputs):
    return after_window_clock(params, state, inputs.stream), Outputs(state.held > state.clock)


class RateToTemporal(StepComponent):
    r"""Pulse at the start of a window, as long as the window before had ones.

    .. math:: C_k = \sum_{t=kN}^{kN+N-1} x_t, \qquad o_{kN+j} = [C_{k-1} > j]

    The way back is ``LowDiscrepancyRegenerator``, which spreads the ones of a pulse over the next window.

    Parameters
    ----------
    width : int
        Bits n of the window's length :math:`N = 2^n`, 1 to 16.

    Members
    -------
    stream : In(1)
    temporal : Out(1)
        Has SCC +1 with every pulse of the same windows.

    Raises
    ------
    ValueError
        If the width is out of range.

    Notes
    -----
    Exact; the first window is all 0. Latency one window, :math:`2^n`; interval 1. Source: the counter and comparator of B.
    R. Gaines, Stochastic Computing Systems, 1969, doi:10.1007/978-1-4899-5841-9_2, with a ramp.
    """

    contract = Contract()

    def __init__(self, width=8):
        width = integer("RateToTemporal width", width)
        if not 1 <= width <= 16:
            raise ValueError(f"RateToTemporal width must be between 1 and 16, not {width}")
        self.latency = 1 << width
        super().__init__(step, inputs=Inputs(BIT), **window_shapes(width))

    def delivers(self, known):
        """What is known of the output, in a circuit: a threshold of the clock of the window."""
        stream, clock = known["stream"], (type(self).__qualname__, self.params.length)
        return {"temporal": stream and replace(stream, origins=frozenset({clock}), serial="ramp", monotone=(clock, 1))}

    @classmethod
    def examples(cls):
        return {"default": cls(), "narrow": cls(3)}
