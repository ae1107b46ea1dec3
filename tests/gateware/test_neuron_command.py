import re

import pytest

from gateware.__main__ import main
from gateware.neurons import catalogue

LIF = ["dv/dt = (I - v)/tau", "--threshold", "v >= 1", "--reset", "v = 0", "--set", "tau=20", "--range", "v=-2:2", "--range", "I=0:4", "--dt", "0.5"]


def module(path):
    """Name and ports of a file's last module."""
    name, ports = re.findall(r"^module (\w+)\((.*?)\);", path.read_text(), re.MULTILINE | re.DOTALL)[-1]
    return name, set(re.split(r",\s*", ports))


def test_a_neuron_of_the_catalogue(tmp_path, capsys):
    path = tmp_path / "x.v"
    assert main(["neuron", "izhikevich", "--set", "d=4", "-o", str(path)]) == 0
    assert module(path) == ("izhikevich", {"clk", "rst", "I", "spike", "v"})
    neuron = catalogue.neuron("izhikevich")
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{path}: {len(path.read_text().splitlines())} lines"
    assert said[1] == f"  input  I: {neuron.inputs.I.width} bits, {neuron.fractions['I']} after the binary point"
    assert said[2] == "  output spike: 1 bit"


def test_a_parameter_changes_the_hardware(tmp_path):
    for d in (4, 8):
        assert main(["neuron", "izhikevich", "--set", f"d={d}", "--name", "n", "-o", str(tmp_path / f"{d}.v")]) == 0
    assert main(["neuron", "izhikevich", "--name", "n", "-o", str(tmp_path / "default.v")]) == 0
    four, eight, default = ((tmp_path / f"{name}.v").read_text() for name in (4, 8, "default"))
    assert four != eight and eight == default


def test_a_table(tmp_path):
    table = tmp_path / "mine.toml"
    table.write_text('name = "Mine"\n[state]\nv = { init = 0.0, range = [-2, 2] }\n[inputs]\nI = { range = [0, 4] }\n[parameters]\n'
                     'tau = 20.0\n[equations]\nv = "v[t+1] = v + (I - v)/tau"\n[spike]\nwhen = "v >= 1"\nreset = { v = "0" }\n'
                     '[integration]\nmethod = "map"\n')
    assert main(["neuron", str(table), "--set", "tau=16", "-o", str(tmp_path / "x.v")]) == 0
    assert module(tmp_path / "x.v") == ("mine", {"clk", "rst", "I", "spike", "v"})


def test_equations(tmp_path):
    assert main(["neuron", *LIF, "--name", "lif", "-o", str(tmp_path / "x.v")]) == 0
    assert module(tmp_path / "x.v") == ("lif", {"clk", "rst", "I", "spike", "v"})


def test_folded_and_bank_are_streams(tmp_path):
    streams = {"clk", "rst", "i__payload", "i__valid", "i__ready", "o__payload", "o__valid", "o__ready"}
    for form, more in (("folded", ["--count", "4"]), ("bank", ["--count", "32"])):
        path = tmp_path / f"{form}.v"
        assert main(["neuron", *LIF, "--form", form, *more, "--name", form, "-o", str(path)]) == 0
        name, ports = module(path)
        assert name == form and {port.split("\\")[-1].strip().split(".")[0] for port in ports} >= {"clk", "rst"}
        assert {re.sub(r"payload.*", "payload", port.strip("\\ ").replace(".", "__")) for port in ports} == streams


def test_where_in_a_payload_each_value_lies(tmp_path, capsys):
    neuron = catalogue.neuron("izhikevich")
    assert main(["neuron", "izhikevich", "--form", "folded", "-o", str(tmp_path / "x.v")]) == 0
    said, bits = capsys.readouterr().out.splitlines()[1:], neuron.inputs.I.width
    assert said[0] == f"  input  i__payload[{bits - 1}:0] I: {bits} bits, {neuron.fractions['I']} after the binary point"
    assert said[1].startswith(f"  input  i__payload[{bits}] first: 1 bit, starts the neuron anew")
    assert said[2] == "  output o__payload[0] spike: 1 bit" and said[3].startswith(f"  output o__payload[{neuron.outputs.v.width}:1] v: ")
    assert f"[{bits}:0] i__payload" in (tmp_path / "x.v").read_text()


def test_the_form_follows_from_part_and_rate(tmp_path, capsys):
    assert main(["neuron", *LIF, "--part", "up5k", "--count", "50", "--rate", "1000", "-o", str(tmp_path / "x.v")]) == 0
    assert re.match(r"(folded|bank): about .* iCE40UP5K", capsys.readouterr().out)


@pytest.mark.parametrize("arguments, message", [
    (["izikevich"], "not 'izikevich'; near it: izhikevich"), (["nothing.toml"], "nothing.toml: cannot be read"),
    (["izhikevich", "adex"], "one neuron can be written at a time, not izhikevich, adex"),
    (["izhikevich", "--set", "d"], "--set must be written NAME=NUMBER, not 'd'"), (["izhikevich", "--set", "d=x"], "not 'd=x'"),
    (["izhikevich", "--set", "q=1"], "parameters.q: is no parameter; there are a, b, c, d"),
    (["izhikevich", "--range", "v=1:2"], "--range is for equations, not for izhikevich"),
    (["izhikevich", "--dt", "0.1"], "--dt is for equations, not for izhikevich"),
    (["izhikevich", "--threshold", "v > 1"], "--threshold is for equations"),
    (["izhikevich", "--count", "3"], "--count is for the forms folded and bank"),
    (["izhikevich", "--form", "folded", "--count", "0"], "count must be between 1 and 4096, not 0"),
    (["izhikevich", "--clock", "400"], "it reaches about 40 MHz, not 400"),
    (["siegert", "--form", "bank"], "a neuron without state or inputs can be written as single or folded only"),
    (["dv/dt = -v", "--range", "v=a:2"], "--range must be written NAME=LO:HI, not 'v=a:2'"),
    (["dv/dt = -v"], "ranges must have an entry for v"),
    (["dv/dt = -v/tau", "--range", "v=0:1"], "tau is unknown"),
    (["dv/dt = -v", "--range", "v=0:1", "--method", "leapfrog"], "must be one of"),
    (["izhikevich", "--name", "v"], "module name must not be that of a port, 'v'"),
    (["izhikevich", "-o", "nowhere/x.v"], "output must lie in a folder that exists, not in nowhere"),
])
def test_wrong_arguments_are_refused(tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert main(["neuron", *arguments, *([] if "-o" in arguments else ["-o", "x.v"])]) == 2
    error = capsys.readouterr().err
    assert message in error and error.startswith("error: ") and list(tmp_path.iterdir()) == []


def test_help_has_examples(capsys):
    assert main(["neuron", "--help"]) == 0
    assert "python -m gateware neuron izhikevich" in capsys.readouterr().out
    assert main(["neuron", "izhikevich", "--form", "triangular", "-o", "x.v"]) == 2
