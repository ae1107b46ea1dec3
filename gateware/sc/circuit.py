"""Circuits of stochastic streams: components wired together, wires that an operator cannot compute with being refused."""

import math
from functools import lru_cache

from gateware.parameters import integer
from gateware.step import compose
from gateware.step.shapes import Range

from .contract import Number, Sequence, Stream
from .expression import real

__all__ = ["connect", "known", "number"]


def number(name, width, *, lo=0.0, hi=1.0, at_most=None):
    """An input of a circuit: a number in 0..1, as an integer of ``width + 1`` bits.

    Parameters
    ----------
    name : str
        Of the port.
    width : int
        Bits n: the integer X stands for ``X / 2**n``, 1 to 32.
    lo, hi : float
        Its range; the port takes no other values.
    at_most : Wire, optional
        Another number that this one never exceeds: a promise of who drives the ports.

    Returns
    -------
    Wire

    Raises
    ------
    TypeError, ValueError
        If the name cannot be a port's, the range is not within 0..1 or holds no multiple of ``2**-width``, or ``at_most`` is no
        number.
    """
    width, lo, hi = integer("number width", width), real("number lo", lo), real("number hi", hi)
    if not 1 <= width <= 32:
        raise ValueError(f"number width must be between 1 and 32, not {width}")
    if not 0.0 <= lo <= hi <= 1.0:
        raise ValueError(f"number lo and hi must satisfy 0 <= lo <= hi <= 1, not {lo!r} and {hi!r}")
    first, last = math.ceil(lo * 2**width), math.floor(hi * 2**width)
    if first > last:
        raise ValueError(f"number lo and hi must have a multiple of 2**-{width} between them, not {lo!r} and {hi!r}")
    greater = frozenset() if at_most is None else frozenset({_number(at_most).name, *_number(at_most).at_most})
    wire = compose.outside(name, Range(first, last))
    wire.known = Number(name, first / 2**width, last / 2**width, greater)
    return wire


def _number(wire):
    found = known(wire) if isinstance(wire, compose.Wire) else None
    if not isinstance(found, Number):
        raise TypeError(f"at_most must be a number of the circuit, not {wire!r}")
    return found


def known(wire):
    """What is known of a wire: a Number, Sequence or Stream, a tuple of Streams for several, or None."""
    if isinstance(wire, tuple):
        return tuple(known(each) for each in wire)
    if not isinstance(wire, compose.Wire):
        return None
    found = getattr(wire.whole, "known", None)
    return found[wire.bit] if isinstance(found, tuple) and wire.bit is not None else found


def connect(component, **drivers):
    """A component in a circuit, whose contract its inputs meet.

    Parameters
    ----------
    component : StepComponent
    **drivers : Wire, int, or tuple of Wire and int
        As of `gateware.step.compose.connect`.

    Returns
    -------
    NamedTuple of Wire
        The outputs; what is known of each is its ``known``.

    Raises
    ------
    ContractError
        If an operator cannot compute with these streams; the message names the fix.
    TypeError, ValueError
        If a driver is missing or does not fit its port.
    """
    outputs = compose.connect(component, **drivers)
    inputs = {port: _number_of_bits(known(driver)) if component.inputs._asdict()[port].kind == "int" else known(driver)
              for port, driver in drivers.items()}
    contract = getattr(component, "contract", None)
    if contract is not None:
        contract.check(type(component).__name__, {port: each if isinstance(each, tuple) else (each,)
                                                  for port, each in inputs.items()})
    deliver = getattr(component, "delivers", None)
    delivered = _default(component, inputs)
    if deliver is not None:
        # Where a component cannot say, what it depends on is still known.
        delivered |= {port: each for port, each in deliver(inputs).items() if each is not None}
    for port, wire in outputs._asdict().items():
        wire.known = delivered.get(port)
    return outputs


def _sequence(component, port, serial):
    """What is known of the numbers that a source gives at a port."""
    permutation = getattr(component, "permutation", False)
    if serial != "low discrepancy":
        return Sequence((type(component).__qualname__, component.params, component.init, port), serial, permutation)
    # Sequences of one dimension with two digital shifts are functions of each other, and those of few bits may be equal in several
    # dimensions: they are known by their numbers.
    limit = component.outputs._asdict()[port].hi
    numbers = _first_numbers(component.step, component.params, component.init, port)
    mirrored = numbers[0] == limit
    places = 64 - limit.bit_length()
    numbers = tuple((limit - each if mirrored else each) << places for each in numbers)
    return Sequence(numbers, serial, permutation, mirrored, ("shifts of", *(each ^ numbers[0] for each in numbers)))


@lru_cache(maxsize=1024)
def _first_numbers(step, params, state, port, count=64):
    """The first numbers of a source: enough to tell all 32 Sobol dimensions apart."""
    numbers = []
    for _ in range(count):
        state, outputs = step(params, state, ())
        numbers.append(int(getattr(outputs, port)))
    return tuple(numbers)


def _number_of_bits(found):
    """What is known of a number, where it was wired of single bits."""
    if not isinstance(found, tuple) or None in found:
        return None if isinstance(found, tuple) else found
    kinds = {each.serial for each in found}
    return Stream(frozenset().union(*(each.origins for each in found)), kinds.pop() if len(kinds) == 1 else "derived")


def _default(component, inputs):
    """What is known of the outputs of a component that says nothing of it."""
    ports = component.outputs._asdict()
    serial = getattr(component, "serial", None)
    if serial is not None and not component.inputs:
        return {port: _sequence(component, port, serial) for port in ports}
    behind = []
    for each in inputs.values():
        behind += each if isinstance(each, tuple) else (each,)
    behind = [each for each in behind if isinstance(each, (Stream, Sequence))]
    if not behind:
        return {}
    origins = frozenset().union(*(each.origins for each in behind))
    kinds = {each.serial for each in behind}
    memoryless = not component.state and len(kinds) == 1
    formats = {each.format for each in behind if isinstance(each, Stream)} - {None}
    stream = Stream(origins, kinds.pop() if memoryless else "derived", format=formats.pop() if len(formats) == 1 else None)
    return {port: stream if shape.kind == "bit" else (stream,) * shape.width
            for port, shape in ports.items() if shape.kind != "int"}
