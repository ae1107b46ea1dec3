# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.sc.circuit import connect, number
from gateware.sc.contract import scc
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.sobol import Sobol
from gateware.sc.sources.wiring import BitReversal, Mirror
from models import golden


def test_reversed_bits_and_mirrored_numbers():
    assert golden(BitReversal(5)).run({"random": [0b00001, 0b10110, 31]}).reversed.tolist() == [0b10000, 0b01101, 31]
    assert golden(Mirror(5)).run({"random": [0, 1, 31, 12]}).mirrored.tolist() == [31, 30, 0, 19]
    assert golden(Mirror(62)).run({"random": np.array([5], np.uint64)}).mirrored.tolist() == [2**62 - 6]


def test_mirrored_streams_avoid_each_other():
    """SCC = -1: both are 1 in max(0, X + Y - N) clocks of a period and no more."""
    random = golden(Sobol(6, 3)).run(length=64).random
    mirrored = golden(Mirror(6)).run({"random": random}).mirrored
    x, y = np.arange(65), np.arange(65)
    both = ((random.astype(int)[:, None] < x).T.astype(int)) @ (mirrored.astype(int)[:, None] < y).astype(int)
    assert (both == np.maximum(0, x[:, None] + y - 64)).all()


def test_what_a_circuit_knows_of_them():
    source, x, y = connect(LFSR(8)).random, number("x", 8), number("y", 8)
    wires = {"plain": source, "mirrored": connect(Mirror(8), random=source).mirrored,
             "reversed": connect(BitReversal(8), random=source).reversed}
    a = connect(ComparatorEncoder(8), value=x, random=source).stream.known
    b = {name: connect(ComparatorEncoder(8), value=y, random=wire).stream.known for name, wire in wires.items()}
    assert {name: scc(a, each) for name, each in b.items()} == {"plain": 1, "mirrored": -1, "reversed": 0}
    ramp = connect(RampCounter(256)).ramp
    backwards = connect(BitReversal(8), random=ramp).reversed
    assert backwards.known.serial == "low discrepancy" and backwards.known.permutation
    assert connect(BitReversal(8), random=backwards).reversed.known.serial == "ramp"


@pytest.mark.parametrize("component", [BitReversal, Mirror])
@pytest.mark.parametrize("width, error, message", [
    (0, ValueError, "width must be between 1 and 62, not 0$"), (63, ValueError, "width must be between 1 and 62, not 63$"),
    (8.0, TypeError, "width must be an integer, not 8.0$")])
def test_errors(component, width, error, message):
    with pytest.raises(error, match=f"^{component.__name__} {message}"):
        component(width)
