"""One function object, several domains: bind a step function to another definition of the operations.

The code object of the step function is used as it is. What a domain changes is only what the names of the
operations (``mux``, ``saturate``, ...) mean in it and in the helpers that it calls.
"""

import dis
from types import BuiltinFunctionType, FunctionType

from .operations import OPERATIONS

__all__ = ["bind", "helpers", "is_operation", "references"]

_OPERATION_IDS = {id(function): name for name, function in OPERATIONS.items()}


def is_operation(value):
    """Whether ``value`` is one of the operations of the step language."""
    return id(value) in _OPERATION_IDS


def references(function):
    """The globals that ``function`` names, as a dictionary; fields that happen to have such a name are none."""
    scope = function.__globals__
    names = dict.fromkeys(each.argval for each in dis.get_instructions(function) if each.opname == "LOAD_GLOBAL")
    return {name: scope[name] for name in names if name in scope}


def helpers(function, found=None):
    """The functions that ``function`` calls, directly or not, that are no operations, in order of first use."""
    found = [] if found is None else found
    for value in references(function).values():
        if isinstance(value, FunctionType) and not is_operation(value) and value not in found:
            found.append(value)
            helpers(value, found)
    return found


def bind(function, operations, wrap_helper=lambda function: function, constant=lambda value: value):
    """``function`` with the operations, in itself and in its helpers, taken from another domain.

    Parameters
    ----------
    function : function
        A step function or a helper of one.
    operations : mapping
        The domain's definitions by the operations' names.
    wrap_helper : callable
        Applied to every bound helper (a compiler, say).
    constant : callable
        Applied to every other global that the function names.

    Returns
    -------
    function
        A function with the same code object.
    """
    scope = dict(function.__globals__)
    for name, value in references(function).items():
        if is_operation(value):
            scope[name] = operations[_OPERATION_IDS[id(value)]]
        elif isinstance(value, FunctionType):
            scope[name] = wrap_helper(bind(value, operations, wrap_helper, constant))
        elif isinstance(value, BuiltinFunctionType):
            raise TypeError(f"{function.__name__} calls the builtin {name}, which is no operation of the step language")
        else:
            scope[name] = constant(value)
    bound = FunctionType(function.__code__, scope, function.__name__, function.__defaults__, function.__closure__)
    # Numba's cache asks for a function's module by name when it loads a kernel again: this one is always there.
    bound.__module__ = __name__
    bound.__qualname__, bound.__doc__ = function.__qualname__, function.__doc__
    return bound
