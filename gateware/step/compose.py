"""Composition: step components wired together are one step component, whose step calls theirs."""

import hashlib
import linecache
import re
from collections import namedtuple
from keyword import iskeyword
from operator import index

from .component import StepComponent
from .operations import OPERATIONS
from .shapes import BIT

__all__ = ["Composite", "Wire", "connect", "outside"]


class Wire:
    """A value of a composition: an input from outside, or an output of a connected component.

    A Vector's bit ``i`` is ``wire[i]``.

    Attributes
    ----------
    shape : Q, Range, BIT or Vector
    whole : Wire
        Of a bit the Vector, of others the wire itself.
    """

    def __init__(self, shape, part, port, whole=None, bit=None):
        self.part, self.port, self.whole, self.bit = part, port, whole or self, bit
        self.shape = shape

    def __getitem__(self, i):
        if self.shape.kind != "vector":
            raise TypeError(f"only a Vector has bits, and {self.port} is {self.shape!r}")
        try:
            i = index(i)
        except TypeError:
            raise TypeError(f"bit of {self.port} must be an integer, not {i!r}") from None
        if not -self.shape.width <= i < self.shape.width:
            raise IndexError(f"bit of {self.port} must be between 0 and {self.shape.width - 1}, not {i}")
        return Wire(BIT, self.part, self.port, self, i % self.shape.width)

    def __len__(self):
        return self.shape.width

    def __repr__(self):
        return f"<{self.port}{'' if self.bit is None else f'[{self.bit}]'}: {self.shape!r}>"


class _Part:
    """A component and what drives its inputs: a wire, an integer, or a tuple of Bits."""

    def __init__(self, component, drivers):
        self.component, self.drivers = component, drivers


def outside(name, shape):
    """An input of a composition.

    Parameters
    ----------
    name : str
    shape : Q, Range, BIT or Vector

    Returns
    -------
    Wire
    """
    _check_name("an input's name", name)
    if isinstance(shape, type) or not hasattr(shape, "kind"):
        raise TypeError(f"the shape of {name} must be a Q, Range, BIT or Vector, not {shape!r}")
    return Wire(shape, None, name)


def _check_name(what, name):
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"{what} must be an identifier, not {name!r}")
    if iskeyword(name) or name.startswith("_"):
        raise ValueError(f"{what} must not be a keyword or begin with _, as {name!r}")


def connect(component, **drivers):
    """A component in a composition.

    Parameters
    ----------
    component : StepComponent
    **drivers : Wire, int, or tuple of Wire and int
        By input port. A tuple of Bits, bit 0 first, drives a Vector; a tuple or a Vector drives an Int that holds its unsigned
        value.

    Returns
    -------
    NamedTuple of Wire
        By output port.

    Raises
    ------
    TypeError, ValueError
        If an input is missing, has another kind, or may leave the port's range.
    """
    if not isinstance(component, StepComponent):
        raise TypeError(f"only step components are connected, and this is {component!r}")
    name = type(component).__name__
    ports = component.inputs._asdict() if component.inputs else {}
    if set(drivers) != set(ports):
        raise TypeError(f"{name} has the inputs {', '.join(ports) or '(none)'}, not {', '.join(drivers) or '(none)'}")
    drivers = {port: tuple(map(_plain, driver)) if isinstance(driver, tuple) else _plain(driver)
               for port, driver in drivers.items()}
    for port, driver in drivers.items():
        _check(f"{name}.{port}", ports[port], driver)
    part = _Part(component, drivers)
    return type(component.outputs)(*(Wire(shape, part, port) for port, shape in component.outputs._asdict().items()))


def _plain(driver):
    """NumPy's integers as Python's; everything else as it is."""
    return index(driver) if not isinstance(driver, (Wire, bool, tuple)) and hasattr(driver, "__index__") else driver


def _check(port, shape, driver):
    if isinstance(driver, tuple):
        if (len(driver) != shape.width if shape.kind == "vector" else
                shape.kind == "bit" or shape.lo > 0 or shape.hi < 2**len(driver) - 1):
            raise ValueError(f"{port} is {shape!r}, not {len(driver)} bits")
        for k, each in enumerate(driver):
            _check(f"{port}[{k}]", BIT, each)
    elif isinstance(driver, Wire):
        given = driver.shape
        fits = {("vector", "vector"): given == shape, ("bit", "bit"): True, ("vector", "bit"): shape.width == 1}.get(
            (shape.kind, given.kind), shape.kind != "bit" and given.lo >= shape.lo and given.hi <= shape.hi)
        if not fits:
            raise ValueError(f"{port} is {shape!r}, and what drives it is {given!r}")
    elif type(driver) is not int:
        raise TypeError(f"{port} must be driven by a wire or an integer, not {driver!r}")
    elif driver not in shape:
        raise ValueError(f"{port} must be in {shape!r}, not {driver}")


class Composite(StepComponent):
    """Step components wired together, with the wires given as outputs.

    Its step calls the steps of the parts, each once, in the order of the wires; its registers are theirs.

    Parameters
    ----------
    **outputs : Wire
        By the name of the port.

    Members
    -------
    An input per :func:`outside` that the outputs depend on, in the order of their first use, and the outputs.

    Raises
    ------
    ValueError
        If nothing is given out, an output is an input as it stands, or two inputs of one name have different shapes.

    Notes
    -----
    ``latency`` is the greatest sum of the parts' latencies on the way to an output; ``source`` is the text of the step.
    """

    def __init__(self, **outputs):
        if not outputs:
            raise ValueError("a composition must give out at least one wire")
        for name, wire in outputs.items():
            _check_name("an output's name", name)
            if not isinstance(wire, Wire) or wire.part is None:
                raise ValueError(f"output {name} must be a wire of a connected component, not {wire!r}")
        self.parts, inputs = _order(outputs)
        names = _names([type(part.component).__name__ for part in self.parts])
        text = _Text(self.parts, names, inputs, outputs)
        self.source, scope = text.source(), text.scope
        self.part_names = dict(zip(names, (part.component for part in self.parts)))
        file = f"<composition {hashlib.sha256(self.source.encode()).hexdigest()[:16]}>"
        linecache.cache[file] = (len(self.source), None, self.source.splitlines(keepends=True), file)
        exec(compile(self.source, file, "exec"), scope)
        delays = {}
        for part in self.parts:
            delays[part] = part.component.latency + max((delays[wire.part] for wire in _wires(part) if wire.part), default=0)
        self.latency = max(delays[wire.part] for wire in outputs.values())
        super().__init__(scope["step"], **text.declaration())


def _wires(part):
    for driver in part.drivers.values():
        for each in driver if isinstance(driver, tuple) else (driver,):
            if isinstance(each, Wire):
                yield each


def _order(outputs):
    """The parts, each after those that drive it, and the inputs by name."""
    parts, inputs, pending = {}, {}, [iter(outputs.values())]
    stack = [None]
    while pending:
        wire = next(pending[-1], None)
        if wire is None:
            pending.pop()
            part = stack.pop()
            if part is not None:
                parts[part] = None
        elif wire.part is None:
            shape = wire.whole.shape
            if inputs.setdefault(wire.port, shape) != shape:
                raise ValueError(f"input {wire.port} must have one shape, not both {inputs[wire.port]!r} and {shape!r}")
        elif wire.part not in parts:
            pending.append(_wires(wire.part))
            stack.append(wire.part)
    return list(parts), inputs


def _names(classes):
    """A name for each part: its class in snake case, numbered where there are several."""
    snake = [re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower() for name in classes]
    seen, names = {}, []
    for name in snake:
        seen[name] = seen.get(name, 0) + 1
        names.append(f"{name}{seen[name]}" if snake.count(name) > 1 else name)
    return names


class _Text:
    """The text of a composition's step, and the names that it uses."""

    def __init__(self, parts, names, inputs, outputs):
        self.parts, self.names, self.inputs, self.outputs = parts, dict(zip(parts, names)), inputs, outputs
        # A module that exists: Numba's cache looks for the functions of a kernel in theirs.
        self.scope = dict(OPERATIONS) | {"__name__": __name__}
        self.state = [(f"{self.names[part]}_{field}", shape, init) for part in parts if part.component.state
                      for field, shape, init in zip(part.component.state._fields, part.component.state, part.component.init)]
        self.params = [(self.names[part], part.component.params) for part in parts if part.component.params]
        for name, fields in (("State", [name for name, _, _ in self.state]), ("Outputs", outputs)):
            self.scope[name] = namedtuple(name, fields)

    def _define(self, name, value):
        """A name of the scope for a value; the same value has one name."""
        for known in (name, *(f"{name}{k}" for k in range(2, len(self.scope) + 2))):
            if self.scope.setdefault(known, value) is value:
                return known

    def source(self):
        lines = ["def step(params, state, inputs):"]
        for part in self.parts:
            name, component = self.names[part], part.component
            base = re.sub(r"\d+$", "", name)
            step = self._define(f"{base}_step", component.step)
            params, state, inputs = f"params.{name}" if component.params else "()", "()", "()"
            if component.state:
                fields = ", ".join(f"state.{name}_{field}" for field in component.state._fields)
                state = f"{self._define(f'{base}_state', type(component.state))}({fields})"
            if component.inputs:
                values = ", ".join(self._value(shape, part.drivers[port])
                                   for port, shape in component.inputs._asdict().items())
                inputs = f"{self._define(f'{base}_inputs', type(component.inputs))}({values})"
            lines.append(f"    {name}_next, {name} = {step}({params}, {state}, {inputs})")
        following = [f"{self.names[part]}_next.{field}" for part in self.parts if part.component.state
                     for field in part.component.state._fields]
        given = ", ".join(self._wire(wire) for wire in self.outputs.values())
        state = f"State({', '.join(following)})" if following else "()"
        lines.append(f"    return {state}, Outputs({given})")
        return "\n".join(lines) + "\n"

    def declaration(self):
        fields = [name for name, _, _ in self.state]
        state, init = self.scope["State"], [init for _, _, init in self.state]
        return {
            "params": namedtuple("Params", [name for name, _ in self.params])(*(value for _, value in self.params))
            if self.params else (),
            "state": state(*(shape for _, shape, _ in self.state)) if fields else (), "init": state(*init) if fields else (),
            "inputs": namedtuple("Inputs", self.inputs)(*self.inputs.values()) if self.inputs else ()}

    def _wire(self, wire):
        value = f"inputs.{wire.port}" if wire.part is None else f"{self.names[wire.part]}.{wire.port}"
        return value if wire.bit is None else f"bit_at({value}, {wire.bit})"

    def _value(self, shape, driver):
        """What drives a port, of the port's kind."""
        if isinstance(driver, tuple):
            result = f"vector(0, {len(driver)})"
            for k, each in enumerate(driver):
                result = f"with_bit({result}, {k}, {self._value(BIT, each)})"
            return result if shape.kind == "vector" else f"to_int({result})"
        if not isinstance(driver, Wire):
            return {"bit": f"bit({driver})", "vector": f"vector({driver}, {shape.width})"}.get(shape.kind, str(driver))
        value, given = self._wire(driver), driver.shape.kind
        if shape.kind == given:
            return value
        if shape.kind == "int":
            return f"to_int({value})"
        return f"to_vector({value if given == 'int' else f'to_int({value})'}, {shape.width})"
