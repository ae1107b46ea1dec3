import json
import subprocess
import sys

import pytest

from gateware.neurons import catalogue
from models.__main__ import main

MINE = ('name = "Mine"\n[parameters]\ntau = { value = 20.0, unit = "ms", meaning = "time constant" }\n[state]\n'
        'v = { init = 0.0, unit = "1", range = [-2, 2] }\n[inputs]\nI = { unit = "1", range = [0, 4] }\n[equations]\n'
        'v = "dv/dt = (I - v)/tau"\n[spike]\nwhen = "v >= 1"\nreset = { v = "0" }\n[integration]\nmethod = "exact"\ndt = 0.1\n'
        '[protocol]\nduration = 100.0\ninputs = { I = 2.0 }\n')


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    return str(path)


def run(capsys, *arguments):
    code = main(["neuron", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_list(capsys):
    code, out, _ = run(capsys, "list", "squid", "--year", "1950-1960")
    assert code == 0 and "hodgkin_huxley" in out and out.splitlines()[-1] == f"1 of {len(catalogue.names())} neurons"
    code, out, _ = run(capsys, "list", "--category", "map", "--json")
    assert code == 0 and {each["category"] for each in json.loads(out)} == {"Map"}
    code, out, _ = run(capsys, "list", "--json")
    assert [each["name"] for each in json.loads(out)] == list(catalogue.names())
    code, out, _ = run(capsys, "list", "no", "such", "thing")
    assert code == 1 and out.splitlines()[-1].startswith("0 of ")


def test_show(capsys, mine):
    code, out, _ = run(capsys, "show", "izhikevich", "--set", "d=4")
    assert code == 0 and "du/dt = a*(b*v - u)" in out and "spike: v >= 30 -> v = c; u = u + d" in out and " 4 " in out
    code, out, _ = run(capsys, "show", "izhikevich", "--json")
    document = json.loads(out)
    assert document["name"] == "izhikevich" or document["name"] == "Izhikevich neuron"
    assert document["parameters"]["d"]["value"] == 8.0
    code, out, _ = run(capsys, "show", mine)
    assert code == 0 and "Mine" in out and "time constant" in out


def test_brackets_in_a_table_are_text(capsys, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('notes = "Of [/b], x[i] alone."\n' + MINE.replace("time constant", "slow [/x] part [a]"))
    code, out, _ = run(capsys, "show", str(path))
    assert code == 0 and "Of [/b], x[i] alone." in out and "slow [/x] part [a]" in out


@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
def test_a_shown_step_is_python(capsys, mine, arithmetic):
    code, out, _ = run(capsys, "show", mine, "--step", arithmetic)
    assert code == 0 and out.startswith("def step(params, state, inputs):")
    compile(out, "step", "exec")


def test_compile(capsys, mine):
    code, out, _ = run(capsys, "compile", mine)
    # Intervals of 20 ln 2 = 13.9 ms: seven in 100 ms.
    assert code == 0 and "spike: 7 in floats, 7 in fixed point, in 100 ms" in out
    code, out, _ = run(capsys, "compile", mine, "--set", "tau=10", "--input", "I=4", "--duration", "60", "--json")
    report = json.loads(out)
    # Intervals of 10 ln(4/3) = 2.9 ms, twenty of them.
    assert code == 0 and report["events"] == {"spike": {"float": 20, "fixed": 20}} and report["unit"] == "ms"
    assert report["bits"]["v"] > report["fraction_bits"]["v"] > 10 and 0 < report["error_per_step"]["v"] < 1e-3


def test_plot(capsys, tmp_path, mine):
    for name, magic in (("x.png", b"\x89PNG"), ("x.svg", b"<?xml"), ("x.pdf", b"%PDF")):
        code, out, _ = run(capsys, "plot", mine, "--duration", "50", "-o", str(tmp_path / name))
        assert code == 0 and out == f"wrote {tmp_path / name}\n" and (tmp_path / name).read_bytes().startswith(magic)


def test_page(capsys, tmp_path, mine):
    code, out, _ = run(capsys, "page", mine, "-o", str(tmp_path / "pages"))
    assert code == 0 and out == f"wrote {tmp_path / 'pages' / 'mine.md'}\n"
    text = (tmp_path / "pages" / "mine.md").read_text(encoding="utf-8")
    assert text.startswith("# Mine (`mine`)\n") and "7 of `spike` in float64 and 7 in fixed point" in text
    assert (tmp_path / "pages" / "images" / "mine.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("arguments, message", [
    (["show", "izikevich"], "not 'izikevich'; near it: izhikevich"), (["show", "nothing.toml"], "nothing.toml: cannot be read"),
    (["show", "izhikevich", "--set", "d"], "--set must be written NAME=NUMBER, not 'd'"),
    (["show", "izhikevich", "--set", "q=1"], "q: is no parameter; there are a, b, c, d"),
    (["list", "--year", "19x"], "--year must be a year or a range like 1990-2000, not '19x'"), (["list", "--year", "1999-1990"], "not '1999-1990'"),
    (["list", "--category", "nonsense"], "--category must be one of Bursting, "),
    (["compile", "izhikevich", "--input", "J=3"], "inputs must be among I, not 'J'"),
    (["compile", "izhikevich", "--input", "I"], "--input must be written NAME=NUMBER, not 'I'"),
    (["compile", "izhikevich", "--input", "I=3000"], "input I must lie between -50 and 50"),
    (["compile", "izhikevich", "--duration", "-5"], "duration must be 1 to 100,000,000 steps of 0.5 ms, not -5.0"),
    (["compile", "izhikevich", "--duration", "nan"], "steps of 0.5 ms, not nan"),
    (["compile", "izhikevich", "--duration", "inf"], "steps of 0.5 ms, not inf"),
    (["compile", "hay_l5", "--duration", "400000"], "duration must be shorter than 400000 ms: 80,000,000 steps of 1 neurons record"),
    (["plot", "izhikevich", "-o", "x.jpg"], "a picture must be a .png, .svg or .pdf, not 'x.jpg'"),
    (["plot", "izhikevich", "-o", "nowhere/x.png"], "--output must lie in a folder that exists, not in nowhere"),
])
def test_wrong_arguments_are_refused(tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, _, error = run(capsys, *arguments)
    assert code == 1 and error.startswith("error: ") and message in error and list(tmp_path.iterdir()) == []


def test_what_the_parser_refuses_ends_with_2(capsys):
    for arguments in ([], ["show"], ["plot", "izhikevich"], ["show", "izhikevich", "--step", "both"]):
        with pytest.raises(SystemExit) as leaving:
            main(["neuron", *arguments])
        assert leaving.value.code == 2 and "usage:" in capsys.readouterr().err


def test_help_imports_no_numba():
    code = ("import sys\nfrom models.__main__ import main\ntry:\n    main(['neuron', '--help'])\nexcept SystemExit:\n    pass\n"
            "assert 'numba' not in sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
