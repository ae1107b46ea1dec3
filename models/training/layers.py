"""A layer of a network in training: real numbers first, then integers forward with the gradient of real numbers."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from gateware.chip.network import Conv2d, Dense, Layer
from gateware.neurons.adaptive_lif import AdaptiveLIF as HardwareAdaptiveLIF
from gateware.neurons.leaky_integrator import LeakyIntegrator
from gateware.neurons.subtractive_lif import LEAK_BITS, SubtractiveLIF
from gateware.step import Q
from models import golden

from .cells import LI, LIF, AdaptiveLIF
from .fused import window_sums

__all__ = ["Grid", "PooledConv2d", "SpikingLayer"]

MEMBRANE_BITS = 16     # what one operand of an iCE40's multiplier takes
THRESHOLD_BITS = 9     # at least, of a threshold in the membrane's unit, or the rounding of the leak is coarse
LARGEST_THRESHOLD = (1 << 13) - 1
TRIED_STEPS = torch.linspace(1, 0.2, 33, dtype=torch.float64)


class PooledConv2d(nn.Conv2d):
    """A convolution of the sums over square windows of its input.

    Parameters
    ----------
    channels_in, channels_out, kernel, padding : int
    side : int
        Height and width of the input.
    pool : int
        Height and width of the windows, which do not overlap.
    """

    def __init__(self, channels_in, channels_out, kernel, *, side, padding=0, pool=1):
        super().__init__(channels_in, channels_out, kernel, padding=padding)
        self.side, self.pool = side, pool

    def pooled(self, inputs):
        """The sums that are convolved."""
        return inputs if self.pool == 1 else window_sums(inputs, self.pool)


@dataclass(frozen=True)
class Grid:
    """The integers of a layer: plain numbers, which a checkpoint holds.

    Parameters
    ----------
    bits : int
        Of a weight.
    step : float
        The real weight that the integer 1 stands for.
    leak : int
        In units of 2**-16; 0 for none.
    threshold : int
        In the unit of the current; 0 for a leaky integrator.
    current_bits, current_fraction, membrane_bits, membrane_fraction : int
        Widths and fraction bits of the two formats.
    adaptation_leak, adaptation : int
        In units of 2**-16 and of the membrane; 0 without adaptation of the threshold.
    """

    bits: int
    step: float
    leak: int
    threshold: int
    current_bits: int
    current_fraction: int
    membrane_bits: int
    membrane_fraction: int
    adaptation_leak: int = 0
    adaptation: int = 0

    @cached_property
    def neuron(self):
        """The hardware's neuron."""
        formats = {"membrane": Q(self.membrane_bits - self.membrane_fraction, self.membrane_fraction),
                   "current": Q(self.current_bits - self.current_fraction, self.current_fraction)}
        tau = (1 << LEAK_BITS) / self.leak if self.leak else math.inf
        if not self.threshold:
            return LeakyIntegrator(tau=tau, **formats)
        formats["threshold"] = self.threshold / (1 << self.current_fraction)
        if not self.adaptation:
            return SubtractiveLIF(tau=tau, **formats)
        slow = (1 << LEAK_BITS) / self.adaptation_leak if self.adaptation_leak else math.inf
        return HardwareAdaptiveLIF(tau=tau, tau_adaptation=slow, adaptation=self.adaptation / (1 << self.membrane_fraction), **formats)

    @cached_property
    def model(self):
        """Its golden model."""
        return golden(self.neuron)

    def rounded(self, weights):
        """Integers of weights; the gradient passes as if they were not rounded (straight-through)."""
        lo, hi = -(1 << self.bits - 1), (1 << self.bits - 1) - 1
        scaled = weights / self.step
        return torch.clamp(torch.round(scaled.detach()), lo, hi) + (scaled - scaled.detach())


class SpikingLayer(nn.Module):
    """A connection and the cells that it drives.

    Parameters
    ----------
    connection : nn.Linear or PooledConv2d
        With bias.
    cell : LIF, AdaptiveLIF or LI
        With one leak and one threshold for the layer, and reset by subtraction.
    levels : int
        Highest value of an input; the weights are those of inputs from 0 to 1.
    """

    def __init__(self, connection, cell, *, levels=1):
        super().__init__()
        if not isinstance(connection, (nn.Linear, PooledConv2d)) or connection.bias is None:
            raise TypeError(f"SpikingLayer connection must be a Linear or PooledConv2d with bias, not {connection!r}")
        if not isinstance(cell, (LIF, AdaptiveLIF, LI)) or cell.leak.ndim or getattr(cell, "reset", "subtract") != "subtract":
            raise TypeError("SpikingLayer cell must be a LIF or AdaptiveLIF with reset by subtraction or a LI, with one leak for the layer, "
                            f"not {cell!r}")
        self.connection, self.cell, self.levels, self.grid = connection, cell, levels, None

    def forward(self, inputs, time_steps=None):
        """Spikes and membranes, each (T, B, ...).

        Parameters
        ----------
        inputs : tensor
            Integers 0 to ``levels``: (T, B, ...), or (B, ...) with ``time_steps``, the same in each of them.
        """
        lead = inputs.shape[:1 if time_steps else 2]
        sums = self._sums(inputs.flatten(0, len(lead) - 1)).unflatten(0, lead)
        if time_steps:
            sums = sums.expand(time_steps, *sums.shape)
        if self.grid is None:
            return self.cell(sums)
        # Whole numbers below 2**24, but for a convolution that transforms them, which rounding puts right.
        integers = np.rint(sums.detach().numpy()).astype(np.int64)
        spikes, v = self.grid.model.run({"current": integers.reshape(len(integers), -1)})
        exact = (torch.from_numpy(spikes.reshape(integers.shape).astype(np.float32)),
                 torch.from_numpy(v.reshape(integers.shape).astype(np.float32)) * self.unit)
        return self.cell(sums * (self.grid.step / self.levels), exact)

    def _sums(self, inputs):
        """Currents: real ones, or integers in the grid's unit."""
        connection, grid = self.connection, self.grid
        weight, bias, scale = ((connection.weight, connection.bias, 1 / self.levels) if grid is None else
                               (grid.rounded(connection.weight), self.levels * grid.rounded(connection.bias), 1))
        if isinstance(connection, PooledConv2d):
            return F.conv2d(connection.pooled(inputs) * scale, weight, bias, padding=connection.padding)
        return F.linear(inputs.flatten(1) * scale, weight, bias)

    @property
    def unit(self):
        """The real membrane that the integer 1 stands for, once quantised."""
        grid = self.grid
        return grid.step / self.levels / (1 << grid.membrane_fraction - grid.current_fraction)

    def quantise(self, bits, time_steps):
        """From now on integer weights of so many bits and the golden neuron; the leak is learned no more.

        Parameters
        ----------
        bits, time_steps : int

        Raises
        ------
        ValueError
            If what a spike adds to an adaptive threshold does not fit the membrane's bits.

        Notes
        -----
        The threshold is a whole number of the current's units, so it and the weights' step are chosen together, by the
        least squared error of the weights. The formats are as :class:`Grid` has them: a membrane of 16 bits, more only
        where a leaky integrator could leave them.
        """
        weights = torch.cat([self.connection.weight.detach().flatten(), self.connection.bias.detach()]).double()
        lo, hi = -(1 << bits - 1), max((1 << bits - 1) - 1, 1)
        threshold = None if isinstance(self.cell, LI) else self.cell.threshold.item()

        def error(step):
            return (torch.clamp(torch.round(weights / step), lo, hi) * step - weights).square().sum().item()

        steps = (weights.abs().max() / hi * TRIED_STEPS).tolist()
        thresholds = [0] * len(steps)
        if threshold is not None:
            thresholds = [min(max(1, round(self.levels * threshold / step)), LARGEST_THRESHOLD) for step in steps]
            steps = [self.levels * threshold / each for each in thresholds]
        step, chosen = min(zip(steps, thresholds), key=lambda pair: error(pair[0]))
        leak = _leak_units(self.cell.leak.item())
        rows, largest = self._rows(step, bits), self.levels * getattr(self.connection, "pool", 1) ** 2
        current_bits = (largest * len(rows[0]) << bits - 1).bit_length() + 1
        if chosen:
            fraction, membrane_bits = chosen.bit_length() - 1, MEMBRANE_BITS
            membrane_fraction = max(fraction, THRESHOLD_BITS)
        else:
            fraction = bits - 1
            keep = 1 - leak / (1 << LEAK_BITS)
            bound = largest * max(np.maximum(rows, 0).sum(axis=1).max(), -np.minimum(rows, 0).sum(axis=1).min())
            bound *= sum(keep**t for t in range(time_steps))
            spare = MEMBRANE_BITS - 1 - math.ceil(math.log2(bound + 1))
            membrane_bits, membrane_fraction = MEMBRANE_BITS + max(0, -spare), fraction + max(0, spare)
        grid = Grid(bits, step, leak, chosen, current_bits, fraction, membrane_bits, membrane_fraction)
        if isinstance(self.cell, AdaptiveLIF):
            unit, adaptation = step / self.levels / (1 << membrane_fraction - fraction), self.cell.adaptation.item()
            most = (1 << membrane_bits - 1) - 1
            if adaptation > most * unit:
                raise ValueError(f"AdaptiveLIF adaptation must be at most {most * unit:.4g} beside a threshold of {threshold:.4g} to fit "
                                 f"{membrane_bits} bits, not {adaptation:.4g}")
            grid = replace(grid, adaptation_leak=_leak_units(self.cell.adaptation_leak.item()), adaptation=max(1, round(adaptation / unit)))
        self.fix(grid)

    def fix(self, grid):
        """As :meth:`quantise`, with a grid that is known."""
        self.grid = grid
        self.cell.requires_grad_(False)
        with torch.no_grad():
            self.cell.raw_leak.copy_(torch.logit(torch.tensor(grid.leak / (1 << LEAK_BITS), dtype=torch.float64)))
            if grid.adaptation:
                self.cell.raw_adaptation_leak.copy_(torch.logit(torch.tensor(grid.adaptation_leak / (1 << LEAK_BITS), dtype=torch.float64)))
                self.cell.raw_adaptation.copy_(torch.log(torch.tensor(grid.adaptation * self.unit, dtype=torch.float64)))

    def _rows(self, step, bits):
        """Integer weights of each output, the bias last."""
        grid = Grid(bits, step, 1, 0, 0, 0, 0, 0)
        with torch.no_grad():
            columns = [grid.rounded(self.connection.weight).flatten(1), grid.rounded(self.connection.bias)[:, None]]
            return torch.cat(columns, dim=1).round().to(torch.int64).numpy()

    def to_layer(self):
        """The layer as hardware, with no more bits of current than its sums need."""
        grid, connection = self.grid, self.connection
        rows = self._rows(grid.step, grid.bits)
        weights, bias = rows[:, :-1].reshape(connection.weight.shape), rows[:, -1]
        if isinstance(connection, PooledConv2d):
            side, pad, pool = connection.side, connection.padding[0], connection.pool
            part = Conv2d(weights, input=(connection.in_channels, side, side), padding=(pad, pad), pool=(pool, pool), bias=bias)
            part = part.without_rest()
        else:
            part = Dense(weights, bias)
        sums = part.sums(self.levels)
        needed = max((~min(sums.lo, -1)).bit_length(), max(sums.hi, 0).bit_length()) + 1
        grid = replace(grid, current_bits=max(needed, grid.current_fraction + 1))
        return Layer(part, grid.neuron, grid.bits)


def _leak_units(leak):
    """A leak in units of 2**-16, at least 1 of them where there is one."""
    return max(1, round(leak * (1 << LEAK_BITS))) if leak else 0
