import re

import pytest

from platforms.figures import digit, raster


def test_digit_has_a_square_for_each_inked_pixel():
    picture = digit([0] * 63 + [8])
    assert picture.count("<rect") == 1
    assert 'x="70" y="70"' in picture and 'fill-opacity="0.5"' in picture


def test_raster_has_a_mark_for_each_spike():
    # Two time steps of three, two and two neurons; the first neuron is the highest bit.
    bands = [("input", 3, [[0b10100000], [0b01000000]]), ("hidden", 2, [[0], [0b11000000]]), ("output", 2, [[0b01000000], [0b01000000]])]
    picture = raster(bands, [0, 2], 1, 2)
    marks = [path.count("M") for path in re.findall(r'<path class="spikes l\d" d="([^"]*)"', picture)]
    assert marks == [3, 2, 2]
    assert '<text class="class best"' in picture and ">2</text>" in picture
    assert picture.count('class="band"') == 3


def test_scores_of_silent_neurons_are_bars_to_both_sides_of_zero():
    bands = [("layer 0", 2, [[0b10000000], [0b01000000]]), ("output", 3, [[0], [0]])]
    picture = raster(bands, [-31_000, 500, 20_000], 2, 2)
    lowest, _, best = (tuple(map(float, bar)) for bar in re.findall(r'<rect class="bar[ a-z]*" x="([^"]*)" y="[^"]*" width="([^"]*)"', picture))
    assert sum(lowest) == pytest.approx(best[0], abs=0.6)
    assert lowest[1] / best[1] == pytest.approx(31 / 20, rel=0.01)
    assert 'text class="tally best" x="758"' in picture and ">-31,000</text>" in picture
    assert picture.count('class="spikes') == 1
    # The numbers of the time steps are between the spikes and the scores.
    assert picture.index("time step") < picture.index("output")
