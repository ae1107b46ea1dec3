"""The pipelined form of a step: registers put into its dataflow graph, one step accepted per clock."""

from amaranth.hdl import Module, Signal
from amaranth.lib.wiring import In, Out

from gateware.component import Component

from .component import StepComponent
from .hardware import Hardware
from .symbolic import symbol

__all__ = ["Pipeline", "schedule"]

# Nanoseconds on an iCE40UP5K, logic and its share of routing: what decides where registers go, not what holds in the end.
_LEVEL, _CARRY = 3.0, 0.28
_WIRES = {"constant", "state", "input", "shl", "shr", "wrap", "to_int", "to_vector", "reverse", "shift_in"}
_CHAINS = {"add", "sub", "less", "equal"}


def _delay(node, shapes):
    """The time a node takes, as nanoseconds."""
    if node.primitive in _WIRES:
        return 0.0
    if node.primitive in _CHAINS:
        return _LEVEL + _CARRY * max(each.width for each in (*shapes, node.shape))
    if node.primitive in ("popcount", "parity", "trailing_zeros", "lowest_one", "linear", "lookup"):
        return _LEVEL * max(1, max(each.width for each in shapes).bit_length())
    return 2 * _LEVEL if node.primitive == "saturate" else _LEVEL


def schedule(graph, period):
    """The stage of every node, so that what one stage adds up to stays below ``period`` nanoseconds where it can.

    A product has a stage of its own, so that its registers can be those of the multiplier block.

    Returns
    -------
    list of int
        Constants have the stage 0 like the state and the inputs, and are there in all others.
    """
    stages, ready = [], []
    for node in graph.nodes:
        operands = [k for k in node.operands if graph.nodes[k].primitive != "constant"]
        stage = max((stages[k] for k in operands), default=0)
        start = max((ready[k] for k in operands if stages[k] == stage), default=0.0)
        delay = _delay(node, [graph.nodes[k].shape for k in node.operands])
        if node.primitive == "mul" and len(operands):
            stage, start, delay = stage + (start > 0 or stage == 0), 0.0, period
        elif start + delay > period and start > 0:
            stage, start = stage + 1, 0.0
        stages.append(stage)
        ready.append(start + delay)
    return stages


class Pipeline(Component):
    """A step component's step as a pipeline without state: state in, next state and outputs out, later.

    ``(next_*, outputs)`` in a clock are ``step`` of the state and inputs of ``latency`` enabled clocks before.

    Parameters
    ----------
    component : StepComponent
    period : float
        Nanoseconds that the logic between two registers may take by estimate, 5 to 1000.

    Members
    -------
    state_<field>, <input> : In
        In the component's shapes.
    next_<field>, <output> : Out

    Attributes
    ----------
    latency : int
        Clocks from input to output.

    Raises
    ------
    TypeError
        If ``component`` is no StepComponent.
    ValueError
        If the period is out of range.

    Notes
    -----
    Interval 1. The registers hold arbitrary values until filled; they have no reset.
    """

    def __init__(self, component, *, period=20.0):
        if not isinstance(component, StepComponent):
            raise TypeError(f"Pipeline component must be a StepComponent, not {component!r}")
        if not 5 <= period <= 1000:
            raise ValueError(f"Pipeline period must be between 5 and 1000 ns, not {period!r}")
        self.component, self.stages = component, schedule(component.graph, period)
        self.latency = max(self.stages) + 1
        fields = {f"state_{name}": shape for name, shape in _fields(component.state).items()}
        super().__init__(
            {name: In(shape.shape) for name, shape in (fields | _fields(component.inputs)).items()}
            | {f"next_{name}": Out(shape.shape) for name, shape in _fields(component.state).items()}
            | {name: Out(shape.shape) for name, shape in component.outputs._asdict().items()})

    def elaborate(self, platform):
        m = Module()
        component, graph = self.component, self.component.graph
        domain = Hardware(m)
        sources = {("state", name): symbol(domain, shape, getattr(self, f"state_{name}"))
                   for name, shape in _fields(component.state).items()}
        sources |= {("input", name): symbol(domain, shape, getattr(self, name))
                    for name, shape in _fields(component.inputs).items()}
        values = {}

        def at(index, stage):
            """The value of a node in a stage, held in registers since the one where it was made."""
            own = self.stages[index]
            if graph.nodes[index].primitive == "constant" or stage == own:
                return values[index, own]
            if (index, stage) not in values:
                before = at(index, stage - 1)
                register = Signal.like(before.raw, name=f"{graph.nodes[index].primitive}_{stage}", reset_less=True)
                m.d.sync += register.eq(before.raw)
                values[index, stage] = symbol(domain, before.shape, register)
            return values[index, stage]

        for index, (node, stage) in enumerate(zip(graph.nodes, self.stages)):
            values[index, stage] = graph.apply(node, domain, sources, [at(k, stage) for k in node.operands])
        for prefix, results in (("next_", graph.next_state), ("", graph.outputs)):
            m.d.comb += [getattr(self, prefix + name).eq(at(index, self.latency).raw)
                         for name, index in _fields(results).items()]
        return m

    @classmethod
    def examples(cls):
        from gateware.neurons.lif import LIF
        return {"LIF": cls(LIF()), "deep": cls(LIF(refractory=3), period=8.0)}


def _fields(shapes):
    return shapes._asdict() if shapes else {}
