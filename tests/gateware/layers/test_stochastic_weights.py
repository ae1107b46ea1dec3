import numpy as np
import pytest

from gateware.layers.stochastic_weights import check_stochastic_weights, encode_inputs, encode_weights, weight_range, weight_rows


def test_weights_are_the_nearest_integers():
    assert encode_weights([[0, 1, -1, 0.5, -0.3], [1 / 16, 1 / 32, -1 / 32, 0.03, -0.0]], 4) == ((0, 16, -16, 8, -5), (1, 1, -1, 0, 0))
    assert encode_weights([[0, 1, -1, 0.5, -0.3]], 4, format="bipolar") == ((8, 16, 0, 12, 6),)
    assert encode_inputs([0, 1, 0.4], 8) == (0, 256, 102)
    assert encode_inputs([0, 1, -1], 8, format="bipolar") == (128, 256, 0)
    assert encode_weights(np.array([[0.25]], np.float32), 4) == ((4,),)


@pytest.mark.parametrize("format, scale", [("sign-magnitude", 1 << 12), ("bipolar", 1 << 11)])
def test_no_weight_is_off_by_more_than_half_a_step(format, scale):
    weights = np.random.default_rng(0).uniform(-1, 1, (20, 30))
    encoded = np.array(encode_weights(weights, 12, format=format)) - (scale if format == "bipolar" else 0)
    assert np.abs(encoded - weights * scale).max() <= 0.5
    lo, hi = weight_range(12, format)
    assert check_stochastic_weights("weights", encode_weights([[-1, 1]], 12, format=format), 12, format) == ((lo, hi),)


def test_a_row_of_the_memory_holds_a_weight_of_each_lane():
    rows = list(weight_rows(((1, -1), (-16, 5), (2, 3)), 4, 6, 2))
    assert rows == [0b1_10000_0_00001, 0b0_00101_1_00001, 2, 3]


@pytest.mark.parametrize("call, error, message", [
    (lambda: encode_weights([[float("nan")]], 4), ValueError, "weights must lie between -1 and 1, not nan"),
    (lambda: encode_weights([[0, 1.001]], 4), ValueError, "weights must lie between -1 and 1, not 1.001"),
    (lambda: encode_weights([[0, float("-inf")]], 4, format="bipolar"), ValueError, "weights must lie between -1 and 1, not -inf"),
    (lambda: encode_weights([["1"]], 4), TypeError, "weights must be real numbers, not '1'"),
    (lambda: encode_weights([[0], [0, 1]], 4), ValueError, "weights must be a matrix with one row per neuron and at least one column"),
    (lambda: encode_weights([[0]], 17), ValueError, "width must be between 1 and 16, not 17"),
    (lambda: encode_weights([[0]], 4, format="unipolar"), ValueError, "format must be 'sign-magnitude' or 'bipolar', not 'unipolar'"),
    (lambda: encode_inputs([-0.1], 4), ValueError, "values must lie between 0 and 1, not -0.1"),
    (lambda: encode_inputs([-1.5], 4, format="bipolar"), ValueError, "values must lie between -1 and 1, not -1.5"),
    (lambda: encode_inputs([float("nan")], 4), ValueError, "values must lie between 0 and 1, not nan"),
])
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call()
