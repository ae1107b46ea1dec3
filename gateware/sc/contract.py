"""What a stochastic operator demands of its streams, and what is known of a stream: checked where they are wired together."""

from dataclasses import dataclass, field

__all__ = ["AtMost", "Contract", "ContractError", "Correlation", "Format", "Sequence", "Serial", "Stream"]

SERIAL = ("independent", "shifted", "low discrepancy", "ramp", "derived")
_DEMANDS = ("independent", "not low discrepancy")


class ContractError(ValueError):
    """Streams that an operator cannot compute with; the message names the fix."""


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
    """

    origin: object
    serial: str
    permutation: bool = False
    mirrored: bool = False


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
    value : object or None
        Identity of the encoded number, for orders between numbers that the user declares.
    at_most : frozenset
        Identities of numbers that this one never exceeds.
    """

    origins: frozenset
    serial: str
    monotone: tuple | None = None
    format: str | None = None
    lo: float = 0.0
    hi: float = 1.0
    value: object = None
    at_most: frozenset = field(default_factory=frozenset)


def scc(a, b):
    """The stochastic cross-correlation of two streams as far as it is known: 1, 0, -1, or None.

    Parameters
    ----------
    a, b : Stream
    """
    if a.monotone and b.monotone and a.monotone[0] == b.monotone[0]:
        return a.monotone[1] * b.monotone[1]
    return None if a.origins & b.origins else 0


_CORRELATION_FIX = {
    1: "encode both from one source, or put a Synchronizer before them",
    0: "encode them from different sources (another Sobol dimension, another phase of an LFSR), or put a Regenerator or a "
       "Decorrelator before one of them",
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
    """

    def __init__(self, ports, scc, fix=None):
        if scc not in (-1, 0, 1):
            raise ValueError(f"Correlation scc must be -1, 0 or +1, not {scc!r}")
        self.ports, self.scc = (ports,) if isinstance(ports, str) else tuple(ports), scc
        self.fix = fix or _CORRELATION_FIX[scc]

    def check(self, operator, streams):
        flat = [(port if len(streams[port]) == 1 else f"{port}[{k}]", each)
                for port in self.ports for k, each in enumerate(streams[port])]
        for k, (name, a) in enumerate(flat):
            for other, b in flat[k + 1:]:
                found = scc(a, b)
                if found != self.scc:
                    raise ContractError(f"{operator} needs {name} and {other} with SCC = {self.scc:+d}, and they have "
                                        f"{_known(found)}: {self.fix}".replace("+0", "0"))

    def __str__(self):
        return f"SCC({', '.join(self.ports)}) = {self.scc:+d}".replace("+0", "0")


class AtMost:
    """The probability of the stream ``lesser`` must never exceed that of ``greater``."""

    def __init__(self, lesser, greater):
        self.ports = (lesser, greater)

    def check(self, operator, streams):
        (lesser, *_), (greater, *_) = (streams[port] for port in self.ports)
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
    demand : {"independent", "not low discrepancy"}
    """

    def __init__(self, port, demand):
        if demand not in _DEMANDS:
            raise ValueError(f"Serial demand must be {' or '.join(map(repr, _DEMANDS))}, not {demand!r}")
        self.ports, self.demand = (port,), demand

    def check(self, operator, streams):
        for each in streams[self.ports[0]]:
            if self.demand == "independent" and each.serial != "independent":
                raise ContractError(f"{operator} needs {self.ports[0]} with bits independent from clock to clock, and they are "
                                    f"{each.serial}: encode it from a LeapForwardLFSR")
            if self.demand == "not low discrepancy" and each.serial in ("low discrepancy", "ramp"):
                raise ContractError(f"{operator} needs {self.ports[0]} without the periodic pattern of a {each.serial} source: "
                                    "take an LFSR or a LeapForwardLFSR")

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
            for each in streams[port]:
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
