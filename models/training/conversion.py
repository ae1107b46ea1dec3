"""Conversion of a trained network of rectified linear units to integrate-and-fire neurons."""

import copy

import torch
from torch import nn

from .cells import LI, LIF
from .classifier import SpikingClassifier
from .layers import PooledConv2d, SpikingLayer
from .limits import check_levels, check_time_steps

__all__ = ["convert"]


def convert(model, samples, *, time_steps, levels=1, percentile=99.9):
    r"""A spiking classifier with the classes of a plain network.

    A unit's activation becomes a rate: the weights of layer l are scaled by :math:`\lambda_{l-1} / \lambda_l` and its biases by
    :math:`1 / \lambda_l`, with :math:`\lambda_l` the percentile of its activations over the samples, so that the threshold is 1 and
    few units want more than one spike per time step. Half a threshold is added to the current over the time steps, so that a
    count is rounded to the nearest and not down.

    Parameters
    ----------
    model : nn.Sequential
        Of Linear, Conv2d (stride 1, square, zero padding), ReLU, AvgPool2d (windows that do not overlap), Flatten and Dropout;
        a Linear or Conv2d is the last.
    samples : tensor, (B, ...)
        Inputs of 0 to 1, such as the model was trained with: some hundreds of its training images.
    time_steps : int
        Of an image, 1 to 255, which the half threshold is spread over.
    levels : int
        1 to 255. The classifier takes integers 0 to ``levels`` in place of 0 to 1.
    percentile : float
        Above 0, at most 100.

    Returns
    -------
    SpikingClassifier
        Of real numbers; its ``quantise`` makes integers of them.

    Raises
    ------
    TypeError
        If the model is no Sequential.
    ValueError
        If a module, named by its place, cannot be converted, or a parameter is out of range.

    Notes
    -----
    Sources: B. Rueckauer et al., Conversion of continuous-valued deep networks to efficient event-driven networks for image
    classification, Frontiers in Neuroscience 11:682, 2017, doi:10.3389/fnins.2017.00682 (the percentile and the reset by
    subtraction); S. Deng and S. Gu, Optimal conversion of conventional artificial neural networks to spiking neural networks,
    ICLR 2021, arXiv:2103.00476 (the half threshold).
    """
    if not isinstance(model, nn.Sequential):
        raise TypeError(f"convert model must be a Sequential, not {type(model).__name__}")
    if not 0 < percentile <= 100:
        raise ValueError(f"convert percentile must be above 0 and at most 100, not {percentile!r}")
    time_steps, levels = check_time_steps("convert", time_steps), check_levels("convert", levels)
    if not (len(samples) and samples.min() >= 0 and samples.max() <= 1):
        raise ValueError("convert samples must be at least one, with values of 0 to 1 and no NaN")
    with torch.no_grad():
        stages = list(_stages(copy.deepcopy(model).eval(), samples.float()))
        layers, before = [], 1.0
        for number, (connection, activations) in enumerate(stages):
            last = number == len(stages) - 1
            largest = 1.0 if last else torch.quantile(_some(activations), percentile / 100).item()
            if not largest > 0:
                raise ValueError(f"convert: the units of layer {number} are 0 for at least {percentile} % of the samples")
            connection.weight.mul_(before / largest)
            connection.bias.div_(largest)
            if not last:
                connection.bias.add_(0.5 / time_steps)
            layers.append(SpikingLayer(connection, LI(leak=0.0) if last else LIF(leak=0.0), levels=1 if number else levels))
            before = largest
    return SpikingClassifier(layers, time_steps)


def _some(activations, limit=1 << 20):
    """At most so many of the activations, evenly spread: torch.quantile takes no more than 2**24."""
    flat = activations.flatten()
    return flat[::max(1, -(-len(flat) // limit))]


def _stages(model, values):
    """Each connection, with its share of the pooling before it, and what its units answer to the samples."""
    pool, pending, shape = 1, None, values.shape[1:]  # of the values before the pooling
    for place, module in enumerate(model):
        where = f"convert model[{place}] {type(module).__name__}"
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            if pending is not None:
                raise ValueError(f"{where} must follow a ReLU, for the units before it are not rectified")
            pending, pool = _connection(where, module, values, shape, pool), 1
        elif isinstance(module, nn.AvgPool2d):
            if pending is not None or pool > 1:
                raise ValueError(f"{where} must follow a ReLU")
            pool = _window(where, module)
        elif isinstance(module, nn.ReLU):
            if pending is None:
                raise ValueError(f"{where} must follow a Linear or Conv2d")
        elif not isinstance(module, (nn.Flatten, nn.Dropout)):
            raise ValueError(f"{where} cannot be converted: only Linear, Conv2d, ReLU, AvgPool2d, Flatten and Dropout can")
        values = module(values)
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            shape = values.shape[1:]
        if isinstance(module, nn.ReLU):
            yield pending, values
            pending = None
    if pending is None:
        raise ValueError("convert model must end with a Linear or Conv2d")
    yield pending, values


def _window(where, module):
    size = module.kernel_size
    if not isinstance(size, int) or module.stride not in (size, (size, size)) or module.padding not in (0, (0, 0)) or module.ceil_mode:
        raise ValueError(f"{where} must have square windows that do not overlap, without padding and ceil_mode")
    if module.divisor_override not in (None, size * size):
        raise ValueError(f"{where} divisor_override must be None, for the mean of a window, not {module.divisor_override}")
    return size


def _connection(where, module, values, shape, pool):
    """The module as a connection with bias that sums its windows where the module took their mean."""
    for name, parameter in module.named_parameters():
        if not parameter.isfinite().all():
            raise ValueError(f"{where} {name} must be finite numbers, not NaN or infinity")
    outputs = len(module.weight)
    if isinstance(module, nn.Linear):
        if values.ndim != 2:
            raise ValueError(f"{where} must follow a Flatten, for its inputs have the shape {tuple(values.shape[1:])}")
        if pool == 1:
            connection = nn.Linear(module.in_features, outputs)
            weight = module.weight
        else:
            _square(where, shape)
            kernel = shape[1] // pool
            connection = PooledConv2d(shape[0], outputs, kernel, side=shape[1], pool=pool)
            weight = module.weight.reshape(outputs, shape[0], kernel, kernel) / pool**2
    else:
        _square(where, shape)
        kernel, padding = module.kernel_size[0], module.padding
        if (module.stride, module.dilation, module.groups, module.padding_mode) != ((1, 1), (1, 1), 1, "zeros") \
                or module.kernel_size != (kernel, kernel) or isinstance(padding, str) or padding[0] != padding[1]:
            raise ValueError(f"{where} must have a square kernel, stride 1, no dilation, one group, and as much padding of zeros on all sides")
        connection = PooledConv2d(shape[0], outputs, kernel, side=shape[1], padding=padding[0], pool=pool)
        weight = module.weight / pool**2
    connection.weight.copy_(weight)
    connection.bias.copy_(torch.zeros(outputs) if module.bias is None else module.bias)
    return connection


def _square(where, shape):
    if len(shape) != 3 or shape[1] != shape[2]:
        raise ValueError(f"{where} must take square images, not values of the shape {tuple(shape)}")
