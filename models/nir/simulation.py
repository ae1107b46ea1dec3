"""A NIR graph, run in float64."""

import warnings
from dataclasses import dataclass, field

import numpy as np

from .conventions import check_dt, conventions_of
from .neuron_steps import NeuronState, run_neurons
from .operations import apply
from .order import schedule
from .primitives import NEURONS, refuse

__all__ = ["Recording", "delay_steps", "simulate", "time_warnings"]


@dataclass(frozen=True)
class Recording:
    """What a simulated graph did.

    Attributes
    ----------
    outputs : dict
        Name of each Output to an array (time, batch, ...), or (time, ...) for inputs without a batch.
    values : dict
        The same of each recorded node: spikes of spiking neurons, membranes of others, results of nodes without state.
    membranes : dict
        Membranes at the end of each time step, of each recorded neuron node.
    """

    outputs: dict
    values: dict = field(default_factory=dict)
    membranes: dict = field(default_factory=dict)

    @property
    def output(self):
        """The output of a graph that has one."""
        if len(self.outputs) != 1:
            raise ValueError(f"the graph has {len(self.outputs)} outputs ({', '.join(self.outputs)}): take one from outputs")
        return next(iter(self.outputs.values()))


def simulate(graph, inputs, *, dt=1e-4, conventions="nir", record=(), **changes):
    """Run a graph over time steps, in float64.

    In a cycle the edges that ``graph.late`` names carry the value of the time step before, zero in the first. A Delay takes the
    nearest number of time steps and gives zeros until then.

    Parameters
    ----------
    graph : Graph
    inputs : array or dict of arrays
        (time, *shape) or (time, batch, *shape); a dict has one for each Input node.
    dt : float
        The time step in seconds. The files do not say it: 1e-4 in those of snnTorch and SpikingJelly, 1e-3 in Norse.
    conventions : str or Conventions
        ``"nir"``, ``"snntorch"``, ``"norse"``, ``"spikingjelly"``.
    record : sequence of str
        Nodes whose values and membranes are kept.
    **changes
        Single conventions in another way, such as ``reset="subtract"``.

    Returns
    -------
    Recording

    Raises
    ------
    ValueError
        If inputs, dt or a name do not fit.

    Warns
    -----
    UserWarning
        If a time constant is below dt, or a delay is no multiple of dt.
    """
    chosen = conventions_of(conventions, **changes)
    check_dt("simulation dt", dt)
    for name in record:
        if name not in graph.nodes:
            raise ValueError(f"simulation record must name nodes of the graph ({', '.join(graph.nodes)}), not {name!r}")
    given, batched = _inputs(graph, inputs)
    for message in time_warnings(graph, dt):
        warnings.warn(message, stacklevel=2)
    delays = {name for name, kind in graph.kinds.items() if kind == "Delay" and delay_steps(graph.nodes[name], dt).min(initial=1) >= 1}
    runner = _Runner(graph, dt, chosen, set(record), delays, *next(iter(given.values())).shape[:2])
    for block in schedule(graph.kinds, graph.edges, graph.inputs, delays):
        (runner.run_cycle if block.cyclic else runner.run_node)(block, given)

    def shown(values):
        return {name: value if batched else value[:, 0] for name, value in values.items()}
    return Recording(shown({name: runner.values[name] for name in graph.outputs}), shown({name: runner.values[name] for name in record}),
                     shown(runner.membranes))


def delay_steps(node, dt):
    """The nearest number of time steps of a Delay."""
    return np.rint(np.asarray(node.delay, dtype=float) / dt).astype(int)


def time_warnings(graph, dt):
    """What a time step of dt does not represent well."""
    messages = []
    for name, kind in graph.kinds.items():
        node = graph.nodes[name]
        for own in ("tau", "tau_syn", "tau_mem"):
            lowest = np.min(getattr(node, own, np.inf))
            if lowest < dt * (1 - 1e-6):
                messages.append(f"NIR node {name!r} ({kind}) field {own} is {lowest:.4g} s, below the time step of {dt:.4g} s; files of Norse "
                                "have their time constants multiplied by dt unless to_nir was called with dt=1")
        if kind == "Delay":
            exact = np.asarray(node.delay, dtype=float)
            error = np.abs(delay_steps(node, dt) * dt - exact).max(initial=0.0)
            if error > 1e-6 * dt:
                messages.append(f"NIR node {name!r} ({kind}) field delay is not a multiple of the time step of {dt:.4g} s: "
                                f"off by up to {error:.4g} s")
    return messages


def _inputs(graph, inputs):
    """Arrays (time, batch, ...) of all inputs, and whether they came with a batch."""
    if not isinstance(inputs, dict):
        if len(graph.inputs) != 1:
            raise ValueError(f"simulation inputs must be a dict of arrays, for {', '.join(graph.inputs)}")
        inputs = {graph.inputs[0]: inputs}
    if set(inputs) != set(graph.inputs):
        raise ValueError(f"simulation inputs must be for {', '.join(graph.inputs)}, not for {', '.join(inputs)}")
    arrays, batched = {}, set()
    for name, value in inputs.items():
        value, shape = np.asarray(value, dtype=float), graph.shapes[name]
        extra = value.ndim - len(shape)
        if extra not in (1, 2) or value.shape[extra:] != shape or 0 in value.shape:
            raise refuse(name, "Input", "takes", f"arrays (time, {', '.join(map(str, shape))}) or (time, batch, {', '.join(map(str, shape))}), "
                                                 f"not one of shape {value.shape}")
        if not np.isfinite(value).all():
            raise refuse(name, "Input", "takes", "finite numbers, not NaN or infinity")
        arrays[name] = value if extra == 2 else value[:, None]
        batched.add(extra == 2)
    if len(batched) > 1 or len({value.shape[:2] for value in arrays.values()}) > 1:
        raise ValueError("simulation inputs must have one number of time steps and samples, not "
                         f"{', '.join(f'{name}: {np.shape(value)}' for name, value in inputs.items())}")
    return arrays, batched.pop()


class _Runner:
    """The values of nodes while a graph runs: whole runs of nodes outside cycles, step by step within."""

    def __init__(self, graph, dt, conventions, record, delays, steps, batch):
        self.graph, self.dt, self.conventions, self.record, self.delays = graph, dt, conventions, record, delays
        self.steps, self.batch, self.values, self.membranes = steps, batch, {}, {}
        self.sources = {name: graph.before(name) for name in graph.nodes}

    def run_node(self, block, given):
        """A node outside any cycle: all time steps at once."""
        name, = block.nodes
        if name in given:
            self.values[name] = given[name]
            return
        x = sum((self.values[source] for source in self.sources[name][1:]), self.values[self.sources[name][0]])
        self.values[name] = self._compute(name, x, self._state(name), 0)
        # What nothing reads any more is let go: whole runs of large layers need much memory.
        for source in self.sources[name]:
            if source not in self.record and all(target in self.values for target in self.graph.after(source)):
                del self.values[source]

    def run_cycle(self, block, _given):
        """The nodes of a cycle: one time step after another."""
        states = {name: self._state(name) for name in block.nodes}
        shapes = self.graph.shapes
        previous = {name: np.zeros((self.batch, *shapes[name])) for name in block.nodes}
        runs = {name: np.empty((self.steps, self.batch, *shapes[name])) for name in block.nodes}
        for t in range(self.steps):
            values = {name: states[name].front() for name in block.nodes if name in self.delays}
            late = {}
            for name in block.nodes:
                total = 0.0
                for source in self.sources[name]:
                    if source in runs:
                        total = total + (previous[source] if (source, name) in block.late else values[source])
                    else:
                        total = total + self.values[source][t]
                if name in self.delays:
                    late[name] = total
                else:
                    values[name] = self._compute(name, total[None], states[name], t)[0]
            for name, total in late.items():
                states[name].push(total)
            for name in block.nodes:
                runs[name][t] = values[name]
            previous = values
        self.values.update(runs)

    def _state(self, name):
        kind = self.graph.kinds[name]
        if kind in NEURONS:
            return NeuronState(self.graph.nodes[name], self.batch, self.conventions)
        if kind == "Delay":
            return _DelayLine(delay_steps(self.graph.nodes[name], self.dt), self.batch)
        return None

    def _compute(self, name, x, state, first):
        node = self.graph.nodes[name]
        if isinstance(state, NeuronState):
            watch = None
            if name in self.record:
                kept = self.membranes.setdefault(name, np.empty((self.steps, self.batch, *self.graph.shapes[name])))

                def watch(t, v):
                    kept[first + t] = v
            return run_neurons(node, x, state, self.dt, self.conventions, watch)
        if isinstance(state, _DelayLine):
            return np.stack([state.pass_on(frame) for frame in x])
        return apply(node, x)


class _DelayLine:
    """The last inputs of a Delay, a ring of time steps."""

    def __init__(self, steps, batch):
        self.steps, self.now = steps, 0
        self.ring = np.zeros((int(steps.max(initial=0)) + 1, batch, *steps.shape))

    def front(self):
        """The output of this step, of delays of at least one step."""
        return np.take_along_axis(self.ring, ((self.now - self.steps) % len(self.ring))[None, None], axis=0)[0]

    def push(self, frame):
        """The input of this step; the next one begins."""
        self.ring[self.now] = frame
        self.now = (self.now + 1) % len(self.ring)

    def pass_on(self, frame):
        """The output of this step for its input."""
        self.ring[self.now] = frame
        output = self.front()
        self.now = (self.now + 1) % len(self.ring)
        return output
