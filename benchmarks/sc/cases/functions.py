"""Functions of state machines."""

import numpy as np

from gateware.sc.functions.comparator import StreamComparator
from gateware.sc.functions.hard_sigmoid import HardSigmoid, HardTanh
from gateware.sc.functions.linear_fsm import LinearFSM
from gateware.sc.functions.log_odds_gain import LogOddsGain
from gateware.sc.functions.odds_decay import OddsDecay, TwoSidedOddsDecay
from gateware.sc.functions.relu import ReLU
from gateware.sc.functions.saturating_sum_sign import SaturatingSumSign
from gateware.sc.functions.soft_absolute import SoftAbsolute

from ..case import Case
from ..wiring import Encoded, Ones, Random

__all__ = ["CASES"]


def _shares(v, states):
    """The steady state of a chain that goes up with probability (1 + v)/2: shares in proportion to powers of the odds."""
    up = (1 + v)[:, None] ** np.arange(states)
    weights = up * (1 - v)[:, None] ** np.arange(states - 1, -1, -1)
    return weights / weights.sum(axis=1, keepdims=True)


def _tanh(v, states):
    """tanh(K/2 artanh v), without its poles at -1 and 1."""
    up, down = (1 + v) ** (states / 2), (1 - v) ** (states / 2)
    return (up - down) / (up + down)


def _sum_sign(*v, states=32):
    """The share of the upper half in the steady state of the walk ``sat(s + 2c - n)``, c the ones among n independent streams."""
    count = np.ones((1, len(v[0])))
    for each in v:
        p = (1 + each) / 2
        count = np.pad(count * (1 - p), ((0, 1), (0, 0))) + np.pad(count * p, ((1, 0), (0, 0)))
    moves = np.zeros((len(v[0]), states, states))
    for ones, share in enumerate(count):
        for here in range(states):
            moves[:, here, np.clip(here + 2 * ones - len(v), 0, states - 1)] += share
    balance = np.swapaxes(moves, 1, 2) - np.eye(states)
    balance[:, -1] = 1
    shares = np.linalg.solve(balance, np.eye(states)[:, -1:][None].repeat(len(balance), axis=0))[:, :, 0]
    return 2 * shares[:, states // 2:].sum(axis=1) - 1


def _outweighs(p, q, half=8):
    """The odds of p over those of q, to the power of K/2, as a probability; 1, the start, where neither ever moves."""
    up, down = (p * (1 - q))**half, (q * (1 - p))**half
    return np.where(up + down > 0, up / np.where(up + down > 0, up + down, 1), 1.0)


def _function(name, make, truth, formula, *, wiring=None, operands=1, **others):
    return Case(name, "functions", make, wiring or {"stream": Encoded(0, 0)}, others.pop("output", "result"), truth, formula,
                operands=operands, format="bipolar", result=others.pop("result", "bipolar"), **others)


CASES = (
    _function("stanh, 8 states", lambda n: LogOddsGain(8), lambda v: _tanh(v, 8), "tanh(4 artanh v)"),
    _function("stanh, 32 states", lambda n: LogOddsGain(32), lambda v: _tanh(v, 32), "tanh(16 artanh v)"),
    _function("sexp, 16 states, 2", lambda n: OddsDecay(16, 2), lambda v: _shares(v, 16)[:, :14].sum(axis=1),
              "(1 - rho^14)/(1 - rho^16)", result="unipolar"),
    _function("two-sided decay, 16 states, 2", lambda n: TwoSidedOddsDecay(16, 2), lambda v: _shares(v, 16)[:, 2:14].sum(axis=1),
              "rho^2 (1 - rho^12)/(1 - rho^16)", result="unipolar"),
    _function("sabs, 16 states", lambda n: SoftAbsolute(16), lambda v: v * _tanh(v, 16), "v tanh(8 artanh v)"),
    _function("linear state machine, 8 states", lambda n: LinearFSM(),
              lambda v: _shares(v, 8) @ np.array([0, 16, 64, 128, 128, 192, 240, 256]) / 256, "sum w_i pi_i(v)",
              wiring={"stream": Encoded(0, 0), "random": Random(1)}, result="unipolar"),
    _function("Btanh, 16 streams, 32 states", lambda n: SaturatingSumSign(16, 32), _sum_sign, "steady state of the walk 2c - 16",
              wiring={"count": Ones(tuple(Encoded(k, k) for k in range(16)))}, operands=16),
    _function("ReLU, 6 bits", lambda n: ReLU(6), lambda v: np.maximum(v, 0), "max(v, 0)"),
    _function("hard sigmoid", lambda n: HardSigmoid(), lambda v: (v + 1) / 2, "(v + 1)/2"),
    _function("hard tanh, gain 2", lambda n: HardTanh(2), lambda v: np.clip(2 * v, -1, 1), "clip(2v, -1, 1)"),
    Case("comparison of streams, 16 states", "functions", lambda n: StreamComparator(16),
         {"a": Encoded(0, 0), "b": Encoded(1, 1)}, "greater", _outweighs, "r^8/(1 + r^8), r = p(1 - q)/(q(1 - p))"),
)
