"""What a stochastic operator demands of its streams, and what is known of a stream: checked where they are wired together."""

from dataclasses import dataclass, replace

__all__ = ["AtMost", "Contract", "ContractError", "Correlation", "Format", "Number", "Sequence", "Serial", "Stream", "encoded", "paired",
           "scc"]

SERIAL = ("independent", "shifted", "low discrepancy", "ramp", "derived")
_DEMANDS = ("independent", "not low discrepancy", "not a ramp")


class ContractError(ValueError):
    """Streams that an operator cannot compute with; the message names the fix."""


@dataclass(frozen=True)
class Number:
    """What is known of a number in 0..1 that is to be encoded.

    Attributes
    ----------
    name : str
        Equal for two numbers only if they are the same.
    lo, hi : float
    at_most : frozenset of str
        Numbers that it never exceeds.
    """

    name: str
    lo: float = 0.0
    hi: float = 1.0
    at_most: frozenset = frozenset()


@dataclass(frozen=True)
class Sequence:
    """What is known of a sequence of random numbers.

    Attributes
    ----------
    origin : object
        Equal for two sequences only if they are the same numbers at the same clocks.
    serial : str
        How one clock's number depends on those before it: ``"independent"``; ``"shifted"``, a plain LFSR, whose numbers are
        shifts of each other; ``"low discrepancy"``; ``"ramp"``.
    permutation : bool
        Whether a period visits every value once, so that an encoder's count is exact.
    mirrored : bool
        Whether the numbers are ``2**n - 1 - r`` of the origin's.
    family : object
        Equal for sequences that are made of the same numbers and hence not independent, as one dimension with two digital shifts;
        None where the origin is alone.
    """

    origin: object
    serial: str
    permutation: bool = False
    mirrored: bool = False
    family: object = None

    @property
    def origins(self):
        """What its streams depend on: the one origin, or the family."""
        return frozenset({self.origin if self.family is None else self.family})


@dataclass(frozen=True)
class Stream:
    """What is known of a stream of bits.

    Attributes
    ----------
    origins : frozenset
        The sequences that its bits depend on. Streams without a common origin are uncorrelated.
    serial : str
        As of :class:`Sequence`, or ``"derived"`` behind a component with memory, of which nothing is known.
    monotone : (object, int) or None
        Streams of one object are thresholds of one random number: their SCC is the product of the two signs.
    format : str or None
        ``"unipolar"``, ``"bipolar"``, or None where it is open.
    lo, hi : float
        Range of the probability of a 1.
    value : str or None
        Name of the encoded number, for orders between numbers that the user declares.
    at_most : frozenset of str
        Numbers that this one never exceeds.
    """

    origins: frozenset
    serial: str
    monotone: tuple | None = None
    format: str | None = None
    lo: float = 0.0
    hi: float = 1.0
    value: str | None = None
    at_most: frozenset = frozenset()


def scc(a, b):
    """The stochastic cross-correlation of two streams as far as it is known: 1, 0, -1, or None.

    Parameters
    ----------
    a, b : Stream or Sequence
    """
    one, other = getattr(a, "monotone", None), getattr(b, "monotone", None)
    if one and other and one[0] == other[0]:
        return one[1] * other[1]
    return None if a.origins & b.origins else 0


def encoded(number, sequence, format=None):
    """The stream of a number that is compared with a sequence of random numbers.

    Parameters
    ----------
    number : Number or None
        None where nothing is known of it.
    sequence : Sequence, Stream or None
        A Stream where single bits of numbers were wired.
    format : {"unipolar", "bipolar"} or None
    """
    number = number or Number(None)
    if isinstance(sequence, Stream):
        # Single bits of a sequence, in any order: no longer thresholds of one number.
        return replace(sequence, format=format, lo=number.lo, hi=number.hi, value=number.name, at_most=number.at_most)
    if not isinstance(sequence, Sequence):
        return None
    return Stream(sequence.origins, sequence.serial, (sequence.origin, -1 if sequence.mirrored else 1), format, number.lo,
                  number.hi, number.name, number.at_most)


def paired(a, b, sign):
    """Two streams that a component has correlated: the SCC of both is ``sign``, and no longer known with others of theirs."""
    origins, group = a.origins | b.origins, ("paired", a, b, sign)
    return (replace(a, origins=origins, serial="derived", monotone=(group, 1)),
            replace(b, origins=origins, serial="derived", monotone=(group, sign)))


_CORRELATION_FIX = {
    1: "encode both from one source, or put a Synchronizer before them",
    0: "encode them from different sources (another Sobol dimension, another phase of an LFSR), or put a Regenerator or a "
       "Decorrelator of 16 places before one of them",
    -1: "encode one of them from the mirrored numbers of the same source, or put a Desynchronizer before them",
}


def _known(value):
    return "an unknown SCC" if value is None else f"SCC = {value:+d}" if value else "SCC = 0"


class Correlation:
    """Every pair of these ports must have this SCC; one port alone: every pair of its streams.

    Parameters
    ----------
    ports : str or tuple of str
    scc : int
        +1, 0 or -1.
    fix : str, optional
        What to do otherwise, where the general advice does not do.
    across : bool
        Only pairs of different ports: the streams of one port may have any SCC with each other.
    """

    def __init__(self, ports, scc, fix=None, *, across=False):
        if scc not in (-1, 0, 1):
            raise ValueError(f"Correlation scc must be -1, 0 or +1, not {scc!r}")
        self.ports, self.scc = (ports,) if isinstance(ports, str) else tuple(ports), scc
        self.fix, self.across = fix or _CORRELATION_FIX[scc], across

    def check(self, operator, streams):
        flat = [(port, port if len(streams[port]) == 1 else f"{port}[{k}]", each)
                for port in self.ports for k, each in enumerate(streams[port])]
        for k, (port, name, a) in enumerate(flat):
            for port_of_other, other, b in flat[k + 1:]:
                # A constant bit has no correlation, and of an input of the circuit nothing is known that could be refused.
                if a is None or b is None or (self.across and port == port_of_other):
                    continue
                found = scc(a, b)
                if found != self.scc:
                    raise ContractError(f"{operator} needs {name} and {other} with SCC = {self.scc:+d}, and they have "
                                        f"{_known(found)}: {self.fix}".replace("+0", "0"))

    def __str__(self):
        return f"SCC({(' against ' if self.across else ', ').join(self.ports)}) = {self.scc:+d}".replace("+0", "0")


class AtMost:
    """The probability of the stream ``lesser`` must never exceed that of ``greater``."""

    def __init__(self, lesser, greater):
        self.ports = (lesser, greater)

    def check(self, operator, streams):
        (lesser, *_), (greater, *_) = (streams[port] for port in self.ports)
        if lesser is None or greater is None:
            return
        if lesser.hi <= greater.lo or (greater.value is not None and greater.value in {lesser.value, *lesser.at_most}):
            return
        names = " at most ".join(self.ports)
        raise ContractError(f"{operator} needs {names}, and their ranges {lesser.lo:g} to {lesser.hi:g} and {greater.lo:g} to "
                            f"{greater.hi:g} do not say so: declare the number of {self.ports[0]} with "
                            f"at_most=(the number of {self.ports[1]}), or narrow their ranges")

    def __str__(self):
        return f"{self.ports[0]} <= {self.ports[1]}"


class Serial:
    """How the bits of a stream (or the numbers at a port) may depend on those before.

    Parameters
    ----------
    port : str
    demand : {"independent", "not low discrepancy", "not a ramp"}
    """

    def __init__(self, port, demand):
        if demand not in _DEMANDS:
            raise ValueError(f"Serial demand must be one of {', '.join(map(repr, _DEMANDS))}, not {demand!r}")
        self.ports, self.demand = (port,), demand

    def check(self, operator, streams):
        for each in filter(None, streams[self.ports[0]]):
            if self.demand == "independent" and each.serial != "independent":
                raise ContractError(f"{operator} needs {self.ports[0]} with bits independent from clock to clock, and they are "
                                    f"{each.serial}: encode it from a LeapForwardLFSR")
            if self.demand == "not low discrepancy" and each.serial in ("low discrepancy", "ramp"):
                raise ContractError(f"{operator} needs {self.ports[0]} without the periodic pattern of a {each.serial} source: "
                                    "take an LFSR or a LeapForwardLFSR")
            if self.demand == "not a ramp" and each.serial == "ramp":
                raise ContractError(f"{operator} needs {self.ports[0]} with its ones spread over the run, and those of a ramp come "
                                    "first: take a VanDerCorput, Sobol or LFSR source")

    def __str__(self):
        return f"{self.ports[0]} {'serially ' if self.demand == 'independent' else ''}{self.demand}"


class Format:
    """The streams of these ports must be of this format.

    Parameters
    ----------
    ports : str or tuple of str
    format : {"unipolar", "bipolar"}
    """

    def __init__(self, ports, format):
        if format not in ("unipolar", "bipolar"):
            raise ValueError(f"Format format must be 'unipolar' or 'bipolar', not {format!r}")
        self.ports, self.format = (ports,) if isinstance(ports, str) else tuple(ports), format

    def check(self, operator, streams):
        for port in self.ports:
            for each in filter(None, streams[port]):
                if each.format not in (None, self.format):
                    raise ContractError(f"{operator} needs {port} {self.format}, and it is {each.format}: encode it so, or put "
                                        f"a converter of gateware.sc.formats before it")

    def __str__(self):
        return f"{', '.join(self.ports)} {self.format}"


class Contract:
    """The demands of an operator.

    Parameters
    ----------
    *demands : Correlation, AtMost, Serial or Format
    """

    def __init__(self, *demands):
        self.demands = demands

    def check(self, operator, streams):
        """Refuse streams that break a demand.

        Parameters
        ----------
        operator : str
            What an error calls it.
        streams : mapping of str to sequence of (Stream or Sequence)
            By port, a Vector port having several.

        Raises
        ------
        ContractError
            Naming the operator, the ports, what they are and what to do.
        """
        for demand in self.demands:
            if all(port in streams for port in demand.ports):
                demand.check(operator, streams)

    def __str__(self):
        return "; ".join(map(str, self.demands)) or "any streams"
