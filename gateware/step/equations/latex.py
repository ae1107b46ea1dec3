"""Expressions as LaTeX, for pages."""

import re

from .expression import walk

__all__ = ["equation_latex", "latex", "name_latex"]

_GREEK = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau",
          "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"}
_FUNCTIONS = {"exp": r"\exp", "log": r"\ln", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "tanh": r"\tanh", "sinh": r"\sinh", "cosh": r"\cosh",
              "min": r"\min", "max": r"\max"}
_PRECEDENCE = {"if": 0, "or": 1, "and": 2, "not": 3, "<": 4, "<=": 4, "==": 4, ">>": 5, "<<": 5, "+": 6, "-": 6, "%": 7, "*": 7, "/": 9, "neg": 7,
               "**": 8}


def name_latex(name):
    """A name: Greek letters, what follows the first underscore as a subscript, ``next(v)`` as ``v'``."""
    inner = re.match(r"(old|next|final|refractory)\((.+)\)\Z", name)
    if inner:
        form, state = inner[1], name_latex(inner[2])
        return {"old": rf"{state}^{{\,-}}", "next": f"{state}'", "final": state, "refractory": rf"r_{{{state}}}"}[form]
    head, _, rest = name.partition("_")

    def letters(text):
        greek = re.fullmatch(r"([A-Za-z]+?)(\d*)", text)
        if greek and greek[1] in _GREEK:
            return rf"\{greek[1]}" + (f"_{{{greek[2]}}}" if greek[2] else "")
        return text if len(text) == 1 else rf"\mathrm{{{text}}}"

    shown = letters(head)
    if not rest:
        return shown
    parts = r",\,".join(letters(part) if part else "" for part in rest.split("_"))
    return f"{{{shown}}}_{{{parts}}}" if "_{" in shown else f"{shown}_{{{parts}}}"


def _number(value):
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    match = re.fullmatch(r"(-?[\d.]+)e([+-]\d+)", text)
    return rf"{match[1]}\cdot 10^{{{int(match[2])}}}" if match else text


def latex(root):
    """An expression as LaTeX.

    Parameters
    ----------
    root : Expression

    Returns
    -------
    str
    """
    shown = {}

    def part(each, level):
        return rf"\left({shown[each]}\right)" if _level(each) < level else shown[each]

    for each in walk(root):
        shown[each] = _write(each, part)
    return shown[root]


def _level(each):
    if each.op == "number":
        return 6 if each.value < 0 else 10
    return _PRECEDENCE.get(each.op, 10)


def _write(each, part):
    op, args = each.op, each.args
    if op == "number":
        return _number(each.value)
    if op == "variable":
        return name_latex(args[0])
    if op == "/":
        return rf"\frac{{{part(args[0], 0)}}}{{{part(args[1], 0)}}}"
    if op == "**":
        return f"{{{part(args[0], 10)}}}^{{{part(args[1], 0)}}}"
    if op == "*":
        left, right = part(args[0], 7), part(args[1], 8 if args[1].op != "*" else 7)
        return rf"{left} \cdot {right}" if right[:1].isdigit() else rf"{left}\,{right}"
    if op == "neg":
        return f"-{part(args[0], 7)}"
    if op in ("+", "-"):
        return f"{part(args[0], 6)} {op} {part(args[1], 6 if op == '+' else 7)}"
    if op in ("<", "<=", "=="):
        return f"{part(args[0], 5)} {({'<': '<', '<=': chr(92) + 'le', '==': '='})[op]} {part(args[1], 5)}"
    if op in ("and", "or"):
        return rf"{part(args[0], _PRECEDENCE[op])} \;\text{{{op}}}\; {part(args[1], _PRECEDENCE[op])}"
    if op == "not":
        return rf"\text{{not }}{part(args[0], 5)}"
    if op == "if":
        return rf"\begin{{cases}} {part(args[1], 0)} & {part(args[0], 0)} \\ {part(args[2], 0)} & \text{{otherwise}} \end{{cases}}"
    if op in (">>", "<<"):
        power = f"2^{{{part(args[1], 0)}}}"
        return rf"\left\lfloor {part(args[0], 0)} / {power} \right\rfloor" if op == ">>" else rf"{part(args[0], 8)} \cdot {power}"
    if op == "%":
        return rf"{part(args[0], 7)} \bmod {part(args[1], 8)}"
    if op == "sqrt":
        return rf"\sqrt{{{part(args[0], 0)}}}"
    if op == "abs":
        return rf"\left|{part(args[0], 0)}\right|"
    if op == "floor":
        return rf"\left\lfloor {part(args[0], 0)} \right\rfloor"
    if op == "exp" and not any(inner.op == "/" for inner in walk(args[0])):
        return f"e^{{{part(args[0], 0)}}}"
    inner = ",\\, ".join(part(arg, 0) for arg in args)
    return rf"{_FUNCTIONS.get(op, chr(92) + 'operatorname{' + op + '}')}\left({inner}\right)"


def equation_latex(name, root, *, differential):
    """``dx/dt = ...`` or ``x[t+1] = ...`` as LaTeX."""
    left = rf"\frac{{d{name_latex(name)}}}{{dt}}" if differential else f"{name_latex(name)}[t+1]"
    return f"{left} = {latex(root)}"
