"""The chain's occupancy against detailed balance."""

import pytest

from gateware.sc.functions.chain import occupancy, unsigned


@pytest.mark.parametrize("p", [0.01, 0.3, 0.5, 0.77, 0.999])
@pytest.mark.parametrize("states", [2, 9, 64])
def test_every_cut_is_crossed_as_often_upwards_as_downwards(p, states):
    share = occupancy(p, states)
    assert len(share) == states and sum(share) == pytest.approx(1, abs=1e-14)
    for below, above in zip(share, share[1:]):
        assert below * p == pytest.approx(above * (1 - p), rel=1e-12)


def test_certain_moves_end_at_the_ends():
    assert occupancy(0, 4) == [1, 0, 0, 0]
    assert list(occupancy(1, 4)) == [0, 0, 0, 1]
    assert occupancy(0.5, 1024) == pytest.approx([1 / 1024] * 1024)


def test_narrowest_range():
    assert [unsigned(top).hi for top in (1, 2, 7, 8)] == [1, 3, 7, 15]


@pytest.mark.parametrize("p", [-0.1, 1.5, float("nan")])
def test_probability_refused(p):
    with pytest.raises(ValueError, match=rf"^p must be between 0 and 1, not {p}$"):
        occupancy(p, 4)
