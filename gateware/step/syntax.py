"""The look at a step function's syntax tree that refuses what the domains would disagree about."""

import ast
import inspect
import textwrap
import weakref
from types import FunctionType

from .bind import helpers, is_operation, references
from .errors import StepError

__all__ = ["check_syntax"]

_HINTS = {
    ast.If: "an if statement: use mux",
    ast.IfExp: "a conditional expression: use mux",
    ast.For: "a loop: write the terms out, or use sum_tree",
    ast.While: "a loop: write the terms out",
    ast.BoolOp: "and/or: use & and | on Bits",
    ast.Not: "not: use not_",
    ast.Invert: "~: use not_ on a Bit, invert on a Vector",
    ast.Div: "/: use scale or scale_round by a power of two",
    ast.FloorDiv: "//: use scale",
    ast.Mod: "%: use wrap or count_to",
    ast.Pow: "**: write the product out",
    ast.MatMult: "@: write the sum out with sum_tree",
    ast.Lambda: "a lambda: define a helper function",
    ast.ListComp: "a comprehension: write the terms out",
    ast.GeneratorExp: "a comprehension: write the terms out",
    ast.AugAssign: "an augmented assignment: give the new value a name",
    ast.Subscript: "a subscript: use lookup, bit_at or a named field",
    ast.Assert: "an assert: state the range in the component",
    ast.Starred: "a starred argument: name the arguments",
}
_ALLOWED = (
    ast.FunctionDef, ast.arguments, ast.arg, ast.Assign, ast.Return, ast.Name, ast.Store, ast.Load, ast.Constant,
    ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr, ast.BitXor,
    ast.UnaryOp, ast.USub, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
    ast.Call, ast.keyword, ast.Attribute, ast.Tuple,
)
_BUILTIN_HINTS = {"min": "minimum", "max": "maximum", "abs": "absolute", "sum": "sum_tree", "int": "to_int",
                  "bool": "a comparison", "round": "scale_round", "pow": "a product", "len": "a parameter"}


# A search makes thousands of components of one step.
_CHECKED = weakref.WeakSet()


def check_syntax(function):
    """Refuse ``function``, or a helper of it, where it leaves the step language.

    Raises
    ------
    StepError
        Naming the file, the line and what to write instead.
    """
    if function in _CHECKED:
        return
    for each in [function, *helpers(function)]:
        _check(each)
        if each in helpers(each):
            raise StepError(f"{each.__code__.co_filename}:{each.__code__.co_firstlineno}: {each.__qualname__} calls itself: "
                            "write the steps out")
    _CHECKED.add(function)


def _check(function):
    try:
        lines, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError):
        raise StepError(f"step function {function.__qualname__} must have its source in a file") from None
    file = inspect.getsourcefile(function)

    def refuse(node, what):
        raise StepError(f"{file}:{first + node.lineno - 1}: {function.__qualname__} uses {what}")

    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        refuse(definition, "a lambda: define a named function")
    if function.__closure__:
        refuse(definition, f"{function.__code__.co_freevars[0]} of an enclosing function: pass it in params")
    given = definition.args
    if given.defaults or given.kwonlyargs or given.vararg or given.kwarg:
        refuse(definition, "arguments with defaults, keyword-only or starred: name them plainly")
    body = definition.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    if not body or not isinstance(body[-1], ast.Return):
        refuse(definition, "no return as its last statement")
    scope = references(function)
    for statement in body:
        if isinstance(statement, ast.Return) and statement is not body[-1]:
            refuse(statement, "an early return: use mux")
        for node in ast.walk(statement):
            for kind, hint in _HINTS.items():
                if isinstance(node, kind):
                    refuse(_located(node, statement), hint)
            if not isinstance(node, _ALLOWED):
                refuse(_located(node, statement), f"{type(node).__name__}, which the step language does not have")
            if isinstance(node, ast.Compare) and len(node.ops) > 1:
                refuse(node, "a chained comparison: combine two comparisons with &")
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                refuse(node, "an assignment to a field: return the new state")
            if isinstance(node, ast.Constant) and type(node.value) is not int:
                refuse(node, "True or False: use bit(1) or bit(0)" if isinstance(node.value, bool)
                       else f"the constant {node.value!r}: the step language has integers only")
            if isinstance(node, ast.Call):
                _check_call(node, scope, refuse)


def _check_call(node, scope, refuse):
    if not isinstance(node.func, ast.Name):
        refuse(node, "a call by attribute: import the operation's name")
    name = node.func.id
    target = scope.get(name)
    named_tuple = isinstance(target, type) and issubclass(target, tuple) and hasattr(target, "_fields")
    if named_tuple and hasattr(target, "kind"):
        refuse(node, f"{name}(): define the format outside, as a global or in params")
    if not (is_operation(target) or named_tuple or isinstance(target, FunctionType)):
        hint = _BUILTIN_HINTS.get(name)
        refuse(node, f"{name}(): use {hint}" if hint else f"{name}(), which is no operation, helper or NamedTuple")


def _located(node, statement):
    """``node``, or where it carries no line (operators), its statement."""
    return node if hasattr(node, "lineno") else statement
