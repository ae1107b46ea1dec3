"""What hardware holds of a NIR graph exactly, and what not, with the error it makes."""

import contextlib
from dataclasses import dataclass

import numpy as np

from gateware.chip.network import MOST_DELAY
from gateware.neurons.subtractive_lif import LEAK_BITS

from .chip import to_network
from .conventions import CHOICES, check_dt, conventions_of
from .primitives import NEURONS
from .quantisation import common_values, leak_part
from .simulation import delay_steps, time_warnings
from .ways import SAME_STEP
from .wiring import network_layers

__all__ = ["Fact", "NodeReport", "HardwareReport", "describe"]

TIME_CONSTANTS = ("tau", "tau_syn", "tau_mem")


@dataclass(frozen=True)
class Fact:
    """What becomes of a field of a node.

    Attributes
    ----------
    field : str
    exact : bool
        Whether hardware holds it without any error.
    text : str
    error : float or None
        The greatest relative error, where there is one.
    """

    field: str
    exact: bool
    text: str
    error: float = None


@dataclass(frozen=True)
class NodeReport:
    """A node, its shapes, and the facts about its fields."""

    name: str
    kind: str
    input: tuple
    output: tuple
    facts: tuple


@dataclass(frozen=True)
class HardwareReport:
    """What :func:`describe` says.

    Attributes
    ----------
    nodes : tuple of NodeReport
    late : tuple of (str, str)
        Edges that carry the value of the time step before.
    warnings : tuple of str
    refusal : str or None
        Why the graph as a whole does not fit a chip; None if it does.
    """

    nodes: tuple
    late: tuple
    warnings: tuple
    refusal: str = None


def describe(graph, dt, *, weight_bits=8, conventions="nir", common_leak=False, time_steps=1, **options):
    """What hardware holds of each node.

    Parameters
    ----------
    graph : Graph
    dt : float
        The time step in seconds.
    weight_bits : int
        2 to 8.
    conventions, common_leak, time_steps, **options
        As in :func:`models.nir.to_network`, whose refusal is the report's.

    Returns
    -------
    HardwareReport

    Raises
    ------
    ValueError
        If an option is out of its range.
    """
    chosen = conventions_of(conventions, **{name: options[name] for name in CHOICES if name in options})
    check_dt("describe dt", dt)
    if weight_bits not in range(2, 9):
        raise ValueError(f"describe weight_bits must be between 2 and 8, not {weight_bits!r}")
    lowest_bits, refusal = {}, None
    with contextlib.suppress(ValueError):
        for layer in network_layers(graph, dt, round_delays=True)[0]:
            values = common_values(layer.name, graph.nodes[layer.name], len(layer.bias), dt, chosen, common_leak)
            sums = [layer.weights, *(each.weights for each in layer.projections)]
            greatest = max(np.abs(each * values.rows.reshape(-1, *[1] * (each.ndim - 1))).max() for each in sums)
            if values.threshold and greatest:
                lowest_bits[layer.name] = float(greatest / ((1 << weight_bits - 1) - 1) / values.threshold)
    try:
        to_network(graph, dt=dt, weight_bits=weight_bits, conventions=conventions, common_leak=common_leak, time_steps=time_steps, **options)
    except ValueError as error:
        refusal = str(error)
    nodes = []
    kinds = graph.kinds
    for name in (name for block in graph.blocks for name in block.nodes):
        node, kind = graph.nodes[name], kinds[name]
        if kind in NEURONS:
            facts = _neuron(kind, node, dt, chosen, lowest_bits.get(name))
        elif hasattr(node, "weight"):
            facts = _weights(node, weight_bits)
        else:
            facts = _other(kind, node, dt)
        nodes.append(NodeReport(name, kind, graph.input_shapes[name], graph.shapes[name], tuple(facts)))
    return HardwareReport(tuple(nodes), graph.late, tuple(time_warnings(graph, dt)), refusal)


def _span(values, unit=""):
    low, high = float(np.min(values)), float(np.max(values))
    return f"{low:.6g}{unit}" if low == high else f"{low:.6g} to {high:.6g}{unit}"


def _neuron(kind, node, dt, conventions, lowest_bit):
    for own in TIME_CONSTANTS:
        if hasattr(node, own):
            yield _leak(own, np.asarray(getattr(node, own), dtype=float), dt, conventions)
    folded = "r and the step's part" if kind not in ("I", "IF") else "r and the step"
    yield Fact("r", False, f"{_span(node.r)}: {folded} are factors of the weights, rounded with them")
    if hasattr(node, "w_in"):
        yield Fact("w_in", False, f"{_span(node.w_in)}: a factor of the weights, rounded with them")
    if hasattr(node, "v_leak"):
        yield Fact("v_leak", not np.any(node.v_leak), _span(node.v_leak) + ("" if not np.any(node.v_leak) else ": rounded to the membrane's format"))
    if hasattr(node, "v_threshold"):
        yield _threshold(node, conventions, lowest_bit)
        yield _reset(node, conventions)
    if conventions.integration == "exact":
        yield Fact("integration", False, "exact: the parts of a step are 1 - exp(-dt / tau), rounded as above")


def _leak(own, tau, dt, conventions):
    part = leak_part(tau, dt, conventions)
    held = np.rint(part * 2**LEAK_BITS)
    error = float(np.abs(held / 2**LEAK_BITS / part - 1).max())
    name = "dt / tau" if conventions.integration == "euler" else "1 - exp(-dt / tau)"
    text = f"{_span(tau, ' s')}: {name} is {_span(held)} / 2**{LEAK_BITS}, off by {error:.2g}"
    if held.max() > 2**LEAK_BITS:
        return Fact(own, False, f"{_span(tau, ' s')}: below the time step, no hardware neuron has it")
    if held.min() == 0:
        return Fact(own, False, f"{_span(tau, ' s')}: {name} is below 2**-{LEAK_BITS}, no hardware neuron has it", error)
    if held.min() != held.max():
        text += "; neurons of a layer share one, so these do not fit as they are"
    return Fact(own, bool(error == 0.0 and held.min() == held.max()), text, error)


def _threshold(node, conventions, lowest_bit):
    text = f"{_span(node.v_threshold)}: v {conventions.comparison} threshold is the same on integers"
    if lowest_bit is None:
        return Fact("v_threshold", False, text + ", of a threshold rounded to the membrane's format")
    return Fact("v_threshold", False, f"{text}; it is {1 / lowest_bit:.4g} times the lowest bit of a weight, to which or to less it is rounded",
                lowest_bit)


def _reset(node, conventions):
    if conventions.reset == "subtract":
        when = {"end of next step": "one step late: subtracted at once as threshold / (1 - leak), the same spikes",
                "next step": "before the next update: at once, the same spikes", "same step": "at once"}[conventions.reset_time]
        return Fact("v_reset", True, f"not used: the threshold is subtracted, {when}")
    exact = not np.any(node.v_reset)
    text = _span(node.v_reset) + ("" if exact else ": rounded to the membrane's format")
    if conventions.reset_time == "end of next step":
        text += "; the next update is lost: reset at once, the membrane stands still for a step, the same spikes"
    return Fact("v_reset", exact, text)


def _weights(node, bits):
    for own in ("weight", "bias"):
        if not hasattr(node, own):
            continue
        values = np.asarray(getattr(node, own), dtype=float)
        greatest = np.abs(values).max()
        if not greatest:
            yield Fact(own, True, "all zero")
            continue
        if own == "bias":
            yield Fact(own, False, f"{values.size} values, {_span(values)}: a weight of an input that is always on, rounded with the weights")
            continue
        step = greatest / ((1 << bits - 1) - 1)
        error = np.rint(values / step) * step - values
        exact = not error.any()
        rms, reference = np.sqrt(np.mean(error**2)), np.sqrt(np.mean(values**2))
        count = len(np.unique(values)) if values.size < 1 << 22 else None
        text = (f"{values.size} values, {_span(values)}: with {bits} bits and one scale off by at most {np.abs(error).max():.3g}, "
                f"{rms / reference:.2%} (rms)")
        yield Fact(own, exact, text + (f"; {count} different values" if count and count <= 1 << bits else ""), float(np.abs(error).max() / greatest))


def _other(kind, node, dt):
    if kind == "Delay":
        steps, wanted = delay_steps(node, dt), np.asarray(node.delay, dtype=float)
        error = float(np.abs(steps * dt - wanted).max(initial=0.0))
        text = f"{_span(wanted, ' s')}: {_span(steps)} steps, off by at most {error:.3g} s"
        if steps.max(initial=0) > MOST_DELAY:
            text += f"; a chip delays spikes by up to {MOST_DELAY} steps"
        yield Fact("delay", bool(error <= SAME_STEP * dt and steps.max(initial=0) <= MOST_DELAY), text, error / dt)
    elif kind == "Scale":
        yield Fact("scale", False, f"{_span(node.scale)}: a factor of the weights, rounded with them")
    elif kind == "AvgPool2d":
        yield Fact("kernel_size", True, f"{tuple(node.kernel_size)}: sums of windows; their area is a factor of the weights")
    elif kind == "SumPool2d":
        yield Fact("kernel_size", True, f"{tuple(node.kernel_size)}: sums of windows")
    elif kind == "Threshold":
        yield Fact("threshold", False, f"{_span(node.threshold)}: no layer of a chip compares without a membrane")
    elif kind == "Input":
        yield Fact("shape", False, "values become integers, 0 to levels of the network")
