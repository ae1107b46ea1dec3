"""NIR's nodes without a state: products with weights, pooling, shapes. In float64, over (time, batch, ...)."""

import numpy as np

__all__ = ["apply"]

# Windows of a convolution are copied for so many input frames at a time.
FRAME_BYTES = 1 << 26


def apply(node, x):
    """What a node without a state gives for an array (time, batch, ...)."""
    kind = type(node).__name__
    if kind in ("Input", "Output"):
        return x
    if kind == "Scale":
        return x * node.scale
    if kind == "Threshold":
        return (x > node.threshold).astype(float)
    if kind == "Flatten":
        shape, start, end = node.input_type["input"], node.start_dim, node.end_dim
        return x.reshape(*x.shape[:2], *shape[:start], -1, *shape[end + 1:])
    if kind in ("Affine", "Linear"):
        weight = np.asarray(node.weight, dtype=float)
        y = x @ weight.T if weight.ndim == 2 else (weight @ x[..., None])[..., 0]
        return y + node.bias if kind == "Affine" else y
    frames = x.reshape(-1, *x.shape[2:])
    run = {"Conv1d": _convolve, "Conv2d": _convolve, "SumPool2d": _pool, "AvgPool2d": _pool}[kind]
    size = max(1, FRAME_BYTES // (8 * frames[0].size * _windows(node, kind)))
    y = np.concatenate([run(node, frames[first:first + size]) for first in range(0, len(frames), size)])
    return y.reshape(*x.shape[:2], *y.shape[1:])


def _windows(node, kind):
    """How often an input value is copied, at most."""
    return int(np.prod(node.weight.shape[2:] if kind.startswith("Conv") else node.kernel_size))


def _pad(x, padding):
    return np.pad(x, [(0, 0), (0, 0), *padding])


def _sliding(x, window, stride, dilation):
    """Windows (frame, channel, position ..., offset ...) of the last dimensions."""
    reach = [step * (size - 1) + 1 for size, step in zip(window, dilation)]
    axes = tuple(range(2, x.ndim))
    views = np.lib.stride_tricks.sliding_window_view(x, reach, axis=axes)
    return views[(slice(None), slice(None), *(slice(None, None, step) for step in stride), *(slice(None, None, step) for step in dilation))]


def _tuple(value, count):
    return (value,) * count if np.ndim(value) == 0 else tuple(value)


def _convolve(node, x):
    weight = np.asarray(node.weight, dtype=float)
    dimensions = weight.ndim - 2
    stride, dilation = _tuple(node.stride, dimensions), _tuple(node.dilation, dimensions)
    if isinstance(node.padding, str):
        # 'same' puts the odd zero at the end, as PyTorch does.
        totals = [step * (size - 1) if node.padding == "same" else 0 for step, size in zip(dilation, weight.shape[2:])]
        padding = [(total // 2, total - total // 2) for total in totals]
    else:
        padding = [(pad, pad) for pad in _tuple(node.padding, dimensions)]
    windows = _sliding(_pad(x, padding), weight.shape[2:], stride, dilation)
    positions = windows.shape[2:2 + dimensions]
    groups = int(node.groups)
    # One product of matrices for each group: (frame, position) rows, (channel, offset) columns.
    inputs, outputs = weight.shape[1], weight.shape[0] // groups
    order = (0, *range(2, 2 + dimensions), 1, *range(2 + dimensions, 2 + 2 * dimensions))
    parts = []
    for group in range(groups):
        rows = windows[:, group * inputs:(group + 1) * inputs].transpose(order).reshape(len(x) * int(np.prod(positions)), -1)
        parts.append(rows @ weight[group * outputs:(group + 1) * outputs].reshape(outputs, -1).T)
    y = np.concatenate(parts, axis=1) + node.bias
    return np.moveaxis(y.reshape(len(x), *positions, -1), -1, 1)


def _pool(node, x):
    windows = _sliding(_pad(x, [(pad, pad) for pad in node.padding]), node.kernel_size, node.stride, (1, 1))
    total = windows.sum(axis=(-2, -1))
    # Zeros of the padding count, as in PyTorch's default.
    return total / np.prod(node.kernel_size) if type(node).__name__ == "AvgPool2d" else total
