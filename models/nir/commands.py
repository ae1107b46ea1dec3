"""Command line: python -m models nir."""

import json
from dataclasses import asdict
from pathlib import Path

from .conventions import CHOICES

__all__ = ["add_nir_commands"]

# So many samples show how far membranes go.
CALIBRATION = 200
# Where neither option nor metadata say it.
DT = 1e-4
CONVENTIONS = "nir, snntorch, norse or spikingjelly: whose time steps; by default nir's, changed as the file's metadata say"


def add_nir_commands(commands):
    """Add ``nir`` to the commands of ``python -m models``."""
    parser = commands.add_parser("nir", help="NIR files: networks of snnTorch, Norse, SpikingJelly and other tools")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    show = actions.add_parser("show", help="nodes, shapes, and what hardware holds of them exactly",
                              description="A table of a NIR file's nodes, their shapes, and what hardware holds of each field, with its error.")
    show.add_argument("file", type=Path, metavar="FILE")
    show.add_argument("--dt", type=float, metavar="SECONDS", help="the time step (by default what the file's metadata say, or 1e-4)")
    show.add_argument("--weight-bits", type=int, default=8, metavar="BITS", help="of a weight, 2 to 8 (default 8)")
    show.add_argument("--conventions", metavar="TOOL", help=CONVENTIONS)
    show.add_argument("--common-leak", action="store_true", help="take the mean leak of neurons whose time constants differ")
    show.add_argument("--round-delays", action="store_true", help="round delays that are no whole number of time steps")
    show.add_argument("--json", action="store_true", help="the same as JSON")
    show.set_defaults(run=_show)
    convert = actions.add_parser("convert", help="the integers of a chip from a NIR file, and how near they come",
                                 description="Write the network of a chip, in integers, from a NIR file of weights, delays and neurons, "
                                             "and say what was rounded and, with samples, how many spikes stay the same.")
    convert.add_argument("file", type=Path, metavar="FILE")
    convert.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="network file (.npz) to write")
    convert.add_argument("--dt", type=float, metavar="SECONDS", help="the time step (by default what the file's metadata say, or 1e-4)")
    convert.add_argument("--time-steps", type=int, metavar="N", help="of a sample, 1 to 255; needed where the metadata do not say it")
    convert.add_argument("--conventions", metavar="TOOL", help=CONVENTIONS)
    convert.add_argument("--reset", choices=CHOICES["reset"], help="of neurons, where it is not the tool's default")
    convert.add_argument("--reset-time", choices=CHOICES["reset_time"], help="likewise")
    convert.add_argument("--levels", type=int, metavar="N", help="inputs are integers 0 to this (by default as the metadata say, or 15)")
    convert.add_argument("--input-range", type=float, nargs=2, metavar=("LOW", "HIGH"),
                         help="what these stand for (by default 0 and the metadata's levels, or 0 1)")
    convert.add_argument("--weight-bits", type=int, default=8, metavar="BITS", help="2 to 8 (default 8)")
    convert.add_argument("--membrane-bits", type=int, default=16, metavar="BITS", help="8 to 32 (default 16)")
    convert.add_argument("--readout", choices=["count", "first spike", "membrane"],
                         help="if neither given nor in the metadata, by whether the last neurons spike")
    convert.add_argument("--common-leak", action="store_true", help="take the mean leak of neurons whose time constants differ")
    convert.add_argument("--encoder", choices=["current", "events"],
                         help="whether a sample's input is the same in each time step (current, the default but for the metadata) or each has its "
                              "own (events)")
    convert.add_argument("--round-delays", action="store_true", help="round delays that are no whole number of time steps")
    convert.add_argument("--samples", type=Path, metavar="FILE", help="a NumPy archive with inputs, numbers within the input range, or images, "
                                                                      "bytes that are scaled to it: (samples, ...)")
    convert.set_defaults(run=_convert)


def _show(options):
    from .files import read
    from .hardware import describe
    from .metadata import conversion_options
    graph = read(options.file)
    chosen = {"dt": DT} | conversion_options(graph, conventions=options.conventions, dt=options.dt)
    report = describe(graph, weight_bits=options.weight_bits, common_leak=options.common_leak, round_delays=options.round_delays, **chosen)
    if options.json:
        print(json.dumps(asdict(report), indent=1))
        return 0
    from rich.console import Console
    from rich.table import Table
    console = Console()
    table = Table("node", "type", "shape", "field", "exact", "in hardware", title=f"{options.file.name}, dt {chosen['dt']:g} s", title_justify="left")
    for node in report.nodes:
        shape = _shape(node.output) if node.input == node.output else f"{_shape(node.input)} to {_shape(node.output)}"
        rows = [(fact.field, "yes" if fact.exact else "no", fact.text) for fact in node.facts] or [("", "yes", "")]
        for number, row in enumerate(rows):
            table.add_row(*((node.name, node.kind, shape) if number == 0 else ("", "", "")), *row, end_section=number == len(rows) - 1)
    console.print(table)
    for source, target in report.late:
        console.print(f"late by one time step: {source} -> {target}", markup=False)
    for message in report.warnings:
        console.print(f"warning: {message}", markup=False)
    console.print("as a whole: fits a chip's layers" if report.refusal is None else f"as a whole: no chip: {report.refusal}", markup=False)
    return 0


def _shape(shape):
    return " x ".join(map(str, shape))


def _convert(options):
    from models.networks.spiking_file import save_spiking

    from .agreement import compare
    from .chip import to_network
    from .files import read
    from .metadata import conversion_options, network_name
    if not options.output.resolve().parent.is_dir():
        raise ValueError(f"--output must name a file in a folder that exists, not {options.output}")
    graph = read(options.file)
    given = ("conventions", "dt", "time_steps", "levels", "input_range", "readout", "encoder", "reset", "reset_time")
    chosen = {"dt": DT} | conversion_options(graph, **{name: getattr(options, name) for name in given})
    if "time_steps" not in chosen:
        raise ValueError(f"{options.file} does not say its time steps, as NIR files seldom do: give them with --time-steps")
    steps = (chosen["time_steps"],) if chosen.get("encoder") == "events" else ()
    samples = None if options.samples is None else _samples(options.samples, (*steps, *graph.shapes[graph.inputs[0]]),
                                                            chosen.get("input_range", (0.0, 1.0)))
    network = to_network(
        graph, weight_bits=options.weight_bits, membrane_bits=options.membrane_bits, samples=None if samples is None else samples[:CALIBRATION],
        common_leak=options.common_leak, round_delays=options.round_delays, name=network_name(options.file), **chosen)
    # Before it is written: what cannot be compared is no chip.
    found = None if samples is None else compare(graph, network, samples)
    save_spiking(network, options.output)
    for layer in network.provenance["layers"]:
        print(f"{layer['node']}: {layer['neuron']}, membrane {layer['membrane']}")
        greatest = max(layer["greatest weight"], layer["greatest bias"])
        print(f"  weights off by {layer['rms weight error'] / greatest:.2%} (rms) of the greatest" if greatest else "  weights and bias are all 0")
        for name in ("delays", "projections"):
            if name in layer:
                print(f"  {name}: {layer[name]}")
        for name, leak in layer["leaks"].items():
            print(f"  {name}: leak {leak['leak']} / 2**16, off by {leak['relative error']:.2g}")
        if layer["threshold"]:
            print(f"  threshold {layer['threshold']['held']} for {layer['threshold']['wanted']:.2f}")
    for name, seconds in network.provenance.get("delays off by", {}).items():
        print(f"{name}: delays of spikes to it rounded, by up to {seconds:.3g} s")
    if found is not None:
        for layer in found.layers:
            print(f"{layer.node}: {layer.same:.2%} of spikes as in floating point; {layer.rates[1]:.4f} spikes per neuron and step for "
                  f"{layer.rates[0]:.4f}; counts differ by {layer.counts:.3f}")
        print(f"the same class for {found.classes:.2%} of {found.samples} samples")
    print(f"wrote {options.output}: {network!r}")
    return 0


def _samples(path, shape, input_range):
    import numpy as np
    if not path.is_file():
        raise FileNotFoundError(f"there is no file of samples {path}")
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = dict(archive)
    # Wrong bytes make NumPy, zipfile, zlib and tokenize raise a dozen kinds of exception.
    except Exception as error:  # noqa: BLE001
        raise ValueError(f"the file of samples {path} is damaged or no NumPy archive ({type(error).__name__})") from None
    low, high = input_range
    if "inputs" in arrays:
        samples = arrays["inputs"]
    elif arrays.get("images", np.zeros(0)).dtype == np.uint8:
        samples = low + arrays["images"] * ((high - low) / 255)
    else:
        raise ValueError(f"the file of samples {path} must hold inputs, or images of bytes, not {', '.join(sorted(arrays)) or 'nothing'}")
    if samples.ndim < 2 or not len(samples) or samples[0].size != int(np.prod(shape)) or samples.dtype.kind not in "iuf":
        raise ValueError(f"samples of {path} must be numbers of the shape (samples, {', '.join(map(str, shape))}), "
                         f"not {samples.dtype} of {samples.shape}")
    return samples.reshape(len(samples), *shape)
