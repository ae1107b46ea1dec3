"""Small random distortions of 8x8 images, so that a network learns digits and not images."""

import math

import torch
import torch.nn.functional as F

__all__ = ["augment"]

SIDE = 8
ROTATION = math.radians(8)
SCALE = 0.1
SHEAR = 0.1
SHIFT = 0.4        # pixels
ELASTIC = 0.2      # pixels, standard deviation of each control point
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
    count = len(images)

    def uniform(*shape):
        return torch.rand(*shape, generator=generator) * 2 - 1

    angle, stretch = uniform(count) * ROTATION, 1 + uniform(count, 2) * SCALE
    affine = torch.zeros(count, 2, 3)
    affine[:, 0, 0] = angle.cos() * stretch[:, 0]
    affine[:, 0, 1] = -angle.sin() * stretch[:, 0] + uniform(count) * SHEAR
    affine[:, 1, 0] = angle.sin() * stretch[:, 1]
    affine[:, 1, 1] = angle.cos() * stretch[:, 1]
    affine[:, :, 2] = uniform(count, 2) * (SHIFT * 2 / SIDE)
    warp = torch.randn(count, 2, SIDE // 2, SIDE // 2, generator=generator) * (ELASTIC * 2 / SIDE)
    grid = F.affine_grid(affine, (count, 1, SIDE, SIDE), align_corners=False)
    grid = grid + F.interpolate(warp, size=SIDE, mode="bicubic", align_corners=True).permute(0, 2, 3, 1)
    moved = F.grid_sample(images.reshape(count, 1, SIDE, SIDE), grid, align_corners=False).reshape(count, SIDE * SIDE)
    return torch.clamp(torch.round(moved * (1 + uniform(count, 1) * BRIGHTNESS)), 0, LARGEST)
