import numpy as np
import pytest

from platforms.designs.difference import MismatchError, first_difference


def test_equal_values_are_no_difference():
    first_difference("the score", np.arange(6).reshape(2, 3), np.arange(6, dtype=np.uint8).reshape(2, 3), ("sample", "class"))


def test_the_first_difference_is_named_with_its_place():
    rtl = np.arange(6).reshape(2, 3)
    rtl[1] += 5
    with pytest.raises(MismatchError, match=r"^the hardware differs from its golden model: the score of sample 1, class 0 is 8 in the RTL and "
                                            r"3 in the model \(3 differences\)$"):
        first_difference("the score", np.arange(6).reshape(2, 3), rtl, ("sample", "class"))


def test_another_number_of_values_is_a_difference():
    with pytest.raises(MismatchError, match="^the hardware gave 5 values of the class, its golden model 6$"):
        first_difference("the class", np.zeros(6), np.zeros(5), ("sample",))
