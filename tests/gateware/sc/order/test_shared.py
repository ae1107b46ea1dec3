# amaranth: UnusedElaboratable=no
"""Greatest and least of streams of one source against the numbers themselves, for every prefix."""

import numpy as np
import pytest

import models
from gateware.sc.contract import ContractError, Stream
from gateware.sc.order.shared import SharedMaximum, SharedMinimum

from ..division.streams import independent, sobol


@pytest.mark.parametrize("width", [2, 9, 62])
def test_the_greatest_and_the_least_number(width):
    numbers = np.random.default_rng(width).integers(0, 257, width)
    random = sobol(1, 8, 256)
    streams = ((numbers > random[:, None]) << np.arange(width, dtype=np.uint64)).sum(axis=1, dtype=np.uint64)
    given = {"streams": streams}
    assert (models.golden(SharedMaximum(width)).run(given).maximum == (numbers.max() > random)).all()
    assert (models.golden(SharedMinimum(width)).run(given).minimum == (numbers.min() > random)).all()


def test_independent_streams_give_other_numbers():
    given = {"streams": independent(0.3, 200_000, 1) + 2 * independent(0.6, 200_000, 2)}
    assert models.golden(SharedMaximum()).run(given).maximum.mean() == pytest.approx(1 - 0.7 * 0.4, abs=0.005)
    assert models.golden(SharedMinimum()).run(given).minimum.mean() == pytest.approx(0.18, abs=0.005)


def test_contract_and_what_is_known_of_the_outputs():
    a, b = (Stream(frozenset({"r"}), "ramp", ("r", 1), "unipolar", *number)
            for number in ((0.1, 0.8, "x"), (0.3, 0.6, "y")))
    other = Stream(frozenset({"s"}), "ramp", ("s", 1))
    SharedMaximum.contract.check("SharedMaximum", {"streams": [a, b]})
    with pytest.raises(ContractError, match=r"needs streams\[0\] and streams\[1\] with SCC = \+1, and they have SCC = 0"):
        SharedMinimum.contract.check("SharedMinimum", {"streams": [a, other]})
    greatest = SharedMaximum().delivers({"streams": (a, b)})["maximum"]
    least = SharedMinimum().delivers({"streams": (a, b)})["minimum"]
    assert (greatest.lo, greatest.hi, greatest.monotone) == (0.3, 0.8, ("r", 1))
    assert (least.lo, least.hi, least.at_most) == (0.1, 0.6, {"x", "y"})
    assert SharedMaximum().delivers({"streams": (a, None)})["maximum"] is None
    assert SharedMaximum().delivers({"streams": (a, other)})["maximum"] is None


@pytest.mark.parametrize("cls", [SharedMaximum, SharedMinimum])
@pytest.mark.parametrize("width", [1, 63])
def test_width_refused(cls, width):
    with pytest.raises(ValueError, match=f"^{cls.__name__} width must be between 2 and 62, not {width}$"):
        cls(width)
