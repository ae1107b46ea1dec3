# amaranth: UnusedElaboratable=no
"""The serial divider of the tutorial, from pin to pin."""

import importlib.util
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "stochastic_divider.py"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("stochastic_divider", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_quotients_from_pin_to_pin(example):
    pairs = [(50, 200), (100, 250), (200, 250), (255, 255), (0, 100), (128, 200)]
    counts = example.simulate(pairs)
    assert [abs(ones / 256 - x / y) < 0.04 for (x, y), ones in zip(pairs, counts)] == [True] * 6
    assert counts[3:5] == [256, 0]
    assert example.simulate(pairs[::-1])[::-1] == counts, "every computation starts anew"


def test_what_it_prints(example, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["stochastic_divider.py"])
    example.main()
    assert "200 / 250 = 0.8000    hardware 205 / 256 = 0.8008" in capsys.readouterr().out
