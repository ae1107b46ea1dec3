"""The loops around a step for eight neurons: over a tile of neurons that stays in the first cache, and over time."""

import hashlib
import re

import llvmlite

from models import machine_code
from models.generated import cache_folder

from .bank_lanes import GROUP, LANES

__all__ = ["compile_bank"]

# State, counts and constant inputs of a tile, in bytes: with the tables and a row of inputs they stay in the first cache.
_TILE = 12288
# Up to so many instructions, sixteen neurons in turns are faster than eight; with more the registers do not suffice.
_PAIRED = 1500


def compile_bank(name, lanes, *, state, inputs, events, outputs, shared, recorded):
    """The kernel of a bank.

    Parameters
    ----------
    name : str
        For a person who looks into the cache.
    lanes : FixedLanes or FloatLanes
        What writes the step.
    state, inputs : mapping of str to shape
    events, outputs : sequence of str
    shared : collection of str
        Inputs that are one number per step for all neurons.
    recorded : sequence of str
        Events, outputs or states (in this order, where they have one name) that are kept of every step.

    Returns
    -------
    callable
        ``kernel(T, B, *state (B,), *inputs (rows, B) or (rows,), strides, *counts (B,), *recorded (T, B))`` over contiguous
        arrays, B being a multiple of GROUP; ``strides`` holds by how many entries each input goes on from one step to the
        next (0, or B or 1), ``counts`` are int32, one per event, recorded events bytes.
    """
    text = _text(lanes, state, inputs, events, outputs, shared, recorded)
    target = machine_code.machine()
    key = "\0".join([text, llvmlite.__version__, target.triple, *machine_code.processor()])
    file = cache_folder() / "banks" / f"{name}_{hashlib.sha256(key.encode()).hexdigest()[:20]}.o"
    if not file.exists():
        machine_code.keep(file, text, target)
    return machine_code.load(file.read_bytes(), target, len(state) + len(inputs) + 1 + len(events) + len(recorded))


def _text(lanes, state, inputs, events, outputs, shared, recorded):
    lines = lanes.lines
    first_input, first_count = len(state), len(state) + len(inputs) + 1
    first_record = first_count + len(events)

    def element(shape):
        return lanes.element(shape)

    size = sum(lanes.dtype(shape).itemsize for shape in (*state.values(), *inputs.values())) + 4 * len(events)
    tile = max(_TILE // max(size, 1) // GROUP, 4) * GROUP
    entry = []
    for k in range(first_record + len(recorded)):
        entry += [f"%slot{k} = getelementptr ptr, ptr %arrays, i64 {k}", f"%array{k} = load ptr, ptr %slot{k}"]
    for k in range(len(inputs)):
        entry += [f"%place{k} = getelementptr i64, ptr %array{first_count - 1}, i64 {k}", f"%stride{k} = load i64, ptr %place{k}"]
    time, given = [], {}
    for k, (name, shape) in enumerate(inputs.items()):
        time += [f"%skipped{k} = mul i64 %t, %stride{k}",
                 f"%row{k} = getelementptr {element(shape)}, ptr %array{first_input + k}, i64 %skipped{k}"]
        if name in shared:
            time.append(f"%given{k} = load {element(shape)}, ptr %row{k}")
            given[name] = lanes.shared(shape, f"%given{k}")
    time += ["%before = mul i64 %t, %B", *lines.body]
    lines.body.clear()
    held = {}
    for k, (name, shape) in enumerate(state.items()):
        held[name] = lanes.load(shape, lines.emit(f"getelementptr {element(shape)}, ptr %array{k}, i64 %b"))
    for k, (name, shape) in enumerate(inputs.items()):
        if name not in shared:
            given[name] = lanes.load(shape, lines.emit(f"getelementptr {element(shape)}, ptr %row{k}, i64 %b"))
    following, results = lanes.step(held, given)
    for k, (name, shape) in enumerate(state.items()):
        lanes.store(following[name], lines.emit(f"getelementptr {element(shape)}, ptr %array{k}, i64 %b"))
    for k, name in enumerate(events):
        lanes.count(results[name], lines.emit(f"getelementptr i32, ptr %array{first_count + k}, i64 %b"))
    for k, name in enumerate(recorded, first_record):
        value = results[name] if name in (*events, *outputs) else following[name]
        kind = "i8" if name in events else element(value.shape)
        start = lines.emit(f"getelementptr {kind}, ptr %array{k}, i64 %before")
        at = lines.emit(f"getelementptr {kind}, ptr {start}, i64 %b")
        (lanes.store_bit if name in events else lanes.store)(value, at)
    body, stride = (_paired(lines.body), GROUP) if len(lines.body) <= _PAIRED else (lines.body, LANES)
    return "\n".join([
        *lanes.tables, *lines.declared.values(), "define void @kernel(i64 %T, i64 %B, ptr %arrays) {", "entry:", *entry,
        "br label %tile", "tile:", "%first = phi i64 [ 0, %entry ], [ %last, %after ]", f"%end = add i64 %first, {tile}",
        "%over = icmp sgt i64 %end, %B", "%last = select i1 %over, i64 %B, i64 %end", "br label %time",
        "time:", "%t = phi i64 [ 0, %tile ], [ %t_next, %done ]", *time, "br label %block",
        "block:", "%b = phi i64 [ %first, %time ], [ %b_next, %block ]", *body, f"%b_next = add i64 %b, {stride}",
        "%again = icmp slt i64 %b_next, %last", "br i1 %again, label %block, label %done",
        "done:", "%t_next = add i64 %t, 1", "%later = icmp slt i64 %t_next, %T", "br i1 %later, label %time, label %after",
        "after:", "%rest = icmp slt i64 %last, %B", "br i1 %rest, label %tile, label %leave", "leave:", "ret void", "}", ""])


def _paired(body):
    """The instructions for the next eight neurons too, in turns with the first: each works while the other waits."""
    own = {line.partition(" = ")[0] for line in body if " = " in line} | {"%b"}
    result = [f"%b_second = add i64 %b, {LANES}"]
    for line in body:
        result += [line, re.sub(r"%\w+", lambda name: name[0] + "_second" * (name[0] in own), line)]
    return result
