# amaranth: UnusedElaboratable=no
import re
import subprocess
import sys
import time

import numpy as np
import pytest
from amaranth.sim import Simulator

from sim import cxxrtl
from sim.compilers import CompilerError
from sim.cxxrtl import SimulationError

from .designs import Accumulator, Adder, Liar, Neuron, Queue, ShortTable, Squarer, TwoClocks
from .test_layouts import random_fields


@pytest.fixture(scope="module")
def simulations():
    return cxxrtl.compile({"accumulator": Accumulator(), "adder": Adder(), "queue": Queue(), "squarer": Squarer(), "neuron": Neuron(),
                           "takes back": Liar("valid"), "changes": Liar("payload"), "silent": Liar("silent"), "table": ShortTable()}, trace=True)


def pysim(component, inputs, outputs):
    """The same run in Amaranth's simulator."""
    cycles = len(next(iter(inputs.values())))
    results = {name: [] for name in outputs}

    async def bench(ctx):
        for cycle in range(cycles):
            for name, values in inputs.items():
                ctx.set(getattr(component, name), int(values[cycle]))
            for name in outputs:
                results[name].append(ctx.get(getattr(component, name)))
            await ctx.tick()

    simulator = Simulator(component)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    return results


def test_a_nontrivial_design_agrees_with_pysim_in_every_clock(simulations):
    neuron = simulations["neuron"]
    neuron.reset()
    inputs = {"current": np.random.default_rng(0).integers(-2**15, 2**15, 3000)}
    expected = pysim(Neuron(), inputs, ["spike", "v", "gain"])
    got = neuron.run(inputs)
    assert 100 < sum(expected["spike"]) < 2900
    for name, values in expected.items():
        assert got[name].tolist() == values, name


def test_outputs_are_what_a_testbench_sees_before_the_edge(simulations):
    accumulator = simulations["accumulator"]
    accumulator.reset()
    inputs = {"step_by": [-5, 7, -32768, 1], "enable": [1, 1, 0, 1]}
    expected = pysim(Accumulator(), inputs, ["total", "sign"])
    got = accumulator.run(inputs)
    assert [int(low) + (int(high) << 64) for low, high in got["total"]] == [value % 2**128 for value in expected["total"]]
    assert got["sign"].tolist() == expected["sign"] == [1, 0, 1, 0]


def test_state_and_inputs_live_on_until_reset(simulations):
    accumulator = simulations["accumulator"]
    accumulator.reset()
    accumulator.run({"step_by": [3, 3], "enable": 1})
    assert accumulator.run({}, cycles=2)["total"][:, 0].tolist() == [6, 9]
    accumulator.reset()
    assert accumulator.run({}, cycles=2)["total"][:, 0].tolist() == [0, 0]


def test_rst_is_an_input_where_the_design_has_one(simulations):
    accumulator = simulations["accumulator"]
    accumulator.reset()
    got = accumulator.run({"step_by": 1, "enable": 1, "rst": [0, 0, 1, 0]})
    assert got["total"][:, 0].tolist() == [0, 1, 2, 0]
    assert "rst" not in simulations["adder"].inputs


def test_a_combinational_design_with_full_words_and_no_bits(simulations):
    got = simulations["adder"].run({"a": np.array([2**64 - 1, 0], np.uint64), "b": [-1, -2**63], "nothing": 0})
    assert got["low"].tolist() == [2**64 - 1, 0]
    assert [int(low) + (int(high) << 64) for low, high in got["y"]] == [2**64 - 2, 2**128 - 2**63]
    assert got["empty"].tolist() == [0, 0]


def test_a_run_longer_than_a_chunk_is_seamless(simulations):
    accumulator = simulations["accumulator"]
    accumulator.reset()
    total = accumulator.run({"step_by": 1, "enable": 1}, cycles=(1 << 16) + 10, outputs=["total"])["total"][:, 0]
    assert np.array_equal(total, np.arange((1 << 16) + 10, dtype=np.uint64))


@pytest.mark.parametrize("inputs, keywords, message", [
    ({"step": [1]}, {}, "input of accumulator must be one of step_by, enable, rst, not 'step'"),
    ({"enable": [1]}, {"outputs": ["sum"]}, "output of accumulator must be one of total, sign, not 'sum'"),
    ({"enable": [2]}, {}, "enable must be between 0 and 1, not 2"),
    ({"enable": [1], "step_by": [1, 2]}, {},
     "inputs of accumulator must have one length, or cycles must be given, not {'enable': 1, 'step_by': 2}"),
    ({"enable": 1}, {}, "inputs of accumulator must have one length, or cycles must be given, not neither"),
    ({"enable": [1]}, {"cycles": 3}, "inputs of accumulator must have one length, or cycles must be given, not {'enable': 1, 'cycles': 3}"),
])
def test_wrong_inputs_are_refused(simulations, inputs, keywords, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        simulations["accumulator"].run(inputs, **keywords)


@pytest.mark.parametrize("i_gap, o_gap", [(0, 0), (3, 0), (0, 5), ([0, 1, 7], [2, 0, 0, 9])])
def test_streams_keep_every_item_in_order_under_stalls(simulations, i_gap, o_gap):
    queue = simulations["queue"]
    queue.reset()
    fields = random_fields(np.random.default_rng(5), 300)
    done = queue.run_stream(fields, i_gap=i_gap, o_gap=o_gap, max_clocks=10_000)
    for name, values in fields.items():
        assert np.array_equal(done.items[name], values), name
    assert len(done.sent) == len(done.received) == 300
    assert np.all(done.received > done.sent) and np.all(np.diff(done.received) > 0)
    assert done.clocks == done.received[-1] + 1


def test_gaps_hold_valid_and_ready_low_that_long(simulations):
    squarer = simulations["squarer"]
    squarer.reset()
    done = squarer.run_stream(np.arange(50), i_gap=2, max_clocks=1000)
    assert np.array_equal(done.sent, np.arange(50) * 3 + 2)
    assert np.array_equal(done.received, done.sent + 1)
    squarer.reset()
    done = squarer.run_stream(np.arange(50), o_gap=4, max_clocks=1000)
    assert set(np.diff(done.received)) == {5}


def test_watched_streams_are_recorded(simulations):
    squarer = simulations["squarer"]
    squarer.reset()
    done = squarer.run_stream(np.arange(20), o_gap=[1, 3], max_clocks=1000, watch=["tap"])
    items, clocks = done.watched["tap"]
    assert np.array_equal(items, np.arange(20) ** 2) and np.array_equal(done.items, items)
    assert np.array_equal(clocks, done.received)


def test_plain_outputs_are_recorded_in_every_clock(simulations):
    squarer = simulations["squarer"]
    squarer.reset()
    done = squarer.run_stream(np.arange(20), i_gap=1, max_clocks=1000, watch=["i__ready", "o__valid"])
    levels, clocks = done.watched["o__valid"]
    assert np.array_equal(clocks, np.arange(done.clocks))
    assert np.array_equal(np.flatnonzero(levels), done.received)


@pytest.mark.parametrize("name, message", [
    ("takes back", "takes back breaks the rule of streams in clock 2: o.valid fell before its transfer"),
    ("changes", "changes breaks the rule of streams in clock 1: o.payload changed before its transfer"),
    ("silent", "silent did not finish within 100 clocks: o returned 0 of 3"),
])
def test_a_broken_stream_is_named_with_its_clock(simulations, name, message):
    simulations[name].reset()
    with pytest.raises(SimulationError, match=f"^{re.escape(message)}$"):
        simulations[name].run_stream(count=3, o_gap=10, max_clocks=100)


def test_a_stream_that_is_too_slow_says_how_far_it_got(simulations):
    simulations["squarer"].reset()
    message = "squarer did not finish within 10 clocks: i accepted 5 of 100 items, o returned 4 of 100"
    with pytest.raises(SimulationError, match=f"^{message}$"):
        simulations["squarer"].run_stream(np.zeros(100, int), i_gap=1, max_clocks=10)


def test_stream_arguments_are_checked(simulations):
    with pytest.raises(ValueError, match="^input stream of squarer must be one of .*, not 'x__payload'$"):
        simulations["squarer"].run_stream([1], i="x", max_clocks=10)
    with pytest.raises(ValueError, match="^gap of i must be one or more integers of at least 0, not -1$"):
        simulations["squarer"].run_stream([1], i_gap=-1, max_clocks=10)
    with pytest.raises(ValueError, match="^i must be between 0 and 255, not 256$"):
        simulations["squarer"].run_stream([256], max_clocks=10)


def test_a_trace_is_a_vcd_file_with_every_clock(simulations, tmp_path):
    squarer = simulations["squarer"]
    squarer.reset()
    with squarer.vcd(tmp_path / "x.vcd"):
        squarer.run_stream([3, 200], max_clocks=100)
    text = (tmp_path / "x.vcd").read_text()
    assert "$timescale 1 ns $end" in text and "o__payload" in text
    assert f"b{40000:016b} " in text
    assert text.count("#") >= 6
    assert [path.name for path in tmp_path.iterdir()] == ["x.vcd"]


def test_a_trace_that_is_interrupted_leaves_no_file(simulations, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        with simulations["squarer"].vcd(tmp_path / "x.vcd"):
            raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_trace_must_be_asked_for(tmp_path):
    simulation = cxxrtl.compile({"adder": Adder()})["adder"]
    with pytest.raises(ValueError, match="^adder must be compiled with trace=True to write a VCD file$"):
        with simulation.vcd(tmp_path / "x.vcd"):
            pass


def test_an_address_past_the_last_row_ends_the_run_and_not_the_process(simulations):
    simulations["table"].reset()
    with pytest.raises(SimulationError, match="^table breaks a rule in clock 2: out of bounds read$"):
        simulations["table"].run({"address": [0, 2, 3, 1]})


def test_another_clock_domain_is_refused():
    with pytest.raises(ValueError, match="^two must have no clock domain but sync, not one with the port fast_clk$"):
        cxxrtl.compile({"two": TwoClocks()})


@pytest.fixture
def empty_cache(monkeypatch, tmp_path):
    """A cache folder of its own; the WASM of Yosys stays where it is."""
    import platformdirs
    monkeypatch.setenv("YOWASP_CACHE_DIR", platformdirs.user_cache_dir("YoWASP", appauthor=False))
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *args, **kwargs: tmp_path / "cache")
    return tmp_path / "cache" / "cxxrtl"


def test_a_library_is_compiled_once_and_a_damaged_one_again(empty_cache, monkeypatch):
    cxxrtl.compile({"adder": Adder()})
    library, = empty_cache.iterdir()
    stamp = library.stat().st_mtime_ns
    cxxrtl.compile({"adder": Adder()})
    assert library.stat().st_mtime_ns == stamp
    library.unlink()
    library.write_bytes(b"half")
    cxxrtl._open.cache_clear()
    assert cxxrtl.compile({"adder": Adder()})["adder"].run({"a": [1], "b": [2]})["y"][0, 0] == 3
    assert [path.suffix for path in empty_cache.iterdir()] == [library.suffix]


def test_a_compiler_that_fails_leaves_no_library(empty_cache, monkeypatch, tmp_path):
    broken = tmp_path / "broken"
    broken.write_text('#!/bin/sh\n[ "$1" = --version ] && echo broken 1.0 && exit 0\necho "fatal error: no disk" >&2\nexit 1\n')
    broken.chmod(0o755)
    monkeypatch.setenv("CXX", str(broken))
    with pytest.raises(CompilerError, match=r"\(broken 1.0\) failed: fatal error: no disk$"):
        cxxrtl.compile({"adder": Adder()})
    assert list(empty_cache.iterdir()) == []


def test_another_process_finds_the_library(empty_cache, monkeypatch, tmp_path):
    code = ("from tests.sim.designs import Adder; from sim import cxxrtl; import platformdirs, pathlib; "
            f"platformdirs.user_cache_path = lambda *a, **k: pathlib.Path({str(tmp_path / 'cache')!r}); "
            "print(cxxrtl.compile({'adder': Adder()})['adder'].run({'a': [1], 'b': [2]})['y'][0, 0])")
    first, second = (subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(2))
    assert first.communicate()[0] == second.communicate()[0] == b"3\n"
    assert len(list(empty_cache.iterdir())) == 1


def test_five_hundred_times_faster_than_pysim(simulations):
    neuron = simulations["neuron"]
    current = np.random.default_rng(0).integers(-2**15, 2**15, 2_000_000)

    def fast():
        start = time.perf_counter()
        neuron.run({"current": current}, outputs=["spike", "v"])
        return len(current) / (time.perf_counter() - start)

    def slow():
        start = time.perf_counter()
        pysim(Neuron(), {"current": current[:2000]}, ["spike", "v"])
        return 2000 / (time.perf_counter() - start)

    ratio = max(fast() for _ in range(3)) / max(slow() for _ in range(3))
    assert ratio >= 500, f"CXXRTL is {ratio:.0f} times as fast as pysim"
