from platforms.hierarchy import assign_components, read_hierarchy

RTLIL = r"""
attribute \top 1
module \top
  wire width 1 \pin
  cell \top.a \a
    connect \o \x
  end
  cell \SB_IO \io
  end
end
module \top.a
  wire width 1 input 0 \clk
  wire width 1 output 1 \o
  cell \top.a.inner \inner
  end
end
module \top.a.inner
  wire width 1 input 0 \o
end
"""


def _cell(kind, **connections):
    return {"type": kind, "connections": {port: bits for port, (_, bits) in connections.items()},
            "port_directions": {port: direction for port, (direction, _) in connections.items()}}


def test_hierarchy_knows_paths_and_inputs():
    assert read_hierarchy(RTLIL) == {"": set(), "a": {"clk"}, "a.inner": {"o"}}


def test_cell_goes_with_the_net_that_it_drives():
    hierarchy = read_hierarchy(RTLIL)
    module = {
        "netnames": {
            # One net with three names: the parent's, the driver's, and an input of a part of the driver.
            "x": {"bits": [2]}, "a.o": {"bits": [2]}, "a.inner.o": {"bits": [2]},
            "pin": {"bits": [5]}, "a.o_SB_DFF_Q_D": {"bits": [3]}, "$hidden": {"bits": [4], "hide_name": 1}},
        "cells": {
            "a.o_SB_DFF_Q": _cell("SB_DFF", Q=("output", [2]), D=("input", [3])),
            "a.o_SB_DFF_Q_D_SB_LUT4_O": _cell("SB_LUT4", O=("output", [3]), I0=("input", [4])),
            "$deep": _cell("SB_LUT4", O=("output", [4]), I0=("input", [5])),
            "pin_driver": _cell("SB_LUT4", O=("output", [5])),
            "a.inner.memory.0.0": _cell("SB_RAM40_4K", RDATA=("output", [9])),
            "unused": _cell("SB_LUT4", O=("output", [8]))}}
    assert assign_components(module, hierarchy) == {
        "a.o_SB_DFF_Q": "a", "a.o_SB_DFF_Q_D_SB_LUT4_O": "a", "$deep": "a", "pin_driver": "", "a.inner.memory.0.0": "a.inner",
        "unused": ""}
