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
    neuron.add_argument("--form", choices=["single", "folded", "bank"],
                        help="one step per clock (default); folded onto one multiplier; a bank, one neuron per clock")
    neuron.add_argument("--count", type=int, help="neurons of a bank or of a folded machine (64 of a bank, 1 folded)")
    wish = neuron.add_argument_group("instead of a form: the smallest that does")
    wish.add_argument("--part", choices=["up5k", "25f"], help="what it must fit: iCE40UP5K (default) or ECP5-25F")
    wish.add_argument("--clock", type=float, metavar="MHZ", help="what it must run at")
    wish.add_argument("--rate", type=float, metavar="HZ", help="steps per second of each neuron")
    equations = neuron.add_argument_group("equations")
    equations.add_argument("--range", action="append", default=[], metavar="NAME=LO:HI", dest="ranges", help="of each state and input")
    equations.add_argument("--threshold", help="condition of a spike: \"v >= 30\"")
    equations.add_argument("--reset", help="\"v = c; u = u + d\"")
    equations.add_argument("--init", action="append", default=[], metavar="NAME=VALUE", help="initial state (0)")
    equations.add_argument("--dt", type=float, help="time step (0.1)")
    equations.add_argument("--method", help="euler (default), exponential_euler, heun, rk4, exact, map")
    equations.add_argument("--precision", type=int, help="significant bits of factors, 8 to 27 (20)")
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


def _neuron_of(options):
    from .neurons import catalogue
    from .neurons.equation_neuron import EquationNeuron
    from .neurons.from_equations import from_equations
    from .step.equations import load
    first, settings = options.neuron[0], _numbers("--set", options.settings)
    if any("=" in each for each in options.neuron):
        more = {name: value for name in ("dt", "method", "precision") if (value := getattr(options, name)) is not None}
        return from_equations(*options.neuron, parameters=settings, ranges=_ranges(options.ranges), threshold=options.threshold,
                              reset=options.reset, init=_numbers("--init", options.init), name=options.name or "neuron", **more)
    if len(options.neuron) > 1:
        raise ValueError(f"one neuron can be written at a time, not {', '.join(options.neuron)}")
    for name in ("ranges", "threshold", "reset", "init", "dt", "method", "precision"):
        if getattr(options, name) not in (None, []):
            raise ValueError(f"--{name.removesuffix('s')} is for equations, not for {first}: its table says it")
    if first.endswith(".toml"):
        return EquationNeuron(load(first, parameters=settings))
    return EquationNeuron(catalogue.table(first, **settings))


def _component(neuron, options):
    form, count = options.form or "single", options.count
    wished = (options.part, options.clock, options.rate) != (None, None, None)
    if not (neuron.state and neuron.inputs) and (wished or form == "bank"):
        raise ValueError("a neuron without state or inputs can be written as single or folded only")
    if wished:
        from .neurons.architecture import fit
        choice = fit(neuron, options.part or "up5k", count=1 if count is None else count, rate=options.rate, form=options.form,
                     clock=None if options.clock is None else options.clock * 1e6)
        print(choice.why)
        return choice.hardware
    if form == "single":
        if count is not None:
            raise ValueError("--count is for the forms folded and bank")
        return neuron
    if form == "folded":
        from .step.folded import FoldedStep
        return FoldedStep(neuron, 1 if count is None else count)
    from .neurons.bank import NeuronBank
    return NeuronBank(neuron, 64 if count is None else count)


def _ports(neuron, hardware):
    """What the integers at the ports mean: lines to print."""
    for kind, shapes in (("input", neuron.inputs), ("output", neuron.outputs)):
        stream = None if hardware is neuron else hardware.i if kind == "input" else hardware.o
        for name, shape in (shapes._asdict() if shapes else {}).items():
            fraction = neuron.fractions.get(name if kind == "input" else f"output {name}", 0)
            yield (f"{kind:<6} {_place(kind, stream, name)}: {shape.width} bit" + ("s" if shape.width > 1 else "")
                   + (f", {fraction} after the binary point" if fraction else ""))
        if kind == "input" and stream is not None and neuron.state:
            yield f"input  {_place(kind, stream, 'first')}: 1 bit, starts the neuron anew: 1 in the first item of each, whose state is unknown before"


def _place(kind, stream, name):
    """A port, or where in the payload of a stream it lies."""
    if stream is None:
        return name
    field = stream.payload.shape()[name]
    high, low = field.offset + field.width - 1, field.offset
    return f"{kind[0]}__payload[{high}:{low}] {name}" if high > low else f"{kind[0]}__payload[{low}] {name}"


def _neuron(options):
    from .__main__ import write_verilog
    made = []

    def component():
        neuron = _neuron_of(options)
        made.extend((neuron, _component(neuron, options)))
        return made[1]

    code = write_verilog(options, component, lambda _: made[0].table.identifier)
    if code == 0:
        for line in _ports(*made):
            print(f"  {line}")
    return code
