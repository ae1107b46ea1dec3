"""Equations as LaTeX, for pages: from their text, so that sums, vectors and the order of terms stay as they are written."""

import ast
import re

__all__ = ["equation_latex", "latex", "name_latex"]

_GREEK = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau",
          "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"}
_NAMES = {"dt": r"\Delta t", "currents": r"I_{\mathrm{ion}}", "inf": r"\infty"}
_FUNCTIONS = {"exp": r"\exp", "log": r"\ln", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "tanh": r"\tanh", "sinh": r"\sinh", "cosh": r"\cosh",
              "min": r"\min", "max": r"\max"}
_DRAWS = {"random": r"\mathcal{U}(0, 1)", "normal": r"\mathcal{N}(0, 1)"}
_COMPARISONS = {ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge", ast.Eq: "=", ast.NotEq: r"\ne"}
# How closely an expression holds together: what is less than its surroundings ask for stands in brackets.
_CHOICE, _OR, _AND, _NOT, _COMPARED, _SUM, _PRODUCT, _FRACTION, _POWER, _ATOM = range(10)
_INLINE = 40


def name_latex(name):
    """A name: Greek letters, digits at its end and what follows an underscore as subscripts."""
    if name in _NAMES:
        return _NAMES[name]
    head, *rest = [part for part in name.split("_") if part]
    letters, digits = re.fullmatch(r"(.*?)(\d*)", head).groups()
    below = ([digits] if digits else []) + [_letters(part) for part in rest]
    return _letters(letters) + (f"_{{{','.join(below)}}}" if below else "")


def _letters(text):
    if text in _GREEK:
        return rf"\{text}"
    if text in _NAMES:
        return _NAMES[text]
    return text if len(text) == 1 or text.isdigit() else rf"\mathrm{{{text}}}"


def latex(text):
    """An expression of a table as LaTeX.

    Parameters
    ----------
    text : str or number

    Returns
    -------
    str
    """
    return _show(ast.parse(str(text).strip(), mode="eval").body)[0]


def equation_latex(text):
    """An equation, ``dx/dt = ...`` or ``x[t+1] = ...``, as LaTeX with ``&`` before the sign of equality."""
    left, right = (part.strip() for part in text.split("=", 1))
    state, index, update = re.fullmatch(r"(?:d(?=.*/\s*dt$))?(\w+?)(\[i\])?\s*(/\s*dt|\[t\s*\+\s*1\])", left).groups()
    shown = _indexed(state, "i") if index else name_latex(state)
    return (rf"\frac{{d{shown}}}{{dt}}" if update.startswith("/") else f"{shown}[t+1]") + f" &= {latex(right)}"


def _indexed(name, index):
    shown = name_latex(name)
    return f"{shown[:-1]},{index}}}" if shown.endswith("}") and "_{" in shown else f"{shown}_{{{index}}}"


def _within(node, level, inline=False):
    text, own = _show(node, inline)
    return rf"\left({text}\right)" if own < level else text


def _number(value):
    text = repr(value) if isinstance(value, int) else f"{value:.10g}"
    match = re.fullmatch(r"(-?[\d.]+)e([+-]\d+)", text)
    if not match:
        return text
    power = f"10^{{{int(match[2])}}}"
    return power if match[1] == "1" else rf"{match[1]} \cdot {power}"


def _show(node, inline=False):
    """LaTeX of a node of Python's syntax tree, and how closely it holds together; ``inline`` writes a fraction with a stroke."""
    match node:
        case ast.Constant(value=value):
            return _number(value), _ATOM
        case ast.Name(id=name):
            return name_latex(name), _ATOM
        case ast.Subscript(value=ast.Name(id=name), slice=place):
            return _indexed(name, _show(place, True)[0]), _ATOM
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return rf"\text{{not }}{_within(operand, _COMPARED, inline)}", _NOT
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"-{_within(operand, _PRODUCT, inline)}", _PRODUCT
        case ast.UnaryOp(operand=operand):
            return _show(operand, inline)
        case ast.BinOp():
            return _operation(node, inline)
        case ast.BoolOp(op=op, values=values):
            word, level = ("and", _AND) if isinstance(op, ast.And) else ("or", _OR)
            return rf" \;\text{{{word}}}\; ".join(_within(each, level + 1, inline) for each in values), level
        case ast.Compare(left=left, ops=ops, comparators=others):
            return " ".join([_within(left, _SUM, inline), *(f"{_COMPARISONS[type(op)]} {_within(each, _SUM, inline)}"
                                                            for op, each in zip(ops, others))]), _COMPARED
        case ast.IfExp():
            return _cases(node), _CHOICE
        case ast.Call(func=ast.Name(id=name), args=args):
            return _called(name, args)
    raise ValueError(f"LaTeX cannot be written of {ast.unparse(node)!r}")


def _operation(node, inline):
    left, right = node.left, node.right
    match node.op:
        case ast.Add() | ast.Sub():
            minus = isinstance(node.op, ast.Sub)
            other = _within(right, _PRODUCT if minus else _SUM, inline)
            return f"{_within(left, _SUM, inline)} {'-' if minus else '+'} " + (rf"\left({other}\right)" if other[0] == "-" else other), _SUM
        case ast.Mult():
            first, other = _within(left, _PRODUCT, inline), _within(right, _FRACTION, inline)
            return (rf"{first} \cdot {other}" if other[0].isdigit() or inline and "/" in first else rf"{first}\,{other}"), _PRODUCT
        case ast.Div():
            # -a/b is minus a fraction, as one writes it.
            sign = "-" if isinstance(left, ast.UnaryOp) and isinstance(left.op, ast.USub) else ""
            left = left.operand if sign else left
            if inline:
                return f"{sign}{_within(left, _PRODUCT, True)}/{_within(right, _FRACTION, True)}", _PRODUCT
            return rf"{sign}\frac{{{_show(left)[0]}}}{{{_show(right)[0]}}}", _PRODUCT if sign else _FRACTION
        case ast.Pow():
            return f"{_within(left, _ATOM, inline)}^{{{_show(right, True)[0]}}}", _POWER
        case ast.RShift():
            return rf"\left\lfloor {_within(left, _PRODUCT, True)} / 2^{{{_show(right, True)[0]}}} \right\rfloor", _ATOM
        case ast.LShift():
            return rf"{_within(left, _PRODUCT, inline)} \cdot 2^{{{_show(right, True)[0]}}}", _PRODUCT
        case _:
            return rf"{_within(left, _PRODUCT, inline)} \bmod {_within(right, _FRACTION, inline)}", _PRODUCT


def _cases(node):
    rows = []
    while isinstance(node, ast.IfExp):
        rows.append(rf"{_show(node.body)[0]} & \text{{if }} {_show(node.test)[0]}")
        node = node.orelse
    return r"\begin{cases} " + r" \\ ".join([*rows, rf"{_show(node)[0]} & \text{{otherwise}}"]) + r" \end{cases}"


def _elements(name, args):
    """The arguments of a nested ``max(max(a, b), c)``, all of one level."""
    for each in args:
        if isinstance(each, ast.Call) and each.func.id == name:
            yield from _elements(name, each.args)
        else:
            yield each


def _called(name, args):
    if name in _DRAWS:
        return _DRAWS[name], _ATOM
    if name in ("next", "old"):
        return f"{_show(args[0])[0]}[{'t+1' if name == 'next' else 't'}]", _ATOM
    if name == "sum":
        body, index, lo, hi = args
        return rf"\sum_{{{index.id}={_show(lo, True)[0]}}}^{{{_show(hi, True)[0]}}} {_within(body, _PRODUCT)}", _PRODUCT
    if name == "integral":
        body, variable, lo, hi = args
        limits = rf"\int_{{{_show(lo, True)[0]}}}^{{{_show(hi, True)[0]}}}"
        return rf"{limits} {_within(body, _PRODUCT)}\,d{name_latex(variable.id)}", _PRODUCT
    if name in ("sqrt", "abs", "floor"):
        opening, closing = {"sqrt": (r"\sqrt{", "}"), "abs": (r"\left|", r"\right|"), "floor": (r"\left\lfloor ", r" \right\rfloor")}[name]
        return opening + _show(args[0])[0] + closing, _ATOM
    if name == "exp":
        short = _show(args[0], True)[0]
        if len(short) <= _INLINE and not re.search(r"\\(begin|sum|exp)|\^", short):
            return f"e^{{{short}}}", _POWER
    if name in ("min", "max"):
        args = list(_elements(name, args))
        places = {each.value.id: [other.slice.value for other in args] for each in args if all(
            isinstance(other, ast.Subscript) and isinstance(other.slice, ast.Constant) and other.value.id == args[0].value.id for other in args)}
        if len(args) > 3 and len(places) == 1 and [*places.values()] == [list(range(len(args)))]:
            return rf"\{name}_{{k=0}}^{{{len(args) - 1}}} {_indexed(args[0].value.id, 'k')}", _PRODUCT
    inner = ",\\, ".join(_show(each)[0] for each in args)
    function = _FUNCTIONS.get(name, rf"\mathrm{{{name}}}")
    return rf"{function}\left({inner}\right)", _ATOM
