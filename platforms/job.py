"""The whole job: evidence, bitstream and report for a board, written to a folder."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import threading
from pathlib import Path

from sim.files import sources_digest

from .boards import find_board
from .cache import Cache
from .errors import BuildError
from .files import check_folder, sha256_of, write_set
from .progress import Cancelled, Steps

__all__ = ["build", "build_network", "default_folder", "load_report"]

LOGS = ("yosys.log", "nextpnr.log")


def default_folder(board_name):
    """Where a board's files go unless the user says otherwise: ``build/<board>`` under the current folder."""
    return Path("build") / board_name


def build(component, board="icebreaker", *, clock=None, folder=None, use_cache=True, steps=None):
    """Build any component for a board and write bitstream and report.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        One with ports ``rx`` and ``tx`` is connected to the board's UART; any other is put between shift registers, so that
        its area and its Fmax can be seen.
    board : str
        A board's name; ``python -m platforms list`` shows them.
    clock : str, optional
        ``"24"`` or ``"24@clk12"``: the frequency in MHz and the source; by default the board's.
    folder : path-like, optional
        Where the files go; by default ``build/<board>``.
    use_cache : bool
        Whether an earlier result for the same hardware and tools may be used.
    steps : Steps, optional
        Where progress is shown.

    Returns
    -------
    dict
        The report, as in ``report.json``.

    Raises
    ------
    ValueError
        If there is no such board, it cannot make that clock, or the folder cannot be written.
    BuildError
        If the component does not fit, is too slow, or a tool is missing or fails.
    """
    from .bitstream import build_bitstream
    from .clocks import choose_clock
    from .report import describe_build

    board = find_board(board)
    folder = folder or default_folder(board.name)
    check_folder(folder)
    built = build_bitstream(component, board, choose_clock(board, clock), use_cache=use_cache, steps=steps)
    report = describe_build(built)
    _write(folder, type(component).__name__.lower(), built.bitstream, built.files, report, board)
    return report


def build_network(board, *, clock=None, baud=1_000_000, network=None, samples=None, conversion=None, weights="link", observe=False, folder=None,
                  use_cache=True, steps=None):
    """Build a trained network for a board, after its evidence has been gathered.

    Parameters
    ----------
    board : Board
    clock : str, optional
        As in `build`.
    baud : int
        Line rate of the UART in bits per second.
    network : path-like, optional
        A network file, or an NIR graph (``.nir``); by default the digits network that ships with the project.
    samples : path-like, optional
        What a spiking network is evaluated on, as :func:`models.networks.samples.load_samples` takes it.
    conversion : dict, optional
        ``dt``, ``time_steps``, ``conventions``, ``encoder`` of an NIR graph, as `platforms.designs.choose.network_from_nir` takes them.
    weights : str
        Where those come from that are not part of the bitstream: ``"link"``, the host loads them, or ``"flash"``, the design reads
        them from the board's configuration flash.
    observe : bool
        Whether the host can read spikes, membranes and counters of the last sample.
    folder : path-like, optional
        Where the files go; by default ``build/<board>``.
    use_cache : bool
        Whether earlier results may be used.
    steps : Steps, optional
        Where progress is shown.

    Returns
    -------
    dict
        The report, as in ``report.json``; ``cached`` says whether all of it came from the cache.

    Raises
    ------
    ValueError
        If the clock or the UART's rate cannot be made, a file is not what it should be, or the folder cannot be written.
    BuildError
        If the hardware differs from its model, does not fit, is too slow, or a tool is missing or fails.
    """
    from .designs.standing import solver_version
    from .toolchain import find_toolchain

    steps = steps or Steps()
    folder = Path(folder or default_folder(board.name))
    check_folder(folder)
    network, samples = (None if path is None else Path(path) for path in (network, samples))
    # Everything that a build is made from. With it a second build needs no elaboration, which alone takes seconds.
    key = sha256_of(json.dumps([
        sources_digest("gateware", "models", "sim", "platforms"), board.name, str(clock), baud, weights, observe,
        *(None if path is None else sha256_of(path.read_bytes()) for path in (network, samples)), _data_digest(network, samples), conversion or {},
        find_toolchain(board.part.family).identity,
        [importlib.metadata.version(name) for name in ("amaranth", "amaranth-boards", "numpy", "numba")], solver_version(),
        sorted((name, value) for name, value in os.environ.items() if name.startswith("AMARANTH_"))]))
    cache = Cache("jobs")
    files = cache.load(key) if use_cache else None
    cached = files is not None
    if cached:
        with steps("take from the cache") as step:
            step.result = f"entry {key[:12]}, digests hold"
    else:
        files = _make(board, clock, baud, network, samples, conversion or {}, weights, observe, use_cache, steps)
        cache.store(key, files)
    write_set(folder, files)
    return json.loads(files["report.json"]) | {"cached": cached, "folder": str(folder)}


def _data_digest(network, samples):
    """Digest of the data that a network is evaluated on where no file of samples is given; None where these ship with the project."""
    from models.datasets.mnist import find_mnist

    if network is None or samples is not None:
        return None
    try:
        return [sha256_of(path.read_bytes()) for path in find_mnist()]
    except FileNotFoundError:
        return None


def _make(board, clock, baud, network, samples, conversion, weights, observe, use_cache, steps):
    from .bitstream import build_bitstream
    from .clocks import choose_clock
    from .designs.choose import open_design
    from .flash import combine, weights_address
    from .program import weights_commands
    from .report import describe_build

    clock = choose_clock(board, clock)
    with steps("load the network") as step:
        design = open_design(network, board.part, baud, samples=samples, flash=weights_address(board) if weights == "flash" else None,
                             observed=observe, **conversion)
        top = design.create_top(clock.hz)
        step.result = f"{'-'.join(map(str, design.layers))}, {design.network.time_steps} time steps, {clock}"
    # Synthesis and simulation take about as long as each other, on a core each.
    built = _Beside(steps, lambda: build_bitstream(top, board, clock, use_cache=use_cache, steps=steps))
    with built:
        evidence = design.gather_evidence(samples, use_cache=use_cache, steps=steps)
    report = describe_build(built.result)
    report |= design.describe(evidence, report)
    beside = design.files()
    if "flash" in report:
        flash = report["flash"]
        beside[flash["file"]] = combine(built.result.bitstream, beside[flash["weights"]], flash["offset"])
        flash |= {"sha256": sha256_of(beside[flash["file"]]), "commands": weights_commands(board, flash["offset"], flash["weights"])}
    files = _files(design.name, built.result.bitstream, built.result.files, report, board)
    return files | beside


def _files(name, bitstream, logs, report, board):
    from .report import render_page

    # A network's name may have blanks, a file's is for shells.
    name = f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name)}.{board.bitstream_suffix}"
    report["bitstream"]["file"] = name
    return {name: bitstream, **{log: logs[log] for log in LOGS}, "report.html": render_page(report).encode("utf-8"),
            "report.json": json.dumps(report, indent=1).encode("utf-8")}


def _write(folder, name, bitstream, logs, report, board):
    write_set(folder, _files(name, bitstream, logs, report, board))


class _Beside:
    """Runs a function in a thread beside the ``with`` block, and ends it when the block fails.

    Attributes
    ----------
    result : object
        What the function returned, after the block.
    """

    def __init__(self, steps, function):
        self._steps, self._function = steps, function
        self.result = self._error = None
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        try:
            self.result = self._function()
        except BaseException as error:
            self._error = error

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, kind, error, trace):
        try:
            if error is None:
                self._thread.join()
        finally:
            # Also after Ctrl-C in the join above: the tool must be gone before its folder is.
            if error is not None or self._thread.is_alive():
                self._steps.cancelled.set()
                self._thread.join()
        if error is None and self._error is not None and not isinstance(self._error, Cancelled):
            raise self._error


def load_report(folder):
    """The report of an earlier build.

    Parameters
    ----------
    folder : path-like

    Returns
    -------
    dict

    Raises
    ------
    BuildError
        If there is none, or it is not one.
    """
    path = Path(folder) / "report.json"
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        if report["format"] != 1 or not {"board", "bitstream", "components", "utilisation", "timing"} <= set(report):
            raise ValueError
    except FileNotFoundError:
        raise BuildError(f"there is no build in {folder}: make one with python -m platforms build") from None
    except (ValueError, KeyError, TypeError):
        raise BuildError(f"{path} is no build report of this version: build again") from None
    return report | {"folder": str(folder)}
