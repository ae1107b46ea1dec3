import pytest
import torch
import torch.nn.functional as F

from models.training.cells import LIF
from models.training.fused import FusedLIF, window_sums

SHAPE = (5, 7, 3, 11, 13)   # more neurons than a piece, and no multiple of it


def randn(*shape, seed=1):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def gradients(cell, currents, held, exact):
    """Spikes, membranes, and the derivatives of a weighted sum of the spikes."""
    currents = currents.clone().requires_grad_()
    spikes, v = cell(currents.expand(SHAPE) if held else currents, exact)
    (spikes * randn(*SHAPE, seed=2)).sum().backward()
    return spikes.detach(), v.detach(), currents.grad, cell.raw_leak.grad


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("given", [False, True])
def test_spikes_and_gradients_are_those_of_pytorch_s_operations(held, given):
    currents = randn(1 if held else 5, *SHAPE[1:])
    exact = ((randn(*SHAPE, seed=3) > 0.5).float(), randn(*SHAPE, seed=4)) if given else None
    ours = gradients(FusedLIF(leak=0.2, threshold=0.9), currents, held, exact)
    theirs = gradients(LIF(leak=0.2, threshold=0.9), currents, held, exact)
    assert torch.equal(ours[0], theirs[0]) and torch.equal(ours[1], theirs[1])
    assert 0.05 < ours[0].mean() < 0.6
    assert torch.allclose(ours[2], theirs[2], atol=1e-5) and torch.allclose(ours[3], theirs[3], rtol=1e-4)


@pytest.mark.parametrize("size", [2, 3])
def test_sums_over_windows_are_pooling_times_their_area(size):
    images = randn(6, 5, 11, 8).requires_grad_()
    sums, pooled = window_sums(images, size), F.avg_pool2d(images, size) * size**2
    assert sums.shape == pooled.shape and torch.allclose(sums, pooled, atol=1e-5)
    weights = randn(*sums.shape, seed=2)
    ours, = torch.autograd.grad((sums * weights).sum(), images)
    theirs, = torch.autograd.grad((pooled * weights).sum(), images)
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_sums_of_spikes_are_exact():
    spikes = (randn(4, 2, 6, 6) > 0).float()
    assert torch.equal(window_sums(spikes, 2), F.avg_pool2d(spikes, 2) * 4)
