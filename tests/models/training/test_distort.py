import torch

from models.datasets import load_mnist_sample
from models.training.distort import distort

IMAGES = torch.from_numpy(load_mnist_sample().images[:100].copy())


def test_bytes_stay_in_range_and_ink_stays():
    copies = distort(IMAGES, torch.Generator().manual_seed(1))
    assert copies.shape == IMAGES.shape and copies.min() >= 0 and copies.max() < 255.01
    assert abs(copies.mean() / IMAGES.float().mean() - 1) < 0.05


def test_the_seed_decides():
    copies = [distort(IMAGES, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)]
    assert torch.equal(copies[0], copies[1]) and not torch.equal(copies[0], copies[2])


def test_distortions_are_small():
    flat = IMAGES.float().flatten(1)
    moved = (distort(IMAGES, torch.Generator().manual_seed(1)).flatten(1) - flat).norm(dim=1)
    # Beside the distance between two images.
    assert 0.1 * torch.cdist(flat, flat).mean() < moved.mean() < 0.7 * torch.cdist(flat, flat).mean()
