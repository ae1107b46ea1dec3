"""The primitives of NIR: their fields, how values of any kind become arrays, and the shapes they give."""

from math import prod

import numpy as np

__all__ = ["ELEMENTWISE", "NEURONS", "PRIMITIVES", "plain", "refuse", "resolve", "shape_of"]

# Fields with one value per neuron, in the order of NIR's constructors.
NEURONS = {
    "I": ("r",),
    "IF": ("r", "v_threshold", "v_reset"),
    "LI": ("tau", "r", "v_leak"),
    "LIF": ("tau", "r", "v_leak", "v_threshold", "v_reset"),
    "CubaLI": ("tau_syn", "tau_mem", "r", "v_leak", "w_in"),
    "CubaLIF": ("tau_syn", "tau_mem", "r", "v_leak", "v_threshold", "v_reset", "w_in"),
}
ELEMENTWISE = {"Scale": ("scale",), "Threshold": ("threshold",), "Delay": ("delay",)}
CONVOLUTIONS = {"Conv1d": 1, "Conv2d": 2}
POOLS = ("SumPool2d", "AvgPool2d")
PRIMITIVES = ("Input", "Output", "Affine", "Linear", "Flatten", *CONVOLUTIONS, *POOLS, *ELEMENTWISE, *NEURONS)
DEFAULTS = {"v_reset": 0.0, "w_in": 1.0}


def refuse(name, kind, what, reason):
    """The error that names a node, its field and the reason."""
    return ValueError(f"NIR node {name!r} ({kind}) {what} {reason}")


def plain(value):
    """A value of any kind (PyTorch tensor, bytes, list) as an array or a string."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, bytes):
        value = value.decode()
    return value if isinstance(value, str) or value is None else np.asarray(value)


def shape_of(value):
    """A shape field as a tuple of integers; None where it is left open."""
    value = plain(value)
    return None if value is None else tuple(int(size) for size in value.reshape(-1))


def resolve(name, kind, fields, shape):
    """Check a node's fields and complete them for an input of this shape.

    Parameters
    ----------
    name, kind : str
    fields : dict
        As the file or the tool has them: scalars, sequences, arrays or PyTorch tensors.
    shape : tuple of int
        Of the node's input.

    Returns
    -------
    fields : dict
        Floating-point arrays of full shape, and integers.
    output : tuple of int
        Shape of the node's output.
    """
    if kind in NEURONS or kind in ELEMENTWISE:
        names = NEURONS.get(kind) or ELEMENTWISE[kind]
        return {field: _per_neuron(name, kind, field, fields, shape) for field in names}, shape
    if kind in ("Affine", "Linear"):
        return _dense(name, kind, fields, shape)
    if kind in CONVOLUTIONS:
        return _convolution(name, kind, fields, shape, CONVOLUTIONS[kind])
    if kind in POOLS:
        return _pool(name, kind, fields, shape)
    if kind == "Flatten":
        return _flatten(name, fields, shape)
    declared = shape_of(fields.get("shape"))
    # Some exporters count batch and time, of one each.
    if declared is not None and [size for size in declared if size != 1] != [size for size in shape if size != 1]:
        raise refuse(name, kind, "shape", f"is {declared}, and what reaches it has the shape {shape}")
    return {"shape": shape}, shape


def _floats(name, kind, field, value):
    value = plain(value)
    if value is None or isinstance(value, str) or value.dtype.kind not in "fiub":
        raise refuse(name, kind, f"field {field}", f"must be an array of numbers, not {value!r}")
    if value.dtype not in (np.float32, np.float64):
        value = value.astype(float)
    wrong = np.argwhere(~np.isfinite(value))
    if len(wrong):
        place = tuple(int(index) for index in wrong[0])
        raise refuse(name, kind, f"field {field}", f"must be finite, not {value[place]} at {list(place)} ({len(wrong)} of {value.size} values)")
    return value


def _per_neuron(name, kind, field, fields, shape):
    value = fields.get(field)
    if value is None:
        if field not in DEFAULTS:
            raise refuse(name, kind, f"field {field}", "is missing")
        value = DEFAULTS[field]
    value = _floats(name, kind, field, value)
    # One value for all, or sizes of 1: anything else would hide a mistake in the shapes.
    if value.size != 1 and (value.ndim != len(shape) or any(own not in (1, size) for own, size in zip(value.shape, shape))):
        raise refuse(name, kind, f"field {field}", f"has the shape {value.shape}, and what reaches the node {shape}")
    if field.startswith("tau") and not (value > 0).all():
        raise refuse(name, kind, f"field {field}", f"must be positive, not {value.min()}")
    if field == "delay" and not (value >= 0).all():
        raise refuse(name, kind, f"field {field}", f"must not be negative, not {value.min()}")
    return np.broadcast_to(value.reshape(()) if value.size == 1 else value, shape).copy()


def _dense(name, kind, fields, shape):
    weight = _floats(name, kind, "weight", fields.get("weight"))
    if weight.ndim < 2:
        raise refuse(name, kind, "field weight", f"must have the shape (..., outputs, inputs), not {weight.shape}")
    expected = (*weight.shape[:-2], weight.shape[-1])
    if shape != expected:
        hint = " (a Flatten is missing)" if prod(shape) == prod(expected) else ""
        raise refuse(name, kind, "field weight", f"has the shape {weight.shape}, for an input of {expected}, and what reaches the node has the "
                                                 f"shape {shape}{hint}")
    output = weight.shape[:-1]
    if kind == "Linear":
        return {"weight": weight}, output
    return {"weight": weight, "bias": _bias(name, kind, fields, output)}, output


def _bias(name, kind, fields, shape):
    bias = fields.get("bias")
    bias = _floats(name, kind, "bias", 0.0 if bias is None else bias)
    if bias.size != 1 and bias.shape != shape:
        raise refuse(name, kind, "field bias", f"must have the shape {shape}, not {bias.shape}")
    return np.broadcast_to(bias.reshape(()) if bias.size == 1 else bias, shape).copy()


def _integers(name, kind, field, value, count, lowest):
    """One integer for all dimensions, or one of each."""
    value = plain(value)
    if value is None or isinstance(value, str) or value.size not in (1, count) or not np.all(value == np.floor(value)) or value.min() < lowest:
        raise refuse(name, kind, f"field {field}", f"must be {'one integer' if count == 1 else f'1 or {count} integers'} of at least {lowest}, "
                                                   f"not {value!r}")
    return tuple(int(each) for each in np.broadcast_to(value.reshape(-1), count))


def _convolution(name, kind, fields, shape, dimensions):
    weight = _floats(name, kind, "weight", fields.get("weight"))
    if weight.ndim != dimensions + 2:
        raise refuse(name, kind, "field weight", f"must have {dimensions + 2} dimensions, not the shape {weight.shape}")
    stride, dilation = (_integers(name, kind, field, fields.get(field, 1), dimensions, 1) for field in ("stride", "dilation"))
    groups, = _integers(name, kind, "groups", fields.get("groups", 1), 1, 1)
    if weight.shape[0] % groups:
        raise refuse(name, kind, "field groups", f"must divide the {weight.shape[0]} output channels, not be {groups}")
    channels = weight.shape[1] * groups
    if len(shape) != dimensions + 1 or shape[0] != channels:
        raise refuse(name, kind, "field weight", f"has the shape {weight.shape}, for {channels} channels of {dimensions} "
                                                 f"dimensions, and what reaches the node has the shape {shape}")
    declared = shape_of(fields.get("input_shape"))
    if declared is not None and declared != shape[1:]:
        raise refuse(name, kind, "field input_shape", f"is {declared}, and what reaches the node has the shape {shape}")
    reach = [step * (size - 1) for step, size in zip(dilation, weight.shape[2:])]
    padding = plain(fields.get("padding", 0))
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise refuse(name, kind, "field padding", f"must be integers, 'same' or 'valid', not {padding!r}")
        if padding == "same" and set(stride) != {1}:
            raise refuse(name, kind, "field padding", f"may be 'same' only with a stride of 1, not {stride}")
        total = reach if padding == "same" else [0] * dimensions
    else:
        padding = _integers(name, kind, "padding", padding, dimensions, 0)
        total = [2 * each for each in padding]
    sides = [(size + pad - far - 1) // step + 1 for size, pad, far, step in zip(shape[1:], total, reach, stride)]
    if min(sides) < 1:
        raise refuse(name, kind, "field weight", f"of shape {weight.shape} is larger than its padded input of {shape}")
    fields = {"input_shape": shape[1:], "weight": weight, "stride": stride, "padding": padding, "dilation": dilation, "groups": groups,
              "bias": _bias(name, kind, fields, weight.shape[:1])}
    return fields, (weight.shape[0], *sides)


def _pool(name, kind, fields, shape):
    if len(shape) != 3:
        raise refuse(name, kind, "input", f"must have channels, height and width, not the shape {shape}")
    kernel = _integers(name, kind, "kernel_size", fields.get("kernel_size"), 2, 1)
    stride = _integers(name, kind, "stride", fields.get("stride", kernel), 2, 1)
    padding = _integers(name, kind, "padding", fields.get("padding", 0), 2, 0)
    sides = [(size + 2 * pad - window) // step + 1 for size, pad, window, step in zip(shape[1:], padding, kernel, stride)]
    if min(sides) < 1:
        raise refuse(name, kind, "field kernel_size", f"of {kernel} is larger than its padded input of {shape}")
    return {"kernel_size": kernel, "stride": stride, "padding": padding}, (shape[0], *sides)


def _flatten(name, fields, shape):
    declared = shape_of(fields.get("input_type"))
    if declared is not None and declared != shape:
        raise refuse(name, "Flatten", "field input_type", f"is {declared}, and what reaches the node has the shape {shape}")
    places = []
    for field, default in (("start_dim", 1), ("end_dim", -1)):
        place = int(plain(fields.get(field, default)))
        if not -len(shape) <= place < len(shape):
            raise refuse(name, "Flatten", f"field {field}", f"must be a dimension of the input of shape {shape} (without the batch), not {place}")
        places.append(place % len(shape))
    start, end = places
    if start > end:
        raise refuse(name, "Flatten", "field start_dim", f"must not lie after end_dim, as {start} does after {end}")
    return {"input_type": shape, "start_dim": start, "end_dim": end}, (*shape[:start], prod(shape[start:end + 1]), *shape[end + 1:])
