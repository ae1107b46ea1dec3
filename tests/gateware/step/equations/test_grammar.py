import math

import pytest

from gateware.step.equations import EquationError
from gateware.step.equations.expression import number, substitute, variable
from gateware.step.equations.grammar import parse


def value(text, **names):
    return substitute(parse(text), {name: number(each) for name, each in names.items()}).value


@pytest.mark.parametrize("text", [
    "1 + 2*3 - 4/5", "-x**2", "2**3**2", "(x + y)*(x - y)", "x/y/2", "x - (y - 3)", "-(x - y)**3", "max(x, y)*2 - min(x, 3)",
    "exp(x) + tanh(y) - abs(-x)", "x if x < y else y", "(x + 1) if not (x > y and x > 0) else -y", "0.5*(1 + tanh((x - 1.2)/18))",
    "sqrt(x*x + y*y)", "x % 3 + 7", "floor(x*10)", "cosh(x/2)*sinh(y)", "pi*x",
])
def test_expressions_mean_what_python_says(text):
    names = {"x": 1.25, "y": 2.5}
    scope = {name: getattr(math, name) for name in ("exp", "tanh", "sqrt", "floor", "cosh", "sinh", "pi")}
    assert value(text, **names) == pytest.approx(eval(text, scope | {"abs": abs, "min": min, "max": max} | names), rel=1e-14)


def test_functions_that_python_lacks():
    assert value("logistic(x)", x=0.3) == pytest.approx(1 / (1 + math.exp(-0.3)))
    assert value("exprel(x)", x=0.0) == 1.0 and value("exprel(x)", x=2.0) == pytest.approx((math.exp(2) - 1) / 2)
    assert value("heaviside(x)", x=0) == 1 and value("heaviside(x)", x=-0.1) == 0 and value("sign(x)", x=-3) == -1
    assert value("erfcx(x)", x=2.0) == pytest.approx(math.exp(4) * math.erfc(2.0))
    assert value("clip(x, -1, 1)", x=7) == 1 and value("sum(k**2, k, 1, 10)") == 385
    assert value("integral(exp(-t*t), t, 0, 3)") == pytest.approx(math.sqrt(math.pi) / 2 * math.erf(3), rel=1e-12)
    assert value("6 >> 1") == 3 and value("5 << 2") == 20 and value("a if 1 < b < 3 else 0", a=4, b=2) == 4


def test_elements_draws_and_forms():
    assert parse("w[i+1]*u[(i-1)%4]", index={"i": 0}).variables == {"w_1", "u_3"}
    assert parse("next(x) + old(y[2])").variables == {"next(x)", "old(y_2)"}
    generators = []
    assert parse("random() + random()*normal()", generators=generators).variables == set(generators) == {"random_0", "random_1", "normal_2"}


def test_equal_expressions_are_one():
    assert parse("a*(b + 1)") is parse("a * (b+1)") and parse("x + 0") is variable("x") and parse("1*x/1") is variable("x")


@pytest.mark.parametrize("text, reason", [
    ("", "must be an expression"), (None, "must be an expression"), ("a +", "is not an expression"), ("f(x)", "calls f, which is none of"),
    ("exp(a, b)", "gives exp 2 arguments: it takes 1"), ("__import__('os')", "calls __import__"), ("a.b", "is not in the grammar"),
    ("(lambda: 1)()", "is not in the grammar"), ("[1, 2]", "is not in the grammar"), ("'text'", "is not in the grammar"),
    ("True", "is no number"), ("1e999", "is not finite"), ("x[y]", "must be an integer expression"), ("a is b", "a comparison that"),
    ("random()", "cannot stand here"), ("next(x + 1)", "takes the name of a state"), ("sum(k, k)", "must be sum"),
    ("sum(k, k, 0, 10**9)", "has 1,000,000,001 terms: at most 1,024"),
    ("a // b", "is not in the grammar"),
    ("x := 3", "is not"), ("(" * 300 + ")" * 300, "is not an expression"), ("1+" * 20_000 + "1", "must have at most"),
])
def test_what_is_not_in_the_grammar_is_refused(text, reason):
    with pytest.raises(EquationError, match=reason):
        parse(text)


def test_text_reads_back_as_the_same_expression():
    for text in ("a - (b - c)", "-(a + b)**2/(c*d)", "a if b < c else -d", "2**-a", "(a/b)/(c/d)", "not (a < b) and c < d", "exp(-a*b)"):
        assert parse(repr(parse(text))) is parse(text)
