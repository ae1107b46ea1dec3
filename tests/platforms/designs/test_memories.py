# amaranth: UnusedElaboratable=no
from gateware.chip.spiking_chip import SpikingChip
from gateware.rtlil import to_rtlil
from platforms.boards import find_board
from platforms.designs.memories import memory_map, read_memories
from platforms.designs.spiking import SpikingDesign

RTLIL = """
attribute \\top 1
module \\design
end
module \\design.core.core0.synapses
  memory width 24 size 4 \\sums
end
module \\design.core.core0.synapses.weights
  memory width 16 size 16384 \\cell0
  memory width 16 size 16384 \\cell1
end
module \\design.core.core0.bank
  memory width 16 size 100 \\states
end
module \\design.frame_receiver
  memory width 8 size 1024 \\buffer
end
module \\design.core.delays0
  memory width 3 size 7 \\history
end
"""


def _component(path, ram=0, spram=0):
    return {"path": path, "own": {"ram": ram, "spram": spram}}


def _plan(memory, kind, blocks):
    return {"memory": memory, "kind": kind, "blocks": blocks, "width": 1, "depth": 2, "bytes": 3, "why": "so"}


def test_memories_are_read_with_their_places():
    assert read_memories(RTLIL)[1:4] == [("design.core.core0.synapses.weights", 16, 16384), ("design.core.core0.synapses.weights", 16, 16384),
                                         ("design.core.core0.bank", 16, 100)]


def test_planned_memories_get_the_blocks_of_their_places_and_the_others_follow():
    planned = [_plan("weights of layer 0", "SPRAM", 2), _plan("sums of layer 0", "block RAM", 2), _plan("state of layer 0", "block RAM", 1)]
    placed = [_component("design.core.core0.synapses.weights", spram=2), _component("design.core.core0.bank", ram=1),
              _component("design.core.core0.synapses"), _component("design.frame_receiver", ram=2)]
    rows = memory_map(RTLIL, planned, placed)
    assert [(row["memory"], row["kind"], row["blocks"]) for row in rows] == [
        ("weights of layer 0", "SPRAM", 2), ("sums of layer 0", "logic", 0), ("state of layer 0", "block RAM", 1),
        ("frame that is coming in", "block RAM", 2), ("core.delays0", "logic", 0)]
    assert rows[0]["why"] == "so" and (rows[3]["width"], rows[3]["depth"], rows[3]["bytes"]) == (8, 1024, 1024)
    # 21 bits.
    assert rows[4]["bytes"] == 3


def test_no_memory_of_a_design_is_missing():
    design = SpikingDesign(SpikingChip.examples()["membrane"].network, find_board("icebreaker").part)
    rtlil = to_rtlil(design.assemble(24_000_000, 0))
    rows = memory_map(rtlil, design.placement.rows, [])
    assert len({row["memory"] for row in rows}) == len(rows) == len({path for path, *_ in read_memories(rtlil)})
    assert {row["memory"] for row in rows} >= {"frame that is coming in", "identity", "weights of layer 1", "state of layer 0"}
