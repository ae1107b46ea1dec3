"""``python -m gateware``: components, and neurons from equations, as Verilog."""

import argparse
import os
import sys
import tempfile
from pathlib import Path


__all__ = ["main", "write_verilog"]

EXAMPLES = """\
examples:
  python -m gateware export LIF -o lif.v                                   with its default parameters
  python -m gateware export LIF --set tau=10 --set "membrane=Q(6, 10)" -o lif.v
  python -m gateware export LFSR --set width=24 --name prbs24 -o prbs24.v
  python -m gateware export DenseLayer:default -o layer.v                  one of its example configurations
  python -m gateware neuron izhikevich --set d=4 -o izhikevich.v           a neuron of the catalogue
  python -m gateware neuron mine.toml --form folded -o mine.v              a table of one's own, on one shared multiplier
  python -m gateware neuron adex --part up5k --count 100 --rate 2000 -o adex.v   the smallest form that does it
  python -m gateware neuron "dv/dt = (I - v)/tau" --threshold "v >= 1" --reset "v = 0" --set tau=20 \\
      --range v=-2:2 --range I=0:4 --dt 0.5 -o lif.v                       equations

The module has the component's ports, and clk and rst (synchronous, active high) where it has state.

exit status: 0 done, 1 failed, 2 wrong arguments, 130 interrupted
"""


def _parser():
    parser = argparse.ArgumentParser(prog="python -m gateware", description="Components as Verilog.", epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    export = commands.add_parser("export", help="write a component as Verilog", description="Write a component as Verilog.",
                                 epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    export.add_argument("component", metavar="COMPONENT", help="a class, or CLASS:CONFIGURATION (python -m sim list shows them)")
    export.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings", help="a parameter of the class")
    export.add_argument("--name", help="name of the module (default: that of the class, in lower case)")
    export.add_argument("-o", "--output", metavar="FILE", required=True, help="Verilog file to write")
    export.set_defaults(run=_export)
    from .neuron_command import add_neuron_command
    add_neuron_command(commands, EXAMPLES)
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
        return options.run(options)
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return 130


def _export(options):
    # Imported here: help and wrong arguments do not wait for Amaranth.
    from .export import configure
    return write_verilog(options, lambda: configure(options.component, options.settings),
                         lambda component: type(component).__name__.lower())


def write_verilog(options, component_of, name_of):
    """Write the Verilog of what ``component_of()`` gives; the exit code."""
    from .export import to_verilog
    from .yosys import YosysError
    output = Path(options.output)
    try:
        if not output.parent.is_dir():
            raise ValueError(f"output must lie in a folder that exists, not in {output.parent}")
        component = component_of()
        text = to_verilog(component, options.name or name_of(component))
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except YosysError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    try:
        _write(output, text)
    except OSError as error:
        print(f"error: {output} cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{output}: {len(text.splitlines())} lines")
    return 0


def _write(path, text):
    """Write a file as a whole or not at all; a device or a pipe is written to, not replaced."""
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    path = path.resolve()  # a link stays one
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


if __name__ == "__main__":
    sys.exit(main())
