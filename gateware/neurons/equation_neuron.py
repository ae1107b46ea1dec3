"""A neuron from equations, as a component."""

import hashlib
import linecache
from collections import namedtuple

from gateware.step import StepComponent
from gateware.step.equations import Table
from gateware.step.equations.fixed_step import compile_fixed
from gateware.step.equations.system import system_of
from gateware.step.hardware import graph_logic
from gateware.step.operations import OPERATIONS

__all__ = ["EquationNeuron"]


class EquationNeuron(StepComponent):
    """A neuron whose step is compiled from its table.

    Parameters
    ----------
    table : gateware.step.equations.Table
    seed : int
        Of random() and normal().

    Members
    -------
    An input port per input of the table, in integers (see ``fractions``); an output Bit per event (``spike``), and the table's outputs.

    Attributes
    ----------
    table : Table
    source : str
        The text of the fixed-point step.
    fractions : dict of str to int
        Bits after the binary point of states, inputs and ``output <name>``.
    step_errors : dict of str to float
        By state, a bound of what rounding and tables add in one step.
    fits : dict of str to (str, Fit)
        The interpolated tables.

    Raises
    ------
    EquationError
        If an equation cannot be computed in fixed point.

    Notes
    -----
    Latency 0, interval 1.
    """

    def __init__(self, table, *, seed=1):
        if not isinstance(table, Table):
            raise TypeError(f"EquationNeuron table must be a Table, not {table!r}")
        self.table, self.system = table, system_of(table)
        fixed = compile_fixed(table, self.system, seed=seed)
        self.source, self.fractions, self.step_errors, self.fits = fixed.source, fixed.fractions, fixed.errors, fixed.fits
        outputs = namedtuple("Outputs", [*self.system.events, *self.system.outputs])
        state = namedtuple("State", fixed.state)
        # A module that exists: Numba's cache looks for the functions of a kernel in theirs.
        scope = dict(OPERATIONS) | fixed.constants | {"__name__": __name__, "State": state, "Outputs": outputs}
        file = f"<neuron {table.identifier} {hashlib.sha256(self.source.encode()).hexdigest()[:16]}>"
        linecache.cache[file] = (len(self.source), None, self.source.splitlines(keepends=True), file)
        exec(compile(self.source, file, "exec"), scope)
        super().__init__(
            scope["step"], params=namedtuple("Params", fixed.tables)(*fixed.tables.values()) if fixed.tables else (),
            state=state(*fixed.state.values()) if fixed.state else (), init=state(*fixed.init.values()) if fixed.state else (),
            inputs=namedtuple("Inputs", fixed.inputs)(*fixed.inputs.values()) if fixed.inputs else ())

    def logic(self, m, state, inputs):
        # A wire of a known name for every value: the proof goes from one to the next.
        return graph_logic(m, self.graph, self.state, self.inputs, state, inputs)
