"""The choice of hardware for a neuron: one clock, a pipelined bank, or folded, by what is asked for and what a part has."""

from dataclasses import dataclass, replace
from math import ceil, isfinite
from numbers import Real

from amaranth.utils import ceil_log2

from gateware.neurons.bank import NeuronBank
from gateware.parameters import integer
from gateware.step import StepComponent
from gateware.step.folded import FoldedStep
from gateware.step.pipeline import Pipeline
from gateware.step.shapes import bits_for
from gateware.step.target import target_of
from gateware.step.wide_product import WideProduct

__all__ = ["FORMS", "PARTS", "Choice", "Estimate", "PartLimits", "fit"]

FORMS = ("single", "bank", "folded")


@dataclass(frozen=True)
class PartLimits:
    """What a part offers to a neuron.

    Parameters
    ----------
    name : str
    target : str
        Its family, as :func:`gateware.step.target.target_of` knows it.
    logic, ram, dsp : int
        Logic cells (LUT4s on an ECP5), memory blocks, multiplier blocks.
    ram_bits, ram_width : int
        Of one memory block.
    bank_clock, folded_clock : float
        Hertz that registered forms reach on it.
    """

    name: str
    target: str
    logic: int
    ram: int
    dsp: int
    ram_bits: int
    ram_width: int
    bank_clock: float
    folded_clock: float


PARTS = {
    "up5k": PartLimits("iCE40UP5K", "ice40", 5280, 30, 8, 4096, 16, 40e6, 44e6),
    "25f": PartLimits("LFE5U-25F", "ecp5", 24288, 56, 28, 18432, 36, 100e6, 75e6),
}


@dataclass(frozen=True)
class Estimate:
    """What a form of a neuron takes and gives, by estimate: multipliers nearly exactly, logic roughly.

    Parameters
    ----------
    form : str
        One of :data:`FORMS`.
    logic, ram, dsp : int
    clock : float
        Hertz at which it runs.
    updates : float
        Updates per second of all its neurons together.
    """

    form: str
    logic: int
    ram: int
    dsp: int
    clock: float
    updates: float

    def shortage(self, part):
        """What the part has too little of, in words; empty if it fits."""
        return ", ".join(f"{need:,} of {have:,} {what}" for what, need, have in (
            ("logic cells", self.logic, part.logic), ("memory blocks", self.ram, part.ram),
            ("multiplier blocks", self.dsp, part.dsp)) if need > have)


@dataclass(frozen=True)
class Choice:
    """The form that was chosen.

    Parameters
    ----------
    form : str
    hardware : amaranth.lib.wiring.Component
        The neuron itself, a :class:`NeuronBank` or a :class:`FoldedStep`.
    why : str
    estimates : dict of str to Estimate
        Of each form that is possible.
    """

    form: str
    hardware: object
    why: str
    estimates: dict


def fit(component, part="up5k", *, count=1, clock=None, rate=None, form=None):
    """Choose the hardware for ``count`` equal neurons on a part: the smallest form that is fast enough.

    Parameters
    ----------
    component : StepComponent
        With state and inputs.
    part : str
        ``"up5k"`` (iCE40UP5K) or ``"25f"`` (ECP5-25F).
    count : int
        Neurons, 1 to 4096.
    clock : float, optional
        Hertz of the design; if not given, what the form reaches by estimate.
    rate : float, optional
        Updates per second that each neuron needs; if not given, any.
    form : str, optional
        ``"single"``, ``"bank"`` or ``"folded"``: the user's own choice, which is only checked.

    Returns
    -------
    Choice

    Raises
    ------
    TypeError
        If the component is no StepComponent with state and inputs.
    ValueError
        If a parameter is out of range, or no form (or not the one asked for) fits and is fast enough; the error says of each why.
    """
    if not isinstance(component, StepComponent) or not component.state or not component.inputs:
        raise TypeError(f"fit component must be a StepComponent with state and inputs, not {component!r}")
    if part not in PARTS:
        raise ValueError(f"fit part must be one of {', '.join(PARTS)}, not {part!r}")
    count = integer("fit count", count)
    if not 1 <= count <= 4096:
        raise ValueError(f"fit count must be between 1 and 4096, not {count}")
    for name, value in (("clock", clock), ("rate", rate)):
        if value is not None and not (isinstance(value, Real) and isfinite(value) and value > 0):
            raise ValueError(f"fit {name} must be a positive number of Hertz, not {value!r}")
    if form is not None and form not in FORMS:
        raise ValueError(f"fit form must be one of {', '.join(FORMS)}, not {form!r}")
    limits, made, estimates, problems = PARTS[part], {}, {}, {}
    for each in FORMS if form is None else (form,):
        try:
            made[each], estimate = _MAKERS[each](component, limits, count)
        except ValueError as error:
            problems[each] = str(error)
            continue
        if clock is not None:
            if clock > estimate.clock:
                problems[each] = f"it reaches about {estimate.clock / 1e6:.0f} MHz, not {clock / 1e6:.0f}"
            estimate = replace(estimate, clock=clock, updates=estimate.updates * clock / estimate.clock)
        estimates[each] = estimate
        shortage = estimate.shortage(limits)
        if shortage:
            problems[each] = f"it needs {shortage}"
        elif rate is not None and estimate.updates < rate * count:
            problems.setdefault(each, f"it makes {estimate.updates:,.0f} updates/s, not {rate * count:,.0f}")
    possible = [each for each in estimates if each not in problems]
    told = "; ".join(f"{each}: {problem}" for each, problem in problems.items())
    if not possible:
        raise ValueError(f"{type(component).__name__} does not fit {limits.name} as asked: {told}")
    # A multiplier or a memory block is worth its share of the part.
    best = min(possible, key=lambda each: sum(need / have for need, have in (
        (estimates[each].logic, limits.logic), (estimates[each].ram, limits.ram), (estimates[each].dsp, limits.dsp))))
    chosen = estimates[best]
    why = (f"{best}: about {chosen.logic:,} logic cells, {chosen.ram} memory and {chosen.dsp} multiplier blocks of "
           f"{limits.name}, {chosen.updates:,.0f} updates/s at {chosen.clock / 1e6:.0f} MHz")
    others = [f"{each} takes about {estimates[each].logic:,} logic cells, {estimates[each].ram} memory and {estimates[each].dsp} "
              f"multiplier blocks" for each in possible if each != best]
    return Choice(best, made[best], "; ".join(filter(None, [why, *others, told])), estimates)


def _blocks(limits, depth, width):
    """Memory blocks of a memory, which may be as many times deeper as it is narrower."""
    options, wide = [], limits.ram_width
    while wide >= 2:
        options.append(ceil(width / wide) * ceil(depth * wide / limits.ram_bits))
        wide //= 2
    return min(options)


def _node_logic(graph, tables):
    """Logic cells of nodes as logic."""
    total = 0
    for node in graph.nodes:
        width = node.shape.width
        if node.primitive in ("add", "sub", "mux", "gate"):
            total += width
        elif node.primitive in ("less", "equal", "saturate"):
            total += 2 * max(graph.nodes[k].shape.width for k in node.operands)
        elif node.primitive == "lookup" and tables:
            total += ceil(len(node.static["table"]) * width / 12)
        elif node.primitive in ("popcount", "parity", "linear", "trailing_zeros", "lowest_one", "with_bit", "bit_at"):
            total += 2 * max(graph.nodes[k].shape.width for k in node.operands)
    return total


def _single(component, limits, count):
    """One clock per update: the longest path is about as long as all stages of the pipeline together."""
    if count > 1:
        raise ValueError(f"it is one neuron, not {count}")
    pipeline, target = Pipeline(component, target=limits.target), target_of(limits.target)
    blocks = sum(WideProduct(max(widths), min(widths), target.factor).blocks for widths in (
        [bits_for(component.graph.nodes[k].shape.lo, component.graph.nodes[k].shape.hi) for k in node.operands]
        for node in component.graph.nodes if node.primitive == "mul"))
    clock = 1e9 / (pipeline.latency * (target.period - target.overhead) + target.overhead)
    return component, Estimate("single", _node_logic(component.graph, True) * 6 // 10, 0, blocks, clock, clock)


def _bank(component, limits, count):
    pipeline = Pipeline(component, target=limits.target)
    bank = NeuronBank(component, max(count, pipeline.latency + 3), target=limits.target)
    graph, stages = pipeline.graph, pipeline.stages
    last = list(stages)
    for node, stage in zip(graph.nodes, stages):
        for k in node.operands:
            last[k] = max(last[k], stage)
    waiting = sum((end - stage) * node.shape.width for node, stage, end in zip(graph.nodes, stages, last)
                  if node.primitive != "constant")
    words = sum(_blocks(limits, 1 << graph.nodes[node.operands[0]].shape.width, node.shape.width)
                for node in graph.nodes if node.primitive == "table")
    state = sum(shape.width for shape in component.state)
    factors = sum(node.primitive == "times" for node in graph.nodes)
    return bank, Estimate("bank", (_node_logic(graph, False) + waiting + 3 * state + 60) * 7 // 10,
                          words + _blocks(limits, bank.count, state), factors, limits.bank_clock, limits.bank_clock)


def _folded(component, limits, count):
    folded = FoldedStep(component, count, factor=target_of(limits.target).factor)
    program = folded.program
    sums = (program.product.blocks - 1) * (program.a_width + program.b_width) if program.has_product else 0
    logic = 70 + ceil(program.sum_width * (1 + 0.55 * len(program.sources))) + sums // 2 + sum(
        shape.width for shape in component.outputs)
    ports = _blocks(limits, 1 << folded.row_bits, program.row_width)
    ram = 2 * ports + _blocks(limits, 1 << folded.row_bits, min(program.b_width, program.row_width))
    ram += _blocks(limits, 1 << max(ceil_log2(program.length), 1), sum(program.widths.values()))
    if program.tables:
        ram += _blocks(limits, len(program.tables), bits_for(min(program.tables), max(program.tables)))
    return folded, Estimate("folded", logic, ram, program.product.blocks if program.has_product else 0, limits.folded_clock,
                            limits.folded_clock / folded.interval)


_MAKERS = {"single": _single, "bank": _bank, "folded": _folded}
