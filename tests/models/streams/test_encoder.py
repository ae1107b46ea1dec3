# amaranth: UnusedElaboratable=no
from typing import Any, NamedTuple

import numpy as np
import pytest

from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.sources.de_bruijn import DeBruijnLFSR
from gateware.sc.sources.leap_forward import LeapForwardLFSR
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.sobol import Sobol
from gateware.step import Range, StepComponent, minimum
from models import golden
from models.streams import StreamEncoder, mean, pack, popcount, unpack

LEFT = LFSR(16, seed=0xACE1, direction="left")
SOURCES = {"lfsr": LEFT, "narrow": LFSR(3), "right": LFSR(8, seed=7), "ramp": RampCounter(100), "short ramp": RampCounter(3),
           "Sobol": Sobol.examples()["dimension 2"], "de Bruijn": DeBruijnLFSR.examples()["default"],
           "leap forward": LeapForwardLFSR.examples()["default"]}


@pytest.fixture(scope="module")
def encoders():
    return {name: StreamEncoder(source) for name, source in SOURCES.items()}


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("length", [1, 64, 100, 1000])
def test_streams_are_those_of_the_hardware(encoders, name, length):
    """Bit for bit what the golden models of the source and of ComparatorEncoder give."""
    encoder, width = encoders[name], encoders[name].width
    numbers = np.array([0, 1, 2, 1 << width - 1, (1 << width) - 1, 1 << width])
    for phase in (0, 1, len(encoder.period) - 1):
        random = golden(SOURCES[name]).run(length=phase + length)[0][phase:]
        bits = golden(ComparatorEncoder(width)).run({"value": np.tile(numbers, (length, 1)), "random": random}).stream
        assert np.array_equal(encoder.encode(numbers, length, phase=phase), pack(bits.T))


def test_a_stream_goes_on_past_the_period(encoders):
    length = 2 * 65535 + 100
    random = golden(LEFT).run(length=length + 5).random[5:]
    assert np.array_equal(unpack(encoders["lfsr"].encode(20_000, length, phase=5), length), random < 20_000)


def test_ones_over_a_period_are_exact(encoders):
    """Every value but 0 comes once in the period of an LFSR, every value once in that of a ramp."""
    numbers = np.array([0, 1, 2, 40_000, 65_535, 65_536])
    for phase in (0, 1234):
        words = encoders["lfsr"].encode(numbers, 65_535, phase=phase)
        assert popcount(words, 65_535).tolist() == [0, 0, 1, 39_999, 65_534, 65_535]
    assert popcount(encoders["ramp"].encode(np.arange(101), 100), 100).tolist() == [*range(101)]
    assert mean(encoders["lfsr"].encode(65_536, 1000), 1000) == 1.0


def test_seeds_are_phases(encoders):
    encoder, seeds = encoders["lfsr"], np.array([0xACE1, 0xACE8, 0xBEEF, 1])
    phases = encoder.phase_of(seeds)
    assert phases[0] == 0
    words = encoder.encode(np.full(4, 12_345), 200, phase=phases)
    for seed, stream in zip(seeds, words):
        random = golden(LFSR(16, seed=int(seed), direction="left")).run(length=200).random
        assert np.array_equal(unpack(stream, 200), random < 12_345)
    for wrong in (0, 65_536, -1):
        with pytest.raises(ValueError, match=f"^values must be numbers that the source gives once in its period, not {wrong}$"):
            encoder.phase_of([5, wrong])
    with pytest.raises(TypeError, match="^values must be integers, not float64$"):
        encoder.phase_of([0.5])


def test_probabilities_to_numbers(encoders):
    assert encoders["lfsr"].numbers([0, 0.5, 1, 1e-5]).tolist() == [0, 32_768, 65_536, 1]
    for wrong in (-1e-9, 1.0000001, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=rf"^probabilities must lie in \[0, 1\], not reach {wrong}$"):
            encoders["lfsr"].numbers([0.5, wrong])


def test_shapes(encoders):
    encoder = encoders["right"]
    assert encoder.encode(3, 65).shape == (2,) and encoder.encode([[3, 4, 5]], 65).shape == (1, 3, 2)
    assert encoder.encode([1, 2], 0).shape == (2, 0) and encoder.encode(np.zeros((0, 3), int), 64).shape == (0, 3, 1)


def test_arguments_are_checked(encoders):
    encoder = encoders["right"]
    with pytest.raises(ValueError, match="^numbers must lie between 0 and 256, not reach 257$"):
        encoder.encode([1, 257], 64)
    with pytest.raises(ValueError, match="^numbers must lie between 0 and 256, not reach 18446744073709551615$"):
        encoder.encode(np.array([1, 2**64 - 1], np.uint64), 64)
    with pytest.raises(TypeError, match="^numbers must be integers from 0 to 256, not float64$"):
        encoder.encode([0.5], 64)
    with pytest.raises(ValueError, match="^phase must lie between 0 and 254, not reach 255$"):
        encoder.encode([1], 64, phase=255)
    with pytest.raises(ValueError, match=r"^phase must be one number or of the shape \(1,\) like the numbers, not \(2,\)$"):
        encoder.encode([1], 64, phase=[1, 2])
    with pytest.raises(ValueError, match="^length must be at least 0, not -1$"):
        encoder.encode([1], -1)


def test_sources_are_checked():
    with pytest.raises(TypeError, match="^source must be a step component, not 5$"):
        StreamEncoder(5)
    with pytest.raises(ValueError, match="^source must be without inputs, and ComparatorEncoder has value, random$"):
        StreamEncoder(ComparatorEncoder(4))
    with pytest.raises(ValueError, match=r"^source must have one output of 2 to 16 bits, not below 0, and LFSR has Outputs\("):
        StreamEncoder(LFSR(17))
    with pytest.raises(ValueError, match="^source must come back to its initial state within 1048576 clocks, and Step"):
        StreamEncoder(StepComponent(climb, state=State(Range(0, 7)), init=State(0)))


class State(NamedTuple):
    level: Any


class Outputs(NamedTuple):
    random: Any


def climb(params, state, inputs):
    """Up to 7, and there it stays."""
    return State(minimum(state.level + 1, 7)), Outputs(state.level)
