"""``python -m sim``: the components there are, the evidence for them, and their waveforms."""

from __future__ import annotations

import _thread
import argparse
import contextlib
import sys
import threading


__all__ = ["main"]

EXAMPLES = """\
examples:
  python -m sim list                            every component and how far its kept evidence goes
  python -m sim check LIF                       compare, prove and map every configuration of the LIF neuron
  python -m sim check 'gateware.sc.*' --level proof
  python -m sim check izhikevich                a neuron of the catalogue; catalogue means all of them
  python -m sim check all --fresh --jobs 2      show everything again (up to an hour)
  python -m sim trace LIF:default -o lif.vcd    waveforms of 1000 clocks

A component is named by its class, CLASS:CONFIGURATION, its module, or as the catalogue's neuron; shell patterns work; all means all.

exit status: 0 everything asked for holds, 1 something does not or a tool failed, 2 wrong arguments, 130 interrupted
"""


def _parser():
    parser = argparse.ArgumentParser(prog="python -m sim", description="Evidence that the hardware does what its model says.",
                                     epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, summary):
        return commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".", epilog=EXAMPLES,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)

    listing = command("list", "list the components and what evidence is kept for them")
    listing.add_argument("components", nargs="*", default=["all"], metavar="COMPONENT", help="names or patterns (default: all)")
    listing.add_argument("--json", action="store_true", help="print one JSON document instead of text")

    check = command("check", "climb the rungs compared, proven and netlist")
    check.add_argument("components", nargs="+", metavar="COMPONENT", help="names, patterns, or: all")
    check.add_argument("--level", choices=("rtl", "proof", "netlist", "all"), default="all", help="the rung (default: all)")
    check.add_argument("--fresh", action="store_true", help="show again what is kept, too")
    check.add_argument("--jobs", type=_at_least(1), default=1, metavar="N", help="processes that work at once (default: 1)")
    check.add_argument("--keep", action="store_true", help="write what succeeds to the kept results of the project")
    check.add_argument("--json", action="store_true", help="print one JSON document instead of text")

    trace = command("trace", "write the waveforms of one component under random inputs")
    trace.add_argument("component", metavar="COMPONENT", help="a name that finds one component, such as LIF:default")
    trace.add_argument("-o", "--output", metavar="FILE", help="VCD file (default: CLASS.vcd)")
    trace.add_argument("--clocks", type=_at_least(1), default=1000, metavar="N",
                       help="clocks, or items for a component with streams (default: 1000)")
    trace.add_argument("--seed", type=_at_least(0), default=0, help="of the random inputs (default: 0)")
    return parser


def _at_least(least):
    def integer(text):
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}, not {value}")
        return value
    return integer


@contextlib.contextmanager
def _interruptible():
    """Ask again for a Ctrl-C that comes while an object ends, where Python drops it: Amaranth's end by the thousand."""
    before = sys.unraisablehook

    def hook(unraisable):
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            threading.Timer(0.05, _thread.interrupt_main).start()
        else:
            before(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


def main(arguments=None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : list of str, optional
        By default those of the process.

    Returns
    -------
    int
        0 everything holds, 1 something does not or a tool failed, 2 wrong arguments, 130 interrupted.
    """
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as leaving:  # argparse has said what is wrong
        return leaving.code
    try:
        with _interruptible():
            # Imported here: help and wrong arguments do not wait for the models.
            from . import commands
            return commands.run_command(options)
    except KeyboardInterrupt:
        print("interrupted; finished files were left as they were", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
