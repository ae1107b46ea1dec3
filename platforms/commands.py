"""What each command of ``python -m platforms`` does."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from .boards import board_names, find_board
from .errors import BuildError
from .job import build_network, default_folder, load_report
from .progress import Steps

__all__ = ["run_command"]

# The extra of pip that has a package which not everyone installs; those of tools are named where these are looked for.
EXTRAS = {"nir": "nir", "h5py": "nir"}
# What a report's JSON is printed without: thousands of placed cells.
BULKY = ("placement",)


class _ArgumentError(Exception):
    """The arguments are wrong; the message says how."""


def run_command(options):
    """Run a parsed command and turn every expected failure into one sentence.

    Parameters
    ----------
    options : argparse.Namespace

    Returns
    -------
    int
        The exit status.
    """
    try:
        COMMANDS[options.command](options)
    except _ArgumentError as error:
        return _fail(error, 2)
    except OSError as error:
        return _fail(_os_error(error), 1)
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        return _fail(f"NIR graphs need {error.name}, which is not installed: pip install 'spikeloom[{EXTRAS[error.name]}]'", 1)
    except Exception as error:
        if not isinstance(error, _expected_errors()):
            raise
        return _fail(error, 1)
    return 0


def _fail(message, status):
    print(f"error: {message}", file=sys.stderr)
    return status


def _os_error(error):
    if error.strerror is None:
        return str(error)
    return f"{error.strerror}: {error.filename}" if error.filename else error.strerror


def _expected_errors():
    from gateware.yosys import YosysError
    from sim.compilers import CompilerError
    from sim.cxxrtl import SimulationError

    from .host.errors import LinkError

    return BuildError, YosysError, SimulationError, CompilerError, LinkError, ValueError


def _argument(function, *arguments):
    """Call a function that checks something a user typed."""
    try:
        return function(*arguments)
    except ValueError as error:
        raise _ArgumentError(error) from None


def _console(stderr=False):
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def _print_rows(rows):
    from rich.markup import escape

    console = _console()
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        console.print(f"[dim]{name:<{width}}[/]  {escape(text)}", soft_wrap=True)


def _print_json(document):
    print(json.dumps(document, indent=1))


def _design_arguments(options):
    """Check clock and rate before anything is begun; return board and clock."""
    from gateware.bus.uart import divisor_for

    from .clocks import choose_clock

    board = _argument(find_board, options.board)
    clock = _argument(choose_clock, board, options.clock)
    _argument(divisor_for, clock.hz, options.baud)
    return board, clock


def _list(options):
    boards = [find_board(name) for name in board_names()]
    if options.json:
        _print_json([{"name": board.name, "title": board.title, "part": board.part.name, "package": board.package,
                      "logic": board.part.logic, "ram": board.part.ram, "dsp": board.part.dsp, "spram": board.part.spram,
                      "clock_hz": board.clock_hz, "clock_sources": {source.name: source.hz for source in board.sources},
                      "uart": {"rx": board.uart_rx, "tx": board.uart_tx}, "note": board.note} for board in boards])
        return
    from rich.markup import escape

    print(f"{'board':<15}{'part':<11}{'logic':>7}{'RAM':>5}{'DSP':>5}  {'clock':<8}{'from, MHz':<20}UART rx, tx")
    for board in boards:
        sources = ", ".join(f"{source.name} {source.hz / 1e6:g}" for source in board.sources)
        print(f"{board.name:<15}{board.part.name:<11}{board.part.logic:>7,}{board.part.ram:>5}{board.part.dsp or '-':>5}  "
              f"{board.clock_hz / 1e6:<8g}{sources:<20}{board.uart_rx}, {board.uart_tx}")
    console = _console()
    for board in boards:
        console.print(f"\n[bold]{board.name}[/]: {escape(board.title)}. {escape(board.note)}", soft_wrap=not console.is_terminal)


def _build(options):
    from .kept import check_kept, keep

    board, _ = _design_arguments(options)
    _flash(board, options)
    default = (options.clock is options.network is options.samples is None and options.baud == 1_000_000 and options.weights == "link"
               and not options.observe)
    if (options.check or options.keep) and not default:
        raise _ArgumentError("--check and --keep are about the default design: leave out --clock, --baud, --network, --weights, "
                             "--observe and --samples")
    if options.tools:
        os.environ["SPIKELOOM_TOOLS"] = options.tools
    with Steps(_console(stderr=True)) as steps:
        report = build_network(board, clock=options.clock, baud=options.baud, network=options.network, samples=options.samples,
                               conversion=_conversion(options), weights=options.weights, observe=options.observe,
                               folder=options.folder, use_cache=not options.fresh, steps=steps)
    if options.keep:
        keep(report)
    _show(report, options)
    if options.check:
        check_kept(report)
        print(f"the bitstream is the one whose digest is kept for {board.name}", file=sys.stderr)


def _conversion(options):
    """What is given of the conversion of an NIR graph."""
    return {name: getattr(options, name) for name in ("dt", "time_steps", "conventions", "encoder") if getattr(options, name) is not None}


def _flash(board, options):
    """Where in the board's flash the design finds its weights, None where the host loads them."""
    from .flash import weights_address

    return _argument(weights_address, board) if options.weights == "flash" else None


def _show(report, options):
    from .report import short_rows

    if options.json:
        _print_json({name: value for name, value in report.items() if name not in BULKY})
        return
    folder = Path(report["folder"])
    print()
    _print_rows([*short_rows(report), ("written to", f"{folder / report['bitstream']['file']}, {folder / 'report.html'}")])


def _report(options):
    from .files import write_whole
    from .report import render_page

    board = _argument(find_board, options.board)
    folder = Path(options.folder or default_folder(board.name))
    report = load_report(folder)
    write_whole(folder / "report.html", render_page(report))
    _show(report, options)


def _program(options):
    from .program import image_of, program

    board = _argument(find_board, options.board)
    folder = Path(options.folder or default_folder(board.name))
    report = load_report(folder)
    image = image_of(report)
    tool = program(board, folder / image["file"], report)
    if options.json:
        _print_json({"board": board.name, "file": image["file"], "sha256": image["sha256"], "tool": tool})
    else:
        print(f"{board.name} runs {image['file']} (loaded with {tool})")


def _run(options):
    from .session import run_images

    board, clock = _design_arguments(options)
    options.flash = _flash(board, options)
    if options.count < 1:
        raise _ArgumentError(f"--count must be at least 1, not {options.count}")
    options.conversion = _conversion(options)
    run_images(board, clock, options, console=_console(), say=_console(stderr=True).print)


def _simulate(options):
    from .designs.choose import open_design
    from .host.sim_port import SimPort
    from .host.terminal import Terminal

    board, clock = _design_arguments(options)
    design = open_design(options.network, board.part, options.baud, samples=options.samples, flash=_flash(board, options),
                         observed=options.observe, **_conversion(options))
    say = _console(stderr=True).print
    say("compiling the design's RTL", style="dim")
    terminal = Terminal(SimPort(design.create_top(clock.hz)))
    if options.json:
        print(json.dumps({"port": terminal.name, "build_id": f"{design.build_id(clock.hz):016x}"}), flush=True)
    else:
        print(f"{terminal.name} is {design.name} on {board.name}, simulated clock by clock; Ctrl-C ends it", flush=True)
    try:
        terminal.serve()
    finally:
        terminal.close()


COMMANDS = {"list": _list, "build": _build, "report": _report, "program": _program, "run": _run, "simulate": _simulate}
