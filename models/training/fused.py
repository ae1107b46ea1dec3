"""The convolutional network's LIF neurons and sums over windows, as single operations of PyTorch."""

import torch

from .cells import LIF
from .fused_kernels import lif_backward, lif_forward, pool, spread
from .surrogates import FastSigmoid

__all__ = ["FusedLIF", "window_sums"]


class _Lif(torch.autograd.Function):
    @staticmethod
    def forward(ctx, currents, keep, steps, threshold, slope, exact):
        flat = currents.detach().contiguous().reshape(len(currents), -1)
        ctx.parameters = [flat.numpy().dtype.type(each) for each in (keep.item(), threshold, slope)]
        if exact is None:
            spikes, v = (flat.new_empty(steps, *currents.shape[1:]) for _ in range(2))
            lif_forward(flat.numpy(), *ctx.parameters[:2], spikes.reshape(steps, -1).numpy(), v.reshape(steps, -1).numpy())
        else:
            spikes, v = (each.detach() for each in exact)
        ctx.save_for_backward(flat, v)
        ctx.mark_non_differentiable(v)
        return spikes, v

    @staticmethod
    def backward(ctx, gradient, _):
        flat, v = ctx.saved_tensors
        result = torch.zeros_like(flat)
        by_keep = lif_backward(flat.numpy(), v.reshape(len(v), -1).numpy(), *ctx.parameters,
                               gradient.contiguous().reshape(len(v), -1).numpy(), result.numpy())
        return result.reshape(len(flat), *v.shape[1:]), flat.new_tensor(by_keep), None, None, None, None


class FusedLIF(LIF):
    """As :class:`LIF` with one leak for the layer, reset by subtraction and a fast sigmoid, several times as fast.

    The gradient flows through the spikes alone, not through the membranes that :meth:`forward` returns.

    Parameters
    ----------
    leak, threshold : float
    """

    def __init__(self, *, leak=0.1, threshold=1.0):
        super().__init__(leak=leak, threshold=threshold, surrogate=FastSigmoid())

    def forward(self, currents, exact=None):
        """Spikes and membranes of currents; see :meth:`LIF.forward`."""
        steps = len(currents)
        if steps > 1 and currents.stride(0) == 0:
            currents = currents[:1]   # the same in each time step
        return _Lif.apply(currents, 1 - self.leak, steps, self.threshold.item(), self.surrogate.slope, exact)


class _Windows(torch.autograd.Function):
    @staticmethod
    def forward(ctx, images, size):
        ctx.shape, ctx.size = images.shape, size
        *lead, height, width = images.shape
        sums = images.new_empty(*lead, height // size, width // size)
        pool(images.detach().contiguous().flatten(0, -3).numpy(), size, sums.flatten(0, -3).numpy())
        return sums

    @staticmethod
    def backward(ctx, gradient):
        result = gradient.new_zeros(ctx.shape)
        spread(gradient.contiguous().flatten(0, -3).numpy(), ctx.size, result.flatten(0, -3).numpy())
        return result, None


def window_sums(images, size):
    """Sums over square windows that do not overlap, of images (..., H, W)."""
    return _Windows.apply(images, size)
