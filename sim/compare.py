"""The first rung for step components: their RTL in CXXRTL, their golden model and their step on exact integers agree."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass

import numpy as np

from models import golden


__all__ = ["Comparison", "Difference", "compare_exact", "compare_rtl", "corner_values"]

EXHAUSTIVE_BITS = 20


@dataclass(frozen=True)
class Difference:
    """The first difference that was found.

    Parameters
    ----------
    where : str
        The clock, item or case.
    port : str
        The output or state.
    expected, got : object
        The golden value and the other one.
    """

    where: str
    port: str
    expected: object
    got: object

    def __str__(self):
        return f"{self.port} in {self.where} must be {self.expected}, not {self.got}"


@dataclass(frozen=True)
class Comparison:
    """How many cases agreed.

    Parameters
    ----------
    what : str
        What was compared with what.
    cases : int
        Clocks, transactions or cases.
    exhaustive : bool
        Whether these are all there are.
    difference : Difference or None
        The first difference.
    """

    what: str
    cases: int
    exhaustive: bool = False
    difference: Difference | None = None

    @property
    def ok(self) -> bool:
        """Whether no difference was found, in at least one case."""
        return self.difference is None and self.cases > 0

    def __str__(self):
        if self.difference is not None:
            return f"{self.what}: {self.difference}"
        return f"{self.what}: {'all ' if self.exhaustive else ''}{self.cases:,} equal"


def fields(shapes):
    """The (name, shape) pairs of a NamedTuple of shapes, or of an empty tuple."""
    return list(zip(getattr(shapes, "_fields", ()), shapes))


def corner_values(shape) -> list[int]:
    """The values of a shape where behaviour changes: its limits, zero, every power of two, and their neighbours."""
    edges = {shape.lo, shape.hi, 0, *((sign << bit) for sign in (1, -1) for bit in range(shape.hi.bit_length() + 1))}
    return sorted({value for edge in edges for value in (edge - 1, edge, edge + 1) if shape.lo <= value <= shape.hi})


def uniform(shape, rng, count):
    """Uniformly random values of a shape."""
    if shape.hi >= 1 << 63:
        return rng.integers(shape.lo, shape.hi, count, dtype=np.uint64, endpoint=True)
    return rng.integers(shape.lo, shape.hi, count, dtype=np.int64, endpoint=True)


def stimulus(shapes, rng, cycles):
    """Input sequences that are random, at the limits, and long constant (which drives a state into saturation)."""
    every = fields(shapes)
    corners = {name: np.array(corner_values(shape), np.uint64 if shape.hi >= 1 << 63 else np.int64) for name, shape in every}
    limits = list(itertools.islice(itertools.product(*((shape.lo, shape.hi) for _, shape in every)), 256))
    held = 512
    parts = {name: [] for name, _ in every}
    for index, (name, shape) in enumerate(every):
        edges = np.array([row[index] for row in limits], corners[name].dtype)
        # Every combination of limits for one clock, then each for long enough to saturate, then back to the other extreme.
        parts[name] += [edges, np.repeat(edges, held), np.repeat(edges[::-1], held)]
        parts[name].append(rng.choice(corners[name], cycles // 4))
    blocks = rng.integers(1, 400, cycles // 400 + 1)
    for name, shape in every:
        pick = np.where(rng.random(len(blocks)) < 0.5, rng.choice(corners[name], len(blocks)), uniform(shape, rng, len(blocks)))
        parts[name].append(np.repeat(pick, blocks))
        parts[name].append(uniform(shape, rng, cycles))
    return {name: np.concatenate(each) for name, each in parts.items()}


def compare_rtl(component, simulation, *, cycles: int = 1_000_000, seed: int = 0) -> Comparison:
    """Compare the RTL of a step component with its golden model, clock by clock.

    Directed sequences go first: every combination of the inputs' limits, each held long enough to drive the state into
    saturation, then values where behaviour changes, blocks of constant inputs, and at least ``cycles`` clocks of uniformly
    random inputs. A reset in mid-run must bring back the initial state.

    Parameters
    ----------
    component : StepComponent
        The component.
    simulation : sim.cxxrtl.Simulation
        Its RTL.
    cycles : int
        Uniformly random clocks.
    seed : int
        Of the random inputs.

    Returns
    -------
    Comparison
    """
    rng = np.random.default_rng(seed)
    inputs = stimulus(component.inputs, rng, cycles)
    length = len(next(iter(inputs.values()))) if inputs else cycles
    model, total = golden(component), 0
    simulation.reset()
    if "rst" in simulation.inputs:
        # A few clocks of history, a clock of reset, and from there on as from the start.
        head = {name: values[-1000:] for name, values in inputs.items()}
        simulation.run(head, cycles=min(1000, length) if not head else None)
        simulation.run({name: values[:1] for name, values in head.items()} | {"rst": [1]})
        first = {name: values[:1000] for name, values in inputs.items()}
        total, difference = _clocks(component, model, simulation, first, min(1000, length), "after a reset ")
        if difference:
            return Comparison("RTL = golden", total, difference=difference)
        simulation.reset()
    done, difference = _clocks(component, model, simulation, inputs, length, "")
    return Comparison("RTL = golden", total + done, difference=difference)


def _clocks(component, model, simulation, inputs, length, when):
    expected = model.run(inputs, length=None if inputs else length)
    held = {"rst": 0} if "rst" in simulation.inputs else {}
    got = simulation.run(inputs | held, cycles=length)
    first = None
    for name, values in expected._asdict().items():
        wrong = np.flatnonzero(np.asarray(got[name]).astype(values.dtype) != values)
        if len(wrong) and (first is None or wrong[0] < first[0]):
            first = int(wrong[0]), name
    if first is None:
        return length, None
    clock, name = first
    return clock, Difference(f"clock {clock} {when}".strip(), name, int(getattr(expected, name)[clock]), int(got[name][clock]))


def compare_exact(component, *, seconds: float = 10.0, limit: int = 1_000_000, seed: int = 0) -> Comparison:
    """Compare the golden model with the step function on exact Python integers, state by state.

    Parameters
    ----------
    component : StepComponent
        The component.
    seconds : float
        Time after which no further cases are taken, if they are not all there are.
    limit : int
        Cases at most, if they are not all there are.
    seed : int
        Of the random cases.

    Returns
    -------
    Comparison
        Exhaustive where state and inputs have at most 20 bits together.
    """
    every = fields(component.state) + fields(component.inputs)
    size = sum(shape.width for _, shape in every)
    exhaustive = size <= EXHAUSTIVE_BITS
    if exhaustive:
        grid = np.indices([shape.hi - shape.lo + 1 for _, shape in every]).reshape(len(every), -1) if every else np.zeros((0, 1), int)
        columns = [values + shape.lo for values, (_, shape) in zip(grid, every)]
    else:
        rng = np.random.default_rng(seed)
        columns = []
        for _, shape in every:
            corners = np.array(corner_values(shape), np.uint64 if shape.hi >= 1 << 63 else np.int64)
            columns.append(np.where(rng.random(limit) < 0.5, rng.choice(corners, limit), uniform(shape, rng, limit)))
    return _cases(component, columns, exhaustive, seconds)


def _cases(component, columns, exhaustive, seconds):
    what, model = "golden = step on exact integers", golden(component)
    states, inputs = fields(component.state), fields(component.inputs)
    total = len(columns[0]) if columns else 1
    types = [bool if shape.kind == "bit" else int for _, shape in states + inputs]
    deadline, block = time.monotonic() + seconds, 1 << 14
    done = 0
    while done < total and (exhaustive or time.monotonic() < deadline):
        rows = [column[done:done + block] for column in columns]
        state = type(component.state)(*rows[:len(states)]) if states else ()
        batch = {name: values[None] for (name, _), values in zip(inputs, rows[len(states):])}
        count = len(rows[0]) if rows else 1
        following, outputs = model.advance(state if states else None, batch, length=None if batch else 1)
        answers = [("next " + name, np.ravel(values)) for name, values in zip(getattr(following, "_fields", ()), following)]
        answers += [(name, np.ravel(values)) for name, values in outputs._asdict().items()]
        exact = _exact(component, types, rows, len(states), count)
        for (name, got), values in zip(answers, exact):
            wrong = next((case for case in range(count) if int(got[case]) != int(values[case])), None)
            if wrong is not None:
                case = ", ".join(f"{label} = {int(row[wrong])}" for (label, _), row in zip(states + inputs, rows))
                return Comparison(what, done + wrong, difference=Difference(f"the case {case}", name, int(values[wrong]), int(got[wrong])))
        done += count
    return Comparison(what, done, exhaustive)


def _exact(component, types, rows, state_count, count):
    """Next states and outputs of the step function itself, as columns of Python integers."""
    make_state = type(component.state) if state_count else lambda: ()
    make_inputs = type(component.inputs) if len(rows) > state_count else lambda: ()
    values = [[kind(value) for value in row.tolist()] for kind, row in zip(types, rows)]
    results = []
    for case in zip(*values) if values else [()]:
        following, outputs = component.step(component.params, make_state(*case[:state_count]), make_inputs(*case[state_count:]))
        results.append((*following, *outputs))
    return list(zip(*results))
