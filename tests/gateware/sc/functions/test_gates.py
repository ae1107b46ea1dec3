# amaranth: UnusedElaboratable=no
"""Gates of many inputs, exhaustively."""

import numpy as np
import pytest

import models
from gateware.sc.functions.gates import AndGate, NandGate


@pytest.mark.parametrize("width", [1, 3, 7])
def test_every_input(width):
    inputs = np.arange(1 << width)
    ones = [format(each, "b") == "1" * width for each in inputs]
    assert models.golden(AndGate(width)).run({"factors": inputs}).result.tolist() == ones
    assert models.golden(NandGate(width)).run({"factors": inputs}).result.tolist() == [not each for each in ones]


@pytest.mark.parametrize("gate", [AndGate, NandGate])
def test_refused(gate):
    with pytest.raises(ValueError, match=f"^{gate.__name__} width must be between 1 and 62, not 63$"):
        gate(63)
