"""Graphs: what is completed, what is made flat, what is refused, and files."""

from pathlib import Path

import h5py
import nir
import numpy as np
import pytest
import torch

from models.nir import from_nir, read, simulate, write
from models.nir.graph import from_description

from .graphs import chain, full, lif

DATA = Path(__file__).parent / "data"


def graph_of(nodes, edges):
    return nir.NIRGraph(nodes, edges, type_check=False)


def io(size=2):
    return {"in": nir.Input(np.array([size])), "out": nir.Output(np.array([size]))}


def test_one_number_stands_for_all_neurons():
    node = nir.LIF(tau=np.array(0.01), r=np.array(1.0), v_leak=np.array(0.0), v_threshold=np.array(1.0))
    graph = chain((3, 2), node)
    assert all(getattr(graph.nodes["n0"], field).shape == (3, 2) for field in ("tau", "r", "v_leak", "v_threshold", "v_reset"))
    assert graph.shapes == {"input": (3, 2), "n0": (3, 2), "output": (3, 2)}


def test_one_number_per_channel():
    node = nir.Threshold(np.array([1.0, 2.0, 3.0])[:, None, None])
    assert chain((3, 4, 5), node).nodes["n0"].threshold[:, 0, 0].tolist() == [1, 2, 3]


def test_tensors_of_pytorch():
    node = nir.LIF(tau=torch.full((2,), 0.01), r=torch.ones(2, requires_grad=True), v_leak=torch.zeros(2), v_threshold=torch.ones(2),
                   v_reset=torch.zeros(2))
    graph = chain((3,), nir.Affine(torch.ones(2, 3, dtype=torch.float16), torch.zeros(2)), node)
    assert isinstance(graph.nodes["n1"].tau, np.ndarray) and graph.nodes["n0"].weight.dtype == float
    assert graph.nodes["n1"].tau.dtype == np.float32


@pytest.mark.parametrize("stride", [2, (2, 2), [2, 2], np.array(2), np.array([2, 2]), np.array([2])], ids=repr)
def test_fields_of_pooling_of_any_kind(stride):
    graph = chain((1, 4, 4), nir.AvgPool2d(kernel_size=2, stride=stride, padding=0))
    assert graph.nodes["n0"].stride == (2, 2) and graph.shapes["n0"] == (1, 2, 2)


def test_an_output_may_count_batch_and_time():
    nodes = {"in": nir.Input(np.array([2])), "a": lif(2), "out": nir.Output(np.array([1, 1, 2]))}
    assert from_nir(graph_of(nodes, [("in", "a"), ("a", "out")])).shapes["out"] == (2,)


def test_subgraphs_become_flat():
    inner = graph_of({**io(), "lif": lif(2), "w": nir.Linear(np.eye(2))}, [("in", "lif"), ("lif", "w"), ("w", "lif"), ("lif", "out")])
    middle = graph_of({**io(), "inner": inner, "s": nir.Scale(full(2, 2))}, [("in", "s"), ("s", "inner"), ("inner", "out")])
    graph = from_nir(graph_of({**io(), "middle": middle, "pass": graph_of(io(), [("in", "out")])},
                              [("in", "middle"), ("middle", "pass"), ("pass", "out")]))
    assert list(graph.nodes) == ["in", "out", "middle.inner.lif", "middle.inner.w", "middle.s"]
    assert set(graph.edges) == {("in", "middle.s"), ("middle.s", "middle.inner.lif"), ("middle.inner.lif", "middle.inner.w"),
                                ("middle.inner.w", "middle.inner.lif"), ("middle.inner.lif", "out")}
    assert graph.late == (("middle.inner.lif", "middle.inner.w"),)


def test_a_subgraph_with_several_inputs_is_addressed_by_their_names():
    inner = graph_of({"a": nir.Input(np.array([2])), "b": nir.Input(np.array([2])), "s": nir.Scale(full(3, 2)), "out": nir.Output(np.array([2]))},
                     [("a", "s"), ("s", "out"), ("b", "out")])
    edges = [("in", "sub.a"), ("in", "sub.b"), ("sub", "out")]
    graph = from_nir(graph_of({**io(), "sub": inner}, edges))
    assert simulate(graph, [[1, 2]]).output.tolist() == [[4, 8]]
    with pytest.raises(ValueError, match="'in' -> 'sub' of the graph: the subgraph 'sub' has not exactly one Input node"):
        from_nir(graph_of({**io(), "sub": inner}, [("in", "sub"), ("sub", "out")]))


def test_an_edge_from_a_node_to_itself():
    graph = from_nir(graph_of({**io(1), "if": nir.IF(full(1, 1), full(0.5, 1))}, [("in", "if"), ("if", "if"), ("if", "out")]))
    assert graph.late == (("if", "if"),)
    assert simulate(graph, [[1], [0], [0]], dt=1.0).output[:, 0].tolist() == [1, 1, 1]


def test_files_keep_the_graph(tmp_path):
    graph = read(DATA / "spikingjelly_convolution.nir")
    path = tmp_path / "copy.nir"
    write(path, graph)
    copy = read(path)
    assert copy.edges == graph.edges and copy.shapes == graph.shapes and list(tmp_path.iterdir()) == [path]
    with np.load(DATA / "spikingjelly_convolution.npz") as recorded:
        np.testing.assert_array_equal(simulate(copy, recorded["inputs"], conventions="spikingjelly").output, recorded["outputs"])
    assert sorted(nir.read(path).nodes) == sorted(graph.nodes)      # the package reads it, with its own checks


ALL = [nir.Conv1d(None, full(1, 2, 1, 3), 2, "valid", 1, 1, full(0, 2)), nir.I(full(1, 2, 3)), nir.Flatten(None, 0), nir.Scale(full(1, 6)),
       nir.Delay(full(0, 6)), nir.Affine(full(1, 9, 6), full(0, 9)), nir.LI(*(full(1, 9) for _ in range(3))),
       nir.CubaLI(*(full(1, 9) for _ in range(4))), nir.CubaLIF(*(full(1, 9) for _ in range(5))), nir.IF(full(1, 9), full(1, 9)),
       nir.Threshold(full(0, 9)), nir.Linear(full(1, 3, 9)), lif(3, tau=1)]
IMAGES = [nir.Conv2d(None, full(1, 2, 1, 3, 2), (1, 2), (1, 0), 1, 1, full(0, 2)), nir.SumPool2d(2, 2, 0), nir.AvgPool2d(2, 1, 0)]


@pytest.mark.parametrize("shape, nodes", [((1, 7), ALL), ((1, 9, 8), IMAGES)], ids=["all", "images"])
def test_files_of_every_primitive(tmp_path, shape, nodes):
    graph = chain(shape, *nodes)
    write(tmp_path / "all.nir", graph)
    copy = read(tmp_path / "all.nir")
    assert copy.kinds == {name: graph.kinds[name] for name in copy.kinds} and copy.shapes == {name: graph.shapes[name] for name in copy.shapes}
    x = np.random.default_rng(0).normal(size=(4, *shape))
    np.testing.assert_array_equal(simulate(copy, x, dt=0.5).output, simulate(graph, x, dt=0.5).output)


def test_a_graph_of_the_package_is_checked_before_it_is_written(tmp_path):
    with pytest.raises(ValueError, match="tau must be positive"):
        write(tmp_path / "x.nir", chain((2,), lif(2, tau=0), check=False))
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("disk full")
    monkeypatch.setattr(nir, "write", fail)
    with pytest.raises(OSError, match="disk full"):
        write(tmp_path / "x.nir", chain((2,), lif(2)))
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_file_of_nir(tmp_path):
    with pytest.raises(FileNotFoundError, match="none.nir does not exist"):
        read(tmp_path / "none.nir")
    (tmp_path / "text.nir").write_text("not HDF5")
    with pytest.raises(ValueError, match="text.nir is not an HDF5 file"):
        read(tmp_path / "text.nir")
    with h5py.File(tmp_path / "other.nir", "w") as file:
        file["data"] = 1
    with pytest.raises(ValueError, match="other.nir has no graph"):
        read(tmp_path / "other.nir")


def test_a_primitive_that_is_not_known(tmp_path):
    write(tmp_path / "x.nir", chain((2,), lif(2)))
    with h5py.File(tmp_path / "x.nir", "a") as file:
        del file["node/nodes/n0/type"]
        file["node/nodes/n0/type"] = "Izhikevich"
    with pytest.raises(ValueError, match="'n0' has the unknown type 'Izhikevich'; known are Input, Output, Affine"):
        read(tmp_path / "x.nir")


def test_a_field_that_is_missing(tmp_path):
    write(tmp_path / "x.nir", chain((2,), lif(2)))
    with h5py.File(tmp_path / "x.nir", "a") as file:
        del file["node/nodes/n0/v_leak"]
    with pytest.raises(ValueError, match=r"'n0' \(LIF\) field v_leak is missing"):
        read(tmp_path / "x.nir")


def conv(**changes):
    values = {"input_shape": None, "weight": full(1, 2, 1, 3, 3), "stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": full(0, 2)}
    return nir.Conv2d(**{**values, **changes})


NAN = full(1, 3, 2)
NAN[1, 0] = np.nan


@pytest.mark.parametrize("shape, nodes, message", [
    ((2,), [nir.Linear(NAN)], r"'n0' \(Linear\) field weight must be finite, not nan at \[1, 0\] \(1 of 6 values\)"),
    ((2,), [nir.Affine(full(1, 3, 2), full(np.inf, 3))], r"field bias must be finite, not inf at \[0\] \(3 of 3"),
    ((2,), [nir.Affine(full(1, 3, 2), full(1, 4))], r"field bias must have the shape \(3,\), not \(4,\)"),
    ((2,), [nir.Linear(np.array([["a", "b"]]))], "field weight must be an array of numbers"),
    ((4,), [nir.Linear(full(1, 3, 2))], r"'n0' \(Linear\) field weight has the shape \(3, 2\), for an input of \(2,\), and what reaches the node has "
     r"the shape \(4,\)$"),
    ((1, 2), [nir.Linear(full(1, 3, 2))], "a Flatten is missing"),
    ((2,), [lif(3)], r"'n0' \(LIF\) field tau has the shape \(3,\), and what reaches the node \(2,\)"),
    ((3, 2), [lif(2)], r"has the shape \(2,\), and what reaches the node \(3, 2\)"),
    ((2,), [lif(2, tau=0)], r"'n0' \(LIF\) field tau must be positive, not 0.0"),
    ((2,), [nir.CubaLI(full(-1, 2), full(1, 2), full(1, 2), full(1, 2))], "field tau_syn must be positive, not -1.0"),
    ((2,), [nir.Delay(full(-1, 2))], "field delay must not be negative, not -1.0"),
    ((1, 5, 5), [conv(stride=0)], r"field stride must be 1 or 2 integers of at least 1, not array\(\[0, 0\]\)"),
    ((1, 5, 5), [conv(stride=(1, 1, 1))], "field stride must be 1 or 2 integers"),
    ((1, 5, 5), [conv(stride=1.5)], "field stride must be 1 or 2 integers"),
    ((1, 5, 5), [conv(groups=3)], "field groups must divide the 2 output channels, not be 3"),
    ((3, 5, 5), [conv()], r"for 1 channels of 2 dimensions, and what reaches the node has the shape \(3, 5, 5\)"),
    ((5, 5), [conv()], r"what reaches the node has the shape \(5, 5\)"),
    ((1, 2, 5), [conv()], "larger than its padded input"),
    ((1, 5, 5), [conv(input_shape=(6, 6))], r"field input_shape is \(6, 6\)"),
    ((1, 5, 5), [conv(weight=full(1, 2, 1, 3, 3, 3))], "field weight must have 4 dimensions"),
    ((1, 5, 5), [conv(padding="same", stride=2)], "'same' only with a stride of 1"),
    ((4, 4), [nir.SumPool2d(2, 2, 0)], "channels, height and width, not the shape"),
    ((1, 4, 4), [nir.SumPool2d(5, 2, 0)], "larger than its padded input"),
    ((2, 3), [nir.Flatten(None, 2, -1)], r"'n0' \(Flatten\) field start_dim must be a dimension of the input of shape \(2, 3\)"),
    ((2, 3, 4), [nir.Flatten(None, 2, 1)], "must not lie after end_dim"),
    ((2, 3), [nir.Flatten(np.array([6, 1]), 0)], r"field input_type is \(6, 1\)"),
    ((0,), [lif(0)], "field shape must be the shape of one time step"),
    ((), [lif()], r"field shape must be the shape of one time step of one sample, such as \(10,\), not \(\)"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_refused_nodes(shape, nodes, message):
    with pytest.raises(ValueError, match=message):
        chain(shape, *nodes)


def test_a_padding_that_is_not_known():
    node = conv()
    node.padding = "full"
    with pytest.raises(ValueError, match="'same' or 'valid', not 'full'"):
        chain((1, 5, 5), node)


@pytest.mark.parametrize("nodes, edges, message", [
    ({"a": lif(2)}, [("in", "a"), ("a", "out"), ("in", "a")], "edge 'in' -> 'a' is there twice in the graph"),
    ({"a": lif(2)}, [("in", "b"), ("a", "out")], r"edge 'in' -> 'b' of the graph names 'b', which is not one of its nodes \(in, out, a\)"),
    ({"a": lif(2)}, [("in", "out")], r"'a' \(LIF\) is not connected: no edge leads to it"),
    ({"a": lif(2)}, [("in", "a"), ("in", "out")], r"'a' \(LIF\) is not connected: no edge leads from it"),
    ({}, [("in", "out"), ("out", "in")], r"'in' \(Input\) is the target of an edge"),
    ({"a": lif(2)}, [("in", "a"), ("a", "out"), ("out", "a")], r"'out' \(Output\) is the source of an edge"),
    ({"a": lif(2), "b": lif(2)}, [("in", "out"), ("a", "b"), ("b", "a")], "'a' .LIF. is not reached from any Input"),
    ({"a": nir.Scale(full(1, 2)), "b": nir.Linear(full(1, 2, 2))}, [("in", "a"), ("a", "b"), ("b", "a"), ("b", "out")],
     r"cycle without a delay: a -> b -> a; accepted are cycles through a neuron \(I, IF, LI, LIF, CubaLI, CubaLIF\)"),
    ({"a": nir.Threshold(full(1, 2))}, [("in", "a"), ("a", "a"), ("a", "out")], "cycle without a delay: a -> a"),
    ({"a": nir.Linear(full(1, 3, 2)), "b": lif(2)}, [("in", "a"), ("in", "b"), ("b", "out"), ("a", "b")],
     r"edge 'a' -> 'b' joins the output shape \(3,\) of a Linear to the input shape \(2,\) of a LIF"),
    ({"a": nir.Linear(full(1, 3, 2))}, [("in", "a"), ("a", "out")], r"'out' \(Output\) shape is \(2,\), and what reaches it has the shape \(3,\)"),
])
def test_refused_graphs(nodes, edges, message):
    with pytest.raises(ValueError, match=message):
        from_nir(graph_of({**io(), **nodes}, edges))


def test_a_graph_without_an_input():
    with pytest.raises(ValueError, match="at least one Input node, not none among a, out"):
        from_nir(graph_of({"a": lif(2), "out": nir.Output(np.array([2]))}, [("a", "a"), ("a", "out")]))


def test_names_that_clash():
    inner = graph_of({**io(), "lif": lif(2)}, [("in", "lif"), ("lif", "out")])
    with pytest.raises(ValueError, match="'sub.lif' is there twice"):
        from_nir(graph_of({**io(), "sub.lif": lif(2), "sub": inner}, [("in", "sub"), ("sub", "sub.lif"), ("sub.lif", "out")]))


def test_two_ways_between_the_same_nodes():
    through = graph_of(io(), [("in", "out")])
    with pytest.raises(ValueError, match="'in' -> 'out' is there twice: two ways"):
        from_nir(graph_of({**io(), "sub": through}, [("in", "sub"), ("sub", "out"), ("in", "out")]))


def test_a_module_that_an_exporter_does_not_know():
    with pytest.raises(ValueError, match="'a' has the unknown type 'NoneType'"):
        from_nir(graph_of({**io(), "a": None}, [("in", "a"), ("a", "out")]))


def test_the_package_has_no_other_names():
    import models.nir
    assert all(hasattr(models.nir, name) for name in models.nir.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'convert'"):
        _ = models.nir.convert


@pytest.mark.parametrize("change, message", [
    (lambda graph: graph["nodes"]["a"].pop("type"), "NIR node 'a' must have a field type with the name of a primitive, not None"),
    (lambda graph: graph["nodes"].update(a=np.int64(3)), "NIR node 'a' must have a field type"),
    (lambda graph: graph["nodes"]["a"].update(type=np.int64(3)), r"NIR node 'a' must have a field type .* not array\(3\)"),
    (lambda graph: graph.update(nodes=np.int64(5)), "NIR field nodes of the graph must be a group of named nodes, not "),
    (lambda graph: graph.update(edges=np.array([[b"in", b"a", b"out"]])), "NIR field edges of the graph must be pairs of names, .* not "),
    (lambda graph: graph.update(edges=np.int64(5)), "NIR field edges of the graph must be pairs of names, source and target, not 5"),
    (lambda graph: graph.update(edges=np.array([[0, 1]])), r"NIR field edges of the graph must be pairs of names, .* not \[0, 1\]"),
    (lambda graph: graph["nodes"].update(a={"type": "NIRGraph", "edges": []}), "NIR field nodes of the subgraph 'a' must be a group"),
    (lambda graph: graph["nodes"].update(a={"type": "NIRGraph", "nodes": {"b": {}}, "edges": []}), "NIR node 'a.b' must have a field type"),
    (lambda graph: graph["nodes"].update(a={"type": "NIRGraph", "nodes": {}}), "NIR field edges of the subgraph 'a' must be pairs"),
])
def test_descriptions_that_are_no_graph(change, message):
    """As a damaged file or a faulty exporter has them."""
    graph = {"nodes": {"in": {"type": "Input", "shape": np.array([2])}, "a": {"type": "Linear", "weight": np.eye(2)},
                       "out": {"type": "Output", "shape": np.array([2])}}, "edges": np.array([[b"in", b"a"], [b"a", b"out"]])}
    assert from_description(graph).shapes["a"] == (2,)
    change(graph)
    with pytest.raises(ValueError, match=message):
        from_description(graph)
