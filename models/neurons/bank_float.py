"""A float64 step for eight neurons at once, in LLVM's text, from the step's own Python text.

Sums, products, quotients and square roots are those of the step, in its order: the same doubles as in the reference model. What
is made of exponentials is a polynomial on vectors (:mod:`models.neurons.bank_math`), which may differ from the C library's in the
last places; other functions are the C library's, called for every neuron.
"""

import ast
import math
import operator

import numpy as np

from gateware.step.equations.generators import NORMAL_MEAN, NORMAL_SCALE, UNIFORM_BITS

from .bank_lanes import LANES, Lines
from .bank_math import DOUBLES, WORDS, VectorMath

__all__ = ["FloatLanes"]

_BITS = f"<{LANES} x i1>"
_COUNTS = f"<{LANES} x i32>"
_ARITHMETIC = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
_COMPARE = {ast.Lt: ("olt", "slt"), ast.LtE: ("ole", "sle"), ast.Gt: ("ogt", "sgt"), ast.GtE: ("oge", "sge"),
            ast.Eq: ("oeq", "eq")}
_PYTHON = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
           ast.Mod: operator.mod, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
           ast.Eq: operator.eq}
_VECTOR = ("exp", "exprel", "logistic", "tanh", "sinh", "cosh")
_LIBRARY = ("log", "sin", "cos", "tan", "erf")


class _Value:
    """``kind`` is "f" (doubles), "i" (64-bit integers), "b" (masks of ones) or "c" (a Python number that all share)."""

    def __init__(self, kind, text):
        self.kind, self.text, self.shape = kind, text, kind


class FloatLanes:
    """The instructions of a float64 step; the interface is that of FixedLanes, a shape being "f", "i" or "b".

    Parameters
    ----------
    source : str
        The text of ``step(params, state, inputs)``.
    parameters : mapping of str to float
    events, outputs : sequence of str
    """

    tables = ()

    def __init__(self, source, parameters, *, events, outputs):
        from .float_functions import FUNCTIONS
        self.lines = Lines()
        self._events, self._results = tuple(events), (*events, *outputs)
        self.math = VectorMath(self.lines)
        self._function, = ast.parse(source).body
        self._parameters = {name: float(value) for name, value in parameters.items()}
        self._scalar = {name: getattr(each, "py_func", each) for name, each in FUNCTIONS.items()} | {
            "abs": abs, "min": min, "max": max}
        self._names, self._parts = {}, {}

    @staticmethod
    def dtype(shape):
        return np.dtype(np.float64 if shape == "f" else np.int64)

    @staticmethod
    def element(shape):
        return "double" if shape == "f" else "i64"

    def load(self, shape, pointer):
        return _Value(shape, self.lines.emit(f"load {DOUBLES if shape == 'f' else WORDS}, ptr {pointer}, align 8"))

    def shared(self, shape, scalar):
        one = self.lines.emit(f"insertelement {DOUBLES} poison, double {scalar}, i64 0")
        return _Value(shape, self.lines.emit(f"shufflevector {DOUBLES} {one}, {DOUBLES} poison, <{LANES} x i32> zeroinitializer"))

    def store(self, value, pointer):
        kind = DOUBLES if value.shape == "f" else WORDS
        self.lines.body.append(f"store {kind} {value.text}, ptr {pointer}, align 8")

    def count(self, value, pointer):
        before = self.lines.emit(f"load {_COUNTS}, ptr {pointer}, align 4")
        mask = self.lines.emit(f"trunc {WORDS} {value.text} to {_COUNTS}")
        after = self.lines.emit(f"sub {_COUNTS} {before}, {mask}")
        self.lines.body.append(f"store {_COUNTS} {after}, ptr {pointer}, align 4")

    def store_bit(self, value, pointer):
        bits = self.lines.emit(f"lshr {WORDS} {value.text}, {self.math.word(63)}")
        text = self.lines.emit(f"trunc {WORDS} {bits} to <{LANES} x i8>")
        self.lines.body.append(f"store <{LANES} x i8> {text}, ptr {pointer}, align 1")

    def step(self, state, inputs):
        """Values of the next state and of the results by name, of the kinds that are kept."""
        numbers = {name: _Value("c", value) for name, value in self._parameters.items()}
        self._parts = {"state": state, "inputs": inputs, "params": numbers}
        *body, last = self._function.body
        for line in body:
            self._names[line.targets[0].id] = self._of(line.value)
        next_state, results = last.value.elts
        following = {}
        for (name, value), node in zip(state.items(), getattr(next_state, "args", ())):
            following[name] = self._doubles(self._of(node)) if value.kind == "f" else self._integers(self._of(node))
        return following, {name: (self._mask if name in self._events else self._doubles)(self._of(node))
                           for name, node in zip(self._results, results.args)}

    # Kinds.

    def _doubles(self, value):
        if value.kind == "f":
            return value
        if value.kind == "c":
            return _Value("f", self.math.number(float(value.text)))
        if value.kind == "b":
            one = self.lines.emit(f"bitcast {DOUBLES} {self.math.number(1.0)} to {WORDS}")
            bits = self.lines.emit(f"and {WORDS} {value.text}, {one}")
            return _Value("f", self.lines.emit(f"bitcast {WORDS} {bits} to {DOUBLES}"))
        # Integers here are counts and words of at most 32 bits: the mantissa of a double holds them.
        size = self.math.number(2.0**52)
        bits = self.lines.emit(f"or {WORDS} {value.text}, {self.lines.emit(f'bitcast {DOUBLES} {size} to {WORDS}')}")
        return _Value("f", self.math.op("fsub", self.lines.emit(f"bitcast {WORDS} {bits} to {DOUBLES}"), size))

    def _integers(self, value):
        return _Value("i", self.math.word(int(value.text))) if value.kind == "c" else value

    def _mask(self, value):
        if value.kind == "c":
            return _Value("b", self.math.word(-int(bool(value.text))))
        if value.kind == "b":
            return value
        bits = (self.lines.emit(f"fcmp une {DOUBLES} {value.text}, {self.math.number(0.0)}") if value.kind == "f"
                else self.lines.emit(f"icmp ne {WORDS} {value.text}, zeroinitializer"))
        return _Value("b", self.lines.emit(f"sext {_BITS} {bits} to {WORDS}"))

    def _pair(self, a, b):
        """Two values as one kind."""
        if "f" in (a.kind, b.kind) or "b" in (a.kind, b.kind) or isinstance(a.text, float) or isinstance(b.text, float):
            return self._doubles(a), self._doubles(b)
        return self._integers(a), self._integers(b)

    # Expressions.

    def _of(self, node):
        return getattr(self, f"_{type(node).__name__.lower()}")(node)

    def _constant(self, node):
        return _Value("c", node.value)

    def _name(self, node):
        return self._names[node.id]

    def _attribute(self, node):
        return self._parts[node.value.id][node.attr]

    def _folded(self, function, *values):
        """The number that a function of numbers gives."""
        try:
            return _Value("c", function(*(each.text for each in values)))
        except OverflowError:
            return _Value("c", math.inf)
        except ZeroDivisionError:
            return _Value("c", math.nan if values[0].text == 0 else math.copysign(math.inf, values[0].text))

    def _unaryop(self, node):
        value = self._of(node.operand)
        if isinstance(node.op, ast.Not):
            if value.kind == "c":
                return _Value("c", not value.text)
            return _Value("b", self.lines.emit(f"xor {WORDS} {self._mask(value).text}, {self.math.word(-1)}"))
        if value.kind == "c":
            return _Value("c", -value.text)
        return _Value("f", self.math.negative(self._doubles(value).text))

    def _binop(self, node):
        a, b = self._of(node.left), self._of(node.right)
        if a.kind == b.kind == "c":
            return self._folded(_PYTHON[type(node.op)], a, b)
        if isinstance(node.op, ast.Pow):
            return self._power(a, b)
        if isinstance(node.op, ast.Mod):
            return self._modulo(a, b)
        a, b = self._pair(a, b)
        if a.kind == "i":
            return _Value("i", self.lines.emit(f"{_ARITHMETIC[type(node.op)][1:]} {WORDS} {a.text}, {b.text}"))
        return _Value("f", self.math.op(_ARITHMETIC[type(node.op)], a.text, b.text))

    def _modulo(self, a, b):
        if b.kind == "c" and b.text > 0 and math.frexp(b.text)[0] == 0.5:
            # By a power of two quotient and product are exact, and so is the difference.
            a, size = self._doubles(a).text, self.math.number(float(b.text))
            turns = self.lines.intrinsic("floor", DOUBLES, self.math.op("fdiv", a, size))
            return _Value("f", self.math.op("fsub", a, self.math.op("fmul", turns, size)))
        a, b = self._doubles(a).text, self._doubles(b).text
        rest = self.math.library("fmod", a, b)
        zero = self.math.number(0.0)
        opposite = self.math.where("olt", self.math.op("fmul", rest, b), zero, b, zero)
        return _Value("f", self.math.op("fadd", rest, opposite))

    def _power(self, a, b):
        base = self._doubles(a).text
        if b.kind != "c" or not isinstance(b.text, int):
            return _Value("f", self.math.library("pow", base, self._doubles(b).text))
        result, n = None, abs(b.text)
        while n:
            if n & 1:
                result = base if result is None else self.math.op("fmul", result, base)
            n >>= 1
            base = self.math.op("fmul", base, base) if n else base
        result = result or self.math.number(1.0)
        return _Value("f", self.math.op("fdiv", self.math.number(1.0), result) if b.text < 0 else result)

    def _compare(self, node):
        a, b = self._of(node.left), self._of(node.comparators[0])
        order = type(node.ops[0])
        if a.kind == b.kind == "c":
            return self._folded(_PYTHON[order], a, b)
        a, b = self._pair(a, b)
        kind, condition = ("fcmp", _COMPARE[order][0]) if a.kind == "f" else ("icmp", _COMPARE[order][1])
        bits = self.lines.emit(f"{kind} {condition} {DOUBLES if a.kind == 'f' else WORDS} {a.text}, {b.text}")
        return _Value("b", self.lines.emit(f"sext {_BITS} {bits} to {WORDS}"))

    def _boolop(self, node):
        operation = "and" if isinstance(node.op, ast.And) else "or"
        text = self._mask(self._of(node.values[0])).text
        for each in node.values[1:]:
            text = self.lines.emit(f"{operation} {WORDS} {text}, {self._mask(self._of(each)).text}")
        return _Value("b", text)

    def _ifexp(self, node):
        condition = self._of(node.test)
        if condition.kind == "c":
            return self._of(node.body if condition.text else node.orelse)
        return self._select(self._mask(condition), self._of(node.body), self._of(node.orelse))

    def _select(self, mask, a, b):
        if a.kind == b.kind == "b":
            kind = WORDS
        else:
            a, b = self._pair(a, b)
            kind = DOUBLES if a.kind == "f" else WORDS
        bits = self.lines.emit(f"icmp slt {WORDS} {mask.text}, zeroinitializer")
        return _Value(a.kind, self.lines.emit(f"select {_BITS} {bits}, {kind} {a.text}, {kind} {b.text}"))

    def _call(self, node):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        values = [self._of(each) for each in node.args]
        if all(each.kind == "c" for each in values):
            return self._folded(getattr(math, name) if isinstance(node.func, ast.Attribute) else self._scalar[name], *values)
        if name in _VECTOR or name in _LIBRARY:
            text = self._doubles(values[0]).text
            return _Value("f", getattr(self.math, name)(text) if name in _VECTOR else self.math.library(name, text))
        return getattr(self, f"_call_{name}")(*values)

    # Functions by name.

    def _lesser(self, a, b, orders):
        """``b`` where it comes before ``a``, else ``a``: Python's min and max."""
        a, b = self._pair(a, b)
        if a.kind == "f":
            return _Value("f", self.math.where(orders[0], b.text, a.text, b.text, a.text))
        bits = self.lines.emit(f"icmp {orders[1]} {WORDS} {b.text}, {a.text}")
        return _Value("i", self.lines.emit(f"select {_BITS} {bits}, {WORDS} {b.text}, {WORDS} {a.text}"))

    def _call_min(self, a, b):
        return self._lesser(a, b, _COMPARE[ast.Lt])

    def _call_max(self, a, b):
        return self._lesser(a, b, _COMPARE[ast.Gt])

    def _call_abs(self, x):
        return _Value("f", self.lines.intrinsic("fabs", DOUBLES, self._doubles(x).text))

    def _call_sqrt(self, x):
        return _Value("f", self.lines.intrinsic("sqrt", DOUBLES, self._doubles(x).text))

    def _call_floor(self, x):
        return _Value("f", self.lines.intrinsic("floor", DOUBLES, self._doubles(x).text))

    def _call_sign(self, x):
        zero, one = self.math.number(0.0), self.math.number(1.0)
        text = self._doubles(x).text
        below = self.math.where("olt", text, zero, self.math.number(-1.0), zero)
        return _Value("f", self.math.where("ogt", text, zero, one, below))

    def _call_erfcx(self, x):
        # As the scalar function, whose text is the definition.
        text, math = self._doubles(x).text, self.math
        near = math.op("fmul", math.exp(math.op("fmul", text, text)), math.library("erfc", text))
        square = math.op("fmul", text, text)
        series = math.op("fsub", math.number(1.0), math.op("fdiv", math.number(0.5), square))
        series = math.op("fadd", series, math.op("fdiv", math.number(0.75), math.op("fmul", square, square)))
        far = math.op("fdiv", series, math.op("fmul", text, math.number(1.7724538509055159)))
        return _Value("f", math.where("olt", text, math.number(25.0), near, far))

    def _word(self, operation, a, b):
        return self.lines.emit(f"{operation} {WORDS} {a}, {self.math.word(b) if isinstance(b, int) else b}")

    def _call_xorshift(self, x):
        text, mask = x.text, 0xFFFF_FFFF
        text = self._word("xor", text, self._word("and", self._word("shl", text, 13), mask))
        text = self._word("xor", text, self._word("lshr", text, 17))
        return _Value("i", self._word("xor", text, self._word("and", self._word("shl", text, 5), mask)))

    def _call_uniform(self, bits):
        high = self._doubles(_Value("i", self._word("lshr", bits.text, 32 - UNIFORM_BITS)))
        return _Value("f", self.math.op("fmul", high.text, self.math.number(2.0**-UNIFORM_BITS)))

    def _call_gaussian(self, a, b):
        halves = [self._word(operation, each.text, value) for each in (a, b)
                  for operation, value in (("and", 0xFFFF), ("lshr", 16))]
        total = halves[0]
        for half in halves[1:]:
            total = self._word("add", total, half)
        centred = self.math.op("fsub", self._doubles(_Value("i", total)).text, self.math.number(float(NORMAL_MEAN)))
        return _Value("f", self.math.op("fdiv", centred, self.math.number(NORMAL_SCALE)))
