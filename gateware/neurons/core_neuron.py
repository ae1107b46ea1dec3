"""Neurons of the catalogue as those of a chip's core: one current in, a spike and a membrane out."""

from copy import deepcopy

from gateware.step import Q
from gateware.step.equations import read_document

from . import catalogue
from .equation_neuron import EquationNeuron

__all__ = ["core_neuron", "core_table"]


def core_neuron(name, *, current=None, **parameters):
    """A neuron of the catalogue for a layer of a chip, which calls its input ``current`` and its membrane ``v``.

    Parameters
    ----------
    name : str
        One of :func:`gateware.neurons.catalogue.names`.
    current : Q, optional
        Format of the input, in the unit of the table: a weight of 1 adds its resolution. The table's own if not given.
    **parameters : float
        Other values of the neuron's parameters.

    Returns
    -------
    EquationNeuron

    Raises
    ------
    ValueError
        If it has not exactly one input, no spike, no state, or draws random numbers; or if the format does not fit.
    """
    return EquationNeuron(core_table(name, current=current, **parameters))


def core_table(name, *, current=None, **parameters):
    """The table of :func:`core_neuron`."""
    table = catalogue.table(name, **parameters)
    if len(table.inputs) != 1:
        raise ValueError(f"core_neuron {name} has the inputs {', '.join(table.inputs)}; a layer sums one current"
                         if table.inputs else f"core_neuron {name} has no input")
    if "spike" not in table.events:
        raise ValueError(f"core_neuron {name} has no spike; its events are {', '.join(table.events) or 'none'}")
    if not table.states:
        raise ValueError(f"core_neuron {name} has no state")
    if table.generators:
        raise ValueError(f"core_neuron {name} draws random numbers, which would be the same in all neurons of a layer")
    # Whole without a base table, and a layer is read back from it alone, so it has the values of parameters, too.
    document = {key: deepcopy(value) for key, value in table.document.items() if key not in ("base", "protocol")}
    for key, value in parameters.items():
        entry = document["parameters"][key]
        document["parameters"][key] = entry | {"value": value} if isinstance(entry, dict) else value
    (own, entry), = document["inputs"].items()
    if current is not None:
        if not isinstance(current, Q):
            raise TypeError(f"core_neuron current must be a Q format, not {current!r}")
        if entry.get("integer"):
            raise ValueError(f"core_neuron current must be left out for {name}, whose input is an integer, not {current!r}")
        entry |= {"format": f"Q{current.integer_bits}.{current.fraction_bits}", "range": [current.decode(current.lo), current.decode(current.hi)]}
    document["inputs"] = {"current": entry}
    document["definitions"] = {own: "current"} | document.get("definitions", {})
    outputs = document.get("outputs", {})
    shown = "v" if "v" in table.outputs else next(iter(table.outputs))
    document["outputs"] = {"v": outputs.get(shown, shown)}
    return read_document(document, name, f"{name}.toml")
