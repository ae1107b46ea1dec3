import re
import subprocess
import sys

import pytest

from gateware.__main__ import main
from gateware.export import configure, to_verilog
from gateware.neurons.lif import LIF
from gateware.step import Q
from gateware.yosys import run_yosys


def test_a_component_becomes_a_verilog_module(tmp_path, capsys):
    output = tmp_path / "lif.v"
    assert main(["export", "LIF", "-o", str(output)]) == 0
    text = output.read_text()
    assert re.search(r"^module lif\(clk, rst, .*current.*\);$", text, re.MULTILINE)
    assert "amaranth" not in text.lower()
    assert capsys.readouterr().out == f"{output}: {len(text.splitlines())} lines\n"
    assert [path.name for path in tmp_path.iterdir()] == ["lif.v"]


def test_the_verilog_is_what_the_component_is(tmp_path):
    """Read back, it has the same ports, and Yosys proves it equal to the RTLIL it came from."""
    from gateware.rtlil import to_rtlil
    component = LIF()
    script = ("read_verilog x.v\nhierarchy -top lif\nproc\nflatten\nrename lif gold\nread_rtlil x.il\nproc lif\n"
              "flatten lif\nrename lif gate\nequiv_make gold gate equiv\nhierarchy -top equiv\nopt -share_all\nequiv_simple\nequiv_induct\n"
              "equiv_status -assert\ntee -o done.txt equiv_status\n")
    done = run_yosys(script, {"x.v": to_verilog(component, "lif"), "x.il": to_rtlil(component, "lif")}, ["done.txt"])
    assert "Equivalence successfully proven!" in done["done.txt"]


def test_parameters_are_those_of_the_class():
    component = configure("LIF", ["tau=10", "membrane=Q(6, 10)", "refractory=3"])
    assert component.params.membrane == Q(6, 10) and component.params.refractory == 3
    assert configure("gateware.neurons.lif.LIF", ["tau=10.5"]).params == LIF(tau=10.5).params
    assert configure("LFSR", ["width=8", "direction=left"]).params == type(configure("LFSR:left"))(8, direction="left").params


def test_an_example_configuration_is_exported_by_its_name(tmp_path):
    assert main(["export", "DenseLayer:default", "--name", "layer", "-o", str(tmp_path / "x.v")]) == 0
    assert "module layer(" in (tmp_path / "x.v").read_text()


@pytest.mark.parametrize("arguments, message", [
    (["LIFE"], "component must be one of "),
    (["LIF:nothing"], "configuration of LIF must be one of default, refractory, fine, not 'nothing'"),
    (["LIF:default", "--set", "tau=5"], "parameters cannot be set for the configuration LIF:default: export LIF with them"),
    (["LIF", "--set", "tauu=5"], "parameter of LIF must be one of tau, threshold, "),
    (["LIF", "--set", "tau"], "parameter must be written name=value, not 'tau'"),
    (["LIF", "--set", "tau=-5"], "LIF tau "),
    (["LIF", "--set", "tau=abc"], "parameter tau must be a literal, Q(i, f) or Range(lo, hi), not 'abc'"),
    (["LIF", "--set", "tau=__import__('os')"], "parameter tau must be a literal, "),
    (["LIF", "--set", "membrane=Q(0, 8)"], "parameter membrane must be a literal, Q(i, f) or Range(lo, hi), not 'Q(0, 8)': Q integer_bits"),
    (["Classifier"], "Classifier needs the parameter network: set it, or export a configuration: Classifier:"),
    (["LIF", "--name", "1x"], "module name must be a Verilog identifier, not '1x'"),
    (["LIF", "--name", "current"], "module name must not be that of a port, 'current'"),
    (["LIF", "-o", "nowhere/x.v"], "output must lie in a folder that exists, not in nowhere"),
])
def test_what_is_wrong_is_one_sentence_and_exit_status_2(capsys, tmp_path, arguments, message):
    arguments = arguments if "-o" in arguments else [*arguments, "-o", str(tmp_path / "x.v")]
    assert main(["export", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: {message}") and error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_missing_yosys_is_one_sentence_and_exit_status_1(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("YOSYS", "/no/such/yosys")
    assert main(["export", "LIF", "-o", str(tmp_path / "x.v")]) == 1
    assert capsys.readouterr().err.startswith("error: Yosys is missing: '/no/such/yosys' is not a program")


def test_a_disk_that_is_full_is_one_sentence(capsys, tmp_path, monkeypatch):
    from gateware import __main__ as command

    def full(path, text):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(command, "_write", full)
    assert main(["export", "AndMultiplier", "-o", str(tmp_path / "x.v")]) == 1
    assert capsys.readouterr().err == f"error: {tmp_path / 'x.v'} cannot be written: No space left on device\n"


def test_help_has_examples():
    done = subprocess.run([sys.executable, "-m", "gateware", "export", "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and "python -m gateware export LIF -o lif.v" in done.stdout
