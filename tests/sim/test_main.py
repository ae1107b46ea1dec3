import argparse
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from sim import commands, ladder
from sim.__main__ import main
from sim.kept import KeptResults


@pytest.fixture
def own_results(tmp_path, monkeypatch):
    """A file of kept results of its own."""
    monkeypatch.setattr(commands, "KeptResults", lambda: KeptResults(tmp_path / "results.json"))
    return tmp_path / "results.json"


def test_list_shows_what_is_kept(capsys, own_results):
    assert main(["check", "RampCounter:decimal", "--level", "netlist", "--keep"]) == 0
    capsys.readouterr()
    assert main(["list", "RampCounter"]) == 0
    assert capsys.readouterr().out.splitlines() == ["gateware.sc.sources.ramp.RampCounter:default  step       -",
                                                    "gateware.sc.sources.ramp.RampCounter:decimal  step       netlist"]
    assert main(["list", "DenseLayer:default", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"name": "gateware.layers.dense.DenseLayer:default", "kind": "structure", "kept": []}]


def test_check_prints_every_rung_and_a_verdict(capsys, own_results):
    assert main(["check", "AndMultiplier", "--level", "rtl"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "gateware.sc.arithmetic.multiply.AndMultiplier:default"
    assert lines[1].startswith("    compared  RTL = golden: 1,")
    assert lines[2] == "1 of 1 components hold"
    assert not own_results.exists()


def test_check_keeps_results_and_uses_them(capsys, own_results):
    assert main(["check", "AndMultiplier", "--level", "netlist", "--keep"]) == 0
    assert main(["check", "AndMultiplier", "--level", "netlist", "--json"]) == 0
    out = capsys.readouterr().out
    (report,) = json.loads(out[out.index("[\n"):])
    assert report["ok"] and report["rungs"][0]["kept"] and report["rungs"][0]["level"] == "netlist"
    assert main(["check", "AndMultiplier", "--level", "netlist", "--fresh", "--json"]) == 0
    assert not json.loads(capsys.readouterr().out)[0]["rungs"][0]["kept"]


def test_what_does_not_hold_is_exit_status_1(capsys, own_results, monkeypatch):
    monkeypatch.setitem(ladder._RUNGS, "netlist", lambda component, name, simulation: (False, "a differs"))
    assert main(["check", "AndMultiplier", "--level", "netlist", "--keep"]) == 1
    out = capsys.readouterr().out
    assert "NOT netlist  a differs" in out
    assert out.splitlines()[-1] == "0 of 1 components hold: NOT gateware.sc.arithmetic.multiply.AndMultiplier:default"
    assert KeptResults(own_results).find("gateware.sc.arithmetic.multiply.AndMultiplier:default", "netlist", "") is None


def test_a_missing_tool_is_one_sentence(capsys, own_results, monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    assert main(["check", "AndMultiplier", "--level", "rtl"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: C++ compiler is missing: CXX is 'no-such-compiler'") and error.count("\n") == 1


@pytest.mark.parametrize("name", ["AndMultiplier", "DenseLayer:default"])
def test_trace_writes_waveforms(capsys, tmp_path, name):
    output = tmp_path / "x.vcd"
    assert main(["trace", name, "-o", str(output), "--clocks", "60"]) == 0
    assert capsys.readouterr().out.startswith(f"{output}: ")
    text = output.read_text()
    assert "$enddefinitions" in text and text.count("\n#") >= 100


@pytest.mark.parametrize("arguments, message", [
    (["list", "LIFE"], "error: component must be all, catalogue, a neuron of the catalogue or match one of "),
    (["trace", "LIF"], "error: component must name one, not 3: "),
    (["trace", "LIF:default", "-o", "nowhere/x.vcd"], "error: output must lie in a folder that exists, not in nowhere"),
    (["trace", "LIF:default", "--clocks", "0"], "argument --clocks: must be at least 1, not 0"),
    (["check"], "the following arguments are required: COMPONENT"),
    (["check", "LIF", "--jobs", "0"], "argument --jobs: must be at least 1, not 0"),
    (["check", "LIF", "--level", "x"], "argument --level: invalid choice: 'x'"),
    ([], "the following arguments are required: COMMAND"),
])
def test_wrong_arguments_are_exit_status_2(capsys, arguments, message):
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def test_help_is_quick_and_has_examples():
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "sim", "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and "python -m sim trace LIF:default" in done.stdout
    assert time.perf_counter() - start < 2


def test_ctrl_c_is_not_lost_where_an_object_ends(monkeypatch, capsys):
    class Ends:
        def __del__(self):
            raise KeyboardInterrupt

    def run(options):
        del options.ends
        for _ in range(100):
            time.sleep(0.1)

    parse = argparse.ArgumentParser.parse_args
    monkeypatch.setattr(argparse.ArgumentParser, "parse_args",
                        lambda self, given: argparse.Namespace(**vars(parse(self, given)), ends=Ends()))
    monkeypatch.setattr(commands, "run_command", run)
    start = time.perf_counter()
    assert main(["list"]) == 130 and time.perf_counter() - start < 5
    assert capsys.readouterr().err == "interrupted; finished files were left as they were\n"


def test_ctrl_c_ends_in_one_sentence():
    # Components that are there at once, and then a minute of a compiler's work: long enough on a loaded machine, too.
    neurons = ["adex", "hodgkin_huxley", "wang_buzsaki", "traub_miles", "connor_stevens", "pinsky_rinzel"]
    process = subprocess.Popen([sys.executable, "-m", "sim", "check", *neurons, "--fresh"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, start_new_session=True,
                               # A shell's background job ignores the signal, and so would its children.
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    time.sleep(8)
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert error.strip().splitlines()[-1] == "interrupted; finished files were left as they were"
    assert "Traceback" not in error
