import math

import pytest
import torch

from models.training.surrogates import Atan, FastSigmoid, Gaussian, Rectangular, Sigmoid, Triangular

U = torch.linspace(-3, 3, 241, dtype=torch.float64) + 1e-3

# The smooth step functions whose slopes the papers put in the place of the spike's.
SMOOTH = {
    FastSigmoid(slope=5.0): lambda u: u / (1 + 5 * u.abs()),
    Atan(alpha=3.0): lambda u: torch.atan(math.pi / 2 * 3 * u) / math.pi + 0.5,
    Sigmoid(slope=4.0): lambda u: 1 / (1 + torch.exp(-4 * u)),
    Triangular(height=0.3, width=2.0): lambda u: 0.3 * torch.where(u.abs() < 2, u - u * u.abs() / 4, torch.sign(u)),
    Gaussian(sigma=0.5): lambda u: (1 + torch.erf(u / (0.5 * math.sqrt(2)))) / 2,
    Rectangular(width=1.5): lambda u: torch.clamp(u / 1.5, -0.5, 0.5),
}


@pytest.mark.parametrize("surrogate", SMOOTH, ids=lambda each: type(each).__name__)
def test_the_gradient_is_the_slope_of_the_smooth_step(surrogate):
    u, x = U.clone().requires_grad_(), U.clone().requires_grad_()
    spikes = surrogate(u)
    assert torch.equal(spikes, (U >= 0).double())
    (3 * spikes).sum().backward()
    SMOOTH[surrogate](x).sum().backward()
    assert torch.allclose(u.grad, 3 * x.grad, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("surrogate", [Atan(), Sigmoid(), Triangular(), Gaussian(), Rectangular()],
                         ids=lambda each: type(each).__name__)
def test_the_defaults_step_by_one(surrogate):
    u = torch.linspace(-2000, 2000, 4_000_001, dtype=torch.float64)
    assert torch.trapezoid(surrogate.derivative(u), u).item() == pytest.approx(1, abs=2e-3)


def test_at_the_threshold_there_is_a_spike():
    assert FastSigmoid()(torch.tensor([-0.0, 0.0, -1e-6])).tolist() == [1, 1, 0]


@pytest.mark.parametrize("make, message", [
    (lambda: FastSigmoid(slope=0), "FastSigmoid slope must be positive, not 0"),
    (lambda: Gaussian(sigma=-1.0), "Gaussian sigma must be positive, not -1.0"),
    (lambda: Triangular(width=math.nan), "Triangular width must be positive, not nan")])
def test_impossible_parameters_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
