import pytest

from platforms.boards import read_table
from platforms.energy import estimate_energy
from platforms.report import path_hops, render_page, short_rows

ROW = {"logic": 10, "lut": 8, "ff": 4, "carry": 2, "ram": 1, "dsp": 0, "spram": 0}


def _hop(kind, delay, to_port, from_port="O", cell="d.x", place=(1, 2)):
    return {"type": kind, "delay": delay, "from": {"cell": "d.w", "loc": [0, 0], "port": from_port},
            "to": {"cell": cell, "loc": list(place), "port": to_port}}


@pytest.fixture
def report():
    return {
        "format": 1,
        "board": {"name": "icebreaker", "title": "1BitSquared iCEBreaker", "part": "iCE40UP5K", "package": "SG48", "family": "ice40",
                  "grid": [26, 32], "note": "A note with <angle> brackets."},
        "clock": {"hz": 24_000_000, "source": "clk12", "text": "24 MHz (clk12)"},
        "bitstream": {"bytes": 104090, "sha256": "ab" * 32, "key": "cd" * 32, "file": "digits.bin"},
        "utilisation": [{"name": "logic cells", "resource": "logic", "used": 1234, "available": 5280},
                        {"name": "DSP blocks", "resource": "dsp", "used": 0, "available": 8}],
        "components": [{"path": "", "own": ROW, "total": ROW}, {"path": "d", "own": ROW, "total": ROW}],
        "timing": {"fmax_hz": 31.5e6, "clock_hz": 24_000_000,
                   "path": path_hops([_hop("clk-to-q", 1.0, "O"), _hop("routing", 30.0, "I0"), _hop("setup", 0.7, "I0")])},
        "pins": [{"port": "link_0__rx__io", "pin": "6"}],
        "placement": [{"x": 1, "y": 1, "slot": "lc0", "kind": "logic", "component": "d"}],
        "tools": {"yosys": "0.70 wasm"},
    }


@pytest.fixture
def full_report(report):
    return report | {
        "design": {"name": "digits", "layers": [64, 32, 10], "time_steps": 2, "baud": 1_000_000, "network": "ef" * 32,
                   "build_id": "0123456789abcdef", "provenance": {}},
        "accuracy": [{"name": name, "correct": 534, "total": 540, "low": 0.976, "high": 0.995} for name in ("ours", "float", "logistic")],
        "rtl": {"images": 540, "spikes": 725_760, "clocks": 11_503, "simulated": 6_000_000},
        "latency": {"clocks": 11_503, "seconds": 11_503 / 24e6, "request_seconds": 750e-6, "reply_seconds": 270e-6},
        "example": {"index": 10, "label": 0, "class": 0, "image": [0] * 64, "counts": [2] + [0] * 9,
                    "input": [[0] * 8] * 2, "hidden": [[0] * 4] * 2, "output": [[128, 0]] * 2},
        "standing": [{"component": "gateware.neurons.lif.LIF", "examples": 3, "rtl": 3, "proof": 2, "netlist": 3},
                     {"component": "gateware.bus.uart.UARTReceiver", "examples": 2, "rtl": 2, "proof": 2, "netlist": 0}],
    }


def test_carry_chain_is_one_hop():
    hops = path_hops([_hop("clk-to-q", 1.4, "O"), _hop("routing", 1.8, "I1"), _hop("logic", 0.7, "COUT", "I1"),
                      _hop("routing", 0.0, "CIN", "COUT"), _hop("logic", 0.3, "COUT", "CIN"), _hop("routing", 0.4, "I3", "COUT"),
                      _hop("setup", 0.8, "I3", "I3")])
    assert [hop["kind"] for hop in hops] == ["clock to output", "routing", "carry", "setup"]
    assert sum(hop["seconds"] for hop in hops) == pytest.approx(5.4e-9)
    assert (hops[0]["x"], hops[0]["y"]) == (1, 2)


def test_page_of_a_component_stands_alone(report):
    page = render_page(report)
    assert "A component on 1BitSquared iCEBreaker" in page and "&lt;angle&gt;" in page
    assert "<script" not in page and "src=" not in page and "http" not in page and "url(" not in page
    assert "One image, every spike" not in page


def test_page_of_the_classifier_shows_everything(full_report):
    page = render_page(full_report)
    for text in ("Digits on 1BitSquared iCEBreaker", "98.9", "11,503 clocks", "479.3 µs", "750 µs", "725,760 spikes", "ab" * 32,
                 "gateware.neurons.lif.LIF", "2 of 3", "0123456789abcdef", 'class="raster"', 'class="plan"', "31.50 MHz",
                 "prefers-color-scheme"):
        assert text in page, text
    assert "http" not in page and "src=" not in page


def test_short_table_has_the_figures(full_report):
    rows = dict(short_rows(full_report))
    assert rows["ours"] == "98.89 % of 540 held-out images (97.6 to 99.5 %)"
    assert rows["kept evidence"] == "of 2 kinds of components: compared 2, proven 1, netlist 1"
    assert rows["last pixel to class"] == "11,503 clocks = 479 us"
    assert rows["UART, there and back"] == "750 us + 270 us"
    assert rows["logic cells"] == "1,234 of 5,280 (23 %)"
    assert rows["longest path allows"] == "31.50 MHz, the clock is 24 MHz"
    assert "DSP blocks" not in rows



@pytest.fixture
def spiking_report(full_report):
    operations = [{"layer": 0, "additions": 21_424.0, "updates": 1024.0, "weight_bits": 170_000.0, "sum_bits": 900_000.0, "state_bits": 32_768.0}]
    return full_report | {
        "design": full_report["design"] | {"name": "MNIST", "layers": [4, 8, 2], "encoder": "current", "readout": "membrane"},
        "accuracy": [{"name": "ours", "correct": 1975, "total": 2000, "low": 0.98, "high": 0.99, "note": "bit-true model"},
                     {"name": "streams", "correct": 190, "total": 200, "low": 0.91, "high": 0.97, "note": "of the first 200"}],
        "source": "2,000 samples", "peers": read_table("peers")["mnist"],
        "confusion": [[990, 20], [5, 985]],
        "latency": {"clocks": 4800, "seconds": 4800 / 24e6, "all_clocks": [4000, 4800, 5600], "request_seconds": 8e-3, "reply_seconds": 5e-4},
        "memories": [{"memory": "weights of layer 0", "kind": "SPRAM", "blocks": 4, "width": 64, "depth": 12560, "bytes": 100480, "why": "8 lanes"},
                     {"memory": "sums of layer 0", "kind": "logic", "blocks": 0, "width": 52, "depth": 4, "bytes": 26, "why": "few"}],
        "activity": [{"layer": "inputs", "neurons": 4, "events": 1.5, "rate": 0.375, "silent": 0.625, "never": 1},
                     {"layer": "layer 0", "neurons": 8, "events": 4.0, "rate": 0.25, "silent": 0.5, "never": 0}],
        "operations": operations, "energy": estimate_energy(operations, 200e-6, "iCE40UP5K", 24e6, pll=True),
        "example": {"index": 0, "label": None, "class": 1, "image": [0, 15, 3, 0], "scores": [-12_000, 26_011],
                    "spikes": [[[0b10100000]] * 2, [[0]] * 2]},
    }


def test_page_of_a_spiking_network_shows_memories_latencies_and_confusion(spiking_report):
    report = spiking_report
    page = render_page(report)
    for text in ("MNIST on 1BitSquared iCEBreaker", "98.75<small>%", "of 2,000 samples right", "200<small>µs", "from 4,000 to 5,600 clocks",
                 "64 × 12,560", "0.375", "0.250", "62.5 %", "26,011</text>", "-12,000</text>", ">990</span>"):
        assert text in page, text
    rows = dict(short_rows(report))
    assert rows["ours"] == "98.75 % of 2,000 samples (98.0 to 99.0 %)"
    assert rows["last byte to class, median"] == "4,800 clocks = 200 us"


def test_page_says_what_is_compared_estimated_and_cited(spiking_report):
    page = " ".join(render_page(spiking_report).split())
    for text in ("bit-true model</div>", "streams<div", "190 / 200", "An estimate, not a measurement.", ">21,424<", "35.66 pJ", "2.27 mW",
                 "18 nJ are the data sheet's static current", "Spiker+", "180 mW", "arXiv:2401.01141", "this one, 4-8-2"):
        assert text in page, text
    assert "http" not in page


def test_page_of_a_part_without_figures_has_counts_only(spiking_report):
    operations = spiking_report["operations"]
    report = spiking_report | {"energy": estimate_energy(operations, 200e-6, "LFE5U-25F", 25e6, pll=False), "peers": []}
    page = render_page(report)
    assert "Nothing is published of this part" in page and "with 1 pJ each" in page and "21.4 nJ" in page and "not a measurement" not in page
    assert "Beside others" not in page


def test_page_says_how_samples_go_in_and_classes_come_out(spiking_report):
    assert "formats" not in render_page(spiking_report)
    made = spiking_report["design"] | {"provenance": {"formats": "membranes hold what the first 200 need"}}
    assert "<dt>formats</dt><dd>membranes hold what the first 200 need</dd>" in render_page(spiking_report | {"design": made})
    for encoder, readout, text in (("latency", "first spike", "Each input spikes once, the earlier the higher it is; the class is the output "
                                                              "neuron that spikes first"),
                                   ("stochastic", "count", "the higher they are; the class is the output neuron with the most spikes.")):
        page = render_page(spiking_report | {"design": spiking_report["design"] | {"encoder": encoder, "readout": readout}})
        assert text in " ".join(page.split())


def test_page_says_whether_its_example_is_right(full_report, spiking_report):
    for report in (full_report, spiking_report):
        for example, text in (({"class": 3, "label": 3}, "recognised, and right</span>"),
                              ({"class": 3, "label": 5}, "recognised, and wrong: it is a 5</span>")):
            assert text in render_page(report | {"example": report["example"] | example})
    assert "recognised</span>" in render_page(spiking_report | {"example": spiking_report["example"] | {"class": 3, "label": None}})


def test_page_says_what_was_not_computed_and_why(spiking_report):
    page = render_page(spiking_report | {"not_computed": ["stochastic synapses: no layer may be a <Conv2d>"]})
    assert "Not computed: stochastic synapses: no layer may be a &lt;Conv2d&gt;.</p>" in page
    assert "Not computed" not in render_page(spiking_report | {"not_computed": []})


def test_page_of_samples_without_labels_has_no_accuracy(spiking_report):
    page = render_page(spiking_report | {"accuracy": [], "confusion": None, "peers": []})
    assert "How often it is right" not in page and "What energy it may take" in page


def test_page_says_how_weights_get_into_the_flash_and_what_is_observed(spiking_report):
    report = spiking_report | {"observed": {"blocks": 4}, "flash": {
        "file": "flash.bin", "weights": "weights.bin", "offset": 0x40000, "bytes": 100_500, "clocks": 1_709_783, "seconds": 1_709_783 / 24e6,
        "commands": ["iceprog -o 262144 weights.bin", "openFPGALoader -b ice40_generic -o 262144 weights.bin"]}}
    page = " ".join(render_page(report).split())
    for text in ("flash.bin: the bitstream, and 100,500 bytes of weights at 0x40000, read in 1,709,783 clocks after each configuration (71.2 ms)",
                 "<code>iceprog -o 262144 weights.bin</code>", "4 block RAMs keep spikes and membranes"):
        assert text in page, text
    rows = dict(short_rows(report))
    assert rows["weights"] == "100,500 bytes at 0x40000 of the flash, read in 1,709,783 clocks = 71.2 ms after each configuration"
    assert rows["flash"] == ("flash.bin holds bitstream and weights: python -m platforms program icebreaker; weights alone: iceprog -o 262144 "
                             "weights.bin or openFPGALoader -b ice40_generic -o 262144 weights.bin")
    assert rows["to be observed"] == "4 block RAMs, among those below, keep spikes and membranes"
