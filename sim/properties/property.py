"""Properties of step components: what holds in every clock however long they run, written with the step language's operations."""

from dataclasses import dataclass
from typing import Callable

__all__ = ["Property", "always", "distinct", "invariant", "properties_of"]

_PROPERTIES = []


@dataclass(frozen=True)
class Property:
    """A property of a kind of components.

    Attributes
    ----------
    component : type
    name : str
        As reports show it.
    kind : str
        ``"always"``, ``"invariant"`` or ``"distinct"``.
    claim : callable
        See the decorator of the kind.
    """

    component: type
    name: str
    kind: str
    claim: Callable


def _register(kind, component, name):
    def decorator(claim):
        _PROPERTIES.append(Property(component, name, kind, claim))
        return claim
    return decorator


def always(component, name):
    """A decorator: ``claim(params, state, inputs, following, outputs)``, a Bit, is 1 in every clock.

    It is proven for every state in range that satisfies the component's invariants, and every input in range. A potential is
    such a claim: if ``phi(following) - phi(state) == in - out`` in every clock, then what went in less what came out never
    differs from ``phi`` now less ``phi`` at the start, after any number of clocks.
    """
    return _register("always", component, name)


def invariant(component, name):
    """A decorator: ``claim(params, state)``, a Bit, is 1 initially, and in the next clock wherever it is 1 in one (by induction)."""
    return _register("invariant", component, name)


def distinct(component, name):
    """A decorator: ``claim(params, state, outputs)`` gives two Ints or Vectors, a phase and a value; other phases have other values.

    It is proven for every two states that satisfy the invariants, of a component without inputs. If the phase counts modulo the
    number of values, every value comes once in a period.
    """
    return _register("distinct", component, name)


def properties_of(component):
    """The properties of a component's class and of those that it is derived from.

    Returns
    -------
    list of Property
    """
    from . import load
    load()
    return [each for each in _PROPERTIES if isinstance(component, each.component)]
