"""Recordings in NIR's data files."""

from pathlib import Path

import nir
import numpy as np
import pytest

from models.nir import read, read_recording, simulate, write_recording

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def run():
    graph = read(DATA / "spikingjelly_convolution.nir")
    with np.load(DATA / "spikingjelly_convolution.npz") as recorded:
        return graph, simulate(graph, recorded["inputs"], conventions="spikingjelly", record=["_1", "_2"])


def test_a_recording_comes_back(tmp_path, run):
    graph, recording = run
    write_recording(tmp_path / "run.nird", graph, recording, dt=1e-4)
    found = read_recording(tmp_path / "run.nird", graph)
    assert set(found) == {"_1", "_2", "output"} and list(tmp_path.iterdir()) == [tmp_path / "run.nird"]
    assert found["_1"]["spikes"].dtype == bool and found["_1"]["spikes"].shape == (40, 3, 3, 6, 6)
    np.testing.assert_array_equal(found["_1"]["spikes"], recording.values["_1"])
    np.testing.assert_array_equal(found["_1"]["v"], recording.membranes["_1"])
    np.testing.assert_array_equal(found["_2"]["output"], recording.values["_2"])
    np.testing.assert_array_equal(found["output"]["spikes"], recording.output)
    assert read_recording(tmp_path / "run.nird")["_1"]["v"].shape == (40, 3, 108)


def test_the_package_reads_it(tmp_path, run):
    graph, recording = run
    write_recording(tmp_path / "run.nird", graph, recording, dt=1e-4)
    data = nir.read_data(tmp_path / "run.nird").nodes["output"].observables["spikes"]
    assert data.shape == (3, 40, 6) and data.dt == 1e-4


def test_lists_of_events(tmp_path):
    """The events of a grid are the grid again, at every dt: quotients of floats just below an integer lose no step."""
    spikes = np.random.default_rng(0).random((2, 1000, 4)) < 0.1
    for dt in (1e-4, 1e-3, 3e-4, 0.7e-3):
        events = nir.TimeGriddedData(spikes, dt).to_event(int(spikes.sum(axis=(1, 2)).max()))
        valued = nir.ValuedEventData(events.idx, events.time, events.n_neurons, events.t_max, np.full(events.idx.shape, 2.5))
        nir.write_data(tmp_path / "x.nird", nir.NIRGraphData({"a": nir.NIRNodeData({"spikes": events, "graded": valued})}))
        found = read_recording(tmp_path / "x.nird", dt=dt)["a"]
        np.testing.assert_array_equal(found["spikes"], spikes.transpose(1, 0, 2))
        np.testing.assert_array_equal(found["graded"], 2.5 * spikes.transpose(1, 0, 2))
    with pytest.raises(ValueError, match="x.nird has lists of events: dt must be given"):
        read_recording(tmp_path / "x.nird")
    late = nir.EventData(np.array([[0]]), np.array([[2.0]]), 1, 1.0)
    nir.write_data(tmp_path / "late.nird", nir.NIRGraphData({"a": nir.NIRNodeData({"spikes": late})}))
    with pytest.raises(ValueError, match="late.nird has events outside 0 to t_max = 1 s"):
        read_recording(tmp_path / "late.nird", dt=0.1)


def test_a_recording_of_one_sample(tmp_path):
    graph = read(DATA / "snntorch_recurrent.nir")
    recording = simulate(graph, np.ones((5, 10)), conventions="snntorch", record=["1.lif"])
    write_recording(tmp_path / "run.nird", graph, recording, dt=1e-4)
    np.testing.assert_array_equal(read_recording(tmp_path / "run.nird")["1.lif"]["spikes"][:, 0], recording.values["1.lif"])


def test_files_that_are_none(tmp_path, run, monkeypatch):
    with pytest.raises(FileNotFoundError, match="does not exist"):
        read_recording(tmp_path / "none")
    (tmp_path / "text").write_text("x")
    with pytest.raises(ValueError, match="is not an HDF5 file"):
        read_recording(tmp_path / "text")
    with pytest.raises(ValueError, match="NIRGraphData"):
        read_recording(DATA / "snntorch_recurrent.nir")

    def fail(*_):
        raise OSError("disk full")
    monkeypatch.setattr(nir, "write_data", fail)
    with pytest.raises(OSError, match="disk full"):
        write_recording(tmp_path / "run.nird", *run, dt=1e-4)
    assert [file.name for file in tmp_path.iterdir()] == ["text"]
