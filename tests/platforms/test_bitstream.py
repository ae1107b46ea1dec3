# amaranth: UnusedElaboratable=no
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from gateware.neurons.lif import LIF
from platforms.bitstream import build_bitstream, prepare_plan
from platforms.boards import board_names, find_board
from platforms.clocks import choose_clock
from platforms.errors import FitError, TimingError
from platforms.placement import tally
from platforms.report import describe_build, render_page, short_rows
from platforms.unpack.check import summary

ROOT = Path(__file__).parents[2]


class Blink(wiring.Component):
    """A counter between the serial pins: small enough to be built in a few seconds."""

    rx: In(1)
    tx: Out(1)

    def elaborate(self, platform):
        m = Module()
        count = Signal(12)
        m.d.sync += count.eq(count + self.rx)
        m.d.comb += self.tx.eq(count[-1])
        return m


class Long(wiring.Component):
    """A shift register of more flip-flops than an iCEstick has."""

    rx: In(1)
    tx: Out(1)

    def elaborate(self, platform):
        m = Module()
        bits = Signal(1400, reset_less=True)
        m.d.sync += bits.eq(Cat(self.rx ^ bits[-1], bits))
        m.d.comb += self.tx.eq(bits[-1])
        return m


def _build(component, board="icebreaker", clock=None, **options):
    board = find_board(board)
    return build_bitstream(component, board, choose_clock(board, clock), **options)


def _compare_with_nextpnr(build):
    """The parts table has what nextpnr says that the part has."""
    said = json.loads(build.files["nextpnr.json"])["utilization"]
    assert build.utilisation == {name: (said.get(cell, {"used": 0})["used"], getattr(build.board.part, name))
                                 for name, cell in build.board.part.cell_types.items()}
    for name, cell in build.board.part.cell_types.items():
        assert said.get(cell, {"available": 0})["available"] == getattr(build.board.part, name), cell


@pytest.mark.parametrize("name", ["ice40-hx8k-evn", "icestick", "ulx3s-85f"])
def test_parts_table_is_what_nextpnr_knows(own_cache, name):
    _compare_with_nextpnr(_build(Blink(), name))


def test_component_becomes_a_bitstream_once(own_cache, tmp_path):
    first = _build(Blink())
    again = _build(Blink())
    assert not first.cached and again.cached
    assert again.bitstream == first.bitstream and again.sha256 == first.sha256 and again.key == first.key
    assert first.bitstream.startswith(b"\xff\x00\x00\xff") or b"\x7e\xaa\x99\x7e" in first.bitstream[:64]
    assert 12 < first.utilisation["logic"][0] < 60
    _compare_with_nextpnr(first)
    assert first.utilisation["pll"] == (1, 1)
    assert first.fmax_hz > 24e6 and first.critical_path
    assert dict(first.pins) == {"clk12_0__io": "35", "link_0__rx__io": "6", "link_0__tx__io": "9"}

    # What nextpnr counts as logic cells is what was placed, and the counter is found where it belongs.
    rows = {row["path"]: row for row in tally(first.placement)}
    assert rows[""]["total"]["logic"] == first.utilisation["logic"][0]
    assert rows["design"]["total"]["ff"] == 12

    report = describe_build(first)
    page = render_page(report | {"bitstream": report["bitstream"] | {"file": "blink.bin"}})
    assert first.sha256 in page and "http" not in page.replace("http://www.w3.org", "")
    assert ("logic cells", f"{first.utilisation['logic'][0]} of 5,280 (1 %)") in short_rows(report)

    # The bitstream, unpacked, has every cell that synthesis made.
    made = json.loads(first.files["yosys.json"])["design"]["num_cells_by_type"]
    assert first.unpacked["cells"] == again.unpacked["cells"] == {kind: count for kind, count in made.items() if not kind.startswith("$")}
    assert ("bitstream, unpacked", summary(first.unpacked)) in short_rows(report) and summary(first.unpacked) in page

    # Another folder, another user's caches and another seed of Python's hashes: the same bits.
    code = ("from tests.platforms.test_bitstream import _build, Blink\n"
            "build = _build(Blink(), use_cache=False); print(build.sha256, build.cached)")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=True,
                          env=os.environ | {"PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT),
                                            "XDG_DATA_HOME": str(tmp_path)})
    assert done.stdout.split() == [first.sha256, "False"]


def test_damaged_cache_entry_is_built_again(own_cache):
    first = _build(Blink())
    (own_cache / "builds" / first.key / "top.bin").write_bytes(b"something else")
    again = _build(Blink())
    assert not again.cached and again.sha256 == first.sha256


def test_design_that_does_not_fit_is_refused_with_the_arithmetic(own_cache):
    with pytest.raises(FitError, match=r"^the design does not fit icestick \(iCE40HX1K\): it needs 1,4\d\d logic cells, "
                                       r"the part has 1,280$"):
        _build(Long(), "icestick")


def test_design_slower_than_its_clock_is_refused(own_cache):
    with pytest.raises(TimingError, match=r"^timing is not met on icebreaker: the longest path allows [\d.]+ MHz, the clock is 96 MHz; "
                                          r"ask for a slower one with --clock$"):
        _build(LIF(), clock="96")
    assert _build(LIF(), clock="96", allow_slow=True).fmax_hz < 96e6


def test_ecp5_bitstream(own_cache):
    build = _build(Blink(), "ulx3s-25f", "50")
    _compare_with_nextpnr(build)
    assert build.fmax_hz > 50e6 and build.utilisation["pll"] == (1, 2)
    assert dict(build.pins) == {"clk25_0__io": "G2", "link_0__rx__io": "M1", "link_0__tx__io": "L4"}
    assert tally(build.placement)[0]["total"]["ff"] > 12
    assert build.unpacked["cells"]["TRELLIS_FF"] == tally(build.placement)[0]["total"]["ff"] and "connections" not in build.unpacked


@pytest.mark.parametrize("name", board_names())
def test_plan_of_every_board_has_no_path_of_this_machine(name):
    board = find_board(name)
    plan = prepare_plan(Blink(), board, choose_clock(board))
    assert prepare_plan(Blink(), board, choose_clock(board)).digest() == plan.digest()
    for content in plan.files.values():
        assert str(ROOT) not in content and sys.prefix not in content
    assert ("-dsp" in plan.files["top.ys"]) == bool(board.part.family == "ice40" and board.part.dsp)
    assert ("-dsp" in prepare_plan(Blink(), board, choose_clock(board), dsp=False).files["top.ys"]) is False
