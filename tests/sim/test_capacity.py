from typing import NamedTuple

import pytest
from amaranth.hdl import Module, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sim.capacity import beyond_capacity, dsp_blocks


class Size(NamedTuple):
    products: int
    width: int


class Products(wiring.Component):
    """Products of signals, each of which takes one block if its factors have 16 bits."""

    def __init__(self, size):
        self.size = size
        super().__init__({f"{name}{k}": direction(signed(width)) for k in range(size.products)
                          for name, direction, width in (("a", In, size.width), ("b", In, size.width),
                                                         ("y", Out, 2 * size.width))})

    def elaborate(self, platform):
        m = Module()
        for k in range(self.size.products):
            m.d.comb += getattr(self, f"y{k}").eq(getattr(self, f"a{k}") * getattr(self, f"b{k}"))
        return m


@pytest.mark.parametrize("size, blocks", [(Size(0, 16), 0), (Size(1, 16), 1), (Size(3, 16), 3), (Size(1, 32), 4)])
def test_blocks_of_products(size, blocks):
    assert dsp_blocks(Products(size)) == blocks


def test_what_does_not_fit_is_told_with_its_figures():
    assert beyond_capacity(Products(Size(8, 16))) == ""
    assert beyond_capacity(Products(Size(9, 16))) == "left out: its products take 9 SB_MAC16, and an iCE40UP5K has 8"
