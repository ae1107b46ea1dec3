"""The digests of the default bitstreams, kept in the project: the same sources and tools must give the same bits anywhere."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from .boards import board_names, read_table
from .errors import BuildError
from .files import write_whole

__all__ = ["check_kept", "keep"]

TABLE = "bitstreams"
HEADER = """\
# The default bitstream of each board: its sha256, and the tools that made it.
# `python -m platforms build BOARD --check` compares, `--keep` writes this file.
"""


def check_kept(report):
    """Compare a default build with the digest that is kept for its board.

    Parameters
    ----------
    report : dict

    Raises
    ------
    BuildError
        If none is kept, other tools made it, or the bitstream is another.
    """
    board = report["board"]["name"]
    kept = read_table(TABLE).get(board)
    if kept is None:
        raise BuildError(f"no digest is kept for {board}: write it with --keep")
    tools = report["tools"]
    other = [f"{name} {tools.get(name, 'missing')} instead of {version}" for name, version in kept["tools"].items()
             if tools.get(name) != version]
    if other:
        raise BuildError(f"the kept bitstream of {board} was made with other tools, so that digests cannot be compared: "
                         f"{', '.join(other)}")
    if kept["sha256"] != report["bitstream"]["sha256"]:
        raise BuildError(f"the bitstream of {board} has the sha256 {report['bitstream']['sha256']}, the kept one {kept['sha256']}: "
                         f"if a change of the hardware was meant, keep the new one with --keep")


def keep(report):
    """Write a default build's digest into the project's table.

    Parameters
    ----------
    report : dict
    """
    table = read_table(TABLE) | {report["board"]["name"]: {"sha256": report["bitstream"]["sha256"], "tools": report["tools"]}}
    text = HEADER
    for board in board_names():
        if board in table:
            tools = ", ".join(f'{name} = "{version}"' for name, version in table[board]["tools"].items())
            text += f'\n[{board}]\nsha256 = "{table[board]["sha256"]}"\ntools = {{ {tools} }}\n'
    write_whole(Path(str(resources.files(__package__).joinpath("tables", f"{TABLE}.toml"))), text)
