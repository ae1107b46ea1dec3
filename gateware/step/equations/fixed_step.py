"""The fixed-point step of a neuron: the same update in the step language, as readable Python."""

import math
from dataclasses import dataclass

from gateware.step.shapes import Range, Vector

from .arrays import interval
from .emission import Emission
from .expression import call, number, substitute, variable
from .float_step import local_name
from .generators import NORMAL_MEAN, NORMAL_SCALE, ROWS, UNIFORM_BITS, seeds
from .system import state_of
from .terms import sum_of_products
from .values import Value, nearest

__all__ = ["FixedStep", "compile_fixed"]

_MAX_STATE_BITS, _MAX_EXTRA = 48, 20


@dataclass(frozen=True)
class FixedStep:
    """The text of a fixed-point step and what it needs.

    Attributes
    ----------
    source : str
    state, init, inputs : dict of str
        Shapes, initial integers, shapes.
    fractions : dict of str to int
        Bits after the point of states, inputs and outputs.
    tables : dict of str to tuple of int
        Parameters of the step.
    constants : dict of str to Range
        Formats that the text names.
    fits : dict of str to (str, Fit)
        Of each table the function and how it is interpolated.
    errors : dict of str to float
        By state: bound of the error that one step adds.
    """

    source: str
    state: dict
    init: dict
    inputs: dict
    fractions: dict
    tables: dict
    constants: dict
    fits: dict
    errors: dict


def compile_fixed(table, system, *, seed=1):
    """The :class:`FixedStep` of a table.

    Raises
    ------
    EquationError
        If something cannot be computed in fixed point, naming the sub-expression.
    """
    # The first pass finds which tables serve in one place only: those take the factor before them into their contents.
    # With stages, tables are the same in each, and stay so without.
    first = _Compiler(table, system, seed, {})
    done = first.run()
    return done if system.stages else _Compiler(table, system, seed, first.uses).run()


class _Compiler(Emission):
    """The step of one table."""

    def run(self):
        table, system = self.table, self.system
        formats = {name: self._state_format(name) for name in table.states}
        inputs = {name: self._input_format(each) for name, each in table.inputs.items()}
        for part, shapes in (("state", formats), ("inputs", inputs)):
            for name, (shape, fraction) in shapes.items():
                self.leaves[name] = Value(f"{part}.{name}", fraction, shape.lo, shape.hi)
        state = {name: shape for name, (shape, _) in formats.items()}
        init = {name: nearest(math.ldexp(table.states[name].init, fraction)) for name, (_, fraction) in formats.items()}
        for name, (shape, fraction) in formats.items():
            if init[name] not in shape:
                self.refuse(variable(name), f"starts at {table.states[name].init:g}, outside {shape!r}")
        for name, steps in system.refractory.items():
            state[f"refractory_{name}"], init[f"refractory_{name}"] = Range(0, steps), 0
            self.leaves[f"refractory({name})"] = Value(f"state.refractory_{name}", 0, 0, steps)
        following_bits = self._generators(state, init)
        errors, names = {}, {}
        for name, root in system.stages.items():
            self.key = f"equations.{state_of(name)}"
            self._stage(name, root, *formats[state_of(name)])
        for name, root in system.updates.items():
            self.key = f"equations.{name}"
            errors[name] = self._update(name, root, *formats[name])
        for name, root in system.events.items():
            self.key = f"{name}.when" if name == "spike" else f"events.{name}.when"
            self.lines.append(f"    {name} = {self.condition(substitute(root, self.values))}")
        for name in table.states:
            names[name] = f"{name}_new"
            if name in system.resets:
                names[name], self.key = f"{name}_after", f"reset.{name}"
                self._reset(name, *formats[name])
            shape, fraction = formats[name]
            self.leaves[f"final({name})"] = Value(names[name], fraction, shape.lo, shape.hi)
        outputs, fractions = [], {name: fraction for name, (_, fraction) in (formats | inputs).items()}
        for name, root in system.outputs.items():
            self.key = f"outputs.{name}"
            value = self.emit(substitute(root, self.values))
            outputs.append(value.text)
            fractions[f"output {name}"] = value.fraction
        following = [names[name] for name in table.states]
        for name, steps in system.refractory.items():
            following.append(f"mux({name}, {steps}, maximum(state.refractory_{name} - 1, 0))")
        following += following_bits
        result = f"State({', '.join(following)})" if state else "()"
        source = "\n".join(["def step(params, state, inputs):", *self.lines,
                            f"    return {result}, Outputs({', '.join([*system.events, *outputs])})", ""])
        return FixedStep(source, state, init, {name: shape for name, (shape, _) in inputs.items()}, fractions, self.tables, self.constants,
                         self.fits, errors)

    def _input_format(self, each):
        if each.integer:
            return Range(int(each.lo), int(each.hi)), 0
        if each.format is not None:
            return each.format, each.format.fraction_bits
        fraction = max(min(self.bits, 16) - 1 - math.ceil(math.log2(max(abs(each.lo), abs(each.hi)))), 0)
        return Range(nearest(math.ldexp(each.lo, fraction)), nearest(math.ldexp(each.hi, fraction))), fraction

    def _state_format(self, name):
        each = self.table.states[name]
        if each.integer:
            return Range(int(each.lo), int(each.hi)), 0
        if each.format is not None:
            return each.format, each.format.fraction_bits
        largest = max(abs(each.lo), abs(each.hi))
        whole = math.ceil(math.log2(largest))
        root = substitute(self.system.updates[name], self.values)
        change = call("-", root, variable(name))
        terms = {factors: c for factors, c in sum_of_products(change).items()}
        moved = sum(abs(c) * max(map(abs, interval(_product(factors), self.ranges))) for factors, c in terms.items())
        extra = 0
        if name in self.table.derivatives and 0 < moved < each.hi - each.lo:
            extra = min(math.ceil(math.log2((each.hi - each.lo) / moved)), _MAX_EXTRA)
        fraction = min(max(self.bits - 1 - whole + extra, 0), _MAX_STATE_BITS - 1 - max(whole, 0))
        return Range(nearest(math.ldexp(each.lo, fraction)), nearest(math.ldexp(each.hi, fraction))), fraction

    def _generators(self, state, init):
        following = []
        bits = seeds(self.table.generators, self.seed)
        for name in bits:
            state[name], init[name] = Vector(32), bits[name]
            following.append(f"linear(XORSHIFT, state.{name})")
        for name in self.table.generators:
            if name.startswith("random"):
                value = Value(f"to_int(state.{name}_bits0) >> {32 - UNIFORM_BITS}", UNIFORM_BITS, 0, (1 << UNIFORM_BITS) - 1)
                self.leaves[name] = self.local(name, value)
                continue
            words = [self.local(f"{name}_word{k}", Value(f"to_int(state.{name}_bits{k})", 0, 0, (1 << 32) - 1)).text for k in range(2)]
            self.limits(0, 65535)
            halves = " + ".join(f"wrap({word}, U16) + ({word} >> 16)" for word in words)
            total = self.local(f"{name}_sum", Value(f"{halves} - {NORMAL_MEAN}", 0, -NORMAL_MEAN, NORMAL_MEAN))
            scaled, _ = self.scaled(total, 1 / NORMAL_SCALE, 16, variable(name))
            self.leaves[name] = self.local(name, scaled, "Irwin-Hall, order 4")
        self.constants |= {"XORSHIFT": ROWS} if self.table.generators else {}
        return following

    def _update(self, name, root, shape, fraction):
        root = substitute(root, self.values)
        if name in self.table.equations or self.table.states[name].vector:
            self.lines.append(f"    # {self.table.equations.get(name) or self.table.equations[self.table.states[name].vector]}")
        own = variable(name)
        terms = sum_of_products(call("-", root, own)) if name in self.table.derivatives else None
        integer = self.table.states[name].integer
        if terms is not None:
            span = self.table.states[name].hi - self.table.states[name].lo
            change = self.sum(call("-", root, own), fraction, terms=terms, limit=4.0 * span)
            signed = f"- {change.text[4:]}" if change.text.startswith("0 - ") else f"+ {change.text}"
            total = Value(f"state.{name} {signed}", fraction, shape.lo + change.lo, shape.hi + change.hi, change.error)
        else:
            if integer:
                total = self.emit(root)
                if total.fraction > 0 or total.error:
                    self.refuse(root, f"is no integer, and the state {name} is: use floor")
            total = self.emit_at(root, fraction)
        for event in self.system.held.get(name, ()):
            total = Value(f"mux(state.refractory_{event} > 0, state.{name}, {total.text})", fraction, min(total.lo, shape.lo),
                          max(total.hi, shape.hi), total.error)
        self.leaves[f"next({name})"] = self._stored(f"{name}_new", name, total, shape)
        return total.error

    def _stage(self, name, root, shape, fraction):
        """An intermediate state: like the state, and held in its range."""
        total = self.emit_at(substitute(root.args[0], self.values), fraction)
        self.leaves[name] = self._stored(local_name(name), state_of(name), total, shape)

    def _stored(self, local, name, total, shape):
        """A value brought into the state's shape, under a name."""
        if self.table.states[name].wraps:
            shown = f"wrap({total.text}, {self._format_name(name, shape)})"
        elif shape.lo <= total.lo and total.hi <= shape.hi:
            shown = total.text
        else:
            shown = f"saturate({total.text}, {self._format_name(name, shape)})"
        return self.local(local, Value(shown, total.fraction, shape.lo, shape.hi))

    def _format_name(self, state, shape):
        name = f"{state}_format"
        self.constants[name] = shape
        return name

    def _reset(self, name, shape, fraction):
        root = substitute(self.system.resets[name], self.values)
        value = self._selection(root, fraction) if root.op == "if" else self.emit_at(root, fraction)
        self._stored(f"{name}_after", name, value, shape)


def _product(factors):
    result = number(1.0)
    for each in factors:
        result = call("*", result, each)
    return result
