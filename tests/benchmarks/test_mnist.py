# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from benchmarks import mnist
from benchmarks.__main__ import main
from models.networks.spiking_file import load_spiking
from platforms.boards import read_table
from platforms.energy import estimate_energy

NETWORK = load_spiking(mnist.NETWORK)


def used(**figures):
    names = {"logic": "logic cells", "ram": "block RAMs", "dsp": "DSP blocks", "spram": "SPRAM blocks"}
    return [{"name": names[name], "resource": name, "used": figures[name], "available": 100} for name in names]


REPORT = {
    "accuracy": [{"name": "ours", "correct": 9800, "total": 10000, "low": 0.977, "high": 0.982, "note": "all of them"},
                 {"name": "streams", "correct": 1960, "total": 2000, "low": 0.973, "high": 0.986, "note": "the first 2,000"}],
    "energy": estimate_energy([{"additions": 21_000, "updates": 1104, "weight_bits": 1, "sum_bits": 2, "state_bits": 3}], 2e-4, "iCE40UP5K",
                              24e6, pll=True),
    "peers": read_table("peers")["mnist"],
    "rtl": {"images": 500, "spikes": 552_000, "simulated": 1_900_000},
    "latency": {"clocks": 5000, "seconds": 5000 / 24e6, "all_clocks": [*range(4000, 6000, 4)], "request_seconds": 8e-3, "reply_seconds": 5e-4},
    "clock": {"hz": 24_000_000}, "board": {"part": "iCE40UP5K"}, "design": {"layers": [784, 128, 10], "build_id": "0123456789abcdef"},
    "utilisation": used(logic=90, ram=20, dsp=2, spram=4), "timing": {"fmax_hz": 25.5e6}, "tools": {"yosys": "0.70 wasm"},
    "activity": [{"layer": "inputs", "neurons": 784, "events": 147.0, "rate": 0.1875, "silent": 0.8125, "never": 20},
                 {"layer": "layer 0", "neurons": 128, "events": 256.0, "rate": 0.25, "silent": 0.4, "never": 0}],
    "memories": [{"memory": "weights of layer 0", "kind": "SPRAM", "blocks": 4, "width": 64, "depth": 12560, "bytes": 100480, "why": "8 lanes"}],
}
DIGITS = REPORT | {
    "accuracy": [{"name": "ours", "correct": 537, "total": 540, "low": 0.98, "high": 0.999}], "design": {"layers": [64, 32, 10]},
    "rtl": {"images": 540, "spikes": 725_760}, "latency": {"clocks": 11_505, "seconds": 11_505 / 24e6},
    "utilisation": used(logic=30, ram=11, dsp=0, spram=0)}


def test_the_page_has_the_builds_figures_and_says_whose_the_others_are():
    page = mnist.page_text(REPORT, NETWORK, 12_345.6)
    for text in ("98.00 % (97.70 to 98.20)", "| streams: the first 2,000 | 98.00 % (97.30 to 98.60) |", "an estimate, not measured",
                 "| 35.66 pJ | 749 nJ |", "500 images, 552,000 spikes",
                 "5,000 clocks, 0.208 ms at 24 MHz", "8.00 ms + 0.50 ms",
                 "| images per second, one at a time over this UART | 115 |", "| logic cells | 90 of 100 |", "25.50 MHz",
                 "12,346 images per second on one core", "| least | 4,000 | 167 |", "| 50 % | 5,000 | 208 |", "| most | 5,996 | 250 |",
                 "| layer 0 | 128 | 256.0 | 0.250 | 40.0 % | 0 |",
                 "| weights of layer 0 | SPRAM | 4 | 64 x 12,560 | 100,480 | 8 lanes |", "yosys 0.70 wasm"):
        assert text in page, text
    assert page.count("| cited: [arXiv:") == len(REPORT["peers"]) and page.count("simulation, place and route |") == 1
    front = mnist.readme_text(REPORT, DIGITS)
    assert "| MNIST, 784-128-10 | 8 x 8 digits, 64-32-10 |" in front
    assert "| 98.00 % of 10,000 | 99.44 % of 540 |" in front
    assert "90 of 100 logic cells, 20 of 100 block RAMs, 4 of 100 SPRAM blocks | 30 of 100 logic cells, 11 of 100 block RAMs |" in front


def test_the_model_classifies_some_thousand_images_per_second():
    levels = np.random.default_rng(0).integers(0, 16, (200, 784)) * (np.arange(784) % 5 == 0)
    assert mnist.model_speed(NETWORK, levels, rounds=1) > 500


def test_only_what_is_between_the_marks_is_renewed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{mnist.FIRST}old\n{mnist.LAST}\nafter\n", encoding="utf-8")
    mnist.renew(page, "new\n")
    assert page.read_text(encoding="utf-8") == f"before\n{mnist.FIRST}new\n{mnist.LAST}\nafter\n"
    page.write_text("no marks\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"page.md must hold one line <!-- written by python -m benchmarks mnist --> and after it"):
        mnist.renew(page, "new\n")
    assert page.read_text(encoding="utf-8") == "no marks\n"


def test_without_mnist_it_says_where_to_put_it(monkeypatch, capsys):
    monkeypatch.delenv("SPIKELOOM_DATA", raising=False)
    assert main(["mnist"]) == 1
    assert "set SPIKELOOM_DATA to a folder with mnist.npz" in capsys.readouterr().err


def test_both_networks_are_built_and_both_pages_renewed(monkeypatch, tmp_path, capsys):
    asked = []

    def build(board, *, network, folder, steps):
        asked.append((board.name, network))
        return DIGITS if network is None else REPORT

    (tmp_path / "docs").mkdir()
    for name in ("docs/mnist.md", "README.md"):
        (tmp_path / name).write_text(f"{mnist.FIRST}{mnist.LAST}\n", encoding="utf-8")
    monkeypatch.setattr(mnist, "build_network", build)
    monkeypatch.setattr(mnist, "load_test", lambda: (NETWORK, None))
    monkeypatch.setattr(mnist, "_speed_on_one_core", lambda: 12_345.6)
    monkeypatch.setattr(mnist, "ROOT", tmp_path)
    assert main(["mnist"]) == 0
    assert asked == [("icebreaker", mnist.NETWORK), ("icebreaker", None)]
    assert "98.00 %" in capsys.readouterr().out
    assert "arXiv" in (tmp_path / "docs/mnist.md").read_text(encoding="utf-8")
    assert "99.44 %" in (tmp_path / "README.md").read_text(encoding="utf-8")
