# amaranth: UnusedElaboratable=no
"""Sources, encoders and decoders: their properties are proven; of a wrong matrix they are refuted."""

import pytest

from gateware.sc.decode.moving_average import ExponentialAverage, SlidingWindow
from gateware.sc.decode.ones_counter import OnesCounter
from gateware.sc.decode.up_down_counter import BipolarCounter, TwoRailCounter
from gateware.sc.encode.conditional import ConditionalEncoder
from gateware.sc.encode.low_discrepancy import LowDiscrepancyRegenerator
from gateware.sc.encode.rate import RateModulator
from gateware.sc.sources import sobol
from gateware.sc.sources.de_bruijn import DeBruijnLFSR
from gateware.sc.sources.deterministic import ClockDivision, RelativelyPrime, Rotation
from gateware.sc.sources.leap_forward import LeapForwardLFSR
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.phase_shifted import PhaseShiftedLFSR
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.sobol import Sobol
from gateware.sc.sources.van_der_corput import VanDerCorput
from sim.proof import prove
from sim.properties.property import properties_of

COMPONENTS = [
    VanDerCorput(6), VanDerCorput(6, 3), Sobol(6, 7), Sobol(8, 2, shift=77), RampCounter(64), RampCounter(10), ConditionalEncoder(5),
    ConditionalEncoder(5, 3), LFSR(8), LFSR(8, direction="left"), LeapForwardLFSR(8), PhaseShiftedLFSR(6, 12), DeBruijnLFSR(8),
    ClockDivision(4), Rotation(4), Rotation(1), RelativelyPrime(4), RelativelyPrime(8), RateModulator(6),
    LowDiscrepancyRegenerator(4), LowDiscrepancyRegenerator(3, 2, mirrored=True), OnesCounter(16), OnesCounter(10), TwoRailCounter(8),
    TwoRailCounter(10), BipolarCounter(10), SlidingWindow(16), ExponentialAverage(4, 2),
]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: type(component).__name__)
def test_every_property_is_proven(component):
    names = {each.name for each in properties_of(component)}
    goals = {goal.name: goal.holds for goal in prove(component).goals}
    assert names and names <= set(goals) and all(goals.values())


def test_a_matrix_that_misses_a_value_is_refuted(monkeypatch):
    monkeypatch.setattr(sobol, "sobol_matrix", lambda dimension, width: (1,) * width)
    goals = {goal.name: goal.holds for goal in prove(Sobol(4)).goals}
    assert [name for name, holds in goals.items() if not holds] == [each.name for each in properties_of(Sobol(4)) if each.kind == "distinct"]
