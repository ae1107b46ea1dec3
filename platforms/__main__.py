"""``python -m platforms``: boards listed, built, reported on, run and programmed."""

from __future__ import annotations

import argparse
import sys

from .boards import DEFAULT_BOARD

__all__ = ["main"]

EXAMPLES = """\
examples:
  python -m platforms list                                the boards, their parts and clocks
  python -m platforms build                               the digits classifier for the iCEBreaker
  python -m platforms build icesugar --clock 30           another board, another clock
  python -m platforms build icebreaker --network mnist.npz --samples test-images.npz   a spiking network of yours
  python -m platforms build icebreaker --network models/networks/mnist.npz --weights flash   weights from the board's own flash
  python -m platforms build upduino-v3 --clock 24@clk12   a clock from a named source
  python -m platforms report icebreaker                   what the last build was like
  python -m platforms program icebreaker                  load it into the board
  python -m platforms run icebreaker --port /dev/ttyUSB1  send it images or events and see what it says
  python -m platforms simulate                            a serial port with the simulated board behind it
  python -m platforms run --port sim                      the same, with the RTL simulated clock by clock

exit status: 0 done, 1 failed, 2 wrong arguments, 130 interrupted
"""


def _parser():
    parser = argparse.ArgumentParser(prog="python -m platforms", description="Put a spiking network on an FPGA board.",
                                     epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, summary, *, board=True, folder=True):
        sub = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if board:
            sub.add_argument("board", nargs="?", default=DEFAULT_BOARD, help=f"a name from the list (default: {DEFAULT_BOARD})")
        if folder:
            sub.add_argument("--folder", metavar="DIR", help="where the build's files are (default: build/BOARD)")
        sub.add_argument("--json", action="store_true", help="print one JSON document instead of text")
        return sub

    def design_options(sub):
        sub.add_argument("--clock", metavar="MHZ[@SOURCE]", help="clock of the design (default: the board's)")
        sub.add_argument("--baud", type=int, default=1_000_000, help="line rate of the UART (default: 1000000)")
        sub.add_argument("--network", metavar="FILE", help="a network file or NIR graph (default: the digits network of the project)")
        sub.add_argument("--dt", type=float, metavar="SECONDS", help="time step of an NIR graph (default: what its metadata says)")
        sub.add_argument("--time-steps", type=int, metavar="N", help="of a sample of an NIR graph (default: what its metadata says)")
        sub.add_argument("--encoder", choices=("current", "events"),
                         help="how a sample drives an NIR graph: the same current in every time step (the default), or events")
        sub.add_argument("--conventions", choices=("nir", "snntorch", "norse", "spikingjelly"), help="of the tool that made an NIR graph")
        sub.add_argument("--weights", choices=("link", "flash"), default="link",
                         help="where weights come from that do not fit the bitstream: the host, or the board's flash (default: link)")
        sub.add_argument("--observe", action="store_true", help="let the host read spikes, membranes and counters of the last sample")
        sub.add_argument("--samples", metavar="FILE", help="an .npz of levels, of events in each time step, or images, and labels "
                         "(default: held-out images of the data set; a network that takes events needs a file)")

    command("list", "list the boards", board=False, folder=False)

    build = command("build", "check the design against its model, build its bitstream and write a report")
    design_options(build)
    build.add_argument("--tools", choices=("wasm", "native"), help="tools from pip (wasm, the default) or installed ones (native)")
    build.add_argument("--fresh", action="store_true", help="use nothing from the cache")
    kept = build.add_mutually_exclusive_group()
    kept.add_argument("--check", action="store_true", help="fail unless the bitstream is the one whose digest the project keeps")
    kept.add_argument("--keep", action="store_true", help="keep this bitstream's digest in the project")

    command("report", "show an earlier build and write its page again")

    run = command("run", "send images, or samples of events, to a board or to the simulated one, and show what it answers")
    design_options(run)
    run.add_argument("--port", required=True, help="serial port, such as /dev/ttyUSB1 or COM5, or: sim")
    run.add_argument("--image", metavar="FILE", help="text file of pixels, 0 to the network's highest level; of events, in each line a "
                     "time step, an input and a level")
    run.add_argument("--timeout", type=float, default=0.25, metavar="SECONDS",
                     help="wait so long for each answer (default: 0.25; a simulated board's serial port wants some 10)")
    run.add_argument("--count", type=int, default=10, help="how many samples, the first ones (default: 10)")

    simulate = command("simulate", "give a simulated board a serial port, for any program to open", folder=False)
    design_options(simulate)

    command("program", "load a build into its board")
    return parser


def main(arguments=None):
    """Run one command.

    Parameters
    ----------
    arguments : list of str, optional
        By default those of the process.

    Returns
    -------
    int
        0 done, 1 failed, 2 wrong arguments, 130 interrupted.
    """
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as leaving:  # argparse has said what is wrong
        return leaving.code
    try:
        # Imported here: help and wrong arguments do not wait for numpy, rich and Amaranth.
        from . import commands

        return commands.run_command(options)
    except KeyboardInterrupt:
        print("interrupted; finished files were left as they were", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
