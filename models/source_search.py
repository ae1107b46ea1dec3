"""The best sources of a circuit: which sequences, seeds, phases and dimensions give it the least error."""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from gateware.area import area
from gateware.parameters import integer
from gateware.sc.circuit import connect
from gateware.sc.contract import ContractError
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.sobol import Sobol
from gateware.step import StepComponent
from gateware.step.compose import Composite, outside

from . import golden

__all__ = ["Choice", "grid", "lfsr_phases", "search_sources", "sobol_dimensions"]


@dataclass(frozen=True)
class Choice:
    """Sources for a circuit, and the error that it has with them.

    Attributes
    ----------
    sources : dict of str to str
        The candidate's name by slot.
    rmse, worst : float
        Root mean square and greatest absolute error over the operands.
    lut, ff : int
        LUT4 and flip-flops on iCE40 of the whole circuit with these sources.
    """

    sources: dict
    rmse: float
    worst: float
    lut: int
    ff: int

    def __str__(self):
        names = ", ".join(f"{slot}: {name}" for slot, name in self.sources.items())
        return f"RMSE {self.rmse:.5f}, worst {self.worst:.5f}, {self.lut} LUT4, {self.ff} FF ({names})"


def lfsr_phases(width, phases=None):
    """LFSRs of one polynomial by name, each so many clocks ahead of ``LFSR(width)``.

    Parameters
    ----------
    width : int
    phases : iterable of int, optional
        0 to ``2**width - 2``; all by default.
    """
    first = LFSR(width)
    period = (1 << width) - 1
    phases = range(period) if phases is None else [integer("each of phases", phase) for phase in phases]
    for phase in phases:
        if not 0 <= phase < period:
            raise ValueError(f"phases must be between 0 and {period - 1}, not {phase}")
    values = golden(first).run(length=period).random
    return {f"LFSR({width}) phase {phase}": LFSR(width, seed=int(values[phase])) for phase in phases}


def sobol_dimensions(width, dimensions=range(1, 9)):
    """Sobol sequences by name.

    Parameters
    ----------
    width : int
    dimensions : iterable of int
    """
    return {f"Sobol({width}) dimension {dimension}": Sobol(width, dimension) for dimension in dimensions}


def grid(width, points=33, names=("a", "b")):
    """Operands on a grid that includes 0 and 1: by name, each combination once.

    Parameters
    ----------
    width : int
        An operand X stands for ``X / 2**width``.
    points : int
        In each direction, 2 to ``2**width + 1``.
    names : sequence of str

    Returns
    -------
    dict of str to array of int, (points ** len(names),)
    """
    width, points = integer("width", width), integer("points", points)
    if not 1 <= width <= 32:
        raise ValueError(f"width must be between 1 and 32, not {width}")
    if not names or len(set(names)) < len(names):
        raise ValueError(f"names must be different ones, at least one, not {names!r}")
    if not 2 <= points <= (1 << width) + 1:
        raise ValueError(f"points must be between 2 and {(1 << width) + 1}, not {points}")
    steps = np.round(np.linspace(0, 1 << width, points)).astype(np.int64)
    return {name: each.ravel() for name, each in zip(names, np.meshgrid(*[steps] * len(names), indexing="ij"))}


def search_sources(build, candidates, operands, exact, *, length, estimate=None, evaluations=4000, best=5, seed=0, progress=None):
    """Search the sources with which a circuit has the least error.

    Parameters
    ----------
    build : callable
        ``build(**sources)`` wires the circuit with the wire of a source's numbers for each slot, and returns the wire of the
        result. It is called with `gateware.sc.circuit.connect`'s contracts: what they refuse is no choice.
    candidates : dict of str to dict of str to StepComponent
        By slot, the components that may be its source, by name. One component in two slots is one shared source.
    operands : dict of str to array of int, (B,)
        By input of the circuit, held through the computation.
    exact : array of float, (B,)
        The true results.
    length : int
        Clocks.
    estimate : callable, optional
        The results (B,) from the values (length, B) of the wire; by default their mean.
    evaluations : int
        Circuits tried at most. If there are more combinations, one slot after another is improved, from seeded random starts.
    best : int
        Choices returned, of which the area is measured.
    seed : int
        Of the random starts.
    progress : callable, optional
        Told how many circuits were tried, of how many.

    Returns
    -------
    list of Choice
        The best first; of equal errors, the smaller one.

    Raises
    ------
    ContractError
        If every combination is refused: the reason of the last.
    TypeError, ValueError
        If a number is out of range, ``exact`` not finite, a candidate no source, or the shapes differ.
    """
    length, evaluations, best, seed = (integer(*each) for each in (
        ("length", length), ("evaluations", evaluations), ("best", best), ("seed", seed)))
    if seed < 0:
        raise ValueError(f"seed must be at least 0, not {seed}")
    if length < 1 or evaluations < 1 or best < 1:
        raise ValueError(f"length, evaluations and best must be at least 1, not {length}, {evaluations} and {best}")
    exact = np.asarray(exact, float)
    operands = {name: np.asarray(values) for name, values in operands.items()}
    for name, values in operands.items():
        if values.shape != exact.shape or exact.ndim != 1:
            raise ValueError(f"operand {name} must have the shape of exact, {exact.shape}, and one dimension, not {values.shape}")
    if not exact.size or not np.isfinite(exact).all():
        raise ValueError("exact must be finite numbers, at least one")
    _check_candidates(candidates)
    trial = _Trial(build, candidates, operands, exact, length, estimate or (lambda values: values.mean(axis=0)))
    slots = list(candidates)
    total = math.prod(len(each) for each in candidates.values())
    if total <= evaluations:
        for count, names in enumerate(itertools.product(*candidates.values()), 1):
            trial(names)
            if progress:
                progress(count, total)
    else:
        _descend(trial, [list(candidates[slot]) for slot in slots], evaluations, np.random.default_rng(seed), progress)
    found = sorted((error, names) for names, error in trial.errors.items() if error is not None)
    if not found:
        raise trial.refusal
    # More than asked for, so that of choices with equal errors the smallest is among them.
    choices = []
    for (rmse, worst), names in found[:2 * best]:
        measured = area(Composite(result=trial.circuit(names)))
        choices.append(Choice(dict(zip(slots, names)), rmse, worst, measured.lut, measured.ff))
    return sorted(choices, key=lambda choice: (round(choice.rmse, 9), choice.lut + choice.ff))[:best]


def _check_candidates(candidates):
    for slot, each in candidates.items():
        if not isinstance(each, dict) or not each:
            raise ValueError(f"the candidates of {slot} must be a dict of at least one component by its name, not {each!r}")
        for name, component in each.items():
            if not isinstance(component, StepComponent) or component.inputs:
                raise TypeError(f"the candidates of {slot} must be components without inputs, and {name} is {component!r}")


class _Trial:
    """The errors of combinations of sources, each run once through one golden model with the numbers as inputs."""

    def __init__(self, build, candidates, operands, exact, length, estimate):
        self._build, self._candidates, self._exact, self._length, self._estimate = build, candidates, exact, length, estimate
        self.errors, self.refusal = {}, None
        shapes = {slot: next(iter(each.values())).outputs[0] for slot, each in candidates.items()}
        for slot, each in candidates.items():
            other = next((name for name, component in each.items() if component.outputs[0] != shapes[slot]
                          and component.outputs[0].width != shapes[slot].width), None)
            if other:
                raise ValueError(f"the candidates of {slot} must have one width, and {other} has another")
        self._model = golden(Composite(result=build(**{slot: outside(slot, shape) for slot, shape in shapes.items()})))
        self._operands = {name: np.broadcast_to(values, (length, len(values))) for name, values in operands.items()}
        self._sequences, self._models = {}, {}

    def circuit(self, names):
        """The wire of the result with real sources."""
        wires, given = {}, {}
        for slot, name in zip(self._candidates, names):
            component = self._candidates[slot][name]
            if id(component) not in wires:
                wires[id(component)] = connect(component)[0]
            given[slot] = wires[id(component)]
        return self._build(**given)

    def _sequence(self, component):
        if component not in self._sequences:
            # Of sources that differ in their seeds alone, one model is loaded.
            kind = component.step, component.params
            if kind not in self._models:
                self._models[kind] = golden(component)
            model = self._models[kind]
            self._sequences[component] = model.advance(component.init, length=self._length)[1][0]
        return self._sequences[component]

    def __call__(self, names):
        names = tuple(names)
        if names not in self.errors:
            try:
                self.circuit(names)
            except ContractError as refusal:
                self.refusal, self.errors[names] = refusal, None
            else:
                numbers = {slot: self._sequence(self._candidates[slot][name]) for slot, name in zip(self._candidates, names)}
                values = self._model.run(numbers | self._operands).result
                estimated = np.asarray(self._estimate(values))
                if estimated.shape != self._exact.shape:
                    raise ValueError(f"estimate must return an array of shape {self._exact.shape}, not {estimated.shape}")
                error = estimated - self._exact
                self.errors[names] = float(np.sqrt(np.mean(error**2))), float(np.abs(error).max())
        return self.errors[names]


def _descend(trial, options, evaluations, rng, progress):
    """From random starts, the best candidate of one slot after another, until none gets better."""
    # Refused combinations cost next to nothing, yet a search that finds no others must end.
    tries = 0
    while len(trial.errors) < evaluations and tries < 10 * evaluations:
        names = [each[rng.integers(len(each))] for each in options]
        error, better = trial(names), True
        while better and len(trial.errors) < evaluations:
            better = False
            for slot, each in enumerate(options):
                for name in each:
                    changed = [*names[:slot], name, *names[slot + 1:]]
                    found = trial(changed)
                    tries += 1
                    if found is not None and (error is None or found < error):
                        names, error, better = changed, found, True
                    if progress:
                        progress(min(len(trial.errors), evaluations), evaluations)
