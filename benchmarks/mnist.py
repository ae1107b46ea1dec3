"""The MNIST network on the iCEBreaker: accuracy, latency, area, speed of its model; the tables of docs/mnist.md and of the front page.

Accuracy, spikes, clocks and area are those of the build (``python -m platforms build``), from simulation and place and route.
The model's speed is measured here, in time of the processor: other programs that share it do not count.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from models import golden
from models.datasets import load_mnist, to_levels
from models.networks.spiking_file import load_spiking
from platforms.boards import find_board
from platforms.files import write_whole
from platforms.job import build_network
from platforms.progress import Steps

from .speed import best

__all__ = ["load_test", "model_speed", "page_text", "readme_text", "renew", "run_mnist"]

ROOT = Path(__file__).parents[1]
NETWORK = ROOT / "models" / "networks" / "mnist.npz"
BOARD = "icebreaker"
ROUNDS = 20
MEMORIES_AND_LOGIC = ("logic", "ram", "spram")
FIRST, LAST = "<!-- written by python -m benchmarks mnist -->\n", "<!-- end -->"


def model_speed(network, levels, rounds=ROUNDS):
    """Samples per second of processor time that a network's golden model classifies, the best of several rounds.

    Parameters
    ----------
    network : gateware.chip.network.SpikingNetwork
    levels : array, (N, inputs)
    rounds : int
    """
    from gateware.chip.spiking_chip import SpikingChip
    model = golden(SpikingChip(network))
    model.classify(levels[:1])

    def measure():
        start = time.process_time()
        model.classify(levels)
        return len(levels) / (time.process_time() - start)

    (rate,) = best(rounds, measure)
    return rate


def _speed_on_one_core():
    """The same of MNIST's test images, in a process of its own whose matrix products take one thread."""
    # NumPy's BLAS takes the variable when it is loaded; its threads that wait for each other would count as work.
    command = "from benchmarks.mnist import load_test, model_speed; print(model_speed(*load_test()))"
    run = subprocess.run([sys.executable, "-c", command], cwd=ROOT, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"}, check=True,
                         stdout=subprocess.PIPE, text=True)
    return float(run.stdout)


def load_test():
    """The network, and the levels of MNIST's test images."""
    network, images = load_spiking(NETWORK), load_mnist().test_images
    return network, to_levels(images, network.levels).reshape(len(images), -1)


def renew(path, text):
    """Put a text between the marks in a page; all else stays.

    Raises
    ------
    ValueError
        If the page has no such marks, or more than one pair.
    """
    page = path.read_text(encoding="utf-8")
    if page.count(FIRST) != 1 or page.count(LAST) != 1 or page.index(LAST) < page.index(FIRST):
        raise ValueError(f"{path.name} must hold one line {FIRST.strip()} and after it one line {LAST}")
    before, after = page.split(FIRST)[0], page.split(LAST)[1]
    write_whole(path, f"{before}{FIRST}{text}{LAST}{after}")


def _accuracy(row):
    low, high = row["low"], row["high"]
    return f"{100 * row['correct'] / row['total']:.2f} % ({100 * low:.2f} to {100 * high:.2f})"


def _latency(report):
    latency = report["latency"]
    return f"{latency['clocks']:,} clocks, {latency['seconds'] * 1e3:.3f} ms at {report['clock']['hz'] / 1e6:g} MHz"


def _used(report):
    return {row["resource"]: row for row in report["utilisation"]}


def _table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows)]) + "\n"


def _at(values, share):
    """The value that so many of the sorted values reach at most."""
    return values[min(len(values) - 1, int(share * len(values)))]


def page_text(report, network, speed):
    """The tables of docs/mnist.md.

    Parameters
    ----------
    report : dict
        Of the build.
    network : gateware.chip.network.SpikingNetwork
    speed : float
        Of the model, in samples per second of processor time.
    """
    (own, *others), rtl, latency, hz = report["accuracy"], report["rtl"], report["latency"], report["clock"]["hz"]
    clocks, used, energy = latency["all_clocks"], _used(report), report["energy"]
    line = latency["request_seconds"] + latency["reply_seconds"]
    rows = [
        ("accuracy in integers, bit-true, all test images: in per cent, 95 % interval", _accuracy(own)),
        *((f"{row['name']}: {row['note']}", _accuracy(row)) for row in others),
        ("RTL against model", f"{rtl['images']} images, {rtl['spikes']:,} spikes, every score, class and count of clocks, over "
                              f"{rtl['simulated']:,} simulated clocks: no difference"),
        ("last byte of an image to its class, median", _latency(report)),
        ("image and answer on the UART at 1 Mbaud", f"{latency['request_seconds'] * 1e3:.2f} ms + {latency['reply_seconds'] * 1e3:.2f} ms"),
        ("images per second, one at a time over this UART", f"{1 / (line + latency['seconds']):,.0f}"),
        *((used[name]["name"], f"{used[name]['used']:,} of {used[name]['available']:,}") for name in (*MEMORIES_AND_LOGIC, "dsp")),
        ("Fmax after place and route", f"{report['timing']['fmax_hz'] / 1e6:.2f} MHz"),
        ("energy of an image, from its last byte to its class: **an estimate, not measured**, see below", f"{energy['joules'] * 1e6:.2g} uJ"),
        ("golden model, every spike kept",
         f"{speed:,.0f} images per second on one core: processor time of all 10,000, the best of {ROUNDS} rounds"),
    ]
    spread = [(f"{100 * share:.0f} %" if 0 < share < 1 else "least" if not share else "most", f"{_at(clocks, share):,}",
               f"{_at(clocks, share) / hz * 1e6:,.0f}") for share in (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)]
    activity = [(row["layer"], row["neurons"], f"{row['events']:,.1f}", f"{row['rate']:.3f}", f"{100 * row['silent']:.1f} %", row["never"])
                for row in report["activity"]]
    spent = [(row["what"], f"{row['count']:,.0f}" if row["count"] >= 1 else f"{row['count'] * 1e6:,.0f} us",
              f"{row['unit_joules'] * 1e12:.2f} pJ" if row["unit_joules"] < 1e-9 else f"{row['unit_joules'] * 1e3:.2f} mW",
              f"{row['joules'] * 1e9:,.0f} nJ", row["model"]) for row in energy["rows"]]
    memories = [(row["memory"], row["kind"], row["blocks"], f"{row['width']} x {row['depth']:,}", f"{row['bytes']:,}", row["why"])
                for row in report["memories"]]
    ours = (f"**this network, {'-'.join(map(str, network.sizes))}**", f"{report['board']['part']}, {hz / 1e6:g} MHz",
            f"{100 * own['correct'] / own['total']:.2f}", f"{latency['seconds'] * 1e3:.3f} ms", f"{used['logic']['used']:,} logic cells",
            f"{used['ram']['used']}, and {used['spram']['used']} SPRAM", "not measured", "simulation, place and route")
    peers = [(*(row[name] for name in ("name", "part", "accuracy", "latency", "logic", "ram", "power")), f"cited: [{row['source']}]({row['link']})")
             for row in report["peers"]]
    parts = [
        "## Figures\n", _table(("what", "figure"), rows),
        "## Latency\n",
        f"From the last byte of an image accepted to its class ready, of the {rtl['images']} images in the RTL. It depends on how many pixels "
        "are not\nblank and how many neurons spike. The two bytes of the CRC on the line, 20 bit times, are part of it.\n",
        _table(("of the images", "clocks", "us"), spread),
        "## Activity\n",
        _table(("events", "neurons", "per image, mean", "per neuron and time step", "silent in an image", "never active"), activity),
        "## Energy, estimated\n",
        f"{energy['joules'] * 1e6:.2g} uJ for an image, or {energy['watts'] * 1e3:.2g} mW while it is classified: operations, counted from the "
        "spikes of the test images,\ntimes what others have measured of something similar. No board has been measured; the serial line, pins and "
        "signals between components\nare left out.\n",
        _table(("of an image, on average", "number", "each", "together", "taken as"), spent),
        f"Of the first row {energy['static_joules'] * 1e9:.0f} nJ are the data sheet's static current. Sources:\n\n"
        + "\n".join(f"- {source}" for source in energy["sources"]) + "\n",
        "## Memories\n", _table(("memory", "kind", "blocks", "bits x rows", "bytes", "why"), memories),
        "## Beside others\n",
        "The others' figures are cited from their papers; nothing of theirs was run here, and what they count as latency may differ. Ours are "
        "from\nsimulation and from place and route: no board has been measured.\n",
        _table(("", "part", "accuracy, %", "latency", "logic", "block RAM", "power", "from"), [ours, *peers]),
        "Tools: " + ", ".join(f"{name} {version}" for name, version in report["tools"].items()) + f". Build `{report['design']['build_id']}`.\n",
    ]
    return "\n".join(parts)


def readme_text(mnist, digits):
    """The table of the front page, from the reports of both networks."""
    def column(report):
        own, rtl, used = report["accuracy"][0], report["rtl"], _used(report)
        area = ", ".join(f"{used[name]['used']:,} of {used[name]['available']:,} {used[name]['name']}" for name in MEMORIES_AND_LOGIC
                         if used[name]["used"])
        return (f"{100 * own['correct'] / own['total']:.2f} % of {own['total']:,}", _latency(report), area,
                f"every spike, score and class of {rtl['images']} images: no difference")
    names = ("accuracy in integers, images never trained on", "last pixel to class, median", "iCE40UP5K", "RTL against model")
    heads = (f"{title}, {'-'.join(map(str, report['design']['layers']))}" for title, report in (("MNIST", mnist), ("8 x 8 digits", digits)))
    return _table(("", *heads), zip(names, column(mnist), column(digits)))


def run_mnist():
    """Build the MNIST and the digits network (or take them from the cache), measure the model, renew the tables; always 0.

    Raises
    ------
    FileNotFoundError
        If SPIKELOOM_DATA names no folder with MNIST.
    """
    network, _ = load_test()
    board = find_board(BOARD)
    from rich.console import Console
    with tempfile.TemporaryDirectory(prefix="spikeloom-") as folder, Steps(Console(stderr=True, highlight=False)) as steps:
        reports = [build_network(board, network=path, folder=folder, steps=steps) for path in (NETWORK, None)]
    text = page_text(reports[0], network, _speed_on_one_core())
    renew(ROOT / "docs" / "mnist.md", text)
    renew(ROOT / "README.md", readme_text(*reports))
    print(text)
    return 0
