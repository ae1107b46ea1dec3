"""Small random distortions of square images of bytes, so that a network learns digits and not images."""

import math

import torch
import torch.nn.functional as F

__all__ = ["distort"]

ROTATION = math.radians(7.2)
SCALE = 0.07
SHEAR = 0.06
SHIFT = 0.9     # pixels
ELASTIC = 0.5   # pixels, standard deviation of each control point
POINTS = 5      # control points per side


def distort(images, generator):
    """Rotated, scaled, sheared, shifted and warped copies of images.

    Parameters
    ----------
    images : tensor of uint8, (B, S, S)
    generator : torch.Generator

    Returns
    -------
    float tensor, (B, S, S)
        Pixels 0 to 255.

    Notes
    -----
    Source: P. Y. Simard, D. Steinkraus and J. C. Platt, Best practices for convolutional neural networks applied to visual
    document analysis, ICDAR 2003, doi:10.1109/ICDAR.2003.1227801.
    """
    count, side = len(images), images.shape[-1]

    def uniform(*shape):
        return torch.rand(*shape, generator=generator) * 2 - 1

    angle, stretch = uniform(count) * ROTATION, 1 + uniform(count, 2) * SCALE
    affine = torch.zeros(count, 2, 3)
    affine[:, 0, 0] = angle.cos() * stretch[:, 0]
    affine[:, 0, 1] = -angle.sin() * stretch[:, 0] + uniform(count) * SHEAR
    affine[:, 1, 0] = angle.sin() * stretch[:, 1]
    affine[:, 1, 1] = angle.cos() * stretch[:, 1]
    affine[:, :, 2] = uniform(count, 2) * (SHIFT * 2 / side)
    warp = torch.randn(count, 2, POINTS, POINTS, generator=generator) * (ELASTIC * 2 / side)
    grid = F.affine_grid(affine, (count, 1, side, side), align_corners=False)
    grid = grid + F.interpolate(warp, size=side, mode="bilinear", align_corners=True).permute(0, 2, 3, 1)
    return F.grid_sample(images.float()[:, None], grid, align_corners=False)[:, 0]
