"""Loading a bitstream into a board, with whichever of the board's programmers is installed."""

from __future__ import annotations

import shutil
import subprocess

from .errors import BuildError, ToolError
from .files import sha256_of

__all__ = ["image_of", "program", "weights_commands"]


def image_of(report):
    """What of a build is loaded into a board: ``file`` and ``sha256`` of the bitstream, or of the whole flash with the weights in it."""
    return report.get("flash", report["bitstream"])


def weights_commands(board, address, name):
    """The commands that write weights alone into the flash of a board, one for each of its programmers."""
    return [" ".join([*command[:-1], "-o", str(address), name]) for command in board.program]


def program(board, path, report):
    """Load a bitstream.

    Parameters
    ----------
    board : Board
    path : Path
        The bitstream, or the image of the flash that holds it and the weights.
    report : dict
        Of the build it belongs to.

    Returns
    -------
    str
        The program that did it.

    Raises
    ------
    BuildError
        If the file is missing, or not the one that was built for this board.
    ToolError
        If no programmer is installed, or it failed.
    """
    if report["board"]["name"] != board.name:
        raise BuildError(f"{path.parent} holds a build for {report['board']['name']}, not for {board.name}")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise BuildError(f"there is no bitstream {path}: build it first") from None
    if sha256_of(content) != image_of(report)["sha256"]:
        raise BuildError(f"{path} is not the bitstream that its report describes: build it again")
    for name, *arguments in board.program:
        found = shutil.which(name)
        if found:
            break
    else:
        names = " or ".join(name for name, *_ in board.program)
        raise ToolError(f"no programmer for {board.name} is installed: install {names}, or load {path} with a tool of your own")
    try:
        status = subprocess.run([found, *(argument.replace("{file}", str(path)) for argument in arguments)],
                                stdin=subprocess.DEVNULL, timeout=300).returncode
    except subprocess.TimeoutExpired:
        raise ToolError(f"{name} did not finish within 300 s") from None
    if status:
        raise ToolError(f"{name} failed with exit status {status}: is the board connected, and are you allowed to use it?")
    return name
