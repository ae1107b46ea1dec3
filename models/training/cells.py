"""Spiking neurons as PyTorch modules, with time constants and thresholds that can be learned."""

import math

import torch
from torch import nn

from .surrogates import FastSigmoid, Surrogate

__all__ = ["LI", "LIF", "AdaptiveLIF", "CubaLIF", "RecurrentLIF"]

RESETS = ("subtract", "zero")


class _Cell(nn.Module):
    """Parameters that stay in their range while they are learned: one for the layer, or one of each neuron."""

    def __init__(self, neurons=None):
        super().__init__()
        self._shape = () if neurons is None else (neurons,)

    def _fraction(self, name, value, learned):
        """A leak or the like between 0 and 1: the sigmoid of what is learned, and 0 where there is none to learn."""
        if not 0 <= value < 1:
            raise ValueError(f"{type(self).__name__} {name} must be 0 or between 0 and 1, not {value!r}")
        raw = torch.full(self._shape, math.log(value / (1 - value)) if value else -math.inf)
        self.register_parameter(f"raw_{name}", nn.Parameter(raw, requires_grad=learned and value > 0))

    def _positive(self, name, value, learned):
        """A threshold or the like: the exponential of what is learned."""
        if not 0 < value < math.inf:
            raise ValueError(f"{type(self).__name__} {name} must be positive, not {value!r}")
        self.register_parameter(f"raw_{name}", nn.Parameter(torch.full(self._shape, math.log(value)), requires_grad=learned))


class _SpikingCell(_Cell):
    def __init__(self, neurons, leak, threshold, reset, surrogate, learn_leak, learn_threshold):
        super().__init__(neurons)
        if reset not in RESETS:
            raise ValueError(f"{type(self).__name__} reset must be one of {', '.join(RESETS)}, not {reset!r}")
        if not isinstance(surrogate, Surrogate):
            raise TypeError(f"{type(self).__name__} surrogate must be a Surrogate, not {surrogate!r}")
        self.reset, self.surrogate = reset, surrogate
        self._fraction("leak", leak, learn_leak)
        self._positive("threshold", threshold, learn_threshold)

    @property
    def leak(self):
        """dt / tau of the membrane."""
        return torch.sigmoid(self.raw_leak)

    @property
    def threshold(self):
        """Of the membrane."""
        return torch.exp(self.raw_threshold)

    def _fire(self, v, threshold, exact=None):
        """Spikes and the membrane after them, in the place of which stand the exact ones of a time step where they are given."""
        spikes = self.surrogate(v - threshold)
        if exact is not None:
            spikes = _straight_through(spikes, exact[0])
        v = v - spikes * threshold if self.reset == "subtract" else v * (1 - spikes)
        return spikes, v if exact is None else _straight_through(v, exact[1])


class LIF(_SpikingCell):
    r"""Leaky integrate-and-fire.

    .. math:: v' = (1 - \lambda) v + I, \qquad s = [v' \ge \theta], \qquad v = v' - \theta s \text{ or } (1 - s) v'

    Parameters
    ----------
    neurons : int, optional
        A leak and a threshold of each neuron; without it one for the layer.
    leak : float
        :math:`\lambda = dt / \tau`, between 0 and 1, or 0: integrate-and-fire, without a leak to learn.
    threshold : float
    reset : str
        ``"subtract"`` the threshold or to ``"zero"``.
    surrogate : Surrogate
    learn_leak, learn_threshold : bool

    Notes
    -----
    Source: W. Fang et al., Incorporating learnable membrane time constant to enhance learning of spiking neural networks,
    ICCV 2021, doi:10.1109/ICCV48922.2021.00266.
    """

    def __init__(self, neurons=None, *, leak=0.1, threshold=1.0, reset="subtract", surrogate=FastSigmoid(),
                 learn_leak=True, learn_threshold=False):
        super().__init__(neurons, leak, threshold, reset, surrogate, learn_leak, learn_threshold)

    def forward(self, currents, exact=None):
        """Spikes and membranes after the reset, each (T, ...), of currents (T, ...) from a membrane of 0.

        Parameters
        ----------
        currents : tensor
            Time first; the neurons last where each has its own parameters.
        exact : pair of tensors, optional
            Spikes and membranes that take the place of the computed ones, which then give the gradient alone.
        """
        keep, threshold = 1 - self.leak, self.threshold
        v, all_spikes, all_v = torch.zeros_like(currents[0]), [], []
        for t, current in enumerate(currents):
            spikes, v = self._fire(keep * v + current, threshold, exact and (exact[0][t], exact[1][t]))
            all_spikes.append(spikes)
            all_v.append(v)
        return torch.stack(all_spikes), torch.stack(all_v)


class RecurrentLIF(_SpikingCell):
    r"""LIF neurons whose spikes are inputs of all of them in the next time step.

    .. math:: v' = (1 - \lambda) v + I + W s_{t-1}

    ``neurons`` is needed; see :class:`LIF` for the rest. ``recurrent`` is the linear module of W, without bias. With ``common`` the
    neurons have one leak and one threshold, as those of a chip's layer.
    """

    def __init__(self, neurons, *, leak=0.1, threshold=1.0, reset="subtract", surrogate=FastSigmoid(),
                 learn_leak=True, learn_threshold=False, common=False):
        super().__init__(None if common else neurons, leak, threshold, reset, surrogate, learn_leak, learn_threshold)
        self.recurrent = nn.Linear(neurons, neurons, bias=False)

    def forward(self, currents, exact=None):
        """Spikes and membranes, (T, ..., neurons), of currents (T, ..., neurons); ``exact`` as in :meth:`LIF.forward`."""
        keep, threshold = 1 - self.leak, self.threshold
        v = spikes = torch.zeros_like(currents[0])
        all_spikes, all_v = [], []
        for t, current in enumerate(currents):
            spikes, v = self._fire(keep * v + current + self.recurrent(spikes), threshold, exact and (exact[0][t], exact[1][t]))
            all_spikes.append(spikes)
            all_v.append(v)
        return torch.stack(all_spikes), torch.stack(all_v)


class AdaptiveLIF(_SpikingCell):
    r"""LIF neurons whose threshold rises with every spike.

    .. math:: s = [v' \ge \theta + \beta a], \qquad a \leftarrow (1 - \lambda_a) a + s

    Parameters
    ----------
    adaptation_leak : float
        :math:`\lambda_a`, between 0 and 1; learned with the leak.
    adaptation : float
        :math:`\beta`, positive; learned with the threshold.

    Notes
    -----
    A reset by subtraction subtracts the raised threshold. See :class:`LIF` for the other parameters.
    Source: G. Bellec et al., Long short-term memory and learning-to-learn in networks of spiking neurons, NeurIPS 2018,
    arXiv:1803.09574.
    """

    def __init__(self, neurons=None, *, leak=0.1, threshold=1.0, adaptation_leak=0.05, adaptation=0.2, reset="subtract",
                 surrogate=FastSigmoid(), learn_leak=True, learn_threshold=False):
        super().__init__(neurons, leak, threshold, reset, surrogate, learn_leak, learn_threshold)
        self._fraction("adaptation_leak", adaptation_leak, learn_leak)
        self._positive("adaptation", adaptation, learn_threshold)

    @property
    def adaptation_leak(self):
        """dt / tau of the adaptation."""
        return torch.sigmoid(self.raw_adaptation_leak)

    @property
    def adaptation(self):
        """What one spike adds to the threshold."""
        return torch.exp(self.raw_adaptation)

    def forward(self, currents, exact=None):
        """Spikes and membranes, each (T, ...), of currents (T, ...); ``exact`` as in :meth:`LIF.forward`."""
        keep, keep_adaptation, beta = 1 - self.leak, 1 - self.adaptation_leak, self.adaptation
        v = a = torch.zeros_like(currents[0])
        all_spikes, all_v = [], []
        for t, current in enumerate(currents):
            spikes, v = self._fire(keep * v + current, self.threshold + beta * a, exact and (exact[0][t], exact[1][t]))
            a = keep_adaptation * a + spikes
            all_spikes.append(spikes)
            all_v.append(v)
        return torch.stack(all_spikes), torch.stack(all_v)


class CubaLIF(_SpikingCell):
    r"""LIF neurons with a synaptic current that decays.

    .. math:: i = (1 - \lambda_s) i + I, \qquad v' = (1 - \lambda) v + i

    Parameters
    ----------
    synapse_leak : float
        :math:`\lambda_s = dt / \tau_{syn}`, between 0 and 1; learned with the leak.

    Notes
    -----
    See :class:`LIF` for the other parameters.
    Source: the CubaLIF node of J. E. Pedersen et al., Neuromorphic intermediate representation, Nature Communications
    15:8122, 2024, doi:10.1038/s41467-024-52259-9.
    """

    def __init__(self, neurons=None, *, leak=0.1, synapse_leak=0.2, threshold=1.0, reset="subtract",
                 surrogate=FastSigmoid(), learn_leak=True, learn_threshold=False):
        super().__init__(neurons, leak, threshold, reset, surrogate, learn_leak, learn_threshold)
        self._fraction("synapse_leak", synapse_leak, learn_leak)

    @property
    def synapse_leak(self):
        """dt / tau of the synaptic current."""
        return torch.sigmoid(self.raw_synapse_leak)

    def forward(self, currents, exact=None):
        """Spikes and membranes, each (T, ...), of currents (T, ...); ``exact`` as in :meth:`LIF.forward`."""
        keep, keep_synapse, threshold = 1 - self.leak, 1 - self.synapse_leak, self.threshold
        v = i = torch.zeros_like(currents[0])
        all_spikes, all_v = [], []
        for t, current in enumerate(currents):
            i = keep_synapse * i + current
            spikes, v = self._fire(keep * v + i, threshold, exact and (exact[0][t], exact[1][t]))
            all_spikes.append(spikes)
            all_v.append(v)
        return torch.stack(all_spikes), torch.stack(all_v)


class LI(_Cell):
    r"""Leaky integrators, which do not spike: the membranes that a class is read from.

    .. math:: v = (1 - \lambda) v + I

    Parameters
    ----------
    neurons : int, optional
        A leak of each neuron; without it one for the layer.
    leak : float
        Between 0 and 1, or 0: none, and none to learn.
    learn_leak : bool
    """

    def __init__(self, neurons=None, *, leak=0.1, learn_leak=True):
        super().__init__(neurons)
        self._fraction("leak", leak, learn_leak)

    @property
    def leak(self):
        """dt / tau of the membrane."""
        return torch.sigmoid(self.raw_leak)

    def forward(self, currents, exact=None):
        """No spikes, and membranes, each (T, ...), of currents (T, ...); ``exact`` as in :meth:`LIF.forward`."""
        keep, v, all_v = 1 - self.leak, torch.zeros_like(currents[0]), []
        for t, current in enumerate(currents):
            v = keep * v + current
            if exact is not None:
                v = _straight_through(v, exact[1][t])
            all_v.append(v)
        return torch.zeros_like(currents), torch.stack(all_v)


def _straight_through(value, exact):
    return exact + (value - value.detach())
