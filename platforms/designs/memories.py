"""Every memory of a placed design: what it holds, and where it lies."""

from __future__ import annotations

import re
from collections import Counter

__all__ = ["memory_map", "read_memories"]

# What the chip's server and its link keep; all others are planned with the network.
LINK = {"frame_receiver": ("frame that is coming in", "its CRC must be good before a byte of it counts"),
        "server": ("identity", "what IDENTIFY answers: name, layers, build id")}
PLANNED = re.compile(r"(weights|index|sums|state) of layer (\d+)$")
PLACES = {"weights": "synapses.weights", "index": "synapses.index", "sums": "synapses", "state": "bank"}


def read_memories(rtlil):
    """The memories of a design's RTLIL.

    Parameters
    ----------
    rtlil : str

    Returns
    -------
    list of tuple
        Path of the module that holds it, width and depth; in the order of the text.
    """
    found, module = [], ""
    for line in rtlil.splitlines():
        words = line.split()
        if words[:1] == ["module"]:
            module = words[1].lstrip("\\")
        elif words[:2] == ["memory", "width"]:
            found.append((module, int(words[2]), int(words[words.index("size") + 1])))
    return found


def memory_map(rtlil, planned, components):
    """All memories of a design, with the blocks that they were placed in.

    Parameters
    ----------
    rtlil : str
        Of the top level.
    planned : sequence of dict
        Rows of :class:`gateware.chip.mapper.Placement`: what the network needs, and why.
    components : list of dict
        The placed cells by component, from `platforms.placement.tally`.

    Returns
    -------
    list of dict
        ``memory``, ``kind`` (``block RAM``, ``SPRAM`` or ``logic``), ``blocks`` (placed), ``width``, ``depth``, ``bytes`` (of contents)
        and ``why``. The blocks of all rows are those of the whole design.
    """
    own = {row["path"]: row["own"] for row in components}
    left = Counter(path for path, *_ in read_memories(rtlil))
    tails = {path: path.partition(".")[2] for path in left}
    rows = []
    for plan in planned:
        path = _path_of(plan["memory"], tails)
        left.pop(path, None)
        rows.append(plan | _placed(own.get(path)))
    sizes = {path: [(width, depth) for other, width, depth in read_memories(rtlil) if other == path] for path in left}
    for path, memories in sizes.items():
        name, why = LINK.get(path.rpartition(".")[2], (tails[path] or path, ""))
        width, depth = memories[0] if len(set(memories)) == 1 else (sum(width for width, _ in memories), max(depth for _, depth in memories))
        bits = sum(width * depth for width, depth in memories)
        rows.append({"memory": name, "width": width, "depth": depth, "bytes": -(-bits // 8), "why": why} | _placed(own.get(path)))
    return rows


def _path_of(memory, tails):
    """The module that holds a planned memory, or None where its name is another."""
    match = PLANNED.match(memory)
    if match is None:
        return None
    end = f"core{match[2]}.{PLACES[match[1]]}"
    return next((path for path, tail in tails.items() if f".{tail}".endswith(f".{end}")), None)


def _placed(own):
    """Kind and number of the blocks in which a component's cells were placed."""
    if own is None or not (own["ram"] or own["spram"]):
        return {"kind": "logic", "blocks": 0}
    return {"kind": "SPRAM", "blocks": own["spram"]} if own["spram"] else {"kind": "block RAM", "blocks": own["ram"]}
