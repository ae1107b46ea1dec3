"""A host's session with a board: images sent, answers shown."""

from __future__ import annotations

import json
import re
from math import isqrt
from pathlib import Path

import numpy as np

from .errors import BuildError
from .event_samples import read_events, show_events
from .host.errors import WrongBuildError
from .job import default_folder, load_report

__all__ = ["read_image", "run_images"]

SHADES = " ░▒▓█"
# Pixels in a row of an image that are shown as two characters each.
WIDEST = 20


def read_image(path, pixels=64, levels=16):
    """An image from a text file of integers 0 to ``levels``, separated by blanks, commas or line ends.

    Parameters
    ----------
    path : path-like
    pixels : int
        How many there must be.
    levels : int
        The largest.

    Returns
    -------
    ndarray of int64, shape (pixels,)

    Raises
    ------
    ValueError
        If the file holds anything else.
    """
    words = Path(path).read_text(encoding="utf-8", errors="replace").replace(",", " ").split()
    # Python's own int() takes more: digits of other scripts, underscores, any length.
    bad = next((word for word in words if not re.fullmatch("[+-]?[0-9]{1,9}", word)), None)
    if bad is not None:
        raise ValueError(f"image file {path} must hold integers between 0 and {levels}, not {bad[:20]!r}")
    image = np.array([int(word) for word in words], np.int64)
    if len(image) != pixels:
        raise ValueError(f"image file {path} must hold {pixels} pixels, not {len(image)}")
    if image.min() < 0 or image.max() > levels:
        raise ValueError(f"image file {path} must hold pixels between 0 and {levels}, not {image[(image < 0) | (image > levels)][0]}")
    return image


def _images(options, design):
    """What to send: pairs of an image and its label, None where it is not known."""
    if options.image is not None and design.takes_events:
        return [(read_events(options.image, design.network.time_steps, design.layers[0], design.levels), None)]
    if options.image is not None:
        return [(read_image(options.image, design.layers[0], design.levels), None)]
    images, labels = design.held_out(options.samples)
    return list(zip(images[:options.count], [None] * options.count if labels is None else labels[:options.count].tolist()))


def _expected_build(board, clock, design, folder):
    """The build id of what was built of a design for the board; where nothing or another network was, of what would be."""
    try:
        built = load_report(folder or default_folder(board.name))["design"]
        if built["network"] == design.network.digest:
            return int(built["build_id"], 16)
    except (BuildError, KeyError):
        pass
    return design.build_id(clock.hz)


def _refuse_another(identity, expected, design, port):
    """Refuse a board with another build than the expected one."""
    if identity.build_id == expected:
        return
    layers, wanted = ("-".join(map(str, each)) for each in (identity.layers, design.layers))
    raise WrongBuildError(f"the board at {port} runs build {identity.build_id:016x} ({identity.name}, {layers}), not {expected:016x} "
                          f"({design.name}, {wanted}): program it first, or name the folder of its build with --folder")


def run_images(board, clock, options, *, console, say):
    """Send images to a port and show each answer.

    Parameters
    ----------
    board : Board
    clock : Clock
    options : argparse.Namespace
        ``port, image, samples, conversion, count, timeout, baud, network, flash, observe, folder, json``.
    console : rich.console.Console
        Where answers are shown.
    say : callable
        Takes what is worth knowing besides.

    Raises
    ------
    LinkError
        If the board does not answer as it should.
    ValueError
        If the image file holds no image.
    """
    from .designs.choose import open_design
    from .host.driver import Board as Driver
    from .host.ports import open_port

    design = open_design(options.network, board.part, options.baud, samples=options.samples, flash=options.flash,
                         observed=options.observe, **options.conversion)
    images = _images(options, design)
    simulated = options.port == "sim"
    if simulated:
        say("simulating the design's pins, clock by clock; the first time its RTL is compiled", style="dim")
    port = open_port(options.port, lambda: design.create_top(clock.hz), options.baud)
    answers = []
    with Driver(port, levels=design.levels, timeout=options.timeout) as driver:
        identity = driver.identify()
        if not simulated:
            _refuse_another(identity, _expected_build(board, clock, design, options.folder), design, port.name)
        say(f"{identity.name}, {'-'.join(map(str, identity.layers))} neurons at {identity.clock_hz / 1e6:g} MHz, "
            f"build {identity.build_id:016x}", style="dim")
        words = design.load_words
        if words and options.flash is None:
            _load(driver, words, say)
        elif words:
            _await_flash(driver, images[0][0], words, say)
        for image, label in images:
            start = port.now()
            answer = driver.classify_events(image) if design.takes_events else driver.classify(image)
            seconds = port.now() - start
            answers.append({"class": answer.label, "label": label, "counts": list(answer.counts), "clocks": answer.clocks,
                            "microseconds": round(seconds * 1e6, 1)})
            if not options.json:
                _show(console, image, answers[-1], design.levels, identity.clock_hz)
        seen = (driver.registers(), driver.spikes(), driver.membranes()) if options.observe else None
    if options.json:
        print(json.dumps({"build_id": f"{identity.build_id:016x}", "answers": answers} | _observation(seen), indent=1))
    elif len(answers) > 1:
        right = sum(answer["class"] == answer["label"] for answer in answers)
        console.print(f"{right} of {len(answers)} right")
    if seen and not options.json:
        _show_observation(console, seen)


def _observation(seen):
    """What was read of the last sample and of the counters, as plain data."""
    if seen is None:
        return {}
    registers, spikes, membranes = seen
    layers = [layer._asdict() | {"spikes_by_time_step": rows.astype(int).tolist(), "membranes": v.tolist()}
              for layer, rows, v in zip(registers.layers, spikes, membranes)]
    return {"observed": registers._asdict() | {"layers": layers}}


def _show_observation(console, seen):
    """The counters, and of each layer what it did in the last sample."""
    registers, spikes, membranes = seen
    console.print(f"samples {registers.samples:,}, good frames {registers.frames:,}, frames given up {registers.frames_dropped:,}, bytes lost "
                  f"{registers.bytes_lost:,}", highlight=False)
    for k, (layer, rows, v) in enumerate(zip(registers.layers, spikes, membranes)):
        console.print(f"layer {k}, last sample: {layer.events:,} events in, {layer.spikes:,} spikes out of {layer.neurons:,} neurons "
                      f"({', '.join(map(str, rows.sum(axis=1)))} in each time step), membranes {v.min():,} to {v.max():,}", highlight=False)


def _await_flash(driver, image, words, say):
    """Wait until the board has read its weights from its flash; load them if the flash does not hold them."""
    from gateware.bus.format import Status

    from .host.errors import RefusalError

    try:
        driver.classify_events(image) if np.ndim(image) > 1 else driver.classify(image)
    except RefusalError as error:
        if error.status != Status.BAD_FLASH:
            raise
        say("the board's flash does not hold this network's weights: they are loaded over the link", style="dim")
        _load(driver, words, say)


def _load(driver, words, say):
    """Load the weights that are not part of the bitstream, with progress."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("load the weights", total=len(words))
        driver.load(words, lambda done, total: progress.update(task, completed=done))
    say(f"{2 * len(words):,} bytes of weights loaded", style="dim")


def _lines(image, levels, shades):
    """An image in characters: two for each pixel, or, of one that is wide, one for two pixels, one below the other."""
    side = isqrt(len(image))
    rows = image.reshape(side, side) if side * side == len(image) else image.reshape(1, -1)
    wide = rows.shape[1] > WIDEST
    if wide:
        rows = np.pad(rows, ((0, len(rows) % 2), (0, 0))).reshape(-1, 2, rows.shape[1]).max(axis=1)
    return ["".join((1 if wide else 2) * shades[int(pixel) * len(shades) // (levels + 1)] for pixel in row) for row in rows]


def _show(console, image, answer, levels, clock_hz):
    """The image in half a dozen shades, beside what the board says of it."""
    utf = (console.encoding or "").lower().startswith("utf")
    shades = SHADES if utf else " .:*#"
    most = max(max(answer["counts"]), 1)
    beside = [f"{digit}  {('━' if utf else '=') * round(24 * max(count, 0) / most)} {count:,}"
              for digit, count in enumerate(answer["counts"])]
    verdict = "" if answer["label"] is None else " right" if answer["class"] == answer["label"] else f" wrong, it is {answer['label']}"
    lines = show_events(image, shades) if np.ndim(image) > 1 else _lines(image, levels, shades)
    blank = " " * len(lines[0])
    for index in range(max(len(lines), len(beside))):
        left = lines[index] if index < len(lines) else blank
        right = beside[index] if index < len(beside) else ""
        style = "bold" if index == answer["class"] else "dim"
        console.print(f"  {left}   [{style}]{right}[/]", highlight=False)
    console.print(f"  class [bold]{answer['class']}[/]{verdict}, {answer['clocks']:,} clocks = {answer['clocks'] / clock_hz * 1e6:.0f} us, "
                  f"with the line {answer['microseconds']:,.0f} us\n", highlight=False)
