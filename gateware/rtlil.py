"""A component as RTLIL, the netlist text that Yosys reads, and the list of its ports."""

from dataclasses import dataclass

from amaranth.back import rtlil
from amaranth.hdl import Const, Fragment, Shape, Value, ValueCastable
from amaranth.hdl._ir import PortDirection  # not exported, and an undriven output without it would become an input
from amaranth.lib import wiring

__all__ = ["Port", "component_ports", "preparation", "to_rtlil"]


@dataclass(frozen=True)
class Port:
    """One port of a component as its RTLIL names it.

    Parameters
    ----------
    name : str
        Member path joined with two underscores, such as ``i__payload``.
    shape : amaranth.hdl.Shape
        Width and sign; a structured payload is its underlying unsigned value.
    is_input : bool
        Whether the outside drives it.
    init : int
        What an input holds before it is driven.
    """

    name: str
    shape: Shape
    is_input: bool
    init: int = 0


def _members(component):
    if not isinstance(getattr(component, "signature", None), wiring.Signature):
        raise TypeError(f"component must be an amaranth.lib.wiring.Component, not {component!r}")
    for path, member, value in component.signature.flatten(component):
        if isinstance(value, ValueCastable):
            value = value.as_value()
        # An always-valid or always-ready stream has a constant there, which is no port.
        if isinstance(value, Value) and not isinstance(value, Const):
            yield "__".join(map(str, path)), value, member.flow == wiring.In


def component_ports(component):
    """List the ports of a component, without clock and reset, in signature order.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        Any component.

    Returns
    -------
    list of Port

    Raises
    ------
    TypeError
        If ``component`` has no signature.
    """
    return [Port(name, value.shape(), is_input, value.init) for name, value, is_input in _members(component)]


def to_rtlil(component, name="design"):
    """Convert a component to RTLIL without source locations, so that equal hardware gives equal text.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        Any component.
    name : str
        Name of the top module.

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If ``component`` has no signature.
    amaranth.hdl.CombinationalCycle
        If combinational outputs are connected in a loop.
    """
    ports = {path: (value, PortDirection.Input if is_input else PortDirection.Output)
             for path, value, is_input in _members(component)}
    text, _names = rtlil.convert_fragment(Fragment.get(component, None), ports, name, emit_src=False)
    return text


def preparation(text):
    """What Yosys is to do before it synthesises a design, so that memories cost what they need.

    A memory with the attribute ``no_rw_check`` promises that no row is read in the clock in which it is written, which the proof
    rung shows. Yosys takes such a promise of a read port only while it makes one out of a register, so they are taken apart first.

    Parameters
    ----------
    text : str
        The design's RTLIL.

    Returns
    -------
    list of str
        Yosys commands for after the design is read.
    """
    return ["memory_nordff a:no_rw_check"] if "attribute \\no_rw_check 1" in text else []
