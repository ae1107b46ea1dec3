"""Small random affine and elastic distortions of square images."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

__all__ = ["Warp", "uniform"]


@dataclass(frozen=True)
class Warp:
    """How far images are distorted: each at random, up to these.

    Parameters
    ----------
    rotation : float
        Degrees.
    scale, shear : float
    shift : float
        Pixels.
    elastic : float
        Pixels, standard deviation of each control point.
    points : int
        Control points per side.
    mode : str
        Interpolation between control points, of ``torch.nn.functional.interpolate``.

    Notes
    -----
    Source: P. Y. Simard, D. Steinkraus and J. C. Platt, Best practices for convolutional neural networks applied to visual
    document analysis, ICDAR 2003, doi:10.1109/ICDAR.2003.1227801.
    """

    rotation: float
    scale: float
    shear: float
    shift: float
    elastic: float
    points: int
    mode: str

    def __call__(self, images, generator):
        """Copies of images, a float tensor (B, S, S); how often and in which order the generator is used is part of the result."""
        count, side = len(images), images.shape[-1]
        angle, stretch = uniform(generator, count) * math.radians(self.rotation), 1 + uniform(generator, count, 2) * self.scale
        affine = torch.zeros(count, 2, 3)
        affine[:, 0, 0] = angle.cos() * stretch[:, 0]
        affine[:, 0, 1] = -angle.sin() * stretch[:, 0] + uniform(generator, count) * self.shear
        affine[:, 1, 0] = angle.sin() * stretch[:, 1]
        affine[:, 1, 1] = angle.cos() * stretch[:, 1]
        affine[:, :, 2] = uniform(generator, count, 2) * (self.shift * 2 / side)
        bend = torch.randn(count, 2, self.points, self.points, generator=generator) * (self.elastic * 2 / side)
        grid = F.affine_grid(affine, (count, 1, side, side), align_corners=False)
        grid = grid + F.interpolate(bend, size=side, mode=self.mode, align_corners=True).permute(0, 2, 3, 1)
        return F.grid_sample(images[:, None], grid, align_corners=False)[:, 0]


def uniform(generator, *shape):
    """Random numbers from -1 to 1."""
    return torch.rand(*shape, generator=generator) * 2 - 1
