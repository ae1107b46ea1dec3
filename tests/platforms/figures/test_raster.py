import re

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
