"""Banks: many neurons of one kind, stepped together on one core, eight at a time."""

from dataclasses import dataclass
from operator import index

import numpy as np

from gateware.neurons import catalogue
from gateware.neurons.equation_neuron import EquationNeuron
from gateware.step.equations import Table
from gateware.step.equations.generators import seeds

from .bank_kernel import compile_bank
from .bank_lanes import GROUP
from .bank_sides import FixedSide, FloatSide
from .protocol import input_array

__all__ = ["Bank", "BankRun"]

# Neuron-steps per call of the kernel: a keyboard interrupt waits for one call.
_CALL = 1 << 24


@dataclass(frozen=True)
class BankRun:
    """What a bank did.

    Attributes
    ----------
    counts : dict of str to array (B,)
        How often each event (``spike``) happened to each neuron.
    recorded : dict of str to array (T, B)
        What was asked for, after every step: events as booleans, states and outputs as real numbers.
    """

    counts: dict
    recorded: dict


class Bank:
    """A bank of neurons with the same equations and parameters, each with its own state, inputs and random numbers.

    Parameters
    ----------
    neuron : str, Table or EquationNeuron
        A name of the catalogue, or one's own.
    count : int
        B, the number of neurons.
    arithmetic : {"fixed", "float"}
        The integers of the hardware, bit by bit as the golden model's; or float64, as the reference model's but for the last
        places of exponentials.
    parameters : mapping of str to float, optional
        Other values, for a neuron of the catalogue.
    seed : int
        Neuron k draws its random numbers as a single neuron of ``seed + k`` does.

    Attributes
    ----------
    table : Table
    count : int
    events, outputs : tuple of str

    Raises
    ------
    ValueError, TypeError
        If an argument is out of its range.

    Examples
    --------
    >>> bank = Bank("izhikevich", 1000)
    >>> run = bank.run(2000, {"I": np.linspace(0.0, 20.0, 1000)[None, :]})
    >>> run.counts["spike"].shape
    (1000,)
    """

    def __init__(self, neuron, count, *, arithmetic="fixed", parameters=None, seed=1):
        self.count = index(count)
        if not 1 <= self.count <= 2**28:
            raise ValueError(f"count must be between 1 and {2**28}, not {count!r}")
        if arithmetic not in ("fixed", "float"):
            raise ValueError(f"arithmetic must be 'fixed' or 'float', not {arithmetic!r}")
        if isinstance(neuron, str):
            neuron = catalogue.table(neuron, **(parameters or {}))
        elif parameters:
            raise ValueError("parameters are for a neuron of the catalogue by its name")
        if not isinstance(neuron, (Table, EquationNeuron)):
            raise TypeError(f"neuron must be a name of the catalogue, a Table or an EquationNeuron, not {neuron!r}")
        self._side = (FixedSide if arithmetic == "fixed" else FloatSide)(neuron)
        self.table, self.arithmetic, self._seed = self._side.table, arithmetic, seed
        self.events, self.outputs = self._side.events, self._side.outputs
        self._padded = -(-self.count // GROUP) * GROUP
        self._kernels = {}
        self.reset()

    def reset(self):
        """Back to the initial state."""
        self._registers = {name: self._side.arranged(np.full(self._padded, value), self._side.state[name])
                           for name, value in self._side.init.items()}
        if self.table.generators:
            draws = [seeds(self.table.generators, self._seed + k) for k in range(self.count)]
            self.set_registers(**{name: np.array([each[name] for each in draws]) for name in draws[0]})

    @property
    def registers(self):
        """All registers by name, hidden ones (refractory counters, generators) too, as they are: arrays (B,)."""
        return {name: self._side.ordered(values, self._side.state[name])[:self.count].copy()
                for name, values in self._registers.items()}

    def set_registers(self, **values):
        """Set registers to numbers or arrays (B,), in the integers of the hardware or float64.

        Raises
        ------
        ValueError
            If there is no such register, or a value is outside its range or of another shape.
        """
        for name, value in values.items():
            if name not in self._registers:
                known = ", ".join(self._registers) or "none"
                raise ValueError(f"a register of {self.table.identifier} must be one of {known}, not {name!r}")
            array = self._side.checked(name, np.asarray(value))
            if array.shape not in ((), (self.count,)):
                raise ValueError(f"register {name} must be a number or have the shape ({self.count},), not {array.shape}")
            full = np.resize(np.broadcast_to(array, (self.count,)), self._padded)
            self._registers[name] = self._side.arranged(full, self._side.state[name])

    @property
    def state(self):
        """The states of the equations by name, as real numbers: arrays (B,)."""
        registers = self.registers
        return {name: self._side.real(name, registers[name]) for name in self.table.states}

    def set_state(self, **values):
        """Set states to real numbers, or arrays (B,) of some; in fixed point each is rounded to the state's format."""
        for name in values:
            if name not in self.table.states:
                known = ", ".join(self.table.states) or "none"
                raise ValueError(f"a state of {self.table.identifier} must be one of {known}, not {name!r}")
        self.set_registers(**{name: self._side.encoded(name, np.asarray(value, float)) for name, value in values.items()})

    def run(self, steps, inputs=None, *, record=()):
        """Go on from the present state.

        Parameters
        ----------
        steps : int
            T.
        inputs : mapping, optional
            By name: a number; an array (T,), the same for all neurons; (1, B), constant in time; (T, B); or what
            :func:`input_array` takes besides. Those not given are as the table's protocol says, or 0.
        record : sequence of str
            Events, outputs or states to keep of every step.

        Returns
        -------
        BankRun

        Raises
        ------
        ValueError
            If an input is outside its range or of another shape, or there is no such name.
        """
        total = index(steps)
        if total < 1:
            raise ValueError(f"steps must be at least 1, not {steps!r}")
        side, record = self._side, tuple(record)
        known = (*side.events, *side.outputs, *self.table.states)
        for name in record:
            if name not in known:
                raise ValueError(f"record must name {', '.join(dict.fromkeys(known))}, not {name!r}")
        given = {name: self._input(name, entry, total) for name, entry in self._entries(inputs).items()}
        kept = {name: np.empty((total, self._padded), side.kept(name)) for name in record}
        counts = {name: np.zeros(self._padded, np.int32) for name in side.events}
        shared = tuple(name for name, array in given.items() if array.ndim == 1)
        if (shared, record) not in self._kernels:
            self._kernels[shared, record] = compile_bank(
                f"{self.table.identifier}_{self.arithmetic}", side.lanes(), state=side.state, inputs=side.inputs,
                events=side.events, outputs=side.outputs, shared=shared, recorded=record)
        strides = np.array([0 if len(array) == 1 else array.strides[0] // array.itemsize for array in given.values()] or [0])
        chunk = max(1, _CALL // self._padded)
        for start in range(0, total, chunk):
            rows = slice(start, min(start + chunk, total))
            self._kernels[shared, record](
                rows.stop - start, self._padded, *self._registers.values(),
                *(array if len(array) == 1 else array[rows] for array in given.values()), strides, *counts.values(),
                *(array[rows] for array in kept.values()))
        return BankRun({name: values[:self.count].astype(np.int64) for name, values in counts.items()},
                       {name: side.decoded(name, values)[:, :self.count] for name, values in kept.items()})

    def _entries(self, inputs):
        inputs, protocol = dict(inputs or {}), self.table.protocol.get("inputs", {})
        vectors = {each.vector for each in self.table.inputs.values()} - {None}
        for name in inputs:
            if name not in self.table.inputs and name not in vectors:
                raise ValueError(f"inputs must be among {', '.join(self.table.inputs) or 'none'}, not {name!r}")
        entries = {}
        for name, each in self.table.inputs.items():
            entry = min(max(0.0, each.lo), each.hi)
            for source in (protocol, inputs):
                entry = source.get(name, source.get(each.vector, entry))
            entries[name] = entry
        return entries

    def _input(self, name, entry, steps):
        """An input as the kernel takes it: (1,) or (T,) where all neurons share it, else (1, B) or (T, B)."""
        limits = self.table.inputs[name]
        if not isinstance(entry, dict):
            entry = np.asarray(entry, float)
        rows = 1 if getattr(entry, "shape", None) in ((), (1, self.count)) else steps
        array = input_array(name, entry, rows, self.table.dt, lo=limits.lo, hi=limits.hi)
        if array.ndim == 2 and array.shape[1] != self.count:
            raise ValueError(f"input {name} must have the shape ({steps},), (1, {self.count}) or ({steps}, {self.count}), "
                             f"not {array.shape}")
        if array.ndim == 2:
            array = np.pad(array, ((0, 0), (0, self._padded - self.count)), mode="edge")
        encoded = self._side.encoded(name, array).astype(self._side.dtype(self._side.inputs[name]))
        return self._side.arranged(encoded, self._side.inputs[name]) if array.ndim == 2 else encoded
