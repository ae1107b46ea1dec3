"""The update of a neuron by one step: its equations integrated, its events and resets, as expressions."""

from dataclasses import dataclass

from .errors import EquationError
from .expression import Expression, call, number, substitute, text, variable
from .linear import linear_in

__all__ = ["System", "state_of", "system_of"]


@dataclass(frozen=True)
class System:
    """One step of a neuron.

    Attributes
    ----------
    stages : dict of str to Expression
        Intermediate states of the integrator, ``stage1(x)``, in order.
    updates : dict of str to Expression
        By state, in an order in which each can be computed: of states before the step (``x``), stages, inputs, parameters, draws,
        and states updated before it (``next(x)``).
    events : dict of str to Expression
        Conditions on ``x`` and ``next(x)``.
    resets : dict of str to Expression
        By state that a reset changes: of ``x``, ``next(x)`` and the events' names.
    outputs : dict of str to Expression
        Of ``final(x)``: states after the resets.
    refractory : dict of str to int
        Steps, by event that has such a time; while ``refractory(event)`` steps are left, it does not occur.
    held : dict of str to tuple of str
        By state, the events during whose refractory time it stands still.
    """

    stages: dict
    updates: dict
    events: dict
    resets: dict
    outputs: dict
    refractory: dict
    held: dict


def system_of(table):
    """The :class:`System` of a table.

    Raises
    ------
    EquationError
        If a method cannot integrate an equation, or updates need each other.
    """
    where = f"{table.identifier}.toml"
    integrated, stages = _integrated(table, where)
    updates = integrated | table.maps
    updates = _ordered({name: updates[name] for name in table.states}, where)
    events, refractory, held = {}, {}, {}
    for name, event in table.events.items():
        condition = event.when
        if event.crossing:
            before = substitute(condition, {f"next({state})": variable(state) for state in table.states})
            condition = call("and", condition, call("not", before))
        if event.refractory:
            refractory[name] = event.refractory
            condition = call("and", condition, call("<=", variable(f"refractory({name})"), number(0)))
            for state in event.hold:
                held[state] = (*held.get(state, ()), name)
        events[name] = condition
    resets = {}
    for name, event in table.events.items():
        so_far = {f"next({state})": value for state, value in resets.items()}
        for state, value in event.resets.items():
            after = resets.get(state, variable(f"next({state})"))
            resets[state] = call("if", variable(name), substitute(value, so_far), after)
    return System(stages, updates, events, resets, table.outputs, refractory, held)


def _ordered(updates, where):
    ordered, pending = {}, dict(updates)
    while pending:
        ready = [name for name, root in pending.items()
                 if not any(f"next({other})" in root.variables for other in pending)]
        if not ready:
            raise EquationError(f"{where}: equations.{next(iter(pending))}: next() goes round in a circle through {', '.join(pending)}")
        for name in ready:
            ordered[name] = pending.pop(name)
    return ordered


def _integrated(table, where):
    """The updates of the differential equations, and the intermediate states that they name."""
    values, stages = dict(table.derivatives), {}
    if not values:
        return {}, stages

    def stage(moved):
        """Intermediate states under names of their own, held in the states' ranges."""
        k = 1 + len(stages) // len(values)
        names = {name: f"stage{k}({name})" for name in values}
        stages.update({names[name]: call("clip", each, number(table.states[name].lo), number(table.states[name].hi))
                       for name, each in moved.items()})
        return {name: variable(each) for name, each in names.items()}

    dt = call("/", variable("dt"), number(float(table.substeps))) if table.substeps > 1 else variable("dt")
    step = {"euler": _euler, "heun": _heun, "rk4": _rk4, "exponential_euler": _exponential_euler, "exact": _exact}[table.method]
    now = {name: variable(name) for name in values}
    for substep in range(table.substeps):
        rates = {name: substitute(rate, now) for name, rate in values.items()}
        moved = step(table, rates, now, dt, stage, where)
        now = stage(moved) if substep + 1 < table.substeps else moved
    return now, stages


def _euler(table, f, now, dt, stage, where):
    return {name: call("+", now[name], call("*", dt, rate)) for name, rate in f.items()}


def _slopes(table, now, factor, k, stage):
    """The right-hand sides at ``now + factor * k``."""
    moved = stage({name: call("+", now[name], call("*", factor, k[name])) for name in k})
    return {name: substitute(rate, moved) for name, rate in table.derivatives.items()}


def _heun(table, f, now, dt, stage, where):
    k2 = _slopes(table, now, dt, f, stage)
    half = call("*", dt, number(0.5))
    return {name: call("+", now[name], call("*", half, call("+", f[name], k2[name]))) for name in f}


def _rk4(table, f, now, dt, stage, where):
    half, two = call("*", dt, number(0.5)), number(2.0)
    k2 = _slopes(table, now, half, f, stage)
    k3 = _slopes(table, now, half, k2, stage)
    k4 = _slopes(table, now, dt, k3, stage)
    sixth = call("/", dt, number(6.0))
    return {name: call("+", now[name], call("*", sixth, call(
        "+", call("+", f[name], call("*", two, k2[name])), call("+", call("*", two, k3[name]), k4[name])))) for name in f}


def _exponential_euler(table, f, now, dt, stage, where):
    moved = {}
    for name, rate in f.items():
        if name in table.euler:
            moved[name] = call("+", now[name], call("*", dt, rate))
            continue
        parts = linear_in(rate, now[name].args[0])
        if parts is None or parts[1].is_number and parts[1].value == 0:
            raise EquationError(f"{where}: equations.{name}: exponential Euler needs d{name}/dt = a + b {name}, not "
                                f"{text(rate)}: list {name} in integration.euler")
        a, b = parts
        # With b < 0: x + (-a/b - x)(1 - exp(b dt)), in a form that has no singularity at b = 0.
        decay = call("*", dt, b)
        relaxed = call("neg", call("*", decay, call("exprel", decay)))
        gain = call("*", call("*", a, dt), call("exprel", decay))
        moved[name] = call("+", now[name], call("-", gain, call("*", now[name], relaxed)))
    return moved


def _exact(table, f, now, dt, stage, where):
    """The solution over one step of x' = A x + r, with A constant and r (inputs) constant within the step."""
    import numpy as np
    from scipy.linalg import expm
    known, names = table.values(), list(f)
    step = substitute(dt, known).value
    matrix, rests = np.zeros((len(names), len(names))), []
    for row, name in enumerate(names):
        rest = f[name]
        for column, other in enumerate(names):
            parts = linear_in(rest, now[other].args[0])
            slope = substitute(parts[1], known) if parts else None
            if parts is None or not slope.is_number:
                raise EquationError(f"{where}: equations.{name}: the method exact needs d{name}/dt linear in {other} with constant "
                                    f"coefficients, not {text(f[name])}")
            matrix[row, column], rest = slope.value, parts[0]
        rests.append(rest)
    size = len(names)
    both = np.zeros((2 * size, 2 * size))
    both[:size, :size], both[:size, size:] = matrix * step, np.eye(size) * step
    flow = expm(both)
    moved = {}
    for row, name in enumerate(names):
        # x + (E - 1) x + F r: what is added is small, and keeps its own precision.
        change = number(0.0)
        for column, other in enumerate(names):
            for coefficient, factor in ((flow[row, column] - (row == column), now[other]),
                                        (flow[row, size + column], rests[column])):
                if abs(coefficient) > 1e-300 and not (isinstance(factor, Expression) and factor.is_number and factor.value == 0):
                    change = call("+", change, call("*", number(float(coefficient)), factor))
        moved[name] = call("+", now[name], change)
    return moved


def state_of(stage):
    """``v`` of ``stage1(v)``."""
    return stage.removesuffix(")").split("(")[1]
