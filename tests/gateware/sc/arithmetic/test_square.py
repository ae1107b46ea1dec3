# amaranth: UnusedElaboratable=no
"""Squares: which of them is one behind which source."""

import numpy as np
import pytest

import models
from gateware.sc.arithmetic.square import InStreamSquare, IsolatedSquare
from gateware.sc.contract import ContractError, Sequence, encoded
from gateware.sc.sources.lfsr import LFSR

from .streams import encode, rms, sobol

X = np.arange(0, 4097, 64)
P = X / 4096


def isolated(stream, delay=1):
    return models.golden(IsolatedSquare(delay)).run({"stream": stream}).square.mean(axis=0)


def in_stream(stream):
    return models.golden(InStreamSquare()).run({"stream": stream}).square.mean(axis=0)


@pytest.mark.parametrize("delay", [1, 64])
def test_isolated_is_the_autocorrelation(delay):
    stream = encode(X, np.random.default_rng(5).integers(0, 4096, 4096))
    products = (stream[delay:] & stream[:-delay]).sum(axis=0) / 4096
    assert np.array_equal(isolated(stream, delay), products)
    assert rms(products - P**2) < 0.02


def test_isolated_converges_on_independent_bits_only():
    rng = np.random.default_rng(7)
    assert rms(isolated(rng.random((1 << 16, len(P))) < P) - P**2) < 0.003
    lfsr = models.golden(LFSR(12)).run(length=4095).random
    assert rms(isolated(encode(X, lfsr.astype(np.int64))) - P**2) > 0.03
    assert rms(isolated(encode(X, sobol(12)[:, 0])) - P**2) > 0.02


@pytest.mark.parametrize(("source", "bound"), [("sobol", 0.0015), ("lfsr", 0.006), ("ramp", 0.4), ("independent", 0.012)])
def test_in_stream_converges_behind_any_source_but_a_ramp(source, bound):
    # Measured: 0.0014, 0.0052, 0.18, 0.0099 with 65 numbers and 4096 clocks. Within a window, a ramp's stream is all 1 or 0.
    random = {"sobol": lambda: sobol(12)[:, 0], "lfsr": lambda: models.golden(LFSR(12)).run(length=4095).random.astype(np.int64),
              "ramp": lambda: np.arange(4096), "independent": lambda: np.random.default_rng(9).integers(0, 4096, 4096)}[source]()
    error = rms(in_stream(encode(X, random)) - P**2)
    assert error < bound and (source != "ramp" or error > 0.1)


@pytest.mark.parametrize("serial", ["shifted", "low discrepancy", "ramp"])
def test_the_contract_of_the_isolated_square(serial):
    with pytest.raises(ContractError, match="IsolatedSquare needs stream with bits independent"):
        IsolatedSquare.contract.check("IsolatedSquare", {"stream": [encoded(None, Sequence("r", serial))]})
    IsolatedSquare.contract.check("IsolatedSquare", {"stream": [encoded(None, Sequence("r", "independent"))]})


def test_the_contract_of_the_in_stream_square():
    with pytest.raises(ContractError, match="InStreamSquare needs stream with its ones spread over the run"):
        InStreamSquare.contract.check("InStreamSquare", {"stream": [encoded(None, Sequence("r", "ramp"))]})
    InStreamSquare.contract.check("InStreamSquare", {"stream": [encoded(None, Sequence("r", "low discrepancy"))]})


@pytest.mark.parametrize(("delay", "error", "message"), [(0, ValueError, "delay must be between 1 and 64, not 0"),
                                                         (65, ValueError, "delay must be between 1 and 64, not 65"),
                                                         (None, TypeError, "delay must be an integer, not None")])
def test_isolated_errors(delay, error, message):
    with pytest.raises(error, match=rf"^IsolatedSquare {message}$"):
        IsolatedSquare(delay)


@pytest.mark.parametrize(("width", "error", "message"), [(0, ValueError, "width must be between 1 and 6, not 0"),
                                                         (7, ValueError, "width must be between 1 and 6, not 7"),
                                                         (1.0, TypeError, "width must be an integer, not 1.0")])
def test_in_stream_errors(width, error, message):
    with pytest.raises(error, match=rf"^InStreamSquare {message}$"):
        InStreamSquare(width)
