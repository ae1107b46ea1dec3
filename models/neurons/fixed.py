"""The fixed-point model of a neuron on real inputs, its results as real numbers."""

import numpy as np

from gateware.neurons.equation_neuron import EquationNeuron
from models.generated import fingerprint, load_generated
from models.step_model import kernel_source

__all__ = ["run_fixed"]


def run_fixed(neuron, inputs, *, steps, batch=1, seed=1):
    """Events and outputs, and states, of a run in the integers of the hardware.

    Parameters
    ----------
    neuron : EquationNeuron or Table
    inputs : mapping of str to array (T,) or (T, B)
        Real numbers; each is rounded to the input's format.
    steps, batch, seed : int

    Returns
    -------
    (dict, dict)
        As :meth:`FloatModel.run`, arrays (T, B).
    """
    if not isinstance(neuron, EquationNeuron):
        neuron = EquationNeuron(neuron, seed=seed)
    component, table = neuron, neuron.table
    given = {name: np.broadcast_to(np.floor(np.asarray(inputs[name], float).reshape(steps, -1) * 2.0**component.fractions[name] + 0.5)
                                   .astype(np.int64), (steps, batch)) for name in table.inputs}
    names = getattr(component.state, "_fields", ())
    registers = [np.full(batch, value, np.uint64 if shape.kind == "vector" else np.int64) for value, shape in zip(component.init, component.state)]
    outputs = [np.empty((steps, batch), np.bool_ if shape.kind == "bit" else np.int64) for shape in component.outputs]
    kept = [np.empty((steps, batch), np.int64) for _ in table.states]
    _kernel(component)(steps, batch, *registers, *given.values(), *outputs, *kept)
    results = {}
    for name, values in zip(component.outputs._fields, outputs):
        fraction = component.fractions.get(f"output {name}")
        results[name] = values if fraction is None else values / 2.0**fraction
    return results, {name: values / 2.0**component.fractions[name] for name, values in zip(names, kept)}


def _kernel(component):
    """The golden model's loop, which keeps the states as well."""
    from models.numba_domain import compile_step, constants
    lines = kernel_source(component).rstrip("\n").split("\n")
    names = list(component.table.states)
    lines = [line.replace("):", "".join(f", kept_{name}" for name in names) + "):") if line.startswith("def kernel(") else line
             for line in lines]
    lines += [f"            kept_{name}[t, b] = state.{name}" for name in names]
    return load_generated(
        f"fixed_{component.table.identifier}", "\n".join([*lines, ""]), f"{fingerprint(component.step)}\n{component.params!r}",
        step=compile_step(component.step), PARAMS=constants(component.params),
        State=type(component.state), Inputs=type(component.inputs)).kernel
