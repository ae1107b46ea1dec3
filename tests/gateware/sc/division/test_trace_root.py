# amaranth: UnusedElaboratable=no
"""The root with a divider in its feedback against its closed form where d toggles, and against the root where d is random."""

import numpy as np
import pytest

import models
from gateware.sc.contract import ContractError, Stream
from gateware.sc.division.trace_root import TraceRoot
from models.steady_state import steady_state

from .streams import independent

MODELS = {depth: models.golden(TraceRoot(depth)) for depth in (2, 8)}


def with_toggle(p, depth):
    """Expectation where d is 0, 1, 0, 1 ...

    In clocks with d = 0 the trace is 0 and the output the input; in the others the trace is 1 if the output just was, or by the
    history. Of that the newest bit is the 0 of d = 1, and before every 0 lies a 1 if the input was 1 when d was 0.
    """
    ones = [0.0, p]
    for places in range(2, depth):
        ones.append(p * (1 + ones[places - 2]) + (1 - p) * ones[places - 1])
    trace = p + (1 - p) * ones[depth - 1] / depth
    return (p + p + (1 - p) * trace) / 2


def root(p, depth, half):
    stream = independent(p, (4000, 400), 1)
    index = np.random.default_rng(2).integers(0, depth, stream.shape)
    return MODELS[depth].run({"stream": stream, "half": half, "index": index}).root[100:].mean()


@pytest.mark.parametrize("depth", [2, 8])
@pytest.mark.parametrize("p", [0.1, 0.4, 0.8])
def test_a_toggling_d_gives_no_root(p, depth):
    assert root(p, depth, np.arange(4000) % 2) == pytest.approx(with_toggle(p, depth), abs=0.003)
    assert with_toggle(p, 500) == pytest.approx(2 * p / (1 + p), abs=0.001)


@pytest.mark.parametrize("p, two, eight", [(0.05, -0.1127, -0.0682), (0.25, -0.0702, -0.0235), (0.95, -0.0002, 0.0)])
def test_a_random_d_gives_the_root_less_an_error_that_falls_with_the_depth(p, two, eight):
    half = independent(0.5, (4000, 400), 3)
    exact = steady_state(TraceRoot(2), stream=p, half=0.5, index="uniform").root - np.sqrt(p)
    assert exact == pytest.approx(two, abs=0.00005)
    assert root(p, 2, half) - np.sqrt(p) == pytest.approx(two, abs=0.003)
    assert root(p, 8, half) - np.sqrt(p) == pytest.approx(eight, abs=0.003)


def test_depth_refused_and_a_regular_d():
    with pytest.raises(ValueError, match="^TraceRoot depth must be a power of two between 2 and 64, not 1$"):
        TraceRoot(1)
    given = {"stream": [Stream(frozenset({"a"}), "independent")], "half": [Stream(frozenset({"b"}), "ramp")], "index": [None]}
    with pytest.raises(ContractError, match="TraceRoot needs half with bits independent from clock to clock, and they are ramp"):
        TraceRoot.contract.check("TraceRoot", given)


def test_the_biases_of_the_page():
    exact = [steady_state(TraceRoot(2), stream=p, half=0.5, index="uniform").root - np.sqrt(p) for p in (0.05, 0.25, 0.55)]
    assert exact == pytest.approx((-0.113, -0.070, -0.019), abs=0.0006)
