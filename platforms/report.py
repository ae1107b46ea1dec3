"""The build report: one JSON document with everything known, and one HTML page of it for people."""

from __future__ import annotations

import importlib.metadata
from importlib import resources
from math import isqrt

from .boards import RESOURCE_TITLES
from .placement import tally
from .unpack.check import summary

__all__ = ["describe_build", "path_hops", "render_page", "short_rows"]

FORMAT = 1


def describe_build(build):
    """The part of a report that any build has.

    Parameters
    ----------
    build : platforms.bitstream.Build

    Returns
    -------
    dict
        Plain data: ``board, clock, bitstream, utilisation, components, timing, pins, placement, tools``.
    """
    part, clock = build.board.part, build.clock
    return {
        "format": FORMAT,
        "board": {"name": build.board.name, "title": build.board.title, "part": part.name, "package": build.board.package,
                  "family": part.family, "grid": list(part.grid), "note": build.board.note},
        "clock": {"hz": clock.hz, "source": clock.source.name, "pll": clock.pll is not None, "text": str(clock)},
        "bitstream": {"bytes": len(build.bitstream), "sha256": build.sha256, "key": build.key, "unpacked": build.unpacked},
        "utilisation": [{"name": RESOURCE_TITLES[name], "resource": name, "used": used, "available": have}
                        for name, (used, have) in build.utilisation.items() if have],
        "components": tally(build.placement),
        "timing": {"fmax_hz": build.fmax_hz, "clock_hz": clock.hz, "path": path_hops(build.critical_path)},
        "pins": [{"port": port, "pin": pin} for port, pin in build.pins],
        "placement": build.placement,
        "tools": build.tools | {name: importlib.metadata.version(name) for name in ("amaranth", "amaranth-boards")},
    }


def path_hops(path):
    """The steps of nextpnr's longest path, each carry chain as one.

    Parameters
    ----------
    path : list of dict
        ``critical_paths[].path`` of nextpnr's report.

    Returns
    -------
    list of dict
        ``kind`` (``clock to output``, ``logic``, ``carry``, ``routing``, ``setup``), ``seconds``, ``cell``, ``x``, ``y``.
    """
    hops = []
    for hop in path:
        kind = {"clk-to-q": "clock to output"}.get(hop["type"], hop["type"])
        if hop["from"]["port"] in ("CIN", "COUT") or hop["to"]["port"] == "COUT":
            kind = "carry"
        x, y = hop["to"]["loc"]
        entry = {"kind": kind, "seconds": hop["delay"] * 1e-9, "cell": hop["to"]["cell"], "x": x, "y": y}
        if hops and kind == "carry" == hops[-1]["kind"]:
            entry["seconds"] += hops.pop()["seconds"]
        hops.append(entry)
    return hops


def short_rows(report):
    """The report in a few lines: pairs of what and how much."""
    board, timing, bitstream = report["board"], report["timing"], report["bitstream"]
    rows = [("board", f"{board['title']} ({board['part']})"), ("clock", report["clock"]["text"])]
    if "accuracy" in report:
        spiking = "memories" in report
        images = "samples" if spiking else "images"
        for row in report["accuracy"]:
            rows.append((row["name"], f"{100 * row['correct'] / row['total']:.2f} % of {row['total']:,} {'' if spiking else 'held-out '}{images} "
                                      f"({100 * row['low']:.1f} to {100 * row['high']:.1f} %)"))
        latency = report["latency"]
        rows.append(("RTL against model", f"{report['rtl']['images']} {images}, {report['rtl']['spikes']:,} spikes: no difference"))
        rows.append(("kept evidence", _standing_text(report["standing"])))
        rows.append(("last byte to class, median" if spiking else "last pixel to class",
                     f"{latency['clocks']:,} clocks = {latency['seconds'] * 1e6:,.0f} us"))
        rows.append(("UART, there and back", f"{latency['request_seconds'] * 1e6:,.0f} us + {latency['reply_seconds'] * 1e6:,.0f} us"))
    if "flash" in report:
        flash = report["flash"]
        rows.append(("weights", f"{flash['bytes']:,} bytes at {flash['offset']:#x} of the flash, read in {flash['clocks']:,} clocks = "
                                f"{flash['seconds'] * 1e3:,.1f} ms after each configuration"))
        rows.append(("flash", f"{flash['file']} holds bitstream and weights: python -m platforms program {board['name']}; weights alone: "
                              f"{' or '.join(flash['commands'])}"))
    if "observed" in report:
        rows.append(("to be observed", f"{report['observed']['blocks']} block RAMs, among those below, keep spikes and membranes"))
    for entry in report["utilisation"]:
        if entry["used"]:
            rows.append((entry["name"], f"{entry['used']:,} of {entry['available']:,} ({100 * entry['used'] / entry['available']:.0f} %)"))
    fmax = f"{timing['fmax_hz'] / 1e6:.2f} MHz" if timing["fmax_hz"] else "no path between registers"
    rows.append(("longest path allows", f"{fmax}, the clock is {timing['clock_hz'] / 1e6:g} MHz"))
    rows.append(("bitstream", f"{bitstream['bytes']:,} bytes, sha256 {bitstream['sha256'][:16]}..."))
    if bitstream.get("unpacked"):
        rows.append(("bitstream, unpacked", summary(bitstream["unpacked"])))
    return rows


def _standing_text(rows):
    """For how many kinds of components each rung stands in every configuration."""
    words = {"rtl": "compared", "proof": "proven", "netlist": "netlist"}
    parts = [f"{word} {sum(row[level] == row['examples'] for row in rows)}" for level, word in words.items()]
    return f"of {len(rows)} kinds of components: {', '.join(parts)}"


def render_page(report):
    """The report as one HTML page without any outside resource.

    Parameters
    ----------
    report : dict

    Returns
    -------
    str
    """
    import jinja2

    from . import figures

    folder = resources.files(__package__).joinpath("templates")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        loader=jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")))
    environment.filters["zip"] = zip
    groups = figures.component_groups(report["components"])
    drawings = _drawings(report, figures) if "example" in report else {}
    unpacked = report["bitstream"].get("unpacked")
    return environment.get_template("report.html").render(
        report=report, groups=groups, floorplan=figures.floorplan(report, groups), unpacked=summary(unpacked) if unpacked else None, **drawings)


def _drawings(report, figures):
    """The pictures of a network at work."""
    example, design = report["example"], report["design"]
    layers, time_steps = design["layers"], design["time_steps"]
    if "memories" not in report:
        bands = list(zip(("input", "hidden", "output"), layers, (example[name] for name in ("input", "hidden", "output"))))
        return {"raster": figures.raster(bands, example["counts"], example["class"], time_steps), "digit": figures.digit(example["image"])}
    bands = [(f"layer {k}" if k < len(layers) - 2 else "output", neurons, rows)
             for k, (neurons, rows) in enumerate(zip(layers[1:], example["spikes"]))]
    if "events" in example:
        bands.insert(0, ("inputs", layers[0], example["events"]))
    side = isqrt(layers[0])
    microseconds = [each / report["clock"]["hz"] * 1e6 for each in report["latency"]["all_clocks"]]
    return {"raster": figures.raster(bands, example["scores"], example["class"], time_steps),
            "digit": figures.digit(example["image"], side, max(1, *example["image"])) if side * side == layers[0] == len(example["image"]) else "",
            "histogram": figures.histogram(microseconds, "µs from the last byte to the class")}
