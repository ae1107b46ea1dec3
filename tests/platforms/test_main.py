import json
import subprocess
import sys
import time

import pytest

from gateware.chip.spiking_chip import SpikingChip
from platforms import commands
from platforms.__main__ import main
from platforms.designs.difference import MismatchError
from platforms.errors import FitError, ToolError


def test_help_is_quick_and_has_examples():
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-X", "importtime", "-m", "platforms", "--help"], capture_output=True, text=True, timeout=60,
                          check=True)
    seconds = time.perf_counter() - start
    assert "python -m platforms build icesugar --clock 30" in done.stdout
    # Nothing heavy is imported; the time is that of a Python start, with room for a busy machine.
    assert not {"numpy", "amaranth", "numba", "rich", "jinja2"} & {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert seconds < 2


def test_help_of_run_speaks_of_events(capsys):
    assert main(["run", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Send images, or samples of events, to a board" in shown and "a network that takes events needs a file" in shown


def test_list_shows_every_board(capsys):
    assert main(["list"]) == 0
    shown = capsys.readouterr().out
    assert "icebreaker     iCE40UP5K    5,280   30    8  24" in shown
    assert "connect a 3.3 V USB serial adapter" in shown and 'pip install "spikeloom[ecp5]"' in shown


def test_list_as_json(capsys):
    assert main(["list", "--json"]) == 0
    boards = {board["name"]: board for board in json.loads(capsys.readouterr().out)}
    assert boards["icestick"]["logic"] == 1280 and boards["upduino-v3"]["clock_sources"]["hfosc"] == 48_000_000


@pytest.mark.parametrize(("arguments", "message"), [
    (["build", "icebraker"], "error: unknown board 'icebraker'; did you mean icebreaker? boards: icebreaker, upduino-v3"),
    (["report", "icebraker"], "error: unknown board 'icebraker'; did you mean icebreaker?"),
    (["program", "x"], "error: unknown board 'x'; boards: "),
    (["run", "x", "--port", "sim"], "error: unknown board 'x'; boards: "),
    (["build", "--clock", "25"], "error: clock must be a frequency that the PLL makes from 12 MHz, not 25 MHz"),
    (["build", "--baud", "7000000"], "error: 7000000 baud from 24000000 Hz needs 3.43 clocks per bit"),
    (["build", "--check", "--clock", "12"], "error: --check and --keep are about the default design: leave out --clock"),
    (["run", "--port", "sim", "--count", "0"], "error: --count must be at least 1, not 0"),
    (["build", "--tools", "docker"], "invalid choice: 'docker'"),
    (["run"], "the following arguments are required: --port"),
    ([], "the following arguments are required: COMMAND")])
def test_wrong_arguments_end_with_2(arguments, message, capsys):
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert message in shown.err and shown.out == ""


@pytest.mark.parametrize(("error", "message"), [
    (MismatchError("the hardware differs"), "error: the hardware differs\n"),
    (FitError("needs 5,912 logic cells, the part has 1,280"), "error: needs 5,912 logic cells, the part has 1,280\n"),
    (ToolError("nextpnr-ecp5 is missing"), "error: nextpnr-ecp5 is missing\n"),
    (ValueError("the network file x is damaged"), "error: the network file x is damaged\n"),
    (OSError(28, "No space left on device", "build/x"), "error: No space left on device: build/x\n"),
    (OSError(28, "No space left on device"), "error: No space left on device\n"),
    (FileNotFoundError("there is no network file x"), "error: there is no network file x\n")])
def test_expected_failures_are_one_sentence(error, message, monkeypatch, capsys):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(commands, "build_network", fail)
    assert main(["build"]) == 1
    assert capsys.readouterr().err == message


def test_interruption_ends_with_130(monkeypatch, capsys):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "build_network", interrupt)
    assert main(["build"]) == 130
    assert capsys.readouterr().err == "interrupted; finished files were left as they were\n"


def test_programming_error_is_not_hidden(monkeypatch):
    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(commands, "build_network", fail)
    with pytest.raises(ZeroDivisionError):
        main(["build"])


@pytest.mark.parametrize("package", ["nir", "h5py"])
@pytest.mark.parametrize("command", [["build"], ["simulate"], ["run", "--port", "sim"]])
def test_a_package_of_an_extra_is_named(package, command, own_cache, monkeypatch, tmp_path, capsys):
    from models.nir import from_network, write

    graph = tmp_path / "graph.nir"
    write(graph, from_network(SpikingChip.examples()["membrane"].network))
    for module in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)

    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name == package:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    assert main([*command, "--network", str(graph)]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == f"error: NIR graphs need {package}, which is not installed: pip install 'spikeloom[nir]'"


def test_another_missing_package_is_not_hidden(monkeypatch):
    def fail(*args, **kwargs):
        raise ModuleNotFoundError("No module named 'x'", name="x")

    monkeypatch.setattr(commands, "build_network", fail)
    with pytest.raises(ModuleNotFoundError):
        main(["build"])


def test_nothing_built_is_one_sentence(tmp_path, capsys):
    for command in ("report", "program"):
        assert main([command, "--folder", str(tmp_path)]) == 1
        assert capsys.readouterr().err == f"error: there is no build in {tmp_path}: make one with python -m platforms build\n"


def test_build_prints_a_short_table(monkeypatch, capsys):
    report = {"board": {"name": "icebreaker", "title": "iCEBreaker", "part": "iCE40UP5K"}, "clock": {"text": "24 MHz"},
              "timing": {"fmax_hz": 30e6, "clock_hz": 24e6}, "bitstream": {"bytes": 9, "sha256": "ab" * 32, "file": "digits.bin"},
              "utilisation": [], "folder": "build/icebreaker", "placement": [1], "cached": False, "tools": {}}
    monkeypatch.setattr(commands, "build_network", lambda *args, **kwargs: report)
    assert main(["build"]) == 0
    shown = capsys.readouterr().out
    assert "longest path allows  30.00 MHz, the clock is 24 MHz" in shown and "build/icebreaker/report.html" in shown
    assert main(["build", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["bitstream"]["sha256"] == "ab" * 32 and "placement" not in document
