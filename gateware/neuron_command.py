"""``python -m gateware neuron``: a neuron of the catalogue, of a table or of equations, as Verilog."""

import argparse

__all__ = ["add_neuron_command"]


def add_neuron_command(commands, examples):
    """Add ``neuron`` to the subcommands of a parser."""
    neuron = commands.add_parser(
        "neuron", help="write a neuron, from the catalogue or from equations, as Verilog",
        description="Write a neuron as Verilog: one of the catalogue, a table (.toml), or equations.", epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    neuron.add_argument("neuron", nargs="+", metavar="NEURON", help="a name of the catalogue, a .toml file, or equations \"dx/dt = ...\"")
    neuron.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings", help="value of a parameter")
    neuron.add_argument("--form", choices=["single", "folded", "bank"], default="single",
                        help="one step per clock (default); folded onto one multiplier; a bank, one neuron per clock")
    neuron.add_argument("--count", type=int, default=None, help="neurons of a bank or of a folded machine (64 of a bank, 1 folded)")
    equations = neuron.add_argument_group("equations")
    equations.add_argument("--range", action="append", default=[], metavar="NAME=LO:HI", dest="ranges", help="of each state and input")
    equations.add_argument("--threshold", help="condition of a spike: \"v >= 30\"")
    equations.add_argument("--reset", help="\"v = c; u = u + d\"")
    equations.add_argument("--init", action="append", default=[], metavar="NAME=VALUE", help="initial state (0)")
    equations.add_argument("--dt", type=float, default=0.1, help="time step (0.1)")
    equations.add_argument("--method", default="euler", help="euler (default), exponential_euler, heun, rk4, exact, map")
    equations.add_argument("--precision", type=int, default=20, help="significant bits of factors, 8 to 27 (20)")
    neuron.add_argument("--name", help="name of the module (that of the neuron)")
    neuron.add_argument("-o", "--output", metavar="FILE", required=True, help="Verilog file to write")
    neuron.set_defaults(run=_neuron)


def _numbers(option, texts):
    values = {}
    for text in texts:
        name, equals, value = text.partition("=")
        try:
            values[name.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            raise ValueError(f"{option} must be written NAME=NUMBER, not {text!r}")
    return values


def _ranges(texts):
    values = {}
    for text in texts:
        name, _, limits = text.partition("=")
        try:
            lo, hi = map(float, limits.split(":"))
        except ValueError:
            raise ValueError(f"--range must be written NAME=LO:HI, not {text!r}") from None
        values[name.strip()] = lo, hi
    return values


def _component(options):
    from .neurons import catalogue
    from .neurons.equation_neuron import EquationNeuron
    from .neurons.from_equations import from_equations
    from .step.equations import load
    first, settings = options.neuron[0], _numbers("--set", options.settings)
    if any("=" in each for each in options.neuron):
        neuron = from_equations(*options.neuron, parameters=settings, ranges=_ranges(options.ranges), threshold=options.threshold,
                                reset=options.reset, init=_numbers("--init", options.init), dt=options.dt, method=options.method,
                                precision=options.precision, name=options.name or "neuron")
    elif len(options.neuron) > 1:
        raise ValueError(f"one neuron can be written at a time, not {', '.join(options.neuron)}")
    elif options.ranges or options.init or options.threshold or options.reset:
        raise ValueError(f"--range, --init, --threshold and --reset are for equations, not for {first}")
    else:
        table = load(first, parameters=settings) if first.endswith(".toml") else catalogue.table(first, **settings)
        neuron = EquationNeuron(table)
    if options.form == "single":
        if options.count is not None:
            raise ValueError("--count is for the forms folded and bank")
        return neuron
    if options.form == "folded":
        from .step.folded import FoldedStep
        return FoldedStep(neuron, options.count or 1)
    from .neurons.bank import NeuronBank
    return NeuronBank(neuron, options.count or 64)


def _neuron(options):
    from .__main__ import write_verilog

    def name(component):
        neuron = getattr(component, "component", None) or getattr(component, "neuron", component)
        return neuron.table.identifier

    return write_verilog(options, lambda: _component(options), name)
