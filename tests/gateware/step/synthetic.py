"""A step with what is hard to pipeline: interpolated tables, wide products, products of products."""

from math import exp
from typing import Any, NamedTuple

from gateware.step import Q, Range, StepComponent, lookup, mux, saturate, scale, scale_round, wrap

__all__ = ["Synthetic"]


class Params(NamedTuple):
    level: tuple
    slope: tuple
    curve: tuple
    interval: Range
    rest: Range
    v: Q
    w: Range


class State(NamedTuple):
    v: Any
    w: Any


class Inputs(NamedTuple):
    x: Any


class Outputs(NamedTuple):
    y: Any
    power: Any


def step(params, state, inputs):
    position = saturate(state.v, params.interval) - params.interval.lo
    index, rest = scale(position, 12), wrap(position, params.rest)
    slope = lookup(params.slope, index) + scale_round(lookup(params.curve, index) * rest, 12)
    value = lookup(params.level, index) + scale_round(slope * rest, 12)
    wide = state.v * state.w + value * inputs.x
    power = scale_round(wide, 24) * state.v
    v = saturate(scale_round(wide, 20) + state.v, params.v)
    w = saturate(scale(power, 9) - 3 * state.w, params.w)
    return State(v, w), Outputs(mux(power > (1 << 42), value, 0), power)


class Synthetic(StepComponent):
    """Products of 23 by 27, 22 by 18 and 26 by 23 bits, and three tables of 201 entries at one index."""

    def __init__(self):
        bell = [exp(-((k - 100) / 40) ** 2) for k in range(203)]
        level = tuple(round(y * 2**20) for y in bell[:201])
        slope = tuple(round((z - y) * 2**20) for y, z in zip(bell, bell[1:202]))
        curve = tuple(round((z - 2 * y + x) * 2**19) for x, y, z in zip(bell, bell[1:], bell[2:]))
        super().__init__(step, params=Params(level, slope, curve, Range(-120 << 12, 80 << 12), Range(0, 4095), Q(9, 14),
                                             Range(-60_000_000, 50_000_000)),
                         state=State(Q(9, 14), Q(8, 19)), init=State(0, 1000), inputs=Inputs(Q(8, 10)))
