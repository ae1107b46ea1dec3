"""Verilog for people whose design is in Verilog: a component, found by name and configured by text."""

import ast
import inspect

from .rtlil import component_ports, to_rtlil
from .step import Q, Range, discover
from .yosys import run_yosys


__all__ = ["configure", "to_verilog"]

_SHAPES = {"Q": Q, "Range": Range}
_SCRIPT = """\
read_rtlil design.il
proc -nomux -norom
memory_collect
attrmap -remove generator -remove top -remove src -remove amaranth.hierarchy -remove amaranth.decoding
attrmap -modattr -remove generator -remove top -remove src -remove amaranth.hierarchy -remove amaranth.decoding
write_verilog -norename design.v
"""


def configure(name, settings=()):
    """Make a component from its name and textual parameters.

    Parameters
    ----------
    name : str
        A class (``LIF``), a full name (``gateware.neurons.lif.LIF``), or one of its configurations (``LIF:refractory``).
    settings : iterable of str
        Parameters of the class's ``__init__`` as ``name=value``: Python literals, ``Q(i, f)`` and ``Range(lo, hi)``, or a text.

    Returns
    -------
    amaranth.lib.wiring.Component

    Raises
    ------
    ValueError
        If the component or a parameter is unknown, missing, not ``name=value``, or refused by the component.
    """
    every = {}
    for full, component in discover():
        path, configuration = full.split(":", 1)
        for alias in (path, path.rsplit(".", 1)[1]):
            every.setdefault(alias, {})[configuration] = component
    cls_name, _, configuration = name.partition(":")
    if cls_name not in every:
        raise ValueError(f"component must be one of {', '.join(sorted(alias for alias in every if '.' not in alias))}, not {cls_name!r}")
    examples = every[cls_name]
    settings = list(settings)
    if configuration:
        if configuration not in examples:
            raise ValueError(f"configuration of {cls_name} must be one of {', '.join(examples)}, not {configuration!r}")
        if settings:
            raise ValueError(f"parameters cannot be set for the configuration {name}: export {cls_name} with them")
        return examples[configuration]
    return _construct(cls_name, type(next(iter(examples.values()))), examples, settings)


def _construct(name, cls, examples, settings):
    parameters = {key: each for key, each in inspect.signature(cls.__init__).parameters.items() if key != "self"}
    values = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals:
            raise ValueError(f"parameter must be written name=value, not {setting!r}")
        if key not in parameters:
            raise ValueError(f"parameter of {name} must be one of {', '.join(parameters) or 'none'}, not {key!r}")
        values[key] = _value(key, text)
        if isinstance(values[key], str) and not isinstance(parameters[key].default, str):
            raise ValueError(f"parameter {key} must be a literal, Q(i, f) or Range(lo, hi), not {text!r}")
    missing = [key for key, each in parameters.items() if each.default is inspect.Parameter.empty and key not in values]
    if missing:
        raise ValueError(f"{name} needs the parameter {missing[0]}: set it, or export a configuration: "
                         f"{', '.join(f'{name}:{each}' for each in examples)}")
    try:
        return cls(**values)
    except (TypeError, ValueError) as error:
        raise ValueError(str(error)) from None


def _value(key, text):
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError:
        return text
    try:
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in _SHAPES and not tree.keywords:
            return _SHAPES[tree.func.id](*map(ast.literal_eval, tree.args))
        if isinstance(tree, ast.Name) and tree.id not in _SHAPES:
            return tree.id
        return ast.literal_eval(tree)
    except (TypeError, ValueError) as error:
        raise ValueError(f"parameter {key} must be a literal, Q(i, f) or Range(lo, hi), not {text!r}: {error}") from None


def to_verilog(component, name):
    """Convert a component to Verilog.

    Parameters
    ----------
    component : amaranth.lib.wiring.Component
        With the clock domain ``sync``, whose ports are ``clk`` and ``rst`` (synchronous, active high).
    name : str
        Of the top module.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If ``name`` is not a Verilog identifier, or the name of a port.
    gateware.yosys.YosysError
        If Yosys is missing or fails.
    """
    if not (name.isidentifier() and name.isascii()):
        raise ValueError(f"module name must be a Verilog identifier, not {name!r}")
    if name in {port.name for port in component_ports(component)}:
        raise ValueError(f"module name must not be that of a port, {name!r}")
    return run_yosys(_SCRIPT, {"design.il": to_rtlil(component, name)}, ["design.v"])["design.v"]
