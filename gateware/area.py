"""Area of components by Yosys alone: LUTs, flip-flops and carry cells on iCE40 and on Xilinx 7."""

import hashlib
import json
import os
import re
import tempfile
from typing import NamedTuple

from .cache import cache_folder
from .rtlil import to_rtlil
from .yosys import find_yosys, run_yosys

__all__ = ["Area", "area", "areas"]

# Many designs go through one synthesis side by side: what starts a run (the cell libraries above all) costs more than a
# design does, and each is mapped by itself all the same. Products stay in LUTs: a DSP block would hide what they cost.
_FLOWS = {
    "ice40": "read_verilog -D ICE40_HX -lib -specify +/ice40/cells_sim.v\n{flatten}synth_ice40 -run flatten:\n",
    "xc7": "read_verilog -lib -specify +/xilinx/cells_sim.v\nread_verilog -lib +/xilinx/cells_xtra.v\n{flatten}"
           "synth_xilinx -family xc7 -nodsp -noiopad -noclkbuf -run prepare:\n",
}
_LUTS = re.compile(r"SB_LUT4|LUT[1-6]|SRL16E|SRLC32E")
_FFS = re.compile(r"SB_DFF\w*|FD[RCSP]E(_1)?")
_CARRIES = re.compile(r"SB_CARRY|CARRY4")
_RAMS = re.compile(r"SB_RAM\w+|RAMB\w+")
_LUT_RAMS = {"RAM32X1D": 2, "RAM64X1D": 2, "RAM128X1D": 4, "RAM32M": 4, "RAM64M": 4}
# Of no cost: an inverter goes into the LUT behind it, a wide multiplexer lies beside the LUTs of its slice.
_FREE = {"INV", "MUXF7", "MUXF8"}
_BATCH = 40


class Area(NamedTuple):
    """Cells of a component after mapping.

    Parameters
    ----------
    lut : int
        LUT4 on iCE40, LUT1 to LUT6 on Xilinx 7, with those used as shift registers or memory; without inverter cells.
    ff : int
    carry : int
        SB_CARRY of one bit on iCE40, CARRY4 of four on Xilinx 7.
    ram : int
        Blocks of block RAM.
    """

    lut: int
    ff: int
    carry: int
    ram: int


def area(component, family="ice40"):
    """Area of one component; see :func:`areas`.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
    family : {"ice40", "xc7"}

    Returns
    -------
    Area
    """
    return areas({"component": component}, family)["component"]


def areas(components, family="ice40"):
    """Areas of components, each by itself and flattened, as ``synth_ice40`` or ``synth_xilinx -family xc7 -nodsp`` map them.

    Kept in the user's cache under a digest of the netlist and the version of Yosys: asked again, it costs nothing.

    Parameters
    ----------
    components : mapping of str to amaranth.lib.wiring.Component
    family : {"ice40", "xc7"}

    Returns
    -------
    dict of str to Area

    Raises
    ------
    ValueError
        If the family is unknown.
    TypeError
        If a component is none.
    YosysError
        If Yosys fails.
    """
    if family not in _FLOWS:
        raise ValueError(f"family must be 'ice40' or 'xc7', not {family!r}")
    texts = {name: to_rtlil(component, "unit") for name, component in components.items()}
    version = find_yosys().version
    keys = {name: hashlib.sha256(f"{version}\0{_FLOWS[family]}\0{text}".encode()).hexdigest()[:32]
            for name, text in texts.items()}
    found = {key: _load(key) for key in keys.values()}
    missing = list({key: name for name, key in keys.items() if found[key] is None}.items())
    for start in range(0, len(missing), _BATCH):
        batch = missing[start:start + _BATCH]
        for (key, _), measured in zip(batch, _synthesize([to_rtlil(components[name], f"unit{i}")
                                                          for i, (_, name) in enumerate(batch)], family)):
            found[key] = measured
            _store(key, measured)
    return {name: found[key] for name, key in keys.items()}


def _synthesize(texts, family):
    # Amaranth marks each as the top: of several tops, Yosys would keep one. Submodules are dissolved, then gone.
    lines = [f"read_rtlil unit{i}.il\n" for i in range(len(texts))]
    tops = " ".join(f"unit{i}" for i in range(len(texts)))
    flatten = f"setattr -mod -unset top *\nproc\nflatten -noscopeinfo\nselect -set tops {tops}\ndelete unit* @tops %d\n"
    script = "".join(lines) + _FLOWS[family].format(flatten=flatten) + "tee -q -o stat.json stat -json\n"
    result = run_yosys(script, {f"unit{i}.il": text for i, text in enumerate(texts)}, ["stat.json"], timeout=600)
    modules = json.loads(result["stat.json"])["modules"]
    return [_count(modules[f"\\unit{i}"]["num_cells_by_type"]) for i in range(len(texts))]


def _count(cells):
    lut = ff = carry = ram = 0
    for name, count in cells.items():
        if _LUTS.fullmatch(name) or name in _LUT_RAMS:
            lut += count * _LUT_RAMS.get(name, 1)
        elif _FFS.fullmatch(name):
            ff += count
        elif _CARRIES.fullmatch(name):
            carry += count
        elif _RAMS.fullmatch(name):
            ram += count
        elif name not in _FREE:
            raise ValueError(f"no price is known of the cell {name}")
    return Area(lut, ff, carry, ram)


def _load(key):
    try:
        return Area(*json.loads((cache_folder() / "area" / f"{key}.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _store(key, measured):
    folder = cache_folder() / "area"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
        file.write(json.dumps(measured))
    os.replace(file.name, folder / f"{key}.json")
