"""Hard sigmoid and hard tanh of bipolar streams: straight lines, clipped."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Format, Serial
from gateware.step import BIT, Range, StepComponent, mux, not_, saturate

__all__ = ["HardSigmoid", "HardTanh"]


class Params(NamedTuple):
    gain: int
    limits: Range


class SigmoidState(NamedTuple):
    half: Any


class TanhState(NamedTuple):
    residue: Any


class Inputs(NamedTuple):
    stream: Any


class Outputs(NamedTuple):
    result: Any


def sigmoid_step(params, state, inputs):
    return SigmoidState(not_(state.half ^ inputs.stream)), Outputs(state.half | inputs.stream)


def tanh_step(params, state, inputs):
    total = state.residue + mux(inputs.stream, params.gain, -params.gain)
    result = total >= 0
    return TanhState(saturate(total - mux(result, 1, -1), params.limits)), Outputs(result)


class HardSigmoid(StepComponent):
    r"""(v + 1)/2 of a bipolar stream: every 0 turns into a 1 at every other time.

    The scaled adder of the stream and of 1, which is one flip-flop and two gates:

    .. math:: o_t = x_t \vee h_t, \qquad h_{t+1} = \neg(x_t \oplus h_t)

    Members
    -------
    stream : In(1)
        Bipolar.
    result : Out(1)
        Bipolar.

    Notes
    -----
    After t clocks with X ones the output has had exactly :math:`\lfloor (X + t) / 2 \rfloor` ones, whatever the stream.
    Latency 0, interval 1. The adder is that of D. Wu et al., uGEMM: Unary Computing Architecture for GEMM Applications,
    ISCA 2020, doi:10.1109/ISCA45697.2020.00040.
    """

    contract = Contract(Format("stream", "bipolar"))

    def __init__(self):
        super().__init__(sigmoid_step, state=SigmoidState(BIT), init=SigmoidState(0), inputs=Inputs(BIT))

    @classmethod
    def examples(cls):
        return {"default": cls()}


class HardTanh(StepComponent):
    r"""clip(g v, -1, 1) of a bipolar stream, g times its value within what a stream can hold.

    .. math:: o_t = [a_t + g (2 x_t - 1) \ge 0], \qquad
              a_{t+1} = \operatorname{sat}\left(a_t + g (2 x_t - 1) - (2 o_t - 1),\ -2^{W-1},\ 2^{W-1} - 1\right)

    Parameters
    ----------
    gain : int
        g, 2 to 64; a gain of 1 is a wire.
    width : int
        Bits W of the residue, 2 to 32, with ``2**(width - 1)`` at least the gain.

    Members
    -------
    stream : In(1)
        Bipolar.
    result : Out(1)
        Bipolar.

    Raises
    ------
    ValueError
        If a parameter is out of its range.

    Notes
    -----
    The residue is what the output still owes, :math:`a = g \sum (2x - 1) - \sum (2o - 1)`, as long as it has not been
    clamped: until then the output's value times the number of clocks is within :math:`2^{W-1}` of the input's times g, for
    every prefix of any stream. Beyond |v| = 1/g the residue stays at its limit and the output at +1 or -1. The exact
    expectation for independent bits is that of the Markov chain of the residue (``models.steady_state``), which rounds the
    corners at 1/g off. A low-discrepancy stream keeps the residue small and the line straight. Latency 0, interval 1.
    """

    contract = Contract(Serial("stream", "not a ramp"), Format("stream", "bipolar"))

    def __init__(self, gain=2, width=5):
        gain, width = integer("HardTanh gain", gain), integer("HardTanh width", width)
        if not 2 <= gain <= 64:
            raise ValueError(f"HardTanh gain must be between 2 and 64, not {gain}" + (", which is a wire" if gain == 1 else ""))
        least = (gain - 1).bit_length() + 1
        if not least <= width <= 32:
            raise ValueError(f"HardTanh width must be between {least} and 32 for a gain of {gain}, not {width}")
        limits = Range(-(1 << width - 1), (1 << width - 1) - 1)
        super().__init__(tanh_step, params=Params(gain, limits), state=TanhState(limits), init=TanhState(0),
                         inputs=Inputs(BIT))

    @classmethod
    def examples(cls):
        return {"default": cls(), "gain 5": cls(5, 7)}
