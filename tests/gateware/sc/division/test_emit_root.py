# amaranth: UnusedElaboratable=no
"""The emitting square root against the law of its queue, for every prefix, and against the root."""

import numpy as np
import pytest

import models
from gateware.sc.division.emit_root import EmitRoot
from models.steady_state import steady_state

from .streams import encoded, independent, operands, rms, sobol

MODELS = {depth: models.golden(EmitRoot(depth)) for depth in (2, 4)}


@pytest.mark.parametrize("depth", [2, 4])
@pytest.mark.parametrize("p", [0.1, 0.6, 0.97])
def test_no_bit_is_lost_and_no_more_than_depth_wait(depth, p):
    stream, index = independent(p, 20_000, 1), np.random.default_rng(2).integers(0, depth, 20_000)
    root = MODELS[depth].run({"stream": stream, "index": index}).root
    # What is emitted follows from the output alone: it is a 1 over the 0 that the index names, one clock later.
    past = np.r_[np.ones(depth, bool), root]
    clocks = np.arange(len(root))
    emitted = np.r_[False, (root & ~past[clocks + depth - 1 - index])[:-1]]
    waiting = np.cumsum(stream.astype(int) + emitted - root)
    assert waiting.min() == 0 and waiting.max() <= depth
    assert (waiting[~root] == 0).all() and not emitted[~root].any() and not stream[~root].any()


def test_it_never_exceeds_the_root_and_nears_it_with_the_depth():
    p = np.linspace(0.05, 0.95, 10)
    errors = {}
    for depth, model in MODELS.items():
        stream = independent(p.repeat(200), (4000, 2000), 3)
        root = model.run({"stream": stream, "index": np.random.default_rng(4).integers(0, depth, stream.shape)}).root
        errors[depth] = root.mean(axis=0).reshape(10, 200).mean(axis=1) - np.sqrt(p)
        exact = [steady_state(EmitRoot(depth), stream=each, index="uniform").root - np.sqrt(each) for each in p]
        assert errors[depth] == pytest.approx(exact, abs=0.002)
        assert exact[::5] == pytest.approx({2: [-0.1088, -0.0161], 4: [-0.0844, -0.0074]}[depth], abs=0.00005)
    assert max(errors[2].max(), errors[4].max()) < 0.001


@pytest.mark.parametrize("clocks, bound", [(256, 0.0415), (1024, 0.039), (4096, 0.039)])
def test_error_on_sobol_streams(clocks, bound):
    """1000 random X on Sobol dimension 2, the index of two bits from dimension 3."""
    x, _ = operands(clocks, ordered=False)
    given = {"stream": encoded(x, sobol(2, clocks.bit_length() - 1, clocks)), "index": sobol(3, 1, clocks)}
    assert rms(MODELS[2].run(given).root.mean(axis=0) - np.sqrt(x / clocks)) <= bound


def test_depth_refused():
    with pytest.raises(ValueError, match="^EmitRoot depth must be a power of two between 2 and 64, not 3$"):
        EmitRoot(3)


@pytest.mark.parametrize(("depth", "biases"), [(2, (-0.109, -0.063, -0.016)), (4, (-0.084, -0.032, -0.007))])
def test_the_biases_of_the_page(depth, biases):
    exact = [steady_state(EmitRoot(depth), stream=p, index="uniform").root - np.sqrt(p) for p in (0.05, 0.25, 0.55)]
    assert exact == pytest.approx(biases, abs=0.0006)
