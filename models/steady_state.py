"""The exact long-run output of a step component whose inputs are random: linear algebra on its states, no simulation."""

import math
from collections import namedtuple

import numpy as np

__all__ = ["steady_state"]

_MOST_STATES, _MOST_INPUTS = 4096, 1 << 20


def steady_state(component, **inputs):
    """The long-run mean of every output, for inputs that are independent of each other and from clock to clock.

    The component's own step is evaluated for every state that can be reached and every value of its inputs; the stationary
    distribution of the Markov chain that it makes is found by solving its linear equations.

    Parameters
    ----------
    component : StepComponent
        With at most 4096 reachable states and 2**20 combinations of inputs.
    **inputs : float, sequence of float, or "uniform"
        By port. A Bit: the probability of a 1. A Vector: those of its bits, bit 0 first, or one for all of them. An Int: the
        probabilities of its values from the lowest to the highest. ``"uniform"``: every value with the same probability.

    Returns
    -------
    NamedTuple of float
        The probability of a 1 of a Bit, the mean of an Int, for a Vector an array of the probabilities of its bits.

    Raises
    ------
    ValueError
        If a probability is none, the chain is too large, or it has more than one stationary distribution.
    """
    values, chances = _combinations(component, inputs)
    numbers, matrix, outputs = _explore(component, values, chances)
    share = _stationary(matrix)
    names = component.outputs._fields
    means = []
    for name, shape, given in zip(names, component.outputs, outputs):
        if shape.kind == "vector":
            bits = given[..., None] >> np.arange(shape.width, dtype=np.uint64) & np.uint64(1)
            means.append(np.einsum("s,c,scb->b", share, chances, bits.astype(float)))
        else:
            means.append(float(share @ given.astype(float) @ chances))
    return namedtuple("SteadyState", names)(*means)


def _combinations(component, inputs):
    """Every combination of input values with a chance: arrays by port, and the chances."""
    ports = component.inputs._asdict() if component.inputs else {}
    if set(inputs) != set(ports):
        raise TypeError(f"inputs must be {', '.join(ports) or 'empty'}, not {', '.join(inputs) or 'empty'}")
    each = [_distribution(name, shape, inputs[name]) for name, shape in ports.items()]
    if math.prod(len(chances) for _, chances in each) > _MOST_INPUTS:
        raise ValueError(f"the inputs have more than {_MOST_INPUTS} combinations of values")
    chances = np.ones(1)
    grid = []
    for values, share in each:
        grid = [np.repeat(known, len(values)) for known in grid] + [np.tile(values, len(chances))]
        chances = np.outer(chances, share).ravel()
    return grid, chances


def _distribution(name, shape, given):
    count = shape.hi - shape.lo + 1
    if isinstance(given, str):
        if given != "uniform":
            raise ValueError(f"{name} must be probabilities or 'uniform', not {given!r}")
        if count > _MOST_INPUTS:
            raise ValueError(f"{name} must have at most {_MOST_INPUTS} values, not {count}")
        return np.arange(count) + shape.lo, np.full(count, 1 / count)
    probabilities = np.asarray(given, float)
    if not np.all((probabilities >= 0) & (probabilities <= 1)):
        raise ValueError(f"{name} must be probabilities between 0 and 1, not {given!r}")
    if shape.kind == "int":
        if probabilities.shape != (count,) or abs(probabilities.sum() - 1) > 1e-9:
            raise ValueError(f"{name} must be {count} probabilities with the sum 1, not {given!r}")
        shares = probabilities
    else:
        if probabilities.shape not in ((), (shape.width,)):
            raise ValueError(f"{name} must be one probability or {shape.width}, not {given!r}")
        shares = np.ones(1)
        for p in np.broadcast_to(probabilities, (shape.width,)):
            shares = np.concatenate([shares * (1 - p), shares * p])
    kept = np.flatnonzero(shares)
    return kept + shape.lo, shares[kept]


def _explore(component, values, chances):
    """The reachable states, the chain's matrix, and the outputs by state and combination of inputs."""
    from . import golden
    step, fields = golden(component).step, getattr(component.state, "_fields", ())
    outputs_of, known = [], {tuple(component.init): 0}
    frontier, moves = list(known), []
    while frontier:
        states = np.array(frontier, dtype=object).reshape(len(frontier), len(fields))
        columns = [np.repeat(states[:, k].astype(np.int64 if shape.lo < 0 else np.uint64), len(chances))
                   for k, shape in enumerate(component.state or ())]
        following, outputs = step(columns, [np.tile(value, len(frontier)) for value in values])
        shape = (len(frontier), len(chances))
        outputs_of.append([np.broadcast_to(np.asarray(each), shape[0] * shape[1]).reshape(shape) for each in outputs])
        rows = np.stack([np.broadcast_to(np.asarray(each), shape[0] * shape[1]).astype(object) for each in following], -1) \
            if fields else np.empty((shape[0] * shape[1], 0), object)
        frontier = []
        for row in map(tuple, rows):
            if row not in known:
                known[row] = len(known)
                frontier.append(row)
        if len(known) > _MOST_STATES:
            raise ValueError(f"the component can reach more than {_MOST_STATES} states")
        moves.append(np.array([known[tuple(row)] for row in rows]).reshape(shape))
    moves = np.concatenate(moves)
    matrix = np.zeros((len(known), len(known)))
    for start, ends in enumerate(moves):
        np.add.at(matrix[start], ends, chances)
    return known, matrix, [np.concatenate(each) for each in zip(*outputs_of)]


def _stationary(matrix):
    size = len(matrix)
    equations = np.vstack([matrix.T - np.eye(size), np.ones(size)])
    share, _, rank, _ = np.linalg.lstsq(equations, np.eye(size + 1)[-1], rcond=1e-12)
    if rank < size:
        raise ValueError("the chain has more than one stationary distribution for these inputs")
    return share
