"""The Q8.8 leaky integrate-and-fire neuron of SC-NeuroCore, bit for bit."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.step import Q, Range, StepComponent, mux, not_, scale, to_int, wrap

__all__ = ["FixedPointLIF"]

WORD = Q(8, 8)


class Params(NamedTuple):
    rest: int
    reset: int
    threshold: int
    refractory: int
    word: Q
    countdown: Range


class State(NamedTuple):
    v: Any
    refractory: Any


class Inputs(NamedTuple):
    current: Any
    noise: Any
    leak: Any
    gain: Any


class Outputs(NamedTuple):
    spike: Any
    v: Any


def step(params, state, inputs):
    leak = scale((params.rest - state.v) * inputs.leak, 8)
    drive = scale(inputs.current * inputs.gain, 8)
    v = wrap(state.v + leak + drive + inputs.noise, params.word)
    refractory = state.refractory > 0
    spike = (v >= params.threshold) & not_(refractory)
    held = mux(refractory, params.rest, mux(spike, params.reset, v))
    countdown = wrap(state.refractory - to_int(refractory), params.countdown)
    return State(held, mux(spike, params.refractory, countdown)), Outputs(spike, held)


class FixedPointLIF(StepComponent):
    r"""Leaky integrate-and-fire neuron of SC-NeuroCore (``FixedPointLIF``, ``sc_lif_neuron``), bit for bit.

    .. math:: v' = \mathrm{wrap}_{16}\left(v + \lfloor (v_{rest} - v)\,\lambda / 2^8 \rfloor
              + \lfloor I\,g / 2^8 \rfloor + \eta\right)

    It wraps where :class:`gateware.neurons.lif.LIF` saturates, and rounds both products down, so the leak has a
    dead zone below rest; use it to reproduce that system, and ``LIF`` for new work.
    Written by hand beside the catalogue's ``fixed_point_lif``, which is compared with it bit by bit.

    Parameters
    ----------
    rest, reset, threshold : int
        Potentials in 1/256, within Q(8, 8).
    refractory : int
        Steps without a spike after one, 0 to 65535 (2 in the original's software, 0 in its Verilog).

    Members
    -------
    current, noise, leak, gain : In(Q(8, 8))
        Input current, additive noise, leak and gain coefficients, all at run time.
    spike : Out(1)
    v : Out(Q(8, 8))
        The membrane after the step, reset included.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Notes
    -----
    Latency 0, interval 1. Source: SC-NeuroCore 3.16.0, its documented fixed-point update.
    """

    def __init__(self, *, rest=0, reset=0, threshold=256, refractory=2):
        values = {name: integer(f"FixedPointLIF {name}", value)
                  for name, value in (("rest", rest), ("reset", reset), ("threshold", threshold))}
        for name, value in values.items():
            if value not in WORD:
                raise ValueError(f"FixedPointLIF {name} must be between {WORD.lo} and {WORD.hi}, not {value}")
        refractory = integer("FixedPointLIF refractory", refractory)
        if not 0 <= refractory <= 65535:
            raise ValueError(f"FixedPointLIF refractory must be between 0 and 65535 steps, not {refractory}")
        countdown = Range.unsigned(refractory.bit_length())
        super().__init__(
            step, params=Params(**values, refractory=refractory, word=WORD, countdown=countdown),
            state=State(v=WORD, refractory=countdown), init=State(v=values["rest"], refractory=0),
            inputs=Inputs(current=WORD, noise=WORD, leak=WORD, gain=WORD))

    @classmethod
    def examples(cls):
        return {"software": cls(), "verilog": cls(refractory=0)}
