"""Spiking neurons with a surrogate gradient."""

import torch

__all__ = ["SpikingNeuron"]


class SpikingNeuron(torch.autograd.Function):
    r"""LIF neurons over T time steps: any forward run, the gradient of the real-valued neuron.

    The forward pass calls ``run``, so that spikes may be those of the bit-true integer model. Backward, the step
    function has the derivative of a fast sigmoid of the membrane before the reset, and the reset is held constant:

    .. math:: \frac{\partial s}{\partial v'} = \frac{1}{(1 + k |v' - 1|)^2}, \qquad k = 5

    ``apply(currents, leak, run)`` returns ``(spikes, v)``, all tensors (T, ...); ``leak`` is a float, and
    ``run(currents) -> (spikes, v)`` works on NumPy arrays.

    Source: F. Zenke and S. Ganguli, SuperSpike, Neural Computation 30:1514-1541, 2018, doi:10.1162/neco_a_01086;
    E. O. Neftci, H. Mostafa and F. Zenke, Surrogate gradient learning in spiking neural networks, IEEE SPM 36(6), 2019,
    doi:10.1109/MSP.2019.2931595.
    """

    SLOPE = 5.0
    THRESHOLD = 1.0

    @staticmethod
    def forward(ctx, currents, leak, run):
        spikes, v = (torch.from_numpy(array) for array in run(currents.detach().numpy()))
        ctx.save_for_backward(currents, spikes, v)
        ctx.leak = leak
        return spikes, v

    @staticmethod
    def backward(ctx, spikes_gradient, v_gradient):
        currents, spikes, v = ctx.saved_tensors
        before_reset = currents.clone()
        before_reset[1:] += (1 - ctx.leak) * v[:-1]
        surrogate = spikes_gradient / (1 + SpikingNeuron.SLOPE * (before_reset - SpikingNeuron.THRESHOLD).abs()) ** 2
        silent = 1 - spikes
        gradient = torch.empty_like(currents)
        carried = torch.zeros_like(currents[0])
        for t in range(len(currents) - 1, -1, -1):
            gradient[t] = surrogate[t] + (carried + v_gradient[t]) * silent[t]
            carried = gradient[t] * (1 - ctx.leak)
        return gradient, None, None
