"""A case: an operator, how it is wired, and the closed form of what it should give."""

from dataclasses import dataclass
from typing import Any

from gateware.sc.contract import ContractError

from .sources import KINDS
from .wiring import described, streams_of

__all__ = ["Case", "at_least", "between", "ordered"]


@dataclass(frozen=True)
class Case:
    """An operator under measurement.

    Parameters
    ----------
    name : str
    family : str
        The table and the plot that it goes into.
    make : callable
        ``make(n)`` is the component for streams of ``2**n`` bits.
    wiring : mapping
        See :func:`benchmarks.sc.wiring.driven`.
    output : str or callable
        The port that is read, or what is made of all outputs.
    truth : callable
        The value of the operands' values, as floats, in ``format``: a closed form, never the model.
    formula : str
        The same for a reader.
    operands : int
    format : {"unipolar", "bipolar"}
        Of the operands.
    result : {"unipolar", "bipolar", "level"} or float
        How the output is read: ones over clocks as either format, or the mean of an integer over its greatest value or over
        this number.
    settle : float
        Part of the stream that is not read.
    domain : callable, optional
        ``domain(operands, N)`` brings random integers ``0..N`` of shape (operands, B) where the operator is defined.
    ranges : tuple of (float, float), optional
        What the domain leaves, as probabilities of a 1, for the contract.
    at_most : tuple of (int, int)
        Pairs of operands that the domain orders.
    """

    name: str
    family: str
    make: Any
    wiring: Any
    output: Any
    truth: Any
    formula: str
    operands: int = 2
    format: str = "unipolar"
    result: Any = "unipolar"
    settle: float = 0.0
    domain: Any = None
    ranges: Any = None
    at_most: tuple = ()

    def sources(self):
        """The number of the source behind each input, from 1: the dimension, where the sources are Sobol's."""
        texts = []
        for port, driver in self.wiring.items():
            numbers = [each.source + 1 for each in streams_of(driver) if hasattr(each, "source")]
            if not numbers:
                continue
            run = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            text = f"{numbers[0]} to {numbers[-1]}" if run else " ".join(map(str, dict.fromkeys(numbers)))
            mirrored = " mirrored" if any(getattr(each, "mirrored", False) for each in streams_of(driver)) else ""
            texts.append(f"{port} {text}{mirrored}")
        return ", ".join(texts)

    def kinds(self):
        """The kinds of source that have as many as the case needs."""
        drivers = [each for driver in self.wiring.values() for each in streams_of(driver)]
        needed = 1 + max((each.source for each in drivers if hasattr(each, "source")), default=0)
        return [kind for kind in KINDS.values() if needed <= kind.sources]

    def refusal(self, kind):
        """Why the operator's contract refuses streams of a kind of source, or None where they are valid."""
        component = self.make(8)
        contract = getattr(component, "contract", None)
        if contract is None:
            return None
        streams = described(self.wiring, kind, self.format, self.ranges or ((0.0, 1.0),) * self.operands, self.at_most)
        try:
            contract.check(type(component).__name__, streams)
        except ContractError as error:
            return str(error)


def ordered(operands, length):
    """The first operand at most the second, which is at least 1/N."""
    low, high = operands.min(axis=0), operands.max(axis=0).clip(1)
    operands = operands.copy()
    operands[0], operands[1] = low, high
    return operands


def at_least(fraction):
    """Operands of at least a fraction of N: smaller ones are drawn into the rest evenly."""
    return between(fraction, 1.0)


def between(low, high):
    """Operands between two fractions of N, evenly."""
    def domain(operands, length):
        lo, hi = round(low * length), round(high * length)
        return lo + operands * (hi - lo) // length
    return domain
