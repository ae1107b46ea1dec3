"""How a case drives an operator's inputs: what the operands are encoded with, and what is known of the streams that result."""

from dataclasses import dataclass

import numpy as np

from gateware.sc.contract import Sequence, Stream

__all__ = ["Binary", "Clock", "Encoded", "Ones", "Random", "described", "driven", "streams_of"]


@dataclass(frozen=True)
class Encoded:
    """A stream: an operand compared with random numbers.

    Parameters
    ----------
    operand : int or float
        Index of the operand, or a constant between 0.0 and 1.0.
    source : int
        Which of the independent sources of the run.
    mirrored : bool
        Whether it is compared with ``N - 1 - r`` instead of r.
    """

    operand: int | float
    source: int = 0
    mirrored: bool = False


@dataclass(frozen=True)
class Random:
    """Random numbers themselves, brought to the range of the port by a product whose upper bits are taken."""

    source: int


@dataclass(frozen=True)
class Binary:
    """An operand as the integer that it is."""

    operand: int


@dataclass(frozen=True)
class Ones:
    """How many of several streams are 1, as a parallel counter gives it.

    Parameters
    ----------
    streams : tuple of Encoded
    """

    streams: tuple


@dataclass(frozen=True)
class Clock:
    """The number of the clock, modulo the range of the port."""


def streams_of(driver):
    """What a driver is made of, as a tuple."""
    return driver.streams if isinstance(driver, Ones) else driver if isinstance(driver, tuple) else (driver,)


def driven(component, wiring, operands, numbers):
    """The input arrays of a component's golden model.

    Parameters
    ----------
    component : StepComponent
    wiring : mapping of str to Encoded, Random, Binary, Clock, Ones, or a tuple of Encoded
        By port; a tuple drives a Vector, stream 0 first.
    operands : array of int, (operands, B)
        Between 0 and N.
    numbers : callable
        ``numbers(source)`` is an array of N integers between 0 and N - 1.

    Returns
    -------
    dict of str to array, (N,) or (N, B)
    """
    return {port: _drive(shape, wiring[port], operands, numbers) for port, shape in component.inputs._asdict().items()}


def _drive(shape, driver, operands, numbers):
    if isinstance(driver, tuple):
        packed = np.zeros((len(numbers(driver[0].source)), operands.shape[1]), np.uint64)
        for place, each in enumerate(driver):
            packed |= _encode(each, operands, numbers).astype(np.uint64) << np.uint64(place)
        return packed
    if isinstance(driver, Encoded):
        return np.ascontiguousarray(np.broadcast_to(_encode(driver, operands, numbers), (len(numbers(driver.source)),
                                                                                         operands.shape[1])))
    if isinstance(driver, Ones):
        return sum(_encode(each, operands, numbers).astype(np.int64) for each in driver.streams)
    length, span = len(numbers(0)), 2 if shape.kind == "bit" else shape.hi - shape.lo + 1
    if isinstance(driver, Binary):
        values = np.broadcast_to(operands[driver.operand], (length, operands.shape[1]))
    elif isinstance(driver, Clock):
        values = np.arange(length) % span
    else:
        values = numbers(driver.source) * span // length
    return values.astype(np.bool_ if shape.kind == "bit" else np.uint64 if shape.kind == "vector" else np.int64)


def _encode(encoded, operands, numbers):
    random = numbers(encoded.source)
    random = len(random) - 1 - random if encoded.mirrored else random
    if isinstance(encoded.operand, float):
        return (round(encoded.operand * len(random)) > random)[:, None]
    return operands[encoded.operand][None, :] > random[:, None]


def described(wiring, kind, format, ranges, at_most):
    """What is known of the streams of a wiring, as a contract is checked against.

    Parameters
    ----------
    wiring : mapping
        As of :func:`driven`.
    kind : Kind
        The sources.
    format : str
        Of the operands.
    ranges : sequence of (float, float)
        By operand, the least and the greatest probability of a 1.
    at_most : sequence of (int, int)
        Pairs of operands of which the first never exceeds the second.

    Returns
    -------
    dict of str to list of (Stream or Sequence)
    """
    def describe(driver):
        origin = (kind.name, driver.source)
        if isinstance(driver, Random):
            return Sequence(origin, kind.serial, kind.permutation)
        constant = isinstance(driver.operand, float)
        lo, hi = (driver.operand, driver.operand) if constant else ranges[driver.operand]
        return Stream(frozenset([origin]), kind.serial, (origin, -1 if driver.mirrored else 1), None if constant else format,
                      lo, hi, None if constant else driver.operand,
                      frozenset(greater for lesser, greater in at_most if lesser == driver.operand))

    return {port: [describe(each) for each in streams_of(driver)]
            for port, driver in wiring.items() if not isinstance(driver, (Binary, Clock))}
