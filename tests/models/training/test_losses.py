import math

import pytest
import torch

from models.training.losses import count_cross_entropy, count_mse, membrane_cross_entropy

LABELS = torch.tensor([0, 1])
SPIKES = torch.tensor([[[1.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [1.0, 0.0]]])  # counts (2, 0) and (1, 0)


def test_count_cross_entropy():
    expected = (math.log(1 + math.exp(-1.0)) + math.log(1 + math.exp(0.5))) / 2
    assert count_cross_entropy(SPIKES, LABELS).item() == pytest.approx(expected)


def test_membrane_cross_entropy():
    v = torch.tensor([[[1.0, 0.0], [0.0, 0.0]], [[3.0, 0.0], [0.0, -2.0]]])  # means (2, 0) and (0, -1)
    expected = (math.log(1 + math.exp(-2.0)) + math.log(1 + math.e)) / 2
    assert membrane_cross_entropy(v, LABELS).item() == pytest.approx(expected)


def test_count_mse():
    assert count_mse(SPIKES, LABELS, right=1.0, wrong=0.0).item() == pytest.approx((0 + 0 + 0.25 + 1) / 4)
    with pytest.raises(ValueError, match="count_mse rates must be 0 <= wrong < right <= 1, not 0.9 and 0.8"):
        count_mse(SPIKES, LABELS, wrong=0.9)
