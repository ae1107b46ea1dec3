# amaranth: UnusedElaboratable=no
import pytest

from gateware.layers import stochastic_sources
from gateware.layers.stochastic_sources import check_sources, correlated, current_range, walk
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.phase_shifted import PhaseShiftedLFSR
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.sobol import Sobol
from gateware.step import Range


def test_a_walk_ends_with_the_period():
    states, numbers, periodic = walk(RampCounter(5), 100)
    assert numbers == [(0,), (1,), (2,), (3,), (4,)] and [state.count for state in states] == [0, 1, 2, 3, 4] and periodic
    assert walk(RampCounter(5), 3)[1:] == ([(0,), (1,), (2,)], False)
    _, numbers, periodic = walk(PhaseShiftedLFSR(4, 7), 100)
    assert len(set(numbers)) == 15 and periodic
    assert [shifted for _, shifted in numbers] == [numbers[(k + 7) % 15][0] for k in range(15)]


def test_a_source_that_does_not_repeat_in_time_is_refused(monkeypatch):
    monkeypatch.setattr(stochastic_sources, "LONGEST_PERIOD", 100)
    with pytest.raises(ValueError, match="StochasticDense sources must repeat within 100 clocks, and LFSR does not"):
        walk(LFSR(7), 1000)
    assert len(walk(LFSR(7), 100)[0]) == 100


def test_the_default_is_a_pair_of_sobol_dimensions():
    pair = check_sources(None, 6)
    assert [(type(source), source.dimension) for source in pair] == [(Sobol, 1), (Sobol, 2)]
    single = PhaseShiftedLFSR(6)
    assert check_sources(single, 6) == (single,)


def test_only_numbers_are_sources():
    with pytest.raises(TypeError, match="StochasticDense sources must be StepComponents with state, without inputs and with numbers"):
        check_sources((LFSR(8), ComparatorEncoder(8)), 8)


def test_correlated_sequences():
    assert correlated([0, 1, 2], [0, 1, 2], 7) and correlated([0, 1, 2], [7, 6, 5], 7)
    assert correlated([0, 1], [0, 1, 0, 1], 7)
    assert not correlated([0, 1], [0, 1, 0], 7) and not correlated([0, 1, 2], [7, 6, 4], 7)


def test_the_range_of_signed_counts_is_that_of_the_fullest_window():
    # Windows 0 1 | 2 3: a weight of 2 has two ones in the first and none in the second, a weight of 4 two in both.
    assert current_range([[2, -2], [4, -1]], [0, 1, 2, 3], 2, 2, 2) == Range(-2, 2)
    assert current_range([[2, 3]], [0, 1, 2, 3], 2, 4, 1) == Range(0, 5)
