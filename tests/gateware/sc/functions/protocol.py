"""The measurement that the error figures of functions are of: root mean square over 1000 random operands, in one period."""

import numpy as np

import models
from gateware.sc.sources.leap_forward import LeapForwardLFSR
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.sobol import Sobol

PHASES = range(6)
TAPS = {8: (8, 6, 5, 4), 10: (10, 7), 12: (12, 11, 10, 4)}


def numbers(source, length):
    """``length`` random numbers of a source, as int64."""
    return np.asarray(models.golden(source).run(length=length)[0]).astype(np.int64)


def sources(kind, n):
    """The random numbers of one period in every phase that is averaged over."""
    make = {"LFSR": lambda phase: LFSR(n, seed=1 + 37 * phase, taps=TAPS[n]),
            "leap": lambda phase: LeapForwardLFSR(n, seed=1 + 37 * phase, taps=TAPS[n]),
            "Sobol": lambda phase: Sobol(n, 1)}[kind]
    return [numbers(make(phase), 1 << n) for phase in (PHASES if kind != "Sobol" else [0])]


def rmse(component, n, kind, truth):
    """Of the bipolar output to ``truth(v)``: the median of five sets of operands of the mean of six phases (Sobol: one)."""
    operands = np.stack([np.random.default_rng(seed).integers(0, (1 << n) + 1, 1000) for seed in range(5)])
    target = np.array([truth(2 * x / (1 << n) - 1) for x in range((1 << n) + 1)])[operands]
    model, errors = models.golden(component), []
    for random in sources(kind, n):
        result = model.run({"stream": operands.ravel() > random[:, None]}).result.mean(axis=0).reshape(operands.shape)
        errors.append(np.sqrt(np.mean((2 * result - 1 - target) ** 2, axis=1)))
    return float(np.median(np.mean(errors, axis=0)))
