"""The float64 model of a neuron from equations: its step as written, compiled, over arrays of neurons."""

from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from gateware.step.equations.float_step import float_source, right_hand_side_source
from gateware.step.equations.generators import seeds
from gateware.step.equations.system import system_of
from models.generated import load_generated

__all__ = ["FloatModel"]


class FloatModel:
    """The float64 reference of a table: exactly the equations and the integrator as written.

    Parameters
    ----------
    table : Table
    seed : int
        Of ``random()`` and ``normal()``.

    Attributes
    ----------
    source : str
        The text of the step.
    init : dict of str to float or int
        Initial states, hidden ones (refractory counters, generators) last.
    """

    def __init__(self, table, *, seed=1):
        self.table, self.system = table, system_of(table)
        self.source = float_source(table, self.system)
        bits = seeds(table.generators, seed)
        self.init = {name: each.init for name, each in table.states.items()} | {f"refractory_{name}": 0 for name in self.system.refractory} | bits
        self._module = None

    @property
    def module(self):
        """The compiled kernels: ``kernel(T, B, *state, *inputs, *outputs)`` and ``record``, which keeps every state as well."""
        if self._module is None:
            from . import float_functions
            constants = {name: each.value for name, each in self.table.parameters.items()} | {"dt": self.table.dt}
            state = namedtuple("State", self.init)
            inputs = namedtuple("Inputs", self.table.inputs)
            outputs = namedtuple("Outputs", [*self.system.events, *self.system.outputs])
            self._module = load_generated(
                f"float_{self.table.identifier}", _module_source(self, list(self.init), list(self.table.inputs), list(outputs._fields)),
                f"{constants}\n{Path(float_functions.__file__).read_text(encoding='utf-8')}",
                params=namedtuple("Params", constants)(*map(float, constants.values())), State=state, Inputs=inputs, Outputs=outputs,
                **float_functions.FUNCTIONS)
        return self._module

    def run(self, inputs, *, steps, batch=1, record=True):
        """Events and outputs, and every state after each step.

        Parameters
        ----------
        inputs : mapping of str to array (T,) or (T, B)
        steps, batch : int
            T and B.
        record : bool
            Whether to keep the states.

        Returns
        -------
        (dict, dict)
            Events and outputs, and states, by name: arrays (T, B).
        """
        registers = [np.full(batch, value, np.float64 if name in self.table.states else np.int64) for name, value in self.init.items()]
        arrays = [np.ascontiguousarray(np.broadcast_to(np.asarray(inputs[name], np.float64).reshape(steps, -1), (steps, batch)))
                  for name in self.table.inputs]
        names = [*self.system.events, *self.system.outputs]
        outputs = [np.empty((steps, batch), np.bool_ if name in self.system.events else np.float64) for name in names]
        states = [np.empty((steps, batch)) for _ in self.table.states] if record else []
        (self.module.record if record else self.module.kernel)(steps, batch, *registers, *arrays, *outputs, *states)
        return dict(zip(names, outputs)), dict(zip(self.table.states, states))

    def python_step(self):
        """``f(state, inputs) -> state`` with dictionaries by name, not compiled: for a few steps."""
        scope = self._scope() | {"State": lambda *values: dict(zip(self.init, values)), "Outputs": lambda *values: values}
        exec(compile(self.source, f"<float64 step of {self.table.identifier}>", "exec"), scope)
        params = self._params()
        return lambda state, inputs: scope["step"](params, SimpleNamespace(**state), SimpleNamespace(**inputs))[0]

    @staticmethod
    def _scope():
        from . import float_functions
        return {name: getattr(each, "py_func", each) for name, each in float_functions.FUNCTIONS.items()}

    def _params(self):
        return SimpleNamespace(**{name: each.value for name, each in self.table.parameters.items()}, dt=self.table.dt)

    def derivatives(self):
        """``f(state, inputs) -> tuple``: the right-hand sides of the differential equations, not compiled."""
        scope, params = self._scope(), self._params()
        exec(compile(right_hand_side_source(self.table), f"<derivatives of {self.table.identifier}>", "exec"), scope)
        return lambda state, inputs: scope["derivatives"](params, SimpleNamespace(**state), SimpleNamespace(**inputs))


def _module_source(model, states, inputs, outputs):
    step = "@njit(error_model='numpy')\n" + model.source
    arguments = [f"state_{name}" for name in states] + [f"input_{name}" for name in inputs] + [f"output_{name}" for name in outputs]
    load = f"State({', '.join(f'state_{name}[b]' for name in states)})" if states else "()"
    given = f"Inputs({', '.join(f'input_{name}[t, b]' for name in inputs)})" if inputs else "()"
    body = [f"            state, outputs = step(params, {load}, {given})",
            *(f"            state_{name}[b] = state.{name}" for name in states),
            *(f"            output_{name}[t, b] = outputs.{name}" for name in outputs)]
    loops = ["    for t in range(T):", "        for b in range(B):"]
    kept = [f"            kept_{name}[t, b] = state.{name}" for name in model.table.states]
    return "\n".join([
        f'"""Float64 model of {model.table.identifier}; generated."""', "from numba import njit", "", "", step, "",
        "@njit(cache=True, nogil=True, error_model='numpy')", f"def kernel(T, B, {', '.join(arguments)}):", *loops, *body, "", "",
        "@njit(cache=True, nogil=True, error_model='numpy')",
        f"def record(T, B, {', '.join(arguments + [f'kept_{name}' for name in model.table.states])}):", *loops, *body, *kept, ""])
