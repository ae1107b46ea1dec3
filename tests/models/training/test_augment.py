import torch

from models.datasets import load_digits
from models.training.augment import augment

IMAGES = torch.from_numpy(load_digits().images[:200].astype("float32"))


def test_pixels_stay_whole_numbers_in_range():
    copies = augment(IMAGES, torch.Generator().manual_seed(1))
    assert copies.shape == IMAGES.shape
    assert copies.min() == 0 and copies.max() == 16 and torch.equal(copies, copies.round())


def test_the_seed_decides():
    copies = [augment(IMAGES, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)]
    assert torch.equal(copies[0], copies[1]) and not torch.equal(copies[0], copies[2])


def test_distortions_are_small():
    copies = augment(IMAGES, torch.Generator().manual_seed(1))
    # Measured against the distance between two different digits, about 48 on average.
    assert 2 < (copies - IMAGES).norm(dim=1).mean() < 0.6 * torch.cdist(IMAGES, IMAGES).mean()
    assert not (copies == IMAGES).all(dim=1).any()
