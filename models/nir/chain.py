"""The weighted sum that nodes without a state make one after another, as a chip's layer has it."""

from dataclasses import dataclass, replace

import numpy as np

from .primitives import refuse

__all__ = ["ChainLayer", "WeightedSum"]


@dataclass(frozen=True)
class ChainLayer:
    """A neuron node and the one weighted sum that the nodes on one way to it make together.

    Attributes
    ----------
    name : str
        Of the neuron node.
    folded : tuple of str
        Names of the nodes in the sum.
    weights : array
        (outputs, inputs), or (output channels, input channels, height, width).
    bias : array
        One of each output or output channel.
    input : tuple of int
        Shape of the input; of a convolution channels, height, width.
    stride, padding, pool : (int, int)
        Of a convolution; the pooling sums its inputs first.
    delays : int or tuple of int
        Time steps by which the inputs are late.
    projections : tuple of FurtherSum
        Those beside it.
    """

    name: str
    folded: tuple
    weights: np.ndarray
    bias: np.ndarray
    input: tuple
    stride: tuple = (1, 1)
    padding: tuple = (0, 0)
    pool: tuple = (1, 1)
    delays: tuple = 0
    projections: tuple = ()

    @property
    def convolution(self):
        return self.weights.ndim == 4


class WeightedSum:
    """The weighted sum that nodes make one after another."""

    def __init__(self, shape):
        self.folded, self.shape, self.unpooled = [], shape, shape
        self.factor, self.pool, self.pooling = np.ones(shape), (1, 1), None
        self.connection = None

    def add(self, name, kind, node):
        """One more node."""
        method = {"Flatten": self._flatten, "Scale": self._scale, "SumPool2d": self._pool, "AvgPool2d": self._pool, "Affine": self._dense,
                  "Linear": self._dense, "Conv2d": self._convolve}.get(kind)
        if method is None:
            raise refuse(name, kind, "has", "no place in a chip's layers; accepted before neurons are Flatten, Scale, SumPool2d, AvgPool2d, "
                                            "Affine, Linear, Conv2d, Delay")
        method(name, kind, node)
        self.folded.append(name)

    def layer(self, name, shape):
        """The layer of the neurons that follow."""
        if self.connection is None:
            # Neurons one to one.
            self._identity()
        return replace(self.connection, name=name, folded=tuple(self.folded))

    def _identity(self):
        size = int(np.prod(self.shape))
        if len(self.shape) == 3 and self.pool != (1, 1):
            channels = self.shape[0]
            self._set(np.eye(channels)[:, :, None, None] * self._per_channel("pooling"), np.zeros(channels))
        else:
            self._set(np.diag(self.factor.ravel()), np.zeros(size))

    def _set(self, weights, bias, stride=(1, 1), padding=(0, 0)):
        shape, pool = self.unpooled if weights.ndim == 4 else (weights.shape[1],), self.pool
        # What a chip's windows do not fill becomes part of its strides, but for a padding (see Conv2d.without_rest).
        if any(size % window and pad for size, window, pad in zip(self.unpooled[1:], pool, padding)):
            raise refuse(*self.pooling, "field kernel_size", f"{pool} must divide the height and width {self.unpooled[1:]} of its input, as the "
                                                             f"convolution after it has a padding of {padding}")
        self.connection = ChainLayer("", (), weights, bias, shape, stride, padding, pool)

    def _flatten(self, name, kind, node):
        start, end = node.start_dim, node.end_dim
        inner = self.shape
        self.shape = (*inner[:start], int(np.prod(inner[start:end + 1])), *inner[end + 1:])

    def _scale(self, name, kind, node):
        if self.connection is None:
            self.factor = self.factor * np.asarray(node.scale, dtype=float).reshape(self.factor.shape)
            return
        rows = np.asarray(node.scale, dtype=float).reshape(len(self.connection.bias), -1)
        if (rows != rows[:, :1]).any():
            raise refuse(name, kind, "field scale", "differs within an output channel: as a factor of its weights it must be one")
        self._scale_rows(rows[:, 0])

    def _scale_rows(self, rows):
        weights = self.connection.weights
        self.connection = replace(self.connection, weights=weights * rows.reshape(-1, *[1] * (weights.ndim - 1)), bias=self.connection.bias * rows)

    def _pool(self, name, kind, node):
        kernel = tuple(node.kernel_size)
        if self.connection is not None or self.pool != (1, 1):
            raise refuse(name, kind, "must follow", "neurons or the input: a chip sums the spikes of a window before they are weighted")
        if tuple(node.stride) != kernel or tuple(node.padding) != (0, 0):
            raise refuse(name, kind, "field stride", f"must be the kernel_size {kernel}, and the padding 0, not {tuple(node.stride)} and "
                                                     f"{tuple(node.padding)}")
        _check_powers(name, kind, "kernel_size", kernel)
        channels = self._per_channel(f"pooling of {name!r}").reshape(-1)
        self.pool, self.pooling = kernel, (name, kind)
        self.shape = (self.shape[0], self.shape[1] // kernel[0], self.shape[2] // kernel[1])
        self.factor = np.broadcast_to((channels / (kernel[0] * kernel[1] if kind == "AvgPool2d" else 1))[:, None, None], self.shape)

    def _per_channel(self, what):
        """The factors as an array that broadcasts over the input channels of a kernel."""
        channels = self.factor.reshape(len(self.factor), -1)
        if (channels != channels[:, :1]).any():
            raise ValueError(f"NIR Scale before a {what} must be the same within a channel, as a factor of its weights")
        return channels[:, 0].reshape(1, -1, 1, 1)

    def _dense(self, name, kind, node):
        weight = np.asarray(node.weight, dtype=float)
        if weight.ndim != 2:
            raise refuse(name, kind, "field weight", f"must have the shape (outputs, inputs) to fit a chip, not {weight.shape}")
        bias = np.asarray(getattr(node, "bias", np.zeros(len(weight))), dtype=float)
        if self.connection is not None:
            if self.connection.convolution:
                raise refuse(name, kind, "must follow", "neurons: a chip has one set of weights before neurons, and a convolution is there already")
            self.connection = replace(self.connection, weights=weight @ self.connection.weights, bias=weight @ self.connection.bias + bias)
        elif self.pool != (1, 1):
            # A product over a pooled image is a convolution whose kernel is as large as that.
            pooled = self.unpooled[0], self.unpooled[1] // self.pool[0], self.unpooled[2] // self.pool[1]
            self._set((weight * self.factor.ravel()).reshape(-1, *pooled), bias)
        else:
            self._set(weight * self.factor.ravel(), bias)
        self.shape = (len(weight),)

    def _convolve(self, name, kind, node):
        if self.connection is not None:
            raise refuse(name, kind, "must follow", "neurons: a chip has one set of weights before neurons, "
                                                    f"and {self.folded[-1]!r} is there already")
        weight, groups = np.asarray(node.weight, dtype=float), int(node.groups)
        dilation, stride = tuple(node.dilation), tuple(node.stride)
        _check_powers(name, kind, "stride", stride)
        if groups > 1:
            # Zeros join the groups.
            outputs, inputs = weight.shape[0] // groups, weight.shape[1]
            whole = np.zeros((weight.shape[0], inputs * groups, *weight.shape[2:]))
            for group in range(groups):
                rows = slice(group * outputs, (group + 1) * outputs)
                whole[rows, group * inputs:(group + 1) * inputs] = weight[rows]
            weight = whole
        if dilation != (1, 1):
            spread = np.zeros((*weight.shape[:2], *(step * (size - 1) + 1 for step, size in zip(dilation, weight.shape[2:]))))
            spread[:, :, ::dilation[0], ::dilation[1]] = weight
            weight = spread
        padding = node.padding
        if isinstance(padding, str):
            if padding == "same" and (weight.shape[2] % 2 == 0 or weight.shape[3] % 2 == 0):
                raise refuse(name, kind, "field padding", f"'same' of an even kernel ({weight.shape[2]} x {weight.shape[3]}) is not symmetric, "
                                                          "as a chip's padding is")
            padding = (weight.shape[2] // 2, weight.shape[3] // 2) if padding == "same" else (0, 0)
        self._set(weight * self._per_channel(f"convolution {name!r}"), np.asarray(node.bias, dtype=float), stride=stride, padding=tuple(padding))
        sides = ((size + 2 * pad - kernel) // step + 1 for size, pad, kernel, step in zip(self.shape[1:], padding, weight.shape[2:], stride))
        self.shape = (len(weight), *sides)


def _check_powers(name, kind, field, pair):
    if any(value & value - 1 for value in pair):
        raise refuse(name, kind, f"field {field}", f"must be powers of two, by which a chip finds places with shifts, not {pair}")
