"""The float64 step of a neuron: exactly the equations and the integrator as written, as readable Python."""

from .expression import variable, walk

__all__ = ["float_source", "local_name", "right_hand_side_source"]

_OPERATORS = {"+", "-", "*", "/", "**", "<", "<=", "==", "and", "or", "%"}
_MATH = {"exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sinh", "cosh", "erf"}


class _Text:
    """Python text of expressions, shared sub-expressions as local variables."""

    def __init__(self, roots, leaves, hints):
        self._leaves, self._hints, self._local, self.lines = leaves, hints, {}, []
        self._uses = {}
        for each in walk(*roots):
            for arg in each.args:
                if not isinstance(arg, (str, int, float)):
                    self._uses[arg] = self._uses.get(arg, 0) + 1
        for root in roots:
            self._uses[root] = self._uses.get(root, 0) + 1
        self._taken = set(leaves.values()) | set(hints.values())

    def of(self, root):
        """The text of an expression, after the lines it needs."""
        texts = {}
        for each in walk(root):
            if each in self._local:
                texts[each] = self._local[each]
                continue
            texts[each] = self._write(each, texts)
            shared = self._uses.get(each, 0) > 1 and each.op not in ("number", "variable", "neg")
            if each is not root and (shared or (each in self._hints and each.op not in ("number", "variable"))):
                texts[each] = self.name(each, texts[each])
        return texts[root]

    def name(self, each, text, name=None):
        """A local variable for an expression."""
        if name is None:
            name = self._hints.get(each)
            if name is None or name in self._local.values():
                k = 1
                while f"t{k}" in self._taken:
                    k += 1
                name = f"t{k}"
                self._taken.add(name)
        self.lines.append(f"    {name} = {text.removeprefix('(').removesuffix(')') if _wrapped(text) else text}")
        self._local[each] = name
        return name

    def _write(self, each, texts):
        op, args = each.op, [texts.get(arg) for arg in each.args if not isinstance(arg, (str, int, float))]
        if op == "number":
            value = each.value
            return repr(float(value)) if not isinstance(value, bool) else repr(value)
        if op == "variable":
            return self._leaves[each.args[0]]
        if op in _OPERATORS:
            if op == "**" and each.args[1].is_number and float(each.args[1].value).is_integer():
                return f"({args[0]}**{int(each.args[1].value)})"
            return f"({args[0]} {op} {args[1]})"
        if op == "if":
            return f"({args[1]} if {args[0]} else {args[2]})"
        if op == "neg":
            return f"(-{args[0]})"
        if op == "not":
            return f"(not {args[0]})"
        if op in (">>", "<<"):
            power = f"{float(2 ** int(each.args[1].value))!r}"
            return f"math.floor({args[0]} / {power})" if op == ">>" else f"({args[0]} * {power})"
        if op == "clip":
            return f"min(max({args[0]}, {args[1]}), {args[2]})"
        if op == "heaviside":
            return f"(1.0 if {args[0]} >= 0 else 0.0)"
        return f"{'math.' if op in _MATH or op == 'floor' else ''}{op}({', '.join(args)})"


def _wrapped(text):
    """Whether a text is one pair of brackets around all."""
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for k, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return k == len(text) - 1
    return False


def float_source(table, system):
    """The text of ``step(params, state, inputs) -> (State, Outputs)`` in float64.

    Parameters
    ----------
    table : Table
    system : System

    Returns
    -------
    str
        It uses ``math`` and the functions ``exprel``, ``logistic``, ``sign``, ``erfcx``, ``uniform``, ``gaussian``, ``xorshift``.
    """
    leaves = {name: f"params.{name}" for name in (*table.parameters, "dt")}
    leaves |= {name: f"inputs.{name}" for name in table.inputs} | {name: f"state.{name}" for name in table.states}
    leaves |= {f"next({name})": f"{name}_new" for name in table.states} | {name: name for name in (*system.events, *table.generators)}
    leaves |= {f"refractory({name})": f"state.refractory_{name}" for name in system.refractory}
    leaves |= {name: local_name(name) for name in system.stages}
    finals = {name: f"{name}_final" if name in system.resets else f"{name}_new" for name in table.states}
    leaves |= {f"final({name})": finals[name] for name in table.states}
    hints = {}
    for name, root in table.inlined.items():
        hints.setdefault(root, name if name not in table.states else f"{name}_")
    parts = (system.stages, system.updates, system.events, system.resets, system.outputs)
    text = _Text([root for part in parts for root in part.values()], leaves, hints)
    hidden = [f"refractory_{name}" for name in system.refractory] + [f"{name}_bits{k}" for name in table.generators
                                                                    for k in range(1 + name.startswith("normal"))]
    for name in table.generators:
        if name.startswith("random"):
            text.lines.append(f"    {name} = uniform(state.{name}_bits0)")
        else:
            text.lines.append(f"    {name} = gaussian(state.{name}_bits0, state.{name}_bits1)")
    for name, root in system.stages.items():
        text.name(variable(name), text.of(root), local_name(name))
    for name, root in system.updates.items():
        value = text.of(root)
        for event in system.held.get(name, ()):
            value = f"(state.{name} if state.refractory_{event} > 0 else {value})"
        text.name(variable(f"next({name})"), _held(table.states[name], value), f"{name}_new")
    for name, root in system.events.items():
        text.name(variable(name), text.of(root), name)
    for name, root in system.resets.items():
        text.name(variable(f"final({name})"), _held(table.states[name], text.of(root)), f"{name}_final")
    values = [text.of(root) for root in system.outputs.values()]
    following = [finals[name] for name in table.states]
    following += [f"{steps} if {name} else max(state.refractory_{name} - 1, 0)" for name, steps in system.refractory.items()]
    following += [f"xorshift(state.{name})" for name in hidden[len(system.refractory):]]
    state = f"State({', '.join(following)})" if following else "()"
    return "\n".join(["def step(params, state, inputs):", *text.lines,
                      f"    return {state}, Outputs({', '.join([*system.events, *values])})", ""])


def _held(variable, value):
    """An integer state saturates or wraps in every arithmetic: it is exact."""
    if not variable.integer:
        return value
    if variable.wraps:
        return f"(({value} - {variable.lo!r}) % {variable.hi - variable.lo + 1!r} + {variable.lo!r})"
    return f"min(max({value}, {variable.lo!r}), {variable.hi!r})"


def local_name(stage):
    """``v_stage1`` of ``stage1(v)``."""
    form, name = stage.removesuffix(")").split("(")
    return f"{name}_{form}"


def right_hand_side_source(table):
    """The text of ``derivatives(params, state, inputs) -> tuple`` of the differential equations, in the order of the states."""
    leaves = {name: f"params.{name}" for name in (*table.parameters, "dt")}
    leaves |= {name: f"inputs.{name}" for name in table.inputs} | {name: f"state.{name}" for name in table.states}
    text = _Text(list(table.derivatives.values()), leaves, {root: name for name, root in table.inlined.items()})
    values = [text.of(root) for root in table.derivatives.values()]
    return "\n".join(["def derivatives(params, state, inputs):", *text.lines, f"    return ({', '.join(values)},)", ""])
