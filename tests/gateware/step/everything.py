# amaranth: UnusedElaboratable=no
"""One step function that uses every operation of the step language, and its inputs with their corners."""

from typing import Any, NamedTuple

import numpy as np

from gateware.step import (
    BIT, Q, Range, StepComponent, Vector, absolute, bit, bit_at, count_to, invert, linear, lookup, lowest_one, maximum, minimum, mux, not_, parity,
    popcount, reverse, saturate, scale, scale_round, shift_in, sum_tree, to_int, to_vector, trailing_zeros, vector, with_bit, wrap,
)

__all__ = ["everything", "python_run", "stimulus"]

LIMIT = 77
BYTE = Q(4, 4)


class Params(NamedTuple):
    table: tuple
    odd_table: tuple
    rows: tuple
    word: Q
    clamp: Range
    width: int
    mask: int


class State(NamedTuple):
    word: Any
    count: Any
    flag: Any
    shift: Any


class Inputs(NamedTuple):
    x: Any
    y: Any
    a: Any
    b: Any
    v: Any
    i: Any


class Outputs(NamedTuple):
    arithmetic: Any
    compares: Any
    rounded: Any
    clamped: Any
    wrapped: Any
    looked_up: Any
    extremes: Any
    gates: Any
    counted: Any
    bits: Any
    vector: Any
    flipped: Any
    placed: Any
    wide: Any
    lowest: Any
    mapped: Any


def both(x, y):
    return (x <= y) & (y < LIMIT), minimum(x, y) - LIMIT


def step(params, state, inputs):
    held, extreme = both(inputs.x, inputs.y)
    compares = (to_int(inputs.x == inputs.y) + (to_int(inputs.x != inputs.y) << 1) + (to_int(inputs.x < inputs.y) << 2)
                + (to_int(inputs.x <= inputs.y) << 3) + (to_int(inputs.x > inputs.y) << 4) + (to_int(inputs.x >= inputs.y) << 5))
    rounded = scale_round(inputs.x, 3) + scale(inputs.x, 5) + (inputs.y >> 2) + scale(inputs.y, params.width - 66)
    rounded = rounded + scale_round(inputs.y, 0) + scale(inputs.x * inputs.y, 0)
    taken = lookup(params.table, inputs.i) - lookup(params.odd_table, wrap(inputs.i, params.clamp))
    mixed = state.shift ^ inputs.v | vector(params.mask, params.width) & invert(inputs.v, params.width)
    flag = mux(inputs.a, inputs.b ^ state.flag, parity(mixed)) | bit(0)
    bits = to_int(flag) + popcount(mixed) + trailing_zeros(inputs.v, params.width) + to_int(bit_at(inputs.v, 63))
    chosen = mux(bit_at(mixed, inputs.i), mixed, vector(0, params.width))
    placed = with_bit(with_bit(chosen, inputs.i, inputs.a), 63, not_(inputs.b))
    total = sum_tree((inputs.x, inputs.y, state.word, 1, to_int(held)))
    word = mux(inputs.a, saturate(state.word + inputs.x - -inputs.y, params.word), wrap(total * 3, params.word))
    return (
        State(word=word, count=count_to(state.count, 10), flag=flag, shift=shift_in(mixed, flag, params.width)),
        Outputs(arithmetic=3 - inputs.x * inputs.y + (inputs.x << 2), compares=compares, rounded=rounded,
                clamped=saturate(inputs.x, params.word) + saturate(total, BYTE), wrapped=wrap(inputs.x, BYTE), looked_up=taken,
                extremes=maximum(inputs.x, extreme) + absolute(inputs.y), gates=held & inputs.a | bit(1) & inputs.b,
                counted=state.count, bits=bits, vector=chosen, flipped=reverse(mixed, params.width), placed=placed,
                wide=to_vector(inputs.i, 4), lowest=lowest_one(inputs.v, params.width),
                mapped=linear(params.rows, to_vector(inputs.i, 4))))


def everything():
    """The component of :func:`step`."""
    return StepComponent(
        step,
        params=Params(table=tuple((37 * k) % 101 - 50 for k in range(16)), odd_table=(7, -8, 9, 1000), rows=(5, 0, 15, 8, 6), word=Q(8, 8),
                      clamp=Range(0, 3), width=64, mask=0xF0F0_1234_8765_0FF1),
        state=State(word=Q(8, 8), count=Range(0, 9), flag=BIT, shift=Vector(64)), init=State(-5, 3, 1, 1 << 63),
        inputs=Inputs(x=Q(8, 8), y=Range(-300, 300), a=BIT, b=BIT, v=Vector(64), i=Range(0, 15)))


def stimulus(count, seed=0):
    """Inputs of ``count`` clocks: every other one random, the others at their corners."""
    rng = np.random.default_rng(seed)
    corners = {"x": [-32768, -32767, -1, 0, 1, 32767], "y": [-300, -1, 0, 1, 299, 300], "i": [0, 1, 14, 15],
               "v": [0, 1, 1 << 63, (1 << 64) - 1, (1 << 63) - 1, 0x8000000000000001]}
    random = {"x": rng.integers(-32768, 32768, count), "y": rng.integers(-300, 301, count), "i": rng.integers(0, 16, count),
              "v": rng.integers(0, 2**64, count, np.uint64)}
    corner = np.arange(count) % 2 == 0
    picks = {name: np.where(corner, rng.choice(np.array(values, random[name].dtype), count), random[name])
             for name, values in corners.items()}
    return Inputs(a=rng.random(count) < 0.5, b=rng.random(count) < 0.5, **picks)


def python_run(component, inputs):
    """The outputs of a run on exact Python integers: lists in a NamedTuple, and the final state."""
    state, rows = component.init, []
    columns = [(bool if shape.kind == "bit" else int, column.tolist()) for shape, column in zip(component.inputs, inputs)]
    for values in zip(*(map(kind, column) for kind, column in columns)):
        state, outputs = component.step(component.params, state, type(component.inputs)(*values))
        rows.append(outputs)
    return type(component.outputs)(*map(list, zip(*rows))), state
