"""Which component each cell of a flattened netlist belongs to.

Synthesis flattens the design, because optimisation across borders is worth a tenth of the area, and names what it made
after nearby nets. So a cell is given to the component that *computes its output*: a net keeps, through flattening, every
name that it had in the hierarchy, and the deepest name that is not an input port is the driver's. A cell whose output has
no name of its own goes with the cells that it feeds.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

__all__ = ["assign_components", "read_hierarchy"]

# Names that Yosys derived from a neighbour, such as `count_SB_DFF_Q_3_D_SB_LUT4_O`.
DERIVED = re.compile(r"_(SB_[A-Z0-9]+|LUT4|TRELLIS_FF|CCU2C|PFUMX|L6MUX21|DP16KD|MULT18X18D|TRELLIS_DPR16X4)_[A-Z]")


def read_hierarchy(rtlil):
    """Instance paths of a design and the input ports at each, from its RTLIL.

    Parameters
    ----------
    rtlil : str
        The design as Amaranth writes it, its top module marked as such or first.

    Returns
    -------
    dict of str to set of str
        Input port names by dotted instance path; the top module's path is ``""``.
    """
    inputs, instances, order = defaultdict(set), defaultdict(list), []
    module = None
    for line in rtlil.splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == "module":
            module = words[1].lstrip("\\")
            order.append(module)
        elif words[0] == "wire" and "input" in words:
            inputs[module].add(words[-1].lstrip("\\"))
        elif words[0] == "cell" and words[1].startswith("\\"):
            instances[module].append((words[1].lstrip("\\"), words[2].lstrip("\\")))
    known, paths = set(order), {}

    def walk(path, module):
        paths[path] = inputs[module]
        for kind, instance in instances[module]:
            if kind in known:
                walk(f"{path}.{instance}" if path else instance, kind)

    walk("", order[0])
    return paths


def _scope(name, hierarchy):
    """The instance path that a flattened name lies in, and the rest of the name."""
    path = name
    while "." in path:
        path = path.rpartition(".")[0]
        if path in hierarchy:
            return path, name[len(path) + 1:]
    return "", name


def _net_owners(netnames, hierarchy):
    owners = {}
    for name, net in netnames.items():
        if net.get("hide_name") or name.startswith("$") or DERIVED.search(name):
            continue
        path, local = _scope(name, hierarchy)
        if local in hierarchy[path]:
            continue
        for bit in net["bits"]:
            if path.count(".") + bool(path) > owners.get(bit, (-1,))[0]:
                owners[bit] = (path.count(".") + bool(path), path)
    return {bit: path for bit, (_, path) in owners.items()}


def assign_components(module, hierarchy):
    """The component of every cell of a synthesised module.

    Parameters
    ----------
    module : dict
        The top module of Yosys' JSON netlist.
    hierarchy : dict of str to set of str
        From `read_hierarchy`.

    Returns
    -------
    dict of str to str
        Dotted instance path by cell name; ``""`` is the top level itself.
    """
    nets = _net_owners(module["netnames"], hierarchy)
    owner, sinks, outputs = {}, defaultdict(list), {}
    for name, cell in module["cells"].items():
        outputs[name] = []
        for port, bits in cell["connections"].items():
            if cell["port_directions"][port] == "output":
                outputs[name] += bits
            else:
                for bit in bits:
                    sinks[bit].append(name)
        found = [nets[bit] for bit in outputs[name] if bit in nets]
        if found:
            owner[name] = max(found, key=lambda path: (path.count("."), path))
        elif not DERIVED.search(name) and _scope(name, hierarchy)[0]:
            owner[name] = _scope(name, hierarchy)[0]

    # Nameless cells take the component of most of the cells they feed, the nearest to a named one first.
    pending = [name for name in module["cells"] if name not in owner]
    while pending:
        decided = {}
        for name in pending:
            votes = Counter(owner[sink] for bit in outputs[name] for sink in sinks[bit] if sink in owner)
            if votes:
                decided[name] = max(sorted(votes), key=votes.__getitem__)
        if not decided:
            break
        owner.update(decided)
        pending = [name for name in pending if name not in owner]
    return {name: owner.get(name, "") for name in module["cells"]}
