"""Kernels of the convolutional network's training: each passes through memory once, where PyTorch's operations pass at every step."""

import numpy as np
from numba import njit

__all__ = ["lif_backward", "lif_forward", "pool", "spread"]

PIECE = 512  # neurons whose time steps stay in the first-level cache


@njit(cache=True, nogil=True)
def lif_forward(currents, keep, threshold, spikes, v):
    """Spikes and membranes (T, N) of currents (T, N), or (1, N) that are the same in each time step."""
    steps, count = spikes.shape
    one, zero = currents.dtype.type(1), currents.dtype.type(0)
    before = np.empty(PIECE, currents.dtype)
    for start in range(0, count, PIECE):
        stop = min(start + PIECE, count)
        before[:] = zero
        for t in range(steps):
            current, spiked, after = currents[min(t, len(currents) - 1), start:stop], spikes[t, start:stop], v[t, start:stop]
            for k in range(stop - start):
                u = keep * before[k] + current[k]
                spike = one if u >= threshold else zero
                spiked[k] = spike
                after[k] = before[k] = u - spike * threshold


@njit(cache=True, nogil=True)
def lif_backward(currents, v, keep, threshold, slope, gradient, result):
    """The loss's derivative by the currents, added to ``result``, and by ``keep``, from that by the spikes."""
    steps, count = v.shape
    one, zero = currents.dtype.type(1), currents.dtype.type(0)
    carried, by_keep, silent = (np.zeros(PIECE, currents.dtype), np.zeros(PIECE, currents.dtype), np.zeros(PIECE, currents.dtype))
    for start in range(0, count, PIECE):
        stop = min(start + PIECE, count)
        carried[:] = zero
        for t in range(steps - 1, -1, -1):
            row = min(t, len(currents) - 1)
            current, into, by_spike = currents[row, start:stop], result[row, start:stop], gradient[t, start:stop]
            before = v[t - 1, start:stop] if t else silent[:stop - start]
            # Two loops, or the compiler has too many arrays that might overlap to take several neurons at once.
            for k in range(stop - start):
                distance = one + slope * abs(keep * before[k] + current[k] - threshold)
                carried[k] += (by_spike[k] - threshold * carried[k]) / (distance * distance)
            for k in range(stop - start):
                by_keep[k] += carried[k] * before[k]
                into[k] += carried[k]
                carried[k] *= keep
    return by_keep.astype(np.float64).sum()


@njit(cache=True, nogil=True)
def pool(images, size, sums):
    """Sums (N, H, W) over windows of ``size`` times ``size``."""
    for n in range(sums.shape[0]):
        for i in range(sums.shape[1]):
            out = sums[n, i]
            for j in range(sums.shape[2]):
                total = images.dtype.type(0)
                for a in range(size):
                    row = images[n, i * size + a]
                    for b in range(size):
                        total += row[j * size + b]
                out[j] = total


@njit(cache=True, nogil=True)
def spread(sums, size, images):
    """Each of the sums in every place of its window: the derivative of :func:`pool`."""
    for n in range(sums.shape[0]):
        for i in range(sums.shape[1]):
            row = sums[n, i]
            for a in range(size):
                out = images[n, i * size + a]
                for j in range(sums.shape[2]):
                    for b in range(size):
                        out[j * size + b] = row[j]
