"""Connections of a network: which inputs drive which neurons, with what integers as weights."""

from dataclasses import dataclass

from gateware.parameters import integer
from gateware.step import Range

__all__ = ["Connection", "Conv2d", "Dense", "FanIn"]


def _integers(name, rows):
    """Nested sequences of integers as nested tuples."""
    if hasattr(rows, "tolist"):
        rows = rows.tolist()
    if isinstance(rows, (list, tuple)):
        return tuple(_integers(name, row) for row in rows)
    return integer(name, rows)


def _shape(nested):
    """The shape of nested tuples, or None where they are ragged or empty."""
    if not isinstance(nested, tuple):
        return ()
    shapes = {_shape(each) for each in nested}
    if len(shapes) != 1 or None in shapes:
        return None
    return (len(nested), *shapes.pop())


def _flat(nested):
    if isinstance(nested, tuple):
        for each in nested:
            yield from _flat(each)
    else:
        yield nested


def _pair(name, value, lowest):
    values = tuple(integer(name, each) for each in value)
    if len(values) != 2 or min(values) < lowest:
        raise ValueError(f"{name} must be two integers of at least {lowest}, not {value!r}")
    return values


class Connection:
    """What dense and convolutional connections share: checked weights and biases."""

    def _check(self, kind, dimensions):
        for name in ("weights", "bias"):
            value = getattr(self, name)
            object.__setattr__(self, name, value if value is None else _integers(f"{kind} {name}", value))
        shape = _shape(self.weights)
        if shape is None or len(shape) != len(dimensions):
            raise ValueError(f"{kind} weights must be a full array ({', '.join(dimensions)}), not one of shape {shape}")
        if self.bias is not None and _shape(self.bias) != shape[:1]:
            raise ValueError(f"{kind} bias must have {shape[0]} integers, one of each output, not the shape {_shape(self.bias)}")

    @property
    def extremes(self):
        """The lowest and the highest of weights and biases."""
        values = [*_flat(self.weights), *(self.bias or ())]
        return min(values), max(values)


@dataclass(frozen=True)
class Dense(Connection):
    """Every input to every neuron.

    Parameters
    ----------
    weights : array of int, (neurons, inputs)
    bias : sequence of int, optional
        One weight of each neuron, of an input that has its highest value in every time step.
    """

    weights: tuple
    bias: tuple = None

    def __post_init__(self):
        self._check("Dense", ("neurons", "inputs"))

    @property
    def inputs(self):
        """Shape of the inputs."""
        return (len(self.weights[0]),)

    @property
    def outputs(self):
        """Shape of the neurons."""
        return (len(self.weights),)

    def sums(self, levels):
        """Range of a neuron's weighted sum, over all neurons and all inputs of 0 to ``levels``."""
        biases = self.bias or (0,) * len(self.weights)
        return Range(levels * min(sum(w for w in row if w < 0) + min(bias, 0) for row, bias in zip(self.weights, biases)),
                     levels * max(sum(w for w in row if w > 0) + max(bias, 0) for row, bias in zip(self.weights, biases)))


@dataclass(frozen=True)
class Conv2d(Connection):
    """A two-dimensional convolution (a correlation, as everywhere in this field), after a sum pooling if asked for.

    Parameters
    ----------
    weights : array of int, (output channels, input channels, height, width)
    input : (int, int, int)
        Channels, height and width of the input, before pooling.
    stride, padding : (int, int)
        Down and across; the padding is of zeros.
    pool : (int, int)
        Height and width of the windows whose inputs are summed first; what does not fill a window is left out.
    bias : sequence of int, optional
        As in :class:`Dense`, one of each output channel.

    Notes
    -----
    This is the definition; a chip has those that :meth:`check_places` accepts.
    """

    weights: tuple
    input: tuple
    stride: tuple = (1, 1)
    padding: tuple = (0, 0)
    pool: tuple = (1, 1)
    bias: tuple = None

    def __post_init__(self):
        self._check("Conv2d", ("output channels", "input channels", "height", "width"))
        shape = tuple(integer("Conv2d input", each) for each in self.input)
        if len(shape) != 3 or min(shape) < 1:
            raise ValueError(f"Conv2d input must be channels, height and width, not {self.input!r}")
        object.__setattr__(self, "input", shape)
        for name, lowest in (("stride", 1), ("padding", 0), ("pool", 1)):
            object.__setattr__(self, name, _pair(f"Conv2d {name}", getattr(self, name), lowest))
        if shape[0] != self.kernel[1]:
            raise ValueError(f"Conv2d weights have {self.kernel[1]} input channels, and the input {shape[0]}")
        if min(self.outputs) < 1:
            raise ValueError(f"Conv2d kernel of {self.kernel[2]} x {self.kernel[3]} is larger than its input of "
                             f"{self.pooled[0]} x {self.pooled[1]} with a padding of {self.padding[0]}, {self.padding[1]}")

    @property
    def kernel(self):
        """Shape of the weights."""
        return len(self.weights), len(self.weights[0]), len(self.weights[0][0]), len(self.weights[0][0][0])

    @property
    def inputs(self):
        """Shape of the inputs."""
        return self.input

    @property
    def pooled(self):
        """Height and width after pooling."""
        return tuple(size // window for size, window in zip(self.input[1:], self.pool))

    @property
    def outputs(self):
        """Shape of the neurons: channels, height, width."""
        sides = ((size + 2 * pad - kernel) // stride + 1 for size, pad, kernel, stride in
                 zip(self.pooled, self.padding, self.kernel[2:], self.stride))
        return (self.kernel[0], *sides)

    def without_rest(self):
        """The same convolution with windows that fill its input, as hardware has them.

        Where pooling leaves a rest out, strides as long as its windows leave out the same, with each weight once for every input of a
        window. A padding would begin behind the rest, and windows that are no powers of two would give such strides: with these the
        convolution stays as it is.
        """
        rests = [size % window for size, window in zip(self.input[1:], self.pool)]
        if not any(rests) or any(rest and pad for rest, pad in zip(rests, self.padding)) or any(window & window - 1 for window in self.pool):
            return self
        down, across = self.pool
        weights = [[[[weight for weight in row for _ in range(across)] for row in rows for _ in range(down)] for rows in kernel]
                   for kernel in self.weights]
        stride, padding = (tuple(each * window for each, window in zip(pair, self.pool)) for pair in (self.stride, self.padding))
        return Conv2d(weights, self.input, stride, padding, bias=self.bias)

    def check_places(self, what):
        """Refuse what hardware cannot find the places of by shifts: strides and pooling that are no powers of two, and inputs that are no
        multiples of the pooling.

        Parameters
        ----------
        what : str
            Whose the convolution is, with which the message begins.

        Raises
        ------
        ValueError
        """
        for name in ("stride", "pool"):
            if any(value & value - 1 for value in getattr(self, name)):
                raise ValueError(f"{what} {name} must be powers of two, not {getattr(self, name)}")
        if any(size % window for size, window in zip(self.input[1:], self.pool)):
            raise ValueError(f"{what} input must have a height and width that are multiples of the pooling {self.pool}, not {self.input[1:]}")

    def sums(self, levels):
        """Range of a neuron's weighted sum, over all inputs of 0 to ``levels``."""
        window = self.pool[0] * self.pool[1]
        rows = [(window * sum(w for w in _flat(kernel) if w < 0) + min(bias, 0), window * sum(w for w in _flat(kernel) if w > 0) + max(bias, 0))
                for kernel, bias in zip(self.weights, self.bias or (0,) * self.kernel[0])]
        return Range(levels * min(lo for lo, _ in rows), levels * max(hi for _, hi in rows))


@dataclass(frozen=True)
class FanIn(Dense):
    """Several connections to the same neurons as one: inputs of levels first, then spikes.

    Parameters
    ----------
    weights, bias
        As in :class:`Dense`.
    levelled : int
        How many of the inputs, the first ones, have levels; all others are spikes.
    """

    levelled: int = 0

    def sums(self, levels):
        """Range of a neuron's weighted sum."""
        rows = [([levels * w for w in row[:self.levelled]] + list(row[self.levelled:]), levels * bias)
                for row, bias in zip(self.weights, self.bias or (0,) * len(self.weights))]
        return Range(min(sum(w for w in row if w < 0) + min(bias, 0) for row, bias in rows),
                     max(sum(w for w in row if w > 0) + max(bias, 0) for row, bias in rows))
