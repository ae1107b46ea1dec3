"""Small random distortions of square images of bytes, so that a network learns digits and not images."""

from .warp import Warp

__all__ = ["distort"]

WARP = Warp(rotation=7.2, scale=0.07, shear=0.06, shift=0.9, elastic=0.5, points=5, mode="bilinear")


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
    """
    return WARP(images.float(), generator)
