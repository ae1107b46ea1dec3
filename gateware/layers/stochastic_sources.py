"""The two sources of random numbers that all streams of a layer share."""

from collections import Counter
from itertools import accumulate

from amaranth.hdl import Signal

from gateware.sc.sources.sobol import Sobol
from gateware.step import Range, StepComponent

__all__ = ["check_sources", "correlated", "current_range", "look_at", "source_logic", "walk"]

LONGEST_PERIOD = 1 << 20


def walk(source, steps):
    """The states of a source from its initial one, ``steps`` of them or all of its period.

    Parameters
    ----------
    source : StepComponent
        Without inputs.
    steps : int

    Returns
    -------
    states : list of NamedTuple of int
    numbers : list of tuple of int
        The outputs in each of these states.
    periodic : bool
        Whether these are all, and the initial state follows.
    """
    state, states, numbers = source.init, [], []
    while len(states) < min(steps, LONGEST_PERIOD):
        states.append(state)
        following, outputs = source.step(source.params, state, ())
        numbers.append(tuple(map(int, outputs)))
        state = type(state)(*map(int, following))
        if state == source.init:
            return states, numbers, True
    if len(states) < steps:
        raise ValueError(f"StochasticDense sources must repeat within {LONGEST_PERIOD} clocks, and {type(source).__name__} does "
                         "not")
    return states, numbers, False


def check_sources(sources, width):
    """The sources of a layer: the inputs' and the weights', or one of both.

    Parameters
    ----------
    sources : StepComponent, pair of StepComponent, or None
        By default the first two Sobol dimensions.
    width : int

    Raises
    ------
    TypeError, ValueError
        If these are no sources of two numbers of so many bits.
    """
    if sources is None:
        return Sobol(width, 1), Sobol(width, 2)
    sources = (sources,) if isinstance(sources, StepComponent) else tuple(sources)
    for source in sources:
        if not isinstance(source, StepComponent) or source.inputs or not source.state \
                or any(number.kind == "bit" for number in source.outputs):
            raise TypeError("StochasticDense sources must be StepComponents with state, without inputs and with numbers as "
                            f"outputs, not {source!r}")
        for number in source.outputs:
            if number.lo < 0 or number.hi >= 1 << width:
                raise ValueError(f"StochasticDense sources must give numbers of {width} bits, and those of "
                                 f"{type(source).__name__} reach {number.lo} to {number.hi}")
    count = sum(len(source.outputs) for source in sources)
    if count != 2:
        raise ValueError(f"StochasticDense sources must give two numbers, the inputs' and the weights', not {count}")
    return sources


def correlated(inputs, weights, top):
    """Whether two periodic sequences of numbers from 0 to ``top`` are equal, or mirrored, in every clock."""
    # Two periodic sequences that agree for both their periods agree for ever.
    pairs = [(inputs[t % len(inputs)], weights[t % len(weights)]) for t in range(len(inputs) + len(weights))]
    return all(a == b for a, b in pairs) or all(a == top - b for a, b in pairs)


def look_at(sources, length, time_steps, width):
    """What the numbers of a transaction say.

    Parameters
    ----------
    sources : tuple of StepComponent
    length, time_steps : int
        Of the windows.
    width : int
        Bits of the numbers.

    Returns
    -------
    rewound : tuple of bool
        For each source whether it is not back at its beginning after a window.
    weights : sequence of int
        The numbers of the weights' source, its period or all of a transaction.

    Raises
    ------
    ValueError
        If the inputs' and the weights' numbers are equal or mirrored.
    """
    total = length * time_steps
    walks = [walk(source, total) for source in sources]
    inputs, weights = (each for _, numbers, _ in walks for each in zip(*numbers))
    if total > 1 and correlated(inputs, weights, (1 << width) - 1):
        raise ValueError("StochasticDense sources must be uncorrelated, and these give equal or mirrored numbers, of which "
                         "no gate makes a product: take another dimension, phase or seed for one of them")
    return tuple(not (periodic and length % len(states) == 0) for states, _, periodic in walks), weights


def current_range(rows, numbers, width, length, time_steps):
    """What signed counts may be, whatever the inputs.

    Parameters
    ----------
    rows : sequence of sequence of int
        The weights, one row per neuron.
    numbers : sequence of int
        The period of the weights' source, or all of a transaction.
    width : int
        Their bits.
    length, time_steps : int
        Of the windows.

    Returns
    -------
    Range
    """
    lo = hi = 0
    for first in sorted({k * length % len(numbers) for k in range(time_steps)}):
        # ones[w]: of a weight of magnitude w in this window; inputs of 1.0 let all of them through.
        seen = Counter(numbers[t % len(numbers)] for t in range(first, first + length))
        ones = [0, *accumulate(seen[number] for number in range(1 << width))]
        for row in rows:
            lo = min(lo, -sum(ones[-weight] for weight in row if weight < 0))
            hi = max(hi, sum(ones[weight] for weight in row if weight > 0))
    return Range(lo, hi)


def source_logic(m, name, source, rewound, counting, pass_end, last_pass, last_time_step):
    """The hardware of a source that goes through the same window of its numbers once for each synapse.

    Parameters
    ----------
    m : Module
    name : str
        Prefix of its registers.
    source : StepComponent
    rewound : bool
        Whether it does not come back to a window's beginning by itself.
    counting : Value
        Whether it moves.
    pass_end, last_pass, last_time_step : Value
        Whether this is the last clock of a synapse; whether that is a time step's last one; whether that is a transaction's.

    Returns
    -------
    tuple of Value
        The numbers.
    """
    fields = source.state._fields
    registers = [Signal(shape.shape, init=init, name=f"{name}_{field}")
                 for field, shape, init in zip(fields, source.state, source.init)]
    following, numbers = source.logic(m, registers, [])
    with m.If(counting):
        m.d.sync += [register.eq(value) for register, value in zip(registers, following)]
    if rewound:
        begins = [Signal.like(register, name=f"{register.name}_window") for register in registers]
        with m.If(pass_end & ~last_pass):
            m.d.sync += [register.eq(value) for register, value in zip(registers, begins)]
        with m.If(pass_end & last_pass):
            m.d.sync += [register.eq(value) for register, value in zip(begins, following)]
            with m.If(last_time_step):
                m.d.sync += [each.eq(each.init) for each in (*registers, *begins)]
    return numbers
