# amaranth: UnusedElaboratable=no
"""Pipelined products as multiplier blocks of the iCE40UP5K: Yosys has been seen to lose products that it moved into blocks."""

import re

import pytest

from gateware.neurons.bank import NeuronBank
from gateware.neurons.lif import LIF
from gateware.rtlil import to_rtlil
from gateware.yosys import find_yosys, run_yosys
from sim.cxxrtl import compile as compile_cxxrtl
from sim.transactions import compare_transactions

from .synthetic import Synthetic

# Up to where products have become blocks and nothing else has been mapped; Yosys has no simulation of its own `$alu`.
SCRIPT = """\
read_rtlil design.il
synth_ice40 -dsp -top design -run begin:map_ram
maccmap -unmap
techmap -map alu.v
flatten
opt_clean
select -module design
write_rtlil -selected netlist.il
"""
ALU = """\
(* techmap_celltype = "$alu" *)
module alu (A, B, CI, BI, X, Y, CO);
parameter A_SIGNED = 0, B_SIGNED = 0, A_WIDTH = 1, B_WIDTH = 1, Y_WIDTH = 1;
input [A_WIDTH-1:0] A; input [B_WIDTH-1:0] B; input CI, BI; output [Y_WIDTH-1:0] X, Y, CO;
wire [Y_WIDTH-1:0] a, b;
generate
if (A_WIDTH == 0) assign a = 0; else \\$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) extend (.A(A), .Y(a));
if (B_WIDTH == 0) assign b = 0; else \\$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) extend (.A(B), .Y(b));
endgenerate
assign X = a ^ (BI ? ~b : b);
assign Y = a + (BI ? ~b : b) + CI;
assign CO = (a & (BI ? ~b : b)) | (X & ~Y);
endmodule
"""
SIMULATED = """\
read_rtlil netlist.il
read_verilog cell.v
hierarchy -top design
proc
flatten -noscopeinfo
opt_clean
write_rtlil simulated.il
"""
DESIGNS = {"wide products": NeuronBank(Synthetic(), 30), "one product": NeuronBank(LIF(), 16)}


@pytest.fixture(scope="module")
def netlists():
    return {name: run_yosys(SCRIPT, {"design.il": to_rtlil(design), "alu.v": ALU}, ["netlist.il"])["netlist.il"]
            for name, design in DESIGNS.items()}


def compare(netlists, size):
    # The vendor's model of the block: all models take Yosys a minute to read.
    models = (find_yosys().share / "ice40" / "cells_sim.v").read_text(encoding="utf-8")
    cell = re.search(r"^module SB_MAC16 \(.*?^endmodule", models, re.M | re.S)[0]
    texts = {}
    for name, netlist in netlists.items():
        text = run_yosys(SIMULATED, {"netlist.il": netlist, "cell.v": re.sub("`ICE40_DEFAULT_ASSIGNMENT_\\w+(\\([^)]*\\))?", "", cell)},
                         ["simulated.il"])["simulated.il"]
        # A port of one bit as Amaranth writes it.
        texts[name] = text.replace("  wire input ", "  wire width 1 input ")
    simulations = compile_cxxrtl({name: DESIGNS[name] for name in texts}, rtlil=texts)
    return [compare_transactions(DESIGNS[name], simulations[name], size=size) for name in texts]


def test_banks_of_mapped_products_are_their_models(netlists):
    for name, design in DESIGNS.items():
        blocks = netlists[name].count("cell \\SB_MAC16 ")
        assert blocks == sum(node.primitive == "times" for node in design.pipeline.graph.nodes), name
    for result in compare(netlists, 1000):
        assert result.ok and result.cases >= 5000, result


def test_a_lost_sign_is_found(netlists):
    def other(found):
        return found[1] + found[2][:-1] + ("0" if found[2][-1] == "1" else "1")
    wrong, count = re.subn(r"(cell \\SB_MAC16 [^\n]*\n(?:    [^\n]*\n)*?    parameter (?:signed )?\\A_SIGNED )(\S+)", other, netlists["one product"])
    assert count == 1
    result, = compare({"one product": wrong}, 200)
    assert not result.ok
