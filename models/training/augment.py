"""Small random distortions of 8x8 images, so that a network learns digits and not images."""

import torch

from .warp import Warp, uniform

__all__ = ["augment"]

SIDE = 8
WARP = Warp(rotation=8, scale=0.1, shear=0.1, shift=0.4, elastic=0.2, points=4, mode="bicubic")
BRIGHTNESS = 0.1
LARGEST = 16


def augment(images, generator):
    """Rotated, scaled, sheared, shifted, warped and brightened copies of images.

    Parameters
    ----------
    images : float tensor, (B, 64)
        Pixels 0..16.
    generator : torch.Generator

    Returns
    -------
    float tensor, (B, 64)
        Whole numbers 0..16.
    """
    moved = WARP(images.reshape(-1, SIDE, SIDE), generator).flatten(1)
    return torch.clamp(torch.round(moved * (1 + uniform(generator, len(images), 1) * BRIGHTNESS)), 0, LARGEST)
