# amaranth: UnusedElaboratable=no
import numpy as np
import pytest
from amaranth.hdl import Module, Shape
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from gateware.step.wide_product import WideProduct
from sim import cxxrtl


class Multiplier(wiring.Component):
    """A product between ports."""

    def __init__(self, a_width, b_width, factor):
        self.plan = WideProduct(a_width, b_width, factor)
        self.widths = a_width, b_width
        super().__init__({"a": In(Shape(a_width, True)), "b": In(Shape(b_width, True)), "y": Out(Shape(a_width + b_width, True))})

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.y.eq(self.plan.create(m, self.a, self.b))
        return m


CASES = {(16, 16, 16): (1, 1), (17, 16, 16): (2, 2), (20, 31, 16): (4, 3), (32, 32, 16): (9, 5), (33, 16, 16): (3, 3),
         (18, 18, 18): (1, 1), (27, 35, 18): (4, 3), (46, 16, 16): (3, 3), (9, 20, 8): (6, 4)}


@pytest.fixture(scope="module")
def multipliers():
    components = {f"{a}x{b} of {factor}": Multiplier(a, b, factor) for a, b, factor in CASES}
    simulations = cxxrtl.compile(components)
    return {case: (component, simulations[name]) for case, (name, component) in zip(CASES, components.items())}


@pytest.mark.parametrize("case", CASES)
def test_a_product_of_pieces_is_the_product_in_the_declared_clocks(case, multipliers):
    component, simulation = multipliers[case]
    rng, plan = np.random.default_rng(1), component.plan
    factors = []
    for width in component.widths:
        lo, hi = -(1 << width - 1), (1 << width - 1) - 1
        factors.append(np.concatenate([rng.integers(lo, hi, 500, endpoint=True), rng.choice([lo, lo + 1, -1, 0, 1, hi], 500)]))
    waiting = [np.concatenate([values, np.zeros(plan.clocks, int)]) for values in factors]
    got = simulation.run(dict(zip("ab", waiting)))["y"]
    assert [int(value) for value in got[plan.clocks:]] == [x * y for x, y in zip(*(values.tolist() for values in factors))]


@pytest.mark.parametrize("case", CASES)
def test_pieces_fit_the_blocks(case):
    (a, b, factor), (blocks, clocks) = case, CASES[case]
    plan = WideProduct(a, b, factor)
    assert (sum(plan.a_parts), sum(plan.b_parts)) == (a, b)
    assert all(part < factor for parts in (plan.a_parts, plan.b_parts) for part in parts[:-1])
    assert max(plan.a_parts[-1], plan.b_parts[-1]) <= factor
    assert plan.blocks == blocks and plan.clocks <= clocks
