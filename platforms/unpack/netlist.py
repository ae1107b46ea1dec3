"""The netlist that Yosys wrote, and where nextpnr says that it put it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import BuildError

__all__ = ["Cell", "Netlist", "read_netlist", "read_places"]

CONSTANTS = {"0": False, "1": True, "x": False, "z": False}  # what is undefined may be anything, and nextpnr makes it 0


@dataclass(frozen=True)
class Cell:
    """A cell of a netlist.

    Parameters
    ----------
    name, kind : str
    parameters : dict of str to str
        As Yosys writes them: numbers in binary.
    ports : dict of str to list
        Bits of each port: a number for a net's bit, True or False.
    outputs : frozenset of str
        Ports that drive.
    """

    name: str
    kind: str
    parameters: dict = field(repr=False)
    ports: dict = field(repr=False)
    outputs: frozenset = field(repr=False)

    def bit(self, port):
        """The only bit of a port; None if it is not connected."""
        bits = self.ports.get(port)
        return bits[0] if bits else None

    def number(self, parameter, default=0):
        """A parameter's number."""
        text = self.parameters.get(parameter)
        if text is None:
            return default
        if set(text) - set("01x"):
            raise BuildError(f"the parameter {parameter} of {self.name} is {text!r}, not a number")
        return int(text.replace("x", "0") or "0", 2)


@dataclass(frozen=True)
class Netlist:
    """A flat netlist.

    Parameters
    ----------
    cells : list of Cell
    names : dict of int to list of str
        What each bit is called.
    ports : dict of str to tuple
        Direction and bit of each port of the design.
    """

    cells: list = field(repr=False)
    names: dict = field(repr=False)
    ports: dict

    def name(self, bit):
        """A name for an error message."""
        return min(self.names.get(bit, [str(bit)]), key=len)


def read_netlist(document):
    """Read what ``write_json`` of Yosys wrote.

    Parameters
    ----------
    document : dict
        Its JSON; the module is ``top``.

    Returns
    -------
    Netlist
    """
    module = document["modules"]["top"]
    cells = [Cell(name, cell["type"], cell["parameters"],
                  {port: [CONSTANTS.get(bit, bit) for bit in bits] for port, bits in cell["connections"].items()},
                  frozenset(port for port, direction in cell["port_directions"].items() if direction != "input"))
             for name, cell in module["cells"].items() if not cell["type"].startswith("$")]
    names = {}
    for name, net in module["netnames"].items():
        for k, bit in enumerate(net["bits"]):
            names.setdefault(bit, []).append(name if len(net["bits"]) == 1 else f"{name}[{k + net.get('offset', 0)}]")
    ports = {name: (port["direction"], port["bits"][0]) for name, port in module["ports"].items() if len(port["bits"]) == 1}
    if len(ports) != len(module["ports"]):
        raise BuildError("ports of the board's pins have one bit each")
    return Netlist(cells, names, ports)


def read_places(document):
    """Read what nextpnr's ``--write`` wrote: where it says that cells are, and where nets begin.

    Nothing of it is believed: it says where to look, and what is found there is compared.

    Parameters
    ----------
    document : dict
        Its JSON.

    Returns
    -------
    dict of str to str
        Bel of each cell by name.
    dict of str to str
        Name of the wire at which each net begins, by the net's name.
    """
    module = document["modules"]["top"]
    bels = {name: cell["attributes"]["NEXTPNR_BEL"] for name, cell in module["cells"].items() if "NEXTPNR_BEL" in cell["attributes"]}
    begins = {}
    for name, net in module["netnames"].items():
        words = net["attributes"].get("ROUTING", "").split(";")
        begins.update({name: wire for wire, pip in zip(words[0::3], words[1::3]) if not pip})
    return bels, begins
