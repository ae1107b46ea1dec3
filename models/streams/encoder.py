"""Numbers into packed streams, by the period of a source: what the source and a ComparatorEncoder do clock by clock."""

import functools

import numpy as np

from gateware.step import StepComponent

from .. import golden
from .words import length_of

__all__ = ["StreamEncoder"]

_LONGEST = 1 << 20


class StreamEncoder:
    r"""Encoder of numbers into streams.

    .. math:: s_t = [X > r_{\phi + t}]

    with :math:`r` the output of the source, taken from its golden model, and :math:`\phi` the phase of the stream in its
    period. Bit for bit this is :class:`~gateware.sc.encode.comparator.ComparatorEncoder` behind the source.

    Parameters
    ----------
    source : StepComponent
        Without inputs, with one output of at most 16 bits (an LFSR, a Sobol source, a ramp, ...), that comes back to its
        initial state within ``2**20`` clocks.

    Attributes
    ----------
    width : int
        Bits n of the source: numbers are 0 to ``2**n`` inclusive, which is 1.0.
    period : array
        The source's output over one period.

    Raises
    ------
    TypeError
        If the source is no step component.
    ValueError
        If it has inputs, another output, or no such period.
    """

    def __init__(self, source):
        if not isinstance(source, StepComponent):
            raise TypeError(f"source must be a step component, not {source!r}")
        name = type(source).__name__
        if source.inputs:
            raise ValueError(f"source must be without inputs, and {name} has {', '.join(source.inputs._fields)}")
        shapes = source.outputs
        if len(shapes) != 1 or shapes[0].kind == "bit" or shapes[0].lo < 0 or shapes[0].width > 16:
            raise ValueError(f"source must have one output of 2 to 16 bits, not below 0, and {name} has {shapes!r}")
        self.width = shapes[0].width
        self.period = _period(source)
        self._where = None
        # Unsigned order as signed, for which there are instructions; a load at the end of the period reads on from its start.
        self._lanes = (np.resize(self.period, len(self.period) + 64).astype(np.int64) - 32768).astype(np.int16)

    def numbers(self, probabilities):
        """Probabilities to the nearest numbers, ``round(p * 2**width)``.

        Raises
        ------
        ValueError
            If one is NaN or outside [0, 1].
        """
        p = np.asarray(probabilities, np.float64, order="C")
        numbers = np.empty(p.shape, np.int64)
        wrong = _kernels().scale(p.reshape(-1), 1 << self.width, numbers.reshape(-1))
        if wrong >= 0:
            raise ValueError(f"probabilities must lie in [0, 1], not reach {p.flat[wrong]}")
        return numbers

    def phase_of(self, values):
        """The phases in which the source gives the values: where an LFSR of that seed would start.

        Raises
        ------
        TypeError, ValueError
            If a value is no integer, or none that the source gives exactly once in its period.
        """
        values = np.asarray(values)
        if values.dtype.kind not in "iu":
            raise TypeError(f"values must be integers, not {values.dtype}")
        if self._where is None:
            self._where = np.full(1 << self.width, -1)
            self._where[self.period] = np.arange(len(self.period))
            often = np.bincount(self.period, minlength=1 << self.width) != 1
            self._where[often] = -1
        inside = (values >= 0) & (values < 1 << self.width)
        phases = np.where(inside, self._where[np.where(inside, values, 0)], -1)
        if (phases < 0).any():
            raise ValueError(f"values must be numbers that the source gives once in its period, not {values[phases < 0].flat[0]}")
        return phases

    def encode(self, numbers, length, *, phase=0):
        """Packed streams of numbers.

        Parameters
        ----------
        numbers : int or array (...) of integers
            0 to ``2**width``.
        length : int
            Bits per stream; past the period the source starts again.
        phase : int or array (...)
            Where in the period each stream starts, 0 to ``len(period) - 1``; one for all, or one per number.

        Returns
        -------
        uint64 array (..., words)

        Raises
        ------
        TypeError, ValueError
            If a number or phase is no integer or out of range, or their shapes differ.
        """
        length = length_of(length)
        numbers = _integers("numbers", numbers, 1 << self.width)
        phase = _integers("phase", phase, len(self.period) - 1)
        if phase.ndim and phase.shape != numbers.shape:
            raise ValueError(f"phase must be one number or of the shape {numbers.shape} like the numbers, not {phase.shape}")
        words = np.empty((*numbers.shape, -(-length // 64)), np.uint64)
        phases = phase if phase.ndim else np.full(numbers.shape, phase)
        _kernels().compare(self._lanes, len(self.period), numbers.reshape(-1), phases.reshape(-1), length, words.reshape(-1))
        return words


@functools.cache
def _kernels():
    from . import encoder_kernels
    return encoder_kernels


def _integers(name, values, limit):
    """``values`` as int64, all of 0 to ``limit``."""
    array = np.asarray(values)
    if array.dtype.kind not in "biu":
        raise TypeError(f"{name} must be integers from 0 to {limit}, not {array.dtype}")
    wide = np.asarray(array, np.int64, order="C")
    wrong = _kernels().first_outside(wide.reshape(-1), limit)
    if wrong >= 0:
        raise ValueError(f"{name} must lie between 0 and {limit}, not reach {array.flat[wrong]}")
    return wide


def _period(source):
    """The output of a source until its state is the initial one again."""
    model = golden(source)
    output = np.asarray(model.run(length=_LONGEST + 64)[0])
    # Only where the output starts again can the state do so.
    again = np.flatnonzero(output[1:_LONGEST + 1] == output[0]) + 1
    for k in range(1, 64):
        again = again[output[again + k] == output[k]]
    for length in again:
        if all(np.array_equal(a, b) for a, b in zip(model.advance(None, length=int(length))[0], source.init)):
            return output[:length]
    raise ValueError(f"source must come back to its initial state within {_LONGEST} clocks, and {type(source).__name__} does not")
