"""Areas of all stochastic components on iCE40 and Xilinx 7, beside hand-written Verilog; and a product's whole price."""

import importlib
from typing import NamedTuple

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from gateware.area import areas
from gateware.sc.arithmetic.multiply import AndMultiplier
from gateware.sc.decode.ones_counter import OnesCounter
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.sources.lfsr import LFSR
from gateware.step.component import discover

from .budgets import BUDGETS
from .tables import as_csv, markdown

__all__ = ["BinaryMultiplier", "amortised", "area_files", "measure_areas"]

FAMILIES = ("ice40", "xc7")
_SHARED_BY = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class BinaryMultiplier(wiring.Component):
    """Product of two binary numbers of 8 bits in one clock: what a stochastic one is measured against."""

    a: In(8)
    b: In(8)
    product: Out(16)

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.product.eq(self.a * self.b)
        return m


def measure_areas(components, say=lambda title: None):
    """Areas by name and family: ``{family: {name: Area}}``, many components to a run of Yosys."""
    found = {family: {} for family in FAMILIES}
    names = list(components)
    for family in FAMILIES:
        for start in range(0, len(names), 40):
            batch = names[start:start + 40]
            say(f"{family}: {batch[0].rpartition('.')[2]} and {len(batch) - 1} more")
            found[family] |= areas({name: components[name] for name in batch}, family)
    return found


class _Prices(NamedTuple):
    source: int
    encoder: int
    gate: int
    counter: int
    binary: int


_PARTS = {"source": lambda: LFSR(8, seed=128), "encoder": lambda: ComparatorEncoder(8), "gate": AndMultiplier,
          "counter": lambda: OnesCounter(256), "binary": BinaryMultiplier}


def amortised(prices, shared_by):
    """LUTs per product, with the sources shared by so many products, then one operand's encoder too, then the counter.

    Parameters
    ----------
    prices : _Prices
        LUTs of the parts.
    shared_by : int
        Products M.

    Returns
    -------
    tuple of float
        ``(sources shared, one operand's encoder shared too, one counter for all as well)``; the last is a sum of products
        that are ORed or selected into one stream.
    """
    rest = prices.gate + prices.counter
    sources = 2 * prices.source / shared_by
    return (sources + 2 * prices.encoder + rest, sources + prices.encoder * (1 + 1 / shared_by) + rest,
            sources + prices.encoder * (1 + 1 / shared_by) + prices.gate + prices.counter / shared_by)


def _amortised_part(prices):
    header = ["products M", *(f"{family}: {what}" for family in ("iCE40", "Xilinx 7")
                              for what in ("sources shared", "and one operand", "and the counter"))]
    lines = [[count, *(f"{value:.1f}" for family in FAMILIES for value in amortised(prices[family], count))]
             for count in _SHARED_BY]
    ice, xc7 = prices["ice40"], prices["xc7"]
    parts = ", ".join(f"{name} {getattr(ice, name)} / {getattr(xc7, name)}" for name in _Prices._fields[:-1])
    alone = [amortised(each, 1)[0] for each in (ice, xc7)]
    shared = [amortised(each, _SHARED_BY[-1])[2] for each in (ice, xc7)]
    times = [[lut * 256 / each.binary for lut, each in zip(luts, (ice, xc7))] for luts in (alone, shared)]
    return f"""\
## What a product really takes

LUTs per product of 8 bits in a stream of 256 clocks, with everything that it needs: two encoders, their share of two LFSRs,
the AND gate and a ones counter of 9 bits (LUT4 / LUT6: {parts}).
The columns share more and more: the sources among M products; the encoder of one operand as well, as in a matrix times a
vector; the counter as well, where the products are summed into one stream by a multiplexer (whose LUTs are not counted).

{markdown(header, lines)}

An 8 x 8 **binary multiplier takes {ice.binary} LUT4 or {xc7.binary} LUT6, exact, in one clock**. A lone stochastic product
takes {alone[0]:.0f} or {alone[1]:.0f} and 256 clocks: {times[0][0]:.0f} and {times[0][1]:.0f} times the LUT-clocks of the
binary one. With everything shared by 256 products it is {shared[0]:.1f} or {shared[1]:.1f} LUTs, {times[1][0]:.0f} and
{times[1][1]:.0f} times. Stochastic products win where area is the limit and time is not; per product and second they lose.
The one LUT of the AND gate alone, set against a whole binary multiplier, compares nothing that can be built.
"""


def area_files(say=lambda title: None):
    """The page and the CSVs of all areas: text by file name."""
    importlib.import_module("gateware.sc")
    every = {name: component for name, component in discover("gateware.sc")}
    budgets = {row.name: row for row in BUDGETS}
    parts = {f"part {name}": make() for name, make in _PARTS.items()}
    found = measure_areas({**{f"budget {name}": row.make() for name, row in budgets.items()}, **parts, **every}, say)
    prices = {family: _Prices(*(found[family][f"part {name}"].lut for name in _Prices._fields)) for family in FAMILIES}

    budget_rows, budget_lines = [], []
    for name, row in budgets.items():
        entry = {"primitive": name}
        cells = []
        for family, allowed in (("ice40", row.ice40), ("xc7", row.xc7)):
            measured = found[family][f"budget {name}"]
            met = allowed is None or measured.lut <= max(allowed[0] + 1, allowed[0] * 1.03)
            entry |= {f"{family}_lut": measured.lut, f"{family}_ff": measured.ff, f"{family}_carry": measured.carry,
                      f"{family}_budget_lut": allowed and allowed[0], f"{family}_budget_ff": allowed and allowed[1],
                      f"{family}_met": int(met)}
            cells += [f"{measured.lut}/{measured.ff}/{measured.carry}", "" if allowed is None else f"{allowed[0]}/{allowed[1]}",
                      "" if allowed is None else "yes" if met else "**no**"]
        budget_rows.append(entry)
        budget_lines.append([name, row.note, *cells])
    area_rows = [{"component": name, **{f"{family}_{key}": value for family in FAMILIES
                                        for key, value in found[family][name]._asdict().items()}} for name in every]
    lines = [[f"`{name.removeprefix('gateware.sc.')}`", *(value for family in FAMILIES for value in found[family][name][:3])]
             for name in every]
    page = f"""\
# Areas

Written by `python -m benchmarks sc`. Yosys alone, each component flattened by itself: `synth_ice40`, and `synth_xilinx
-family xc7 -nodsp`; LUT / flip-flops / carry cells (SB_CARRY of one bit, CARRY4 of four); inverter cells are not counted.
[`area.csv`](area.csv), [`budgets.csv`](budgets.csv). [Areas and Fmax after packing](../area.md) on the iCE40UP5K are another
table.

## Beside hand-written Verilog

The budget is what minimal hand-written Verilog of the same function takes in the same flow (LUT / flip-flops); met means
within one LUT or 3 %, whichever is more. Operands hold 1.0 where that applies, and flip-flops start from a reset and at
power-up.

{markdown(["primitive", "", "iCE40", "budget", "met", "Xilinx 7", "budget", "met"], budget_lines, "ll" + "r" * 6)}

{_amortised_part(prices)}
## Every component

{markdown(["component", "LUT4", "FF", "carry", "LUT6", "FF", "carry"], lines)}
"""
    return {"area.md": page, "area.csv": as_csv(area_rows), "budgets.csv": as_csv(budget_rows)}
