# amaranth: UnusedElaboratable=no
import importlib.metadata
import json
import threading
import time

import pytest

from platforms import build, job
from platforms.boards import find_board
from platforms.errors import BuildError
from platforms.files import sha256_of
from platforms.job import build_network, load_report
from platforms.progress import Steps

from .test_bitstream import Blink


def test_any_component_is_built_into_a_folder(own_cache, tmp_path):
    report = build(Blink(), "icestick", clock="12", folder=tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"blink.bin", "report.json", "report.html", "yosys.log", "nextpnr.log"}
    assert sha256_of((tmp_path / "out" / "blink.bin").read_bytes()) == report["bitstream"]["sha256"]
    assert load_report(tmp_path / "out")["timing"]["clock_hz"] == 12_000_000


def test_unknown_board_is_refused():
    with pytest.raises(ValueError, match="did you mean icebreaker"):
        build(Blink(), "icebraker")


@pytest.fixture
def made(monkeypatch):
    """Counts how often the digits are really built; what is made is a stand-in."""
    calls = []

    def make(board, clock, baud, network, samples, conversion, weights, observe, use_cache, steps):
        calls.append((board.name, clock, baud, use_cache))
        return {"digits.bin": b"bits", "report.json": json.dumps({"format": 1, "board": board.name}).encode()}

    monkeypatch.setattr(job, "_make", make)
    return calls


def test_second_build_comes_from_the_cache(own_cache, tmp_path, made, monkeypatch):
    board = find_board("icebreaker")
    assert not build_network(board, folder=tmp_path)["cached"]
    (tmp_path / "digits.bin").unlink()
    report = build_network(board, folder=tmp_path)
    assert report["cached"] and report["folder"] == str(tmp_path)
    assert (tmp_path / "digits.bin").read_bytes() == b"bits" and len(made) == 1
    build_network(board, folder=tmp_path, clock="30")
    build_network(find_board("icesugar"), folder=tmp_path)
    monkeypatch.setenv("AMARANTH_nextpnr_opts", "--seed 2")
    build_network(board, folder=tmp_path)
    build_network(board, folder=tmp_path, use_cache=False)
    assert len(made) == 5


def test_the_cache_follows_the_solver_that_proofs_stand_with(own_cache, tmp_path, made, monkeypatch):
    board, version = find_board("icebreaker"), importlib.metadata.version
    assert not build_network(board, folder=tmp_path)["cached"]
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.0" if name == "z3-solver" else version(name))
    assert not build_network(board, folder=tmp_path)["cached"]
    assert build_network(board, folder=tmp_path)["cached"]


def test_a_folder_is_looked_at_before_anything_is_made(own_cache, tmp_path, made, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="^folder must be one that files can be written to, not .*/file: "):
        build_network(find_board("icebreaker"), folder=tmp_path / "file")
    assert not made
    monkeypatch.setattr("platforms.bitstream.build_bitstream", lambda *args, **kwargs: made.append(args))
    with pytest.raises(ValueError, match="^folder must be one that files can be written to, not .*/file: "):
        build(Blink(), "icestick", folder=tmp_path / "file")
    assert not made


def test_the_cache_follows_the_content_of_the_data(own_cache, tmp_path, made, monkeypatch):
    board, network = find_board("icebreaker"), tmp_path / "network.npz"
    network.write_bytes(b"a network")

    def cached_with(folder, content):
        if content is not None:
            folder.mkdir(exist_ok=True)
            (folder / "mnist.npz").write_bytes(content)
        monkeypatch.setenv("SPIKELOOM_DATA", str(folder))
        return build_network(board, network=network, folder=tmp_path / "out")["cached"]

    assert not cached_with(tmp_path / "none", None)
    assert not cached_with(tmp_path / "one", b"images")
    assert cached_with(tmp_path / "other", b"images")
    assert not cached_with(tmp_path / "other", b"other images of the same size")
    # What ships with the project is among its sources.
    assert cached_with(tmp_path / "nowhere", None)
    # A file of samples is what counts where there is one.
    assert not build_network(board, network=network, samples=network, folder=tmp_path / "out")["cached"]
    monkeypatch.setenv("SPIKELOOM_DATA", str(tmp_path / "one"))
    assert build_network(board, network=network, samples=network, folder=tmp_path / "out")["cached"]


def test_report_of_no_build_is_refused(tmp_path):
    with pytest.raises(BuildError, match=r"^there is no build in .*: make one with python -m platforms build$"):
        load_report(tmp_path)
    for text in ("{", "[]", "{}", '{"format": 0}'):
        (tmp_path / "report.json").write_text(text)
        with pytest.raises(BuildError, match="is no build report of this version: build again$"):
            load_report(tmp_path)


def test_work_beside_is_waited_for():
    with job._Beside(Steps(), lambda: time.sleep(0.1) or 42) as beside:
        pass
    assert beside.result == 42


def test_failure_beside_is_raised():
    def fail():
        raise BuildError("no")

    with pytest.raises(BuildError, match="no"):
        with job._Beside(Steps(), fail):
            pass


@pytest.mark.parametrize("error", [BuildError, KeyboardInterrupt])
def test_failure_of_the_block_ends_the_work_beside(error):
    steps, ended = Steps(), threading.Event()

    def work():
        with steps("work") as step:
            assert step.cancelled.wait(30)
            ended.set()

    with pytest.raises(error):
        with job._Beside(steps, work):
            raise error
    assert ended.is_set()
