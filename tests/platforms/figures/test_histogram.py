import re

from platforms.figures import histogram


def test_a_bar_for_each_interval_with_values():
    picture = histogram([1.0, 1.0, 3.0, 5.0], "µs")
    titles = re.findall(r"<title>(\d+) of 4", picture)
    assert [int(each) for each in titles] == [2, 1, 1] and ">µs</text>" in picture and 'aria-label="distribution in µs"' in picture


def test_equal_values_are_one_bar():
    assert histogram([3.0] * 7, "µs").count("<rect") == 1
