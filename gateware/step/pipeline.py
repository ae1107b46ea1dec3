"""The pipelined form of a step: registers put into its dataflow graph, one step accepted per clock."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import memory
from amaranth.lib.wiring import In, Out

from gateware.component import Component

from .component import StepComponent
from .hardware import Hardware
from .lowering import lower
from .schedule import schedule
from .shapes import bits_for
from .symbolic import symbol
from .target import target_of

__all__ = ["Pipeline"]


class Pipeline(Component):
    """A step component's step as a pipeline without state: state in, next state and outputs out, later.

    ``(next_*, outputs)`` in a clock are ``step`` of the state and inputs of ``latency`` enabled clocks before.

    Parameters
    ----------
    component : StepComponent
    target : str
        The family of parts whose multipliers, memories and carry chains the stages are made for: ``"ice40"`` (iCE40UP5K) or
        ``"ecp5"`` (ECP5-25F).
    period : float, optional
        Nanoseconds of a clock that the stages are made for, 5 to 1000; 20 on an iCE40 and 8.5 on an ECP5, if not given.

    Members
    -------
    state_<field>, <input> : In
        In the component's shapes.
    next_<field>, <output> : Out

    Attributes
    ----------
    latency : int
        Clocks from input to output.
    graph : Graph
        The component's, rewritten for the target.
    stages : tuple of int
        The clock in which each of its nodes is computed.

    Raises
    ------
    TypeError
        If ``component`` is no StepComponent.
    ValueError
        If the target is unknown or the period out of range.

    Notes
    -----
    Interval 1. The registers hold arbitrary values until filled; they have no reset. Tables of more than 16 entries are
    memories: in a clock that is not enabled, they are not read.

    On an iCE40, put an ``EnableInserter`` around it, as :class:`~gateware.neurons.bank.NeuronBank` does: where registers are always
    enabled, Yosys 0.70 moves sums of registered products into multiplier blocks, and may lose a product.
    """

    def __init__(self, component, *, target="ice40", period=None):
        if not isinstance(component, StepComponent):
            raise TypeError(f"Pipeline component must be a StepComponent, not {component!r}")
        self.component, family = component, target_of(target)
        self.target, self.period = target, family.period if period is None else period
        if not 5 <= self.period <= 1000:
            raise ValueError(f"Pipeline period must be between 5 and 1000 ns, not {period!r}")
        self.graph = lower(component.graph, family, self.period - family.overhead)
        plan = schedule(self.graph, family, self.period)
        self.stages, self.latency = plan.stages, plan.latency
        fields = {f"state_{name}": shape for name, shape in _fields(component.state).items()}
        super().__init__(
            {name: In(shape.shape) for name, shape in (fields | _fields(component.inputs)).items()}
            | {f"next_{name}": Out(shape.shape) for name, shape in _fields(component.state).items()}
            | {name: Out(shape.shape) for name, shape in component.outputs._asdict().items()})

    def elaborate(self, platform):
        m = Module()
        component, graph = self.component, self.graph
        domain = _Stages(m)
        sources = {("state", name): symbol(domain, shape, getattr(self, f"state_{name}"))
                   for name, shape in _fields(component.state).items()}
        sources |= {("input", name): symbol(domain, shape, getattr(self, name))
                    for name, shape in _fields(component.inputs).items()}
        values = {}

        def at(index, stage):
            """The value of a node in a stage, held in registers since the one where it was made."""
            if graph.nodes[index].primitive == "constant":
                stage = self.stages[index]
            if (index, stage) not in values:
                before = at(index, stage - 1)
                register = Signal.like(before.raw, name=f"node{index}_{stage}", reset_less=True)
                m.d.sync += register.eq(before.raw)
                values[index, stage] = symbol(domain, before.shape, register)
            return values[index, stage]

        for index, (node, stage) in enumerate(zip(graph.nodes, self.stages)):
            domain.index = index
            value = graph.apply(node, domain, sources, [at(k, stage) for k in node.operands])
            values[index, stage + (node.primitive == "table")] = value
        for prefix, results in (("next_", graph.next_state), ("", graph.outputs)):
            m.d.comb += [getattr(self, prefix + name).eq(at(index, self.latency).raw)
                         for name, index in _fields(results).items()]
        return m

    @classmethod
    def examples(cls):
        from gateware.neurons import catalogue
        from gateware.neurons.lif import LIF
        return {"LIF": cls(LIF()), "deep": cls(LIF(refractory=3), period=11.0), "tables": cls(catalogue.neuron("sigmoid_rate"))}


class _Stages(Hardware):
    """The primitives of lowered graphs; the value of node ``k`` is the signal ``node<k>``."""

    def __init__(self, m):
        super().__init__(m)
        self.index = None

    def _name(self, primitive):
        return f"node{self.index}"

    def join(self, shape, high, low, k):
        low = low.raw[:k] if len(low.raw) >= k else Cat(low.raw, Const(0, k - len(low.raw)))
        joined = Cat(low, high.raw)
        return joined.as_signed() if high.shape.signed else joined

    def times(self, shape, a, b):
        return a.raw * b.raw

    def gate(self, shape, one, x):
        return Mux(one.raw[0], -x.raw if one.shape.signed else x.raw, 0)

    def less(self, shape, a, b):
        if b.shape.lo == b.shape.hi == 0:
            return a.raw[-1] if a.shape.signed else Const(0, 1)
        return super().less(shape, a, b)

    def table(self, shape, i, tables):
        widths = [bits_for(min(table), max(table)) for table in tables]
        words = []
        for entries in zip(*tables):
            word, start = 0, 0
            for entry, width in zip(entries, widths):
                word, start = word | (entry & (1 << width) - 1) << start, start + width
            words.append(word)
        size = 1 << i.shape.width
        # Yosys would make logic of a memory of constants that fills a block RAM by less than a block.
        self._m.submodules[f"table{self.index}"] = block = memory.Memory(
            shape=shape.width, depth=size, init=(words + [0] * size)[:size], attrs={"rom_style": "block"})
        port = block.read_port()
        self._m.d.comb += port.addr.eq(i.raw)
        return port.data

    def entry(self, shape, word, start, table):
        value = word.raw[start:start + bits_for(min(table), max(table))]
        return value.as_signed() if min(table) < 0 else value


def _fields(shapes):
    return shapes._asdict() if shapes else {}
