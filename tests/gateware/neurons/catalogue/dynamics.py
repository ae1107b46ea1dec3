"""Fixed points of a table's differential equations, and how they answer to a small push."""

import numpy as np
from scipy import optimize

from gateware.neurons import catalogue
from models.neurons.float_model import FloatModel

__all__ = ["bursts", "eigenvalues", "equilibrium", "hopf"]


def _right_hand_side(name, inputs, parameters):
    table = catalogue.table(name, **parameters)
    f = FloatModel(table).derivatives()
    names = list(table.derivatives)
    rest = {each: variable.init for each, variable in table.states.items() if each not in names}
    given = {each: 0.0 for each in table.inputs} | inputs
    return names, table, lambda y: np.array(f(rest | dict(zip(names, y)), given))


def equilibrium(name, guess=None, parameters=None, **inputs):
    """The fixed point near a guess (the initial states): dict of states."""
    names, table, f = _right_hand_side(name, inputs, parameters or {})
    start = [(guess or {}).get(each, table.states[each].init) for each in names]
    found = optimize.root(f, start, method="hybr", options={"xtol": 1e-12})
    assert found.success or np.abs(found.fun).max() < 1e-9, found.message
    return dict(zip(names, found.x))


def eigenvalues(name, state, parameters=None, **inputs):
    """Of the Jacobian of the right-hand sides at a state."""
    names, _, f = _right_hand_side(name, inputs, parameters or {})
    y, columns = np.array([state[each] for each in names]), []
    for k in range(len(y)):
        push = np.zeros(len(y))
        push[k] = 1e-6 * max(1.0, abs(y[k]))
        columns.append((f(y + push) - f(y - push)) / (2 * push[k]))
    return np.linalg.eigvals(np.array(columns).T)


def hopf(name, low, high, *, input="I", parameters=None, guess=None):
    """The input between ``low`` and ``high`` at which the equilibrium changes its stability."""
    state = equilibrium(name, guess, parameters, **{input: low})

    def growth(value):
        nonlocal state
        state = equilibrium(name, state, parameters, **{input: value})
        return eigenvalues(name, state, parameters, **{input: value}).real.max()

    # In steps, so that the equilibrium is followed.
    values = np.linspace(low, high, 41)
    signs = [growth(value) > 0 for value in values]
    first = next(k for k in range(1, 41) if signs[k] != signs[k - 1])
    state = equilibrium(name, state, parameters, **{input: values[first]})
    return optimize.brentq(growth, values[first - 1], values[first], xtol=1e-6)


def bursts(spikes, gap):
    """Spikes grouped where more than ``gap`` passes between them."""
    return np.split(spikes, np.flatnonzero(np.diff(spikes) > gap) + 1)
