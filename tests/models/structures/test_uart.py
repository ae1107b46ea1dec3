# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.bus import UARTReceiver, UARTTransmitter
from models import golden
from models.structures.uart import line_bytes, line_levels
from sim import cxxrtl


@pytest.mark.parametrize("divisor", [4, 5, 24])
def test_levels_and_bytes(divisor):
    data = np.random.default_rng(1).bytes(100)
    levels = line_levels(data, divisor)
    assert len(levels) == 1000 * divisor
    assert line_bytes(levels, divisor) == (data, len(levels))
    # Cut anywhere, the rest begins where the first byte begins that is not complete.
    for cut in range(25 * divisor):
        head, rest = line_bytes(levels[:cut], divisor)
        assert head + line_bytes(levels[rest:], divisor)[0] == data


def test_a_byte_with_a_low_stop_bit_is_left_out():
    levels = line_levels(b"\x12\x00\x34", 8)
    levels[19 * 8:20 * 8] = 0
    levels = np.insert(levels, 20 * 8, [1] * 8)
    assert line_bytes(levels, 8)[0] == b"\x12\x34"
    assert line_bytes(np.zeros(1000, np.int64), 8) == (b"", 1000)


@pytest.fixture(scope="module")
def examples():
    return {f"{cls.__name__}:{name}": component for cls in (UARTReceiver, UARTTransmitter)
            for name, component in cls.examples().items()}


@pytest.fixture(scope="module")
def simulations(examples):
    return cxxrtl.compile(examples)


def test_the_hardware_does_what_the_models_do(examples, simulations):
    rng = np.random.default_rng(11)
    for name, component in examples.items():
        model, simulation = golden(component), simulations[name]
        stimulus = model.stimulus(rng, 500)
        expected = model.run(stimulus)
        assert len(expected) >= 500
        if isinstance(component, UARTReceiver):
            out = simulation.run({"rx": stimulus, "o__ready": 1})
            assert out["o__payload"][out["o__valid"] == 1].tolist() == expected.tolist()
        else:
            payload = np.repeat(stimulus, 10 * component.divisor)
            out = simulation.run({"i__valid": np.ones(len(payload), np.int64), "i__payload": payload})
            assert out["tx"][1:].tolist() == expected[:-1].tolist()
