# amaranth: UnusedElaboratable=no
"""The ADDIE square roots against the steady states of their counters, and the error that is published."""

import numpy as np
import pytest

import models
from gateware.sc.contract import ContractError, Sequence, Stream
from gateware.sc.division.addie_root import AddieRoot, DelayedAddieRoot
from models.steady_state import steady_state

from .streams import birth_death, encoded, independent, operands, rms, sobol, steady

MODEL, DELAYED = models.golden(AddieRoot(5)), models.golden(DelayedAddieRoot(5))
LEVEL = np.arange(33) / 32


def chain(p, top=32):
    """Steady state of the counter of AddieRoot: it rises with p (1 - c^2) and falls with (1 - p) c^2."""
    level = np.arange(top + 1) / top
    return birth_death(p * (1 - level[:-1]**2), (1 - p) * level[1:]**2)


def delayed_chain(p):
    """Steady state of (count, last bit) of DelayedAddieRoot, states ``2 count + last``."""
    matrix = np.zeros((66, 66))
    for count in range(33):
        for last in (0, 1):
            for bit, x in ((0, 0), (0, 1), (1, 0), (1, 1)):
                chance = (LEVEL[count] if bit else 1 - LEVEL[count]) * (p if x else 1 - p)
                matrix[2 * count + last, 2 * min(max(count + x - (bit & last), 0), 32) + bit] += chance
    return steady(matrix).reshape(33, 2).sum(axis=1)


def inputs(p, seed):
    rng = np.random.default_rng(seed)
    return {"stream": independent(p, (4000, 400), seed + 1), "random": rng.integers(0, 32, (4000, 400)),
            "other": rng.integers(0, 32, (4000, 400))}


@pytest.mark.parametrize("p", [0.04, 0.25, 0.5, 0.9])
def test_the_mean_square_of_the_count_is_the_input(p):
    outputs = MODEL.run(inputs(p, 1))
    share = chain(p)
    exact = steady_state(AddieRoot(4), stream=p, random="uniform", other="uniform")
    assert exact.root == pytest.approx(chain(p, 16) @ np.arange(17) / 16, abs=1e-9)
    assert share @ LEVEL**2 == pytest.approx(p, abs=1e-12)
    assert np.bincount(outputs.count[2000:].ravel(), minlength=33) / outputs.count[2000:].size == pytest.approx(share, abs=0.006)
    assert outputs.root[2000:].mean() == pytest.approx(share @ LEVEL, abs=0.003)


def test_the_bias_is_the_variance_over_twice_the_root():
    for top in (32, 64):
        level = np.arange(top + 1) / top
        for p in np.linspace(0.05, 0.95, 19):
            bias = np.sqrt(p) - chain(p, top) @ level
            assert bias == pytest.approx((1 - p) / (4 * top), rel=0.05)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_delayed_square_is_biased_as_its_chain_says(p):
    given = inputs(p, 4)
    del given["other"]
    root = DELAYED.run(given).root[2000:].mean()
    assert root == pytest.approx(delayed_chain(p) @ LEVEL, abs=0.003)
    exact = steady_state(DelayedAddieRoot(5), stream=p, random="uniform")
    assert exact.root == pytest.approx(delayed_chain(p) @ LEVEL, abs=1e-9)
    assert 0.001 < np.sqrt(p) - delayed_chain(p) @ LEVEL < 0.006


@pytest.mark.parametrize("clocks, width, bound", [(256, 5, 0.0225), (1024, 6, 0.0061), (4096, 6, 0.0036)])
def test_error_of_the_mean_count_of_the_second_half(clocks, width, bound):
    """1000 random X on Sobol dimension 2, the counter's numbers the top bits of dimensions 1 and 5."""
    x, _ = operands(clocks, ordered=False)
    given = {"stream": encoded(x, sobol(2, clocks.bit_length() - 1, clocks)), "random": sobol(1, width, clocks),
             "other": sobol(5, width, clocks)}
    count = (MODEL if width == 5 else models.golden(AddieRoot(width))).run(given).count
    assert rms(count[clocks // 2:].mean(axis=0) / 2**width - np.sqrt(x / clocks)) <= bound


def test_the_delayed_square_of_one_sobol_sequence_does_not_converge():
    x, _ = operands(4096, ordered=False)
    for dimension, error in ((1, 0.032), (2, 0.12), (3, 0.089)):
        root = DELAYED.run({"stream": encoded(x, sobol(5, 12, 4096)), "random": sobol(dimension, 5, 4096)}).root
        assert rms(root.mean(axis=0) - np.sqrt(x / 4096)) == pytest.approx(error, abs=0.003)


@pytest.mark.parametrize("cls", [AddieRoot, DelayedAddieRoot])
def test_width_refused(cls):
    with pytest.raises(ValueError, match=f"^{cls.__name__} width must be between 2 and 16, not 1$"):
        cls(1)


def test_contracts():
    stream = Stream(frozenset({"a"}), "low discrepancy", ("a", 1))
    numbers = {name: [Sequence(name, "low discrepancy")] for name in ("random", "other")}
    AddieRoot.contract.check("AddieRoot", {"stream": [stream], **numbers})
    with pytest.raises(ContractError, match="needs random and other with SCC = 0"):
        AddieRoot.contract.check("AddieRoot", {"stream": [stream], **numbers, "other": numbers["random"]})
    with pytest.raises(ContractError, match="DelayedAddieRoot needs random with bits independent from clock to clock"):
        DelayedAddieRoot.contract.check("DelayedAddieRoot", {"stream": [stream], "random": numbers["random"]})
