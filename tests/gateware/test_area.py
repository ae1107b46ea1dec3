# amaranth: UnusedElaboratable=no
import pytest
from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from gateware import area as areas_of
from gateware.area import Area, area, areas
from gateware.sc.arithmetic.multiply import AndMultiplier
from gateware.sc.sources.lfsr import LFSR


class Multiplier(wiring.Component):
    """Products and sums of 8 bits, in a submodule and a register: the binary reference of the stochastic ones."""

    a: In(8)
    b: In(8)
    product: Out(16)

    def elaborate(self, platform):
        m, inner = Module(), Module()
        product = Signal(16)
        inner.d.comb += product.eq(self.a * self.b)
        m.submodules.inner = inner
        m.d.sync += self.product.eq(product)
        return m


class Nothing(wiring.Component):
    a: In(1)
    b: Out(1)

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.b.eq(self.a)
        return m


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    monkeypatch.setenv("SPIKELOOM_CACHE", str(tmp_path))
    return tmp_path


def test_known_circuits_on_ice40(fresh):
    found = areas({"and": AndMultiplier(), "lfsr": LFSR(8, seed=128), "binary": Multiplier(), "wire": Nothing()})
    assert found["and"] == Area(1, 0, 0, 0)
    # The exclusive or of four bits, and the inverter of the bit that starts as 1 (flip-flops of iCE40 start as 0).
    assert found["lfsr"] == Area(2, 8, 0, 0)
    assert found["binary"].ff == 16 and 140 <= found["binary"].lut <= 160
    assert found["wire"] == Area(0, 0, 0, 0)


def test_known_circuits_on_xilinx_7(fresh):
    found = areas({"and": AndMultiplier(), "lfsr": LFSR(8), "binary": Multiplier()}, "xc7")
    assert found["and"] == Area(1, 0, 0, 0) and found["lfsr"] == Area(1, 8, 0, 0)
    assert found["binary"].ff == 16 and 100 <= found["binary"].lut <= 120


def test_a_second_call_runs_no_yosys(fresh, monkeypatch):
    first = area(AndMultiplier())
    monkeypatch.setattr(areas_of, "run_yosys", lambda *args, **kwargs: pytest.fail("ran again"))
    assert area(AndMultiplier()) == first
    kept, = (fresh / "area").iterdir()
    kept.write_text("half a fil")
    with pytest.raises(pytest.fail.Exception):
        area(AndMultiplier())


def test_what_is_no_family_is_refused():
    with pytest.raises(ValueError, match="^family must be 'ice40' or 'xc7', not 'ecp5'$"):
        area(AndMultiplier(), "ecp5")
    with pytest.raises(TypeError, match="^component must be an amaranth.lib.wiring.Component, not 5$"):
        area(5)


def test_a_cell_without_a_price_is_not_passed_over():
    assert areas_of._count({"LUT1": 1, "LUT6": 2, "FDRE": 3, "FDSE": 1, "CARRY4": 2, "RAMB18E1": 1, "RAM32M": 1, "SRL16E": 1,
                            "INV": 9, "MUXF7": 1}) == Area(8, 4, 2, 1)
    with pytest.raises(ValueError, match="^no price is known of the cell DSP48E1$"):
        areas_of._count({"DSP48E1": 1})
