"""Networks of gates as machine code: LLVM's text is generated, compiled for this processor and kept in the user's cache.

A block of words goes through many clocks before the next one does, so that the state stays in registers; a block is as
many words as keep the processor busy, in vectors of what width it has.
"""

import hashlib
from pathlib import Path
from typing import NamedTuple

import llvmlite

from . import gates, machine_code
from .generated import cache_folder

__all__ = ["Network", "compile_network"]

# Words of a plane that are gone through before the next ones are: with what is beside them they stay in the first cache.
_CHUNK = 512
_MOST_GATES, _MOST_ASSIGNMENTS = 250, 1024


class Network(NamedTuple):
    """One step of a component as gates on planes.

    ``state`` and ``inputs`` are lists of ``(shape, planes)``, the planes being names, lowest first; ``gates`` are
    ``(name, operation, a, b)``; ``following`` and ``outputs`` are lists of planes.
    """

    state: list
    inputs: list
    gates: list
    following: list
    outputs: list

    def simplified(self):
        """The network with fewer gates, where it is small enough to be looked through."""
        leaves = [(planes, shape) for shape, planes in (*self.state, *self.inputs)]
        known = gates.assignments(leaves, _MOST_ASSIGNMENTS) if len(self.gates) <= _MOST_GATES else None
        if known is None:
            return self
        values, total = known
        roots = [plane for planes in (*self.following, *self.outputs) for plane in planes]
        held = [plane for _, planes in self.state for plane in planes]
        fewer, renamed = gates.simplify(values | {"ZERO": 0, "ONE": (1 << total) - 1}, self.gates, roots, list(zip(held, roots)))
        renamed = iter(renamed)
        following, outputs = ([[next(renamed) for _ in planes] for planes in part] for part in (self.following, self.outputs))
        return self._replace(gates=fewer, following=following, outputs=outputs)


def compile_network(name, network):
    """``kernel(T, W, *state (width, W), *inputs (T, width, W), *outputs (T, width, W))`` over contiguous uint64 arrays.

    Parameters
    ----------
    name : str
        Of the component, for a person who looks into the cache.
    network : Network
    """
    target = machine_code.machine()
    sources = "".join(Path(file).read_text(encoding="utf-8") for file in (__file__, gates.__file__))
    key = "\0".join([repr(tuple(network)), sources, llvmlite.__version__, target.triple, *machine_code.processor()])
    digest = hashlib.sha256(key.encode()).hexdigest()[:20]
    file = cache_folder() / "planes" / f"{name}_{digest}.o"
    if not file.exists():
        network = network.simplified()
        machine_code.keep(file, _text(network), target)
    return machine_code.load(file.read_bytes(), target, len(network.state) + len(network.inputs) + len(network.outputs))


def _blocks(network):
    """Words per block: more of them hide how long a step takes, as long as all planes stay in registers."""
    count = len(network.gates)
    return (16, 4, 1) if count <= 8 else (8, 4, 1) if count <= 24 else (4, 1)


def _text(network):
    """The LLVM text of a network's kernel."""
    arrays = [len(planes) for part in (network.state, network.inputs) for _, planes in part]
    arrays += [len(planes) for planes in network.outputs]
    blocks = _blocks(network)
    lines = [_lanes(network, arrays, words) for words in blocks]
    lines += ["define void @kernel(i64 %T, i64 %W, ptr %arrays) {", "entry:", f"%share = udiv i64 {_CHUNK}, %W",
              "%few = icmp ult i64 %share, 16", "%chunk = select i1 %few, i64 16, i64 %share"]
    lines += [f"%end{words} = and i64 %W, -{words}" for words in blocks]
    lines += ["br label %part", "part:", "%from = phi i64 [ 0, %entry ], [ %to, %part ]", "%after = add i64 %from, %chunk",
              "%over = icmp sgt i64 %after, %T", "%to = select i1 %over, i64 %T, i64 %after"]
    lines += [f"call void @lanes{words}(i64 %from, i64 %to, i64 %W, i64 {first}, i64 %end{words}, ptr %arrays)"
              for words, first in zip(blocks, ["0", *(f"%end{words}" for words in blocks)])]
    lines += ["%more = icmp slt i64 %to, %T", "br i1 %more, label %part, label %end", "end:", "ret void", "}", ""]
    return "\n".join(lines)


def _lanes(network, arrays, words):
    """A function that runs blocks of ``words`` words from %first to %last."""
    # A single word is half a vector all the same: there are more registers for vectors than for words.
    lanes = max(words, 2)
    kind = f"<{lanes} x i64>"
    constants = {"ZERO": "zeroinitializer", "ONE": f"<{', '.join(['i64 -1'] * lanes)}>"}

    def value(plane):
        return constants.get(plane, f"%{plane}")

    def pointers(array, start):
        """Lines that make %at_ARRAY_k the address of plane k of a row that starts at ``start``."""
        return [f"%at{array}_{k} = getelementptr i64, ptr {start}, i64 %offset{k}" for k in range(arrays[array])]

    def load(name, at):
        if words == 1:
            return [f"%word_{name} = load i64, ptr {at}, align 8",
                    f"%{name} = insertelement {kind} zeroinitializer, i64 %word_{name}, i64 0"]
        return [f"%{name} = load {kind}, ptr {at}, align 8"]

    def store(plane, at):
        if words == 1:
            name = f"%only{at.lstrip('%')}"
            return [f"{name} = extractelement {kind} {value(plane)}, i64 0", f"store i64 {name}, ptr {at}, align 8"]
        return [f"store {kind} {value(plane)}, ptr {at}, align 8"]

    states = [(array, k, plane) for array, (_, planes) in enumerate(network.state) for k, plane in enumerate(planes)]
    following = [plane for planes in network.following for plane in planes]
    inputs = [(len(network.state) + j, planes) for j, (_, planes) in enumerate(network.inputs)]
    outputs = [(len(network.state) + len(network.inputs) + j, planes) for j, planes in enumerate(network.outputs)]
    lines = [f"define internal void @lanes{words}(i64 %from, i64 %to, i64 %W, i64 %first, i64 %last, ptr %arrays) {{", "entry:"]
    for array in range(len(arrays)):
        lines += [f"%slot{array} = getelementptr ptr, ptr %arrays, i64 {array}", f"%array{array} = load ptr, ptr %slot{array}"]
    lines += [f"%offset{k} = mul i64 %W, {k}" for k in range(max(arrays, default=0))]
    for array, _ in (*inputs, *outputs):
        lines += [f"%stride{array} = mul i64 %W, {arrays[array]}", f"%skipped{array} = mul i64 %from, %stride{array}"]
    lines += ["%any = icmp slt i64 %first, %last", "br i1 %any, label %block, label %end",
              "block:", "%w = phi i64 [ %first, %entry ], [ %w_next, %done ]"]
    for array in range(len(network.state)):
        lines += [f"%start{array} = getelementptr i64, ptr %array{array}, i64 %w", *pointers(array, f"%start{array}")]
    for array, _ in (*inputs, *outputs):
        lines += [f"%place{array} = add i64 %skipped{array}, %w",
                  f"%start{array} = getelementptr i64, ptr %array{array}, i64 %place{array}"]
    for array, k, plane in states:
        lines += load(f"old_{plane}", f"%at{array}_{k}")
    lines += ["br label %step", "step:", "%t = phi i64 [ %from, %block ], [ %t_next, %step ]"]
    lines += [f"%{plane} = phi {kind} [ %old_{plane}, %block ], [ {value(new)}, %step ]"
              for (_, _, plane), new in zip(states, following)]
    lines += [f"%row{array} = phi ptr [ %start{array}, %block ], [ %row_next{array}, %step ]" for array, _ in (*inputs, *outputs)]
    for array, planes in inputs:
        lines += pointers(array, f"%row{array}")
        for k, plane in enumerate(planes):
            lines += load(plane, f"%at{array}_{k}")
    for name, operation, a, b in network.gates:
        if operation == "andnot":
            lines += [f"%not_{name} = xor {kind} {value(b)}, {constants['ONE']}", f"%{name} = and {kind} {value(a)}, %not_{name}"]
        else:
            lines.append(f"%{name} = {operation} {kind} {value(a)}, {value(b)}")
    for array, planes in outputs:
        lines += pointers(array, f"%row{array}")
        for k, plane in enumerate(planes):
            lines += store(plane, f"%at{array}_{k}")
    lines += [f"%row_next{array} = getelementptr i64, ptr %row{array}, i64 %stride{array}" for array, _ in (*inputs, *outputs)]
    lines += ["%t_next = add i64 %t, 1", "%more = icmp slt i64 %t_next, %to", "br i1 %more, label %step, label %done", "done:"]
    for (array, k, _), new in zip(states, following):
        lines += store(new, f"%at{array}_{k}")
    lines += [f"%w_next = add i64 %w, {words}", "%again = icmp slt i64 %w_next, %last", "br i1 %again, label %block, label %end",
              "end:", "ret void", "}"]
    return "\n".join(lines)
