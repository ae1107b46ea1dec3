"""The C++ compiler that CXXRTL simulations are built with: the system's, or the one that comes with pip."""

from __future__ import annotations

import functools
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


__all__ = ["Compiler", "CompilerError", "find_compiler"]


class CompilerError(RuntimeError):
    """No C++ compiler was found, or it failed."""


@dataclass(frozen=True)
class Compiler:
    """A C++ compiler that can be run.

    Parameters
    ----------
    name : str
        What was asked for or found: ``g++``, ``clang++``, the value of ``CXX``, or ``ziglang``.
    version : str
        The first line that ``--version`` prints.
    command : tuple of str
        Program and first arguments.
    """

    name: str
    version: str
    command: tuple[str, ...]

    @property
    def flags(self) -> tuple[str, ...]:
        """Flags that make a shared library of one C++ unit."""
        return "-std=c++14", "-O2", "-fPIC", "-shared", "-w"

    def build(self, source: Path, library: Path, include: list[Path], timeout: float = 600.0) -> None:
        """Compile one C++ unit into a shared library.

        Parameters
        ----------
        source, library : Path
            The C++ file and the library to write.
        include : list of Path
            Folders with headers.
        timeout : float
            Seconds after which the compiler is killed.

        Raises
        ------
        CompilerError
            If it reports an error or runs longer than ``timeout``.
        """
        command = [*self.command, *self.flags, *(f"-I{folder}" for folder in include), "-o", str(library), str(source)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=timeout,
                                  stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise CompilerError(f"{self.name} ({self.version}) did not finish within {timeout:g} s") from None
        except OSError as error:
            raise CompilerError(f"{self.name} cannot be run: {error}") from None
        if done.returncode:
            lines = done.stderr.splitlines()
            reason = next((line for line in lines if "error" in line), lines[-1] if lines else f"status {done.returncode}")
            raise CompilerError(f"{self.name} ({self.version}) failed: {reason}")


def find_compiler() -> Compiler:
    """Find a C++ compiler: ``$CXX``, then c++, g++, clang++ on the search path, then ``ziglang`` from pip.

    Returns
    -------
    Compiler

    Raises
    ------
    CompilerError
        If there is none, or the one that ``CXX`` names cannot be run.
    """
    wish = os.environ.get("CXX", "")
    if wish:
        words = shlex.split(wish)
        path = shutil.which(words[0])
        if path is None:
            raise CompilerError(f"C++ compiler is missing: CXX is {wish!r}, which is not a program on the search path")
        return _identify(wish, (path, *words[1:]))
    for name in ("c++", "g++", "clang++"):
        path = shutil.which(name)
        if path is not None:
            return _identify(name, (path,))
    if importlib.util.find_spec("ziglang") is not None:
        return _identify("ziglang", (sys.executable, "-m", "ziglang", "c++"))
    raise CompilerError("C++ compiler is missing: install g++ or clang++, set CXX to one, or `pip install ziglang`")


@functools.cache
def _identify(name: str, command: tuple[str, ...]) -> Compiler:
    try:
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, errors="replace", timeout=120,
                              stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CompilerError(f"C++ compiler {name!r} cannot be run: {error}") from None
    if done.returncode or not done.stdout.strip():
        raise CompilerError(f"C++ compiler {name!r} cannot be run: `{shlex.join(command)} --version` failed")
    return Compiler(name, done.stdout.splitlines()[0].strip(), command)
