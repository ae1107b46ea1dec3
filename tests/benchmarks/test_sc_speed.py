# amaranth: UnusedElaboratable=no
import importlib.metadata
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import sc_speed
from benchmarks.__main__ import main


class Layer:
    """Sums that are off by 0.25."""

    def __init__(self, inputs, neurons, length, seed):
        self.weights = np.zeros((neurons, inputs))

    def set_weights(self, weights):
        self.weights = np.array(weights)

    def refresh_packed_weights(self):
        pass

    def forward_numpy(self, inputs):
        return self.weights @ inputs

    forward_prepacked_numpy = forward_numpy

    def forward_batch_numpy(self, inputs, seed=0):
        return inputs @ self.weights.T - 0.25


def small(monkeypatch):
    for name, value in {"BITS": 4096, "PACKED": 4096, "CLOCKED": 1 << 18, "BATCH": 3, "SECONDS": 0, "DRAWS": 2,
                        "LAYERS": ((5, 3), (7, 2))}.items():
        monkeypatch.setattr(sc_speed, name, value)


def test_without_the_reference_it_says_so_and_measures_all(monkeypatch, capsys):
    small(monkeypatch)
    monkeypatch.setattr(sc_speed, "PEER", "sc_neurocore_engine_that_is_not_there")
    assert main(["sc-speed", "--rounds", "1"]) == 0
    shown = capsys.readouterr().out
    assert "sc_neurocore_engine_that_is_not_there is not installed, so that there is nothing to compare with: `pip" in shown
    for row in ("pack", "unpack", "popcount", "AND + popcount", "encode 784 x 1024", "stanh of 8 states, 64 streams, planes",
                "CORDIV, 1 stream, tables", "synchronizer, 4096 streams, planes", "dense 5 x 3 x 1024, packed inputs",
                "dense 7 x 2 x 1024, packed batch of 3", "  ours "):
        assert f"\n  {row.strip()}" in shown
    assert " x\n" not in shown and "\n  theirs" not in shown


def test_with_the_reference_it_gives_ratios(monkeypatch, capsys):
    small(monkeypatch)
    threads = []
    engine = SimpleNamespace(set_num_threads=threads.append, simd_tier=lambda: "none", DenseLayer=Layer, pack_bitstream_numpy=len,
                             unpack_bitstream_numpy=np.resize, popcount_numpy=len, batch_encode_numpy=lambda p, length, seed: p)
    monkeypatch.setitem(sys.modules, "sc_neurocore_engine", engine)
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "1.2.3")
    assert main(["sc-speed", "--rounds", "1"]) == 0
    shown = capsys.readouterr().out
    assert threads == [1] and "beside sc_neurocore_engine 1.2.3 (none, one thread)" in shown
    assert shown.count(" x\n") == 3 + 3 + 8
    assert "  theirs  -0.2500 +- 0.0000" in shown


def test_rounds_are_checked(capsys):
    assert main(["sc-speed", "--rounds", "0"]) == 1
    assert capsys.readouterr().err == "error: --rounds must be at least 1, not 0\n"


def test_a_rate_is_bits_by_seconds(monkeypatch):
    clock = iter((0.0, 0.00025, 10.0, 10.25))
    monkeypatch.setattr(sc_speed.time, "perf_counter", lambda: next(clock))
    calls = []
    measure = sc_speed._rate(100, lambda: calls.append(1))
    assert measure() == pytest.approx(2 * 100 / 0.25) and len(calls) == 2 + 4 + 2
