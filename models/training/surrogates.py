"""Spikes whose gradient is that of a smooth function: the six surrogates in common use."""

import math
from dataclasses import dataclass

import torch

__all__ = ["Atan", "FastSigmoid", "Gaussian", "Rectangular", "Sigmoid", "Surrogate", "Triangular"]


class _Spike(torch.autograd.Function):
    @staticmethod
    def forward(ctx, u, surrogate):
        ctx.save_for_backward(u)
        ctx.surrogate = surrogate
        return (u >= 0).to(u.dtype)

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.surrogate.derivative(*ctx.saved_tensors), None


@dataclass(frozen=True)
class Surrogate:
    """The step function of a membrane's distance ``u`` from its threshold, 1 where ``u >= 0``; backward a smooth function's slope."""

    def __post_init__(self):
        for name, value in vars(self).items():
            if not 0 < value < math.inf:
                raise ValueError(f"{type(self).__name__} {name} must be positive, not {value!r}")

    def __call__(self, u):
        return _Spike.apply(u, self)

    def derivative(self, u):
        """What takes the place of the step function's derivative."""
        raise NotImplementedError


@dataclass(frozen=True)
class FastSigmoid(Surrogate):
    r"""
    .. math:: \frac{1}{(1 + k |u|)^2}

    Source: F. Zenke and S. Ganguli, SuperSpike, Neural Computation 30:1514-1541, 2018, doi:10.1162/neco_a_01086.
    """

    slope: float = 2.0

    def derivative(self, u):
        return (1 + self.slope * u.abs()) ** -2


@dataclass(frozen=True)
class Atan(Surrogate):
    r"""
    .. math:: \frac{\alpha}{2 \left(1 + (\tfrac{\pi}{2} \alpha u)^2\right)}

    Source: W. Fang et al., Incorporating learnable membrane time constant to enhance learning of spiking neural networks,
    ICCV 2021, doi:10.1109/ICCV48922.2021.00266.
    """

    alpha: float = 2.0

    def derivative(self, u):
        return self.alpha / 2 / (1 + (math.pi / 2 * self.alpha * u) ** 2)


@dataclass(frozen=True)
class Sigmoid(Surrogate):
    r"""
    .. math:: k\,\sigma(k u) (1 - \sigma(k u))

    Source: E. O. Neftci, H. Mostafa and F. Zenke, Surrogate gradient learning in spiking neural networks, IEEE SPM 36(6),
    2019, doi:10.1109/MSP.2019.2931595.
    """

    slope: float = 4.0

    def derivative(self, u):
        sigmoid = torch.sigmoid(self.slope * u)
        return self.slope * sigmoid * (1 - sigmoid)


@dataclass(frozen=True)
class Triangular(Surrogate):
    r"""
    .. math:: \gamma \max(0, 1 - |u| / w)

    Source: G. Bellec et al., Long short-term memory and learning-to-learn in networks of spiking neurons, NeurIPS 2018,
    arXiv:1803.09574, with :math:`\gamma = 0.3` and w the threshold.
    """

    height: float = 1.0
    width: float = 1.0

    def derivative(self, u):
        return self.height * torch.clamp(1 - u.abs() / self.width, min=0)


@dataclass(frozen=True)
class Gaussian(Surrogate):
    r"""
    .. math:: \frac{1}{\sqrt{2\pi}\,\sigma} e^{-u^2 / 2\sigma^2}

    Source: Y. Wu et al., Spatio-temporal backpropagation for training high-performance spiking neural networks, Frontiers in
    Neuroscience 12:331, 2018, doi:10.3389/fnins.2018.00331, curve h4.
    """

    sigma: float = 0.5

    def derivative(self, u):
        return torch.exp(-(u / self.sigma) ** 2 / 2) / (math.sqrt(2 * math.pi) * self.sigma)


@dataclass(frozen=True)
class Rectangular(Surrogate):
    r"""Straight-through within a window.

    .. math:: \frac{1}{w} \left[|u| < w / 2\right]

    Source: Y. Wu et al. 2018 as for :class:`Gaussian`, curve h1.
    """

    width: float = 1.0

    def derivative(self, u):
        return (u.abs() < self.width / 2).to(u.dtype) / self.width
