"""The table of a neuron, as typed values."""

from dataclasses import dataclass, field

from gateware.step.shapes import Q

from .expression import Expression, number

__all__ = ["METHODS", "Event", "Parameter", "Table", "Variable"]

METHODS = ("euler", "exponential_euler", "heun", "rk4", "exact", "map")


@dataclass(frozen=True)
class Parameter:
    """A constant: its value, unit and meaning."""

    name: str
    value: float
    unit: str
    meaning: str


@dataclass(frozen=True)
class Variable:
    """A state or an input: one element of it, where it is a vector.

    Attributes
    ----------
    name : str
    unit, meaning : str
    lo, hi : float
        The closed interval it is held in.
    init : float
    integer : bool
    format : Q or None
    wraps : bool
        Whether an integer state wraps rather than saturates.
    vector : str or None
        The vector's name.
    """

    name: str
    unit: str
    meaning: str
    lo: float
    hi: float
    init: float
    integer: bool
    format: Q | None
    wraps: bool
    vector: str | None


@dataclass(frozen=True)
class Event:
    """A condition on the updated state, and what it resets.

    Attributes
    ----------
    name : str
    when : Expression
        Of ``next(x)`` (updated) and ``x`` (before the step).
    crossing : bool
    resets : dict of str to Expression
    refractory : int
        Steps without this event after one.
    hold : tuple of str
        States that stand still for as long.
    """

    name: str
    when: Expression
    crossing: bool
    resets: dict
    refractory: int
    hold: tuple


@dataclass(frozen=True)
class Table:
    """A neuron as its table says it, checked.

    Attributes
    ----------
    identifier : str
        The file's name.
    parameters : dict of str to Parameter
    states, inputs : dict of str to Variable
        Vectors element by element, ``u_0``, ``u_1``, ...
    derivatives, maps : dict of str to Expression
        Right-hand sides by state.
    definitions, inlined : dict of str to Expression
        Named intermediates and currents: as written, and in terms of states, inputs and parameters alone.
    """

    identifier: str
    name: str
    year: int | None
    category: str
    source: str
    origin: str
    aliases: dict
    summary: str
    notes: str
    parameters: dict
    states: dict
    inputs: dict
    definitions: dict
    inlined: dict
    equations: dict
    derivatives: dict
    maps: dict
    events: dict
    outputs: dict
    output_units: dict
    method: str
    euler: frozenset
    substeps: int
    dt: float
    time_unit: str
    precision: int
    table_error: float | None
    protocol: dict
    generators: tuple
    document: dict = field(repr=False, default_factory=dict)

    def values(self):
        """The parameters as numbers, and ``dt``."""
        return {name: number(each.value) for name, each in self.parameters.items()} | {"dt": number(self.dt)}
