"""Linear finite-state machine: a saturating chain with a weight for every state, for a function of one's own."""

from typing import Any, NamedTuple

from gateware.parameters import integer
from gateware.sc.contract import Contract, Correlation, Serial
from gateware.step import BIT, Range, StepComponent, lookup

from .chain import move, occupancy, unsigned

__all__ = ["LinearFSM"]


class Params(NamedTuple):
    top: int
    unsigned: Range
    weights: tuple


class State(NamedTuple):
    position: Any


class Inputs(NamedTuple):
    stream: Any
    random: Any


class Outputs(NamedTuple):
    result: Any


def step(params, state, inputs):
    return (State(move(state.position, inputs.stream, params.top, params.unsigned)),
            Outputs(lookup(params.weights, state.position) > inputs.random))


class LinearFSM(StepComponent):
    r"""A chain of K states, up on a 1 and down on a 0, whose output is 1 with the probability that its state names.

    .. math:: o_t = [w_{s_t} > r_t], \qquad s_{t+1} = \operatorname{sat}(s_t + 2 x_t - 1,\ 0,\ K - 1)

    ``models.sc_fit.fit_linear_fsm`` finds the weights for a function.

    Parameters
    ----------
    weights : sequence of int
        Of the K states from the bottom to the top, 2 to 64 of them, each 0 to ``2**width``.
    width : int
        Bits n of the random number, 1 to 16.

    Members
    -------
    stream : In(1)
        Of bits that are independent from clock to clock: from a leap-forward LFSR or true randomness.
    random : In(width)
        Uniform, independent of the stream; of any source.
    result : Out(1)

    Raises
    ------
    TypeError, ValueError
        If a weight is no integer or a parameter is out of its range.

    Notes
    -----
    Exact expectation, with the odds :math:`\rho = p / (1 - p)`:

    .. math:: P(o) = 2^{-n} \sum_i w_i \pi_i(p), \qquad \pi_i(p) = \frac{\rho^i}{\sum_j \rho^j}

    linear in the weights, hence the name and the fit. Latency 1 (the state answers for the clocks before), interval 1.
    Source: P. Li, D. J. Lilja, W. Qian, K. Bazargan and M. D. Riedel, The Synthesis of Complex Arithmetic Computation on
    Stochastic Bit Streams Using Sequential Logic, ICCAD 2012.
    """

    contract = Contract(Serial("stream", "independent"), Correlation(("stream", "random"), 0))
    latency = 1

    def __init__(self, weights=(0, 16, 64, 128, 128, 192, 240, 256), width=8):
        width = integer("LinearFSM width", width)
        if not 1 <= width <= 16:
            raise ValueError(f"LinearFSM width must be between 1 and 16, not {width}")
        weights = tuple(integer("LinearFSM weights", weight) for weight in weights)
        if not 2 <= len(weights) <= 64:
            raise ValueError(f"LinearFSM weights must be those of 2 to 64 states, not of {len(weights)}")
        for weight in weights:
            if not 0 <= weight <= 1 << width:
                raise ValueError(f"LinearFSM weights must be between 0 and {1 << width}, not {weight}")
        top = len(weights) - 1
        super().__init__(step, params=Params(top, unsigned(top), weights), state=State(Range(0, top)),
                         init=State(len(weights) // 2), inputs=Inputs(BIT, Range.unsigned(width)))

    def expectation(self, p):
        """Probability of a 1 of the output, from that of the input."""
        shares = occupancy(p, len(self.params.weights))
        return sum(w * share for w, share in zip(self.params.weights, shares)) / (self.inputs.random.hi + 1)

    @classmethod
    def examples(cls):
        return {"default": cls(), "five": cls((16, 5, 0, 5, 16), 4)}
