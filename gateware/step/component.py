"""StepComponent: registers around a step function, and the walk that finds every component."""

import importlib
import pkgutil
from operator import index

from amaranth.hdl import Module, Signal
from amaranth.lib.wiring import In, Out

from gateware.component import Component

from .hardware import step_logic
from .syntax import check_syntax
from .trace import _like, trace

__all__ = ["StepComponent", "discover", "examples_of"]


class StepComponent(Component):
    """A component whose whole behaviour is one pure step function.

    Each clock, ``(next state, outputs) = step(params, state, inputs)``: the outputs are combinational in the
    registers and the inputs, the registers take the next state at the clock edge. A subclass declares shapes and
    initial values; the hardware, the golden model and the proof are derived from ``step``.

    Parameters
    ----------
    step : function
        ``step(params, state, inputs) -> (State, Outputs)`` in the step language.
    params : NamedTuple or ()
        Frozen integers, formats (Q, Range) and tables (tuples of integers).
    state, init : NamedTuple or ()
        Shapes and initial values of the registers.
    inputs : NamedTuple
        Shapes of the inputs.

    Members
    -------
    One input port per field of ``inputs``, one output port per field of the step function's outputs, whose shapes
    follow from the ranges of the inputs and the state. The registers are the signals ``state_<field>``.

    Raises
    ------
    StepError
        If the function leaves the step language, or a next state may leave its declared shape.
    ValueError
        If an initial value lies outside its shape, or a port has two meanings.
    """

    latency = 0
    interval = 1

    def __init__(self, step, *, params=(), state=(), init=(), inputs=()):
        check_syntax(step)
        for part, shapes in (("state", state), ("inputs", inputs)):
            if shapes != () and not (hasattr(shapes, "_fields") and all(hasattr(shape, "kind") for shape in shapes)):
                raise TypeError(f"{part} must be a NamedTuple of shapes (Q, Range, BIT, Vector), not {shapes!r}")
        _check_constants("params", params)
        if len(init) != len(state):
            raise ValueError(f"init must have the fields of state, {getattr(state, '_fields', ())}, not {init!r}")
        init = _like(state, [_initial(*each) for each in zip(getattr(state, "_fields", ()), state, init)])
        self.step, self.params, self.state, self.init, self.inputs = step, params, state, init, inputs
        self.graph = trace(step, params, state, inputs)
        self.outputs = self.graph.shapes(self.graph.outputs)
        names = getattr(inputs, "_fields", ())
        clash = set(names) & set(self.outputs._fields)
        if clash:
            raise ValueError(f"port {min(clash)} is both an input and an output: rename one")
        taken = {"clk", "rst", *(f"state_{name}" for name in getattr(state, "_fields", ()))}
        for name in (*names, *self.outputs._fields):
            if name in taken or name in vars(self) or hasattr(type(self), name):
                raise ValueError(f"port {name} has the name of something that the component has already: rename it")
        super().__init__({name: In(shape.shape) for name, shape in zip(names, inputs)}
                         | {name: Out(shape.shape) for name, shape in self.outputs._asdict().items()})

    def logic(self, m, state, inputs):
        """Next state and outputs as Amaranth values, for a structure that keeps the state itself.

        Parameters
        ----------
        m : Module
        state, inputs : sequence of Value
            In the order of the declared fields.
        """
        return step_logic(m, self.step, self.params, self.state, self.inputs, state, inputs)

    def elaborate(self, platform):
        m = Module()
        registers = [Signal(shape.shape, init=value, name=f"state_{name}")
                     for name, shape, value in zip(getattr(self.state, "_fields", ()), self.state, self.init)]
        next_state, outputs = self.logic(m, registers, [getattr(self, name) for name in getattr(self.inputs, "_fields", ())])
        m.d.comb += [getattr(self, name).eq(value) for name, value in outputs._asdict().items()]
        m.d.sync += [register.eq(value) for register, value in zip(registers, next_state)]
        return m


def _initial(name, shape, value):
    """An initial value as a Python integer of its shape."""
    try:
        number = index(value)
    except TypeError:
        number = None
    if number is None or number not in shape or (isinstance(value, bool) and shape.kind != "bit"):
        raise ValueError(f"init {name} must be an integer in {shape!r}, not {value!r}")
    return number


def _check_constants(name, value):
    """Refuse what is no integer, shape, table of integers, or NamedTuple of such."""
    if isinstance(value, tuple) and not hasattr(value, "kind"):
        for field, each in zip(getattr(value, "_fields", range(len(value))), value):
            _check_constants(f"{name} {field}", each)
    elif type(value) is not int and not hasattr(value, "kind"):
        raise TypeError(f"{name} must be a Python integer, a shape or a tuple of integers, not {value!r}")


def discover(package="gateware"):
    """Every component of a package that gives ``examples()``, by walking its modules.

    Yields
    ------
    (str, Elaboratable)
        ``"gateware.neurons.lif.LIF:default"`` and that configuration.
    """
    root = importlib.import_module(package)
    for module in sorted(pkgutil.walk_packages(root.__path__, package + "."), key=lambda info: info.name):
        if module.name.endswith("__main__"):
            continue
        for cls in vars(importlib.import_module(module.name)).values():
            if isinstance(cls, type) and cls.__module__ == module.name and "examples" in vars(cls):
                yield from examples_of(cls).items()


def examples_of(cls):
    """The examples of a class by their full names, as `discover` gives them.

    Parameters
    ----------
    cls : type
        A component that has ``examples()``.

    Returns
    -------
    dict of str to Elaboratable
    """
    return {f"{cls.__module__}.{cls.__name__}:{configuration}": component for configuration, component in cls.examples().items()}
