"""Step components written to a file by a test: a step function must have its source in one."""

import importlib.util
import itertools
import sys
import textwrap

__all__ = ["load", "written"]

_HEAD = """\
# amaranth: UnusedElaboratable=no
from typing import Any, NamedTuple
import math
from gateware.step import *

class Params(NamedTuple):
    n: int = 3
    table: tuple = (1, 2, 3, 4)
    fmt: Any = Q(4, 4)
    flag: Any = 1

class Inputs(NamedTuple):
    x: Any
    y: Any
    a: Any
    b: Any
    v: Any
    w: Any
    i: Any

class State(NamedTuple):
    s: Any

class Outputs(NamedTuple):
    o: Any

INPUTS = Inputs(x=Q(8, 8), y=Range(-5, 1000), a=BIT, b=BIT, v=Vector(64), w=Vector(8), i=Range(0, 3))
"""
_NUMBER = itertools.count()


def load(path):
    """The module in a file, under a name of its own."""
    name = f"written_{next(_NUMBER)}"
    spec = importlib.util.spec_from_file_location(name, path)
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(folder, body, *, before="", state=None, init=0, params="Params()"):
    """A component whose step function has the lines ``body``, with ``before`` at the module's level.

    Inputs are ``x`` Q(8, 8), ``y`` Range(-5, 1000), ``a`` and ``b`` BIT, ``v`` Vector(64), ``w`` Vector(8) and ``i``
    Range(0, 3). With ``state`` (text of a shape) there is one register ``s``. A body of one expression is the output.
    """
    if "return" not in body:
        body = f"return {'State(state.s)' if state else '()'}, Outputs({body})"
    text = _HEAD + textwrap.dedent(before) + "\ndef step(params, state, inputs):\n" + textwrap.indent(textwrap.dedent(body), "    ")
    registers = f"state=State({state}), init=State({init}), " if state else ""
    text += f"\n\ndef make():\n    return StepComponent(step, params={params}, {registers}inputs=INPUTS)\n"
    file = folder / f"module{next(_NUMBER)}.py"
    file.write_text(text)
    return load(file).make()
