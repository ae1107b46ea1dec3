# amaranth: UnusedElaboratable=no
"""Converters of bit streams: exact counts over every short stream, closed forms for independent bits."""

import itertools

import numpy as np
import pytest
from scipy.linalg import null_space
from scipy.stats import qmc

import models
from gateware.sc.circuit import connect, number
from gateware.sc.contract import ContractError, scc
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.formats.bipolar_to_unipolar import BipolarToUnipolar
from gateware.sc.formats.complement import Complement
from gateware.sc.formats.sign import Absolute, SignEstimator
from gateware.sc.formats.sign_magnitude import BipolarToSignMagnitude, SignMagnitudeToBipolar
from gateware.sc.formats.two_rail import BipolarToTwoRail, TwoRailToBipolar
from gateware.sc.formats.unipolar_to_bipolar import UnipolarToBipolar
from gateware.sc.sources.sobol import Sobol

EVERY = np.array(list(itertools.product((0, 1), repeat=10))).T
CLOCKS = np.arange(1, 11)[:, None]
VALUES = [-0.8, -0.3, 0.0, 0.2, 0.7]


def bernoulli(value, clocks=300_000):
    """A bipolar stream of independent bits."""
    return np.random.default_rng(7).random(clocks) < (1 + value) / 2


def chain(value, states):
    """Stationary distribution of a saturating counter of a bipolar stream of independent bits, by linear algebra."""
    up = (1 + value) / 2
    matrix = np.zeros((states, states))
    for k in range(states):
        matrix[min(k + 1, states - 1), k] += up
        matrix[max(k - 1, 0), k] += 1 - up
    kernel = null_space(matrix - np.eye(states))[:, 0]
    return kernel / kernel.sum()


def test_complement():
    assert (models.golden(Complement()).run({"stream": EVERY}).complement == (EVERY == 0)).all()


def test_unipolar_to_bipolar_at_every_moment():
    ones = models.golden(UnipolarToBipolar()).run({"stream": EVERY}).bipolar.cumsum(axis=0)
    assert (ones == (EVERY.cumsum(axis=0) + CLOCKS) // 2).all()


@pytest.mark.parametrize("depth", [1, 3, 16])
@pytest.mark.parametrize("value", VALUES)
def test_bipolar_to_unipolar_of_independent_bits(depth, value):
    given = models.golden(BipolarToUnipolar(depth)).run({"stream": bernoulli(value)}).unipolar.mean()
    p = (1 + value) / 2
    assert given == pytest.approx(p * chain(value, depth + 1)[-1], abs=0.01)
    ratio = p / (1 - p)
    form = 0.5 / (depth + 1) if value == 0 else p * ratio**depth * (ratio - 1) / (ratio**(depth + 1) - 1)
    assert form == pytest.approx(p * chain(value, depth + 1)[-1])
    assert -1e-12 <= form - max(value, 0) <= 0.5 / (depth + 1) + 1e-12


def test_bipolar_to_unipolar_never_falls_behind():
    sums = (2 * EVERY - 1).cumsum(axis=0)
    ones = models.golden(BipolarToUnipolar(10)).run({"stream": EVERY}).unipolar.cumsum(axis=0)
    # With room for every zero, the ones are the highest level that the sum has reached: none is lost.
    assert (ones == np.maximum(np.maximum.accumulate(sums, axis=0), 0)).all()


def test_bipolar_to_unipolar_saturates():
    """Its errors for 1024 clocks at A = 2, where an unsaturated counter has 0.21: independent bits and Sobol points."""
    length, values = 1024, np.linspace(-1, 1, 65)
    thresholds = ((1 + values) / 2 * length).astype(int)
    model = models.golden(BipolarToUnipolar(2))
    rng = np.random.default_rng(1)
    errors = {}
    for name, random in (("independent", rng.integers(0, length, (length, 8))), ("sobol", np.array([
            qmc.Sobol(1, scramble=False).random(length)[:, 0] * length]).astype(int).T)):
        streams = (random[:, :, None] < thresholds).reshape(length, -1)
        estimate = model.run({"stream": streams}).unipolar.mean(axis=0).reshape(-1, len(values))
        errors[name] = np.sqrt(((estimate - np.maximum(values, 0))**2).mean())
        errors[f"{name}, v >= 0"] = np.sqrt(((estimate - values)[:, values >= 0]**2).mean())
    print("BipolarToUnipolar(2), RMSE of 65 values, N = 1024:", {name: round(float(error), 4) for name, error in errors.items()})
    assert errors["independent"] < 0.08 and errors["sobol, v >= 0"] < 0.002 and errors["sobol"] < 0.08


@pytest.mark.parametrize("width", [2, 3, 6])
@pytest.mark.parametrize("value", VALUES)
def test_sign_and_magnitude_of_independent_bits(width, value):
    stream, states = bernoulli(value), chain(value, 1 << width)
    half, p = 1 << (width - 1), (1 + value) / 2
    negative = models.golden(SignEstimator(width)).run({"stream": stream}).negative
    outputs = models.golden(Absolute(width)).run({"stream": stream})
    assert negative.mean() == pytest.approx(states[:half].sum(), abs=0.02)
    assert states[:half].sum() == pytest.approx(1 / (1 + (p / (1 - p))**half))
    assert (outputs.negative == negative).all() and (outputs.magnitude == stream ^ negative).all()
    expected = value * np.tanh(half * np.arctanh(value)) + 4 * p * states[half - 1]
    assert 2 * outputs.magnitude.mean() - 1 == pytest.approx(expected, abs=0.01)


def test_sign_of_constant_streams_is_known_at_once():
    for stream, negative in (([1] * 20, False), ([0] * 20, True)):
        assert (models.golden(SignEstimator(3)).run({"stream": stream}).negative == negative).all()


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("value", VALUES)
def test_bipolar_to_two_rail_loses_nothing(depth, value):
    stream = bernoulli(value)
    positive, negative = models.golden(BipolarToTwoRail(depth)).run({"stream": stream})
    assert not (positive & negative).any()
    balance = (2 * stream.astype(int) - 1 - positive + negative.astype(int)).cumsum()
    assert balance.min() >= -depth and balance.max() <= depth
    states = chain(value, 2 * depth + 1)
    assert positive.mean() == pytest.approx((1 + value) / 2 * states[-1], abs=0.01)
    assert negative.mean() == pytest.approx((1 - value) / 2 * states[0], abs=0.01)


def test_two_rail_to_bipolar_at_every_moment():
    rng = np.random.default_rng(3)
    positive, negative = rng.integers(0, 2, (2, 1000, 50)) & rng.integers(0, 2, (2, 1000, 50))
    ones = models.golden(TwoRailToBipolar()).run({"positive": positive, "negative": negative}).bipolar.cumsum(axis=0)
    assert (ones == (np.arange(1, 1001)[:, None] + (positive - negative).cumsum(axis=0)) // 2).all()


def test_two_rails_and_back():
    length = 4096
    model, back = models.golden(BipolarToTwoRail(3)), models.golden(TwoRailToBipolar())
    stream = np.random.default_rng(2).random((length, 21)) < np.linspace(0, 1, 21)
    again = back.run(model.run({"stream": stream})._asdict()).bipolar
    assert np.abs(again.sum(axis=0) - stream.sum(axis=0)).max() <= 2


def test_sign_magnitude_to_bipolar_at_every_moment():
    model = models.golden(SignMagnitudeToBipolar())
    counts = (EVERY.cumsum(axis=0) + CLOCKS) // 2
    for sign, expected in ((0, counts), (1, CLOCKS - counts)):
        assert (model.run({"magnitude": EVERY, "negative": np.full(EVERY.shape, sign)}).bipolar.cumsum(axis=0) == expected).all()


@pytest.mark.parametrize("depth", [1, 3, 15])
@pytest.mark.parametrize("value", VALUES)
def test_bipolar_to_sign_magnitude_of_independent_bits(depth, value):
    stream = bernoulli(value)
    magnitude, negative = models.golden(BipolarToSignMagnitude(depth)).run({"stream": stream})
    balance = (2 * stream.astype(int) - 1 - np.where(negative, -1, 1) * magnitude).cumsum()
    assert balance.min() >= -depth and balance.max() <= depth
    p, ratio = (1 + value) / 2, (1 + value) / (1 - value)
    top = ratio**(2 * depth)
    expected = 1 / (2 * depth + 1) if value == 0 else (p * top + 1 - p) * (ratio - 1) / (top * ratio - 1)
    states = chain(value, 2 * depth + 1)
    assert expected == pytest.approx(p * states[-1] + (1 - p) * states[0])
    assert magnitude.mean() == pytest.approx(expected, abs=0.01)
    assert 0 <= expected - abs(value) + 1e-12 <= 1 / (2 * depth + 1) + 1e-9


def test_bipolar_to_sign_magnitude_of_sobol_streams():
    length, values = 1024, np.linspace(-1, 1, 65)
    random = (qmc.Sobol(1, scramble=False).random(length)[:, 0] * length).astype(int)
    outputs = models.golden(BipolarToSignMagnitude()).run({"stream": random[:, None] < ((1 + values) / 2 * length).astype(int)})
    error = np.sqrt(((outputs.magnitude.mean(axis=0) - np.abs(values))**2).mean())
    print(f"BipolarToSignMagnitude(), RMSE of 65 values, N = 1024, Sobol: {error:.4f}")
    assert error < 0.003 and (outputs.negative[-1] == (values < 0)).all()


@pytest.mark.parametrize(("build", "message"), [
    (lambda: BipolarToUnipolar(0), "BipolarToUnipolar depth must be between 1 and 63, not 0"),
    (lambda: SignEstimator(7), "SignEstimator width must be between 2 and 6, not 7"),
    (lambda: Absolute(1), "Absolute width must be between 2 and 6, not 1"),
    (lambda: BipolarToTwoRail(32), "BipolarToTwoRail depth must be between 1 and 31, not 32"),
    (lambda: BipolarToSignMagnitude(32), "BipolarToSignMagnitude depth must be between 1 and 31, not 32"),
])
def test_out_of_range_refused(build, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        build()


def test_formats_in_circuits():
    x = connect(ComparatorEncoder(8), value=number("x", 8, hi=0.25), random=connect(Sobol(8, 1)).random).stream
    complement = connect(Complement(), stream=x).complement
    assert scc(x.known, complement.known) == -1 and (complement.known.lo, complement.known.hi) == (0.75, 1.0)
    bipolar = connect(UnipolarToBipolar(), stream=x).bipolar
    assert bipolar.known.format == "bipolar"
    with pytest.raises(ContractError, match=r"^UnipolarToBipolar needs stream unipolar, and it is bipolar"):
        connect(UnipolarToBipolar(), stream=bipolar)
    for component in (BipolarToUnipolar(), BipolarToSignMagnitude(), BipolarToTwoRail()):
        outputs = connect(component, stream=bipolar)
        with pytest.raises(ContractError, match=rf"^{type(component).__name__} needs stream bipolar, and it is unipolar"):
            connect(component, stream=outputs[0])
