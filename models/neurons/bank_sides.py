"""What a bank does with the integers of the hardware, and what with doubles: registers, formats, kernels."""

import numpy as np

from gateware.neurons.equation_neuron import EquationNeuron
from gateware.step.equations import Table

from .bank_fixed import FixedLanes
from .bank_float import FloatLanes
from .bank_lanes import LANES
from .float_model import FloatModel

__all__ = ["FixedSide", "FloatSide"]


class FixedSide:
    """What a bank does with the integers of the hardware."""

    def __init__(self, neuron):
        self._component = component = neuron if isinstance(neuron, EquationNeuron) else EquationNeuron(neuron)
        self.table = component.table
        self.state = dict(zip(getattr(component.state, "_fields", ()), component.state))
        self.init = dict(zip(self.state, component.init))
        self.inputs = dict(zip(getattr(component.inputs, "_fields", ()), component.inputs))
        self.events, self.outputs = tuple(component.system.events), tuple(component.system.outputs)

    def lanes(self):
        return FixedLanes(self._component)

    def dtype(self, shape):
        return FixedLanes.dtype(shape)

    def _shape(self, name):
        return getattr(self._component.outputs, name) if name in (*self.events, *self.outputs) else self.state[name]

    def kept(self, name):
        return np.uint8 if name in self.events else self.dtype(self._shape(name))

    def encoded(self, name, values):
        return np.floor(values * 2.0**self._component.fractions[name] + 0.5).astype(np.int64)

    def checked(self, name, values):
        shape = self.state[name]
        if values.dtype.kind not in "biu":
            raise ValueError(f"register {name} must be integers in {shape!r}, not {values.dtype}")
        if values.size and (int(values.min()) < shape.lo or int(values.max()) > shape.hi):
            raise ValueError(f"register {name} must lie in {shape!r}, not reach {int(values.min())} to {int(values.max())}")
        return values

    def arranged(self, values, shape):
        """In the order and the dtype of the kernel."""
        values = values.astype(np.int64)
        if self.dtype(shape) == np.int64:
            pairs = values.reshape(*values.shape[:-1], -1, LANES // 2, 2).swapaxes(-1, -2)
            return np.ascontiguousarray(pairs).reshape(values.shape)
        return values.astype(np.uint32).view(np.int32)

    def ordered(self, values, shape):
        """The reverse of ``arranged``."""
        if values.dtype == np.int64:
            pairs = values.reshape(*values.shape[:-1], -1, 2, LANES // 2).swapaxes(-1, -2)
            return np.ascontiguousarray(pairs).reshape(values.shape)
        return values.view(np.uint32) if shape.kind == "vector" else values

    def real(self, name, values):
        return values / 2.0**self._component.fractions[name]

    def decoded(self, name, values):
        if name in self.events:
            return values.view(np.bool_)
        fraction = self._component.fractions[f"output {name}" if name in self.outputs else name]
        return self.ordered(values, self._shape(name)) * 2.0**-fraction


class FloatSide:
    """What a bank does with doubles."""

    def __init__(self, neuron):
        self.table = neuron if isinstance(neuron, Table) else neuron.table
        self._model = FloatModel(self.table)
        self.init = self._model.init
        self.state = {name: "f" if name in self.table.states else "i" for name in self.init}
        self.inputs = dict.fromkeys(self.table.inputs, "f")
        self.events, self.outputs = tuple(self._model.system.events), tuple(self._model.system.outputs)

    def lanes(self):
        parameters = {name: each.value for name, each in self.table.parameters.items()} | {"dt": self.table.dt}
        return FloatLanes(self._model.source, parameters, events=self.events, outputs=self.outputs)

    def dtype(self, shape):
        return FloatLanes.dtype(shape)

    def kept(self, name):
        return np.uint8 if name in self.events else np.float64

    def encoded(self, name, values):
        return values

    def checked(self, name, values):
        kinds, what = ("biuf", "numbers") if self.state[name] == "f" else ("biu", "integers")
        if values.dtype.kind not in kinds:
            raise ValueError(f"register {name} must be {what}, not {values.dtype}")
        return values

    def arranged(self, values, shape):
        return np.ascontiguousarray(values, self.dtype(shape))

    def ordered(self, values, shape):
        return values

    def real(self, name, values):
        return values

    def decoded(self, name, values):
        return values.view(np.bool_) if name in self.events else values
