"""Whether a component can be mapped to an iCE40UP5K at all: asked before its netlist is proven."""

from __future__ import annotations

import re

from gateware.rtlil import to_rtlil
from gateware.yosys import run_yosys


__all__ = ["DSP_BLOCKS", "LEFT_OUT", "beyond_capacity", "dsp_blocks"]

DSP_BLOCKS = 8
LEFT_OUT = "left out: "

_SCRIPT = """\
read_rtlil design.il
synth_ice40 -dsp -top design -run begin:map_gates
tee -o stat.txt stat
"""


def dsp_blocks(component, timeout: float = 300.0) -> int:
    """The multiplier blocks (``SB_MAC16``) that Yosys takes for a component's products."""
    text = run_yosys(_SCRIPT, {"design.il": to_rtlil(component)}, ["stat.txt"], timeout)["stat.txt"]
    found = re.search(r"^ *(\d+) .*\bSB_MAC16$", text, re.MULTILINE)
    return int(found[1]) if found else 0


def beyond_capacity(component) -> str:
    """Why a component does not fit an iCE40UP5K; empty where its products do.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component

    Returns
    -------
    str
        With the figures, beginning with ``"left out: "``.
    """
    blocks = dsp_blocks(component)
    return f"{LEFT_OUT}its products take {blocks} SB_MAC16, and an iCE40UP5K has {DSP_BLOCKS}" if blocks > DSP_BLOCKS else ""
