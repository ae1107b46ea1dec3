import math

import pytest
import torch

from models.training.warp import Warp

NONE = dict(rotation=0, scale=0, shear=0, shift=0, elastic=0, points=5, mode="bilinear")
COUNT, SIDE = 50, 32
PLACES = torch.arange(SIDE) - (SIDE - 1) / 2


def blobs(x, y, width=2.0):
    """A smooth spot at (x, y) from the centre, COUNT times."""
    spot = torch.exp(-((PLACES[None, :] - x) ** 2 + (PLACES[:, None] - y) ** 2) / (2 * width**2))
    return spot.expand(COUNT, SIDE, SIDE)


def centres(images):
    mass = images.sum((1, 2))
    return torch.stack([(images.sum(1) * PLACES).sum(1), (images.sum(2) * PLACES).sum(1)], dim=1) / mass[:, None]


def draws(seed):
    """What a warp draws, in its order: angles, stretches, shears, shifts, from -1 to 1."""
    generator = torch.Generator().manual_seed(seed)
    drawn = [torch.rand(*shape, generator=generator) * 2 - 1 for shape in ((COUNT,), (COUNT, 2), (COUNT,), (COUNT, 2))]
    torch.randn(COUNT, 2, 5, 5, generator=generator)
    return drawn, generator.get_state()


def warped(images, **changes):
    return Warp(**NONE | changes)(images, torch.Generator().manual_seed(7))


def test_without_extent_nothing_moves():
    images = torch.rand(COUNT, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(warped(images), images, atol=1e-4)


def test_the_shift_is_in_pixels_and_of_the_last_uniform_draws():
    (_, _, _, shifts), _ = draws(7)
    assert torch.allclose(centres(warped(blobs(0, 0), shift=3)), -3 * shifts, atol=0.01)


def test_the_rotation_is_in_degrees_and_of_the_first_draws():
    (angles, *_), _ = draws(7)
    moved = centres(warped(blobs(8, 0), rotation=20))
    assert torch.allclose(torch.rad2deg(torch.atan2(moved[:, 1], moved[:, 0])), -20 * angles, atol=0.1)
    assert torch.allclose(moved.norm(dim=1), torch.tensor(8.0), atol=0.02)


def test_the_scale_and_the_shear_are_of_the_draws_between():
    (_, stretches, shears, _), _ = draws(7)
    assert torch.allclose(centres(warped(blobs(5, 0), scale=0.2))[:, 0], 5 / (1 + 0.2 * stretches[:, 0]), atol=0.03)
    assert torch.allclose(centres(warped(blobs(0, 6), shear=0.3))[:, 0], -6 * 0.3 * shears, atol=0.02)


def test_the_elastic_part_bends_by_its_standard_deviation():
    # At a control point, here the middle of the five, the whole displacement is one normal number of each axis.
    moved = centres(warped(blobs(0, 0, width=1.0), elastic=0.5))
    assert moved.std().item() == pytest.approx(0.5, rel=0.3) and abs(moved.mean()) < 0.5 * 4 / math.sqrt(2 * COUNT)


def test_a_training_can_rely_on_the_number_of_draws():
    generator = torch.Generator().manual_seed(7)
    Warp(**NONE)(blobs(0, 0), generator)
    assert torch.equal(generator.get_state(), draws(7)[1])
