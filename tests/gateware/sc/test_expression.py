# amaranth: UnusedElaboratable=no
import math

import pytest

from gateware.sc import expression as sc
from gateware.sc.expression import SC, bernstein, dot, never_exceeds, sqrt

A, B = SC.input("a"), SC.input("b")
X = SC.input("x", at_most=B)
LOW, HIGH = SC.input("low", 0.1, 0.4), SC.input("high", 0.4, 0.9)


@pytest.mark.parametrize("expression, text, lo, hi", [
    (A * B, "a * b", 0, 1), (LOW * HIGH, "low * high", 0.04, 0.36), (0.5 * A, "a * 0.5", 0, 0.5), ((A + B) / 2, "(a + b) / 2", 0, 1),
    ((A + B + LOW) / 3, "(a + b + low) / 3", 0.1 / 3, 0.8), ((1 + LOW) / 2, "(low + 1.0) / 2", 0.55, 0.7), (1 - LOW, "(1 - low)", 0.6, 0.9),
    (X / B, "(x) / (b)", 0, 1), (sqrt(LOW), "sqrt(low)", math.sqrt(0.1), math.sqrt(0.4)), (sc.max(LOW, HIGH), "max(low, high)", 0.4, 0.9),
    (sc.min(LOW, 0.2), "min(low, 0.2)", 0.1, 0.2), (abs(A - B), "abs(a - b)", 0, 1), (bernstein([0.5, 1], A), "bernstein(a)", 0, 1),
    (abs(0.25 - A), "abs(0.25 - a)", 0, 1), (abs(1 - LOW), "(1 - low)", 0.6, 0.9), (0.25 / HIGH, "(0.25) / (high)", 0, 1),
    (sum([A, B, LOW]) / 3, "(a + b + low) / 3", 0.1 / 3, 0.8),
    (dot([0.5, 1], [A, B]), "(a * 0.5 + b * 1.0) / 2", 0, 0.75), ((LOW + LOW) / 1, "(low + low) / 1", 0.2, 0.8),
])
def test_expressions(expression, text, lo, hi):
    assert str(expression) == text and (expression.lo, expression.hi) == pytest.approx((lo, hi))


def test_orders_that_follow():
    assert never_exceeds(X, B) and never_exceeds(X * A, B) and never_exceeds(LOW, HIGH) and never_exceeds(A, sc.max(B, A))
    assert never_exceeds(sc.min(A, B), B) and never_exceeds(SC.input("y", at_most=X), B)
    assert never_exceeds(SC.input("x", at_most=SC.input("b")), SC.input("b")), "an input is known by its name"
    assert not never_exceeds(B, X) and not never_exceeds(A, B) and not never_exceeds(HIGH, LOW)


def test_inputs_in_the_order_of_their_use():
    assert list((B * sqrt(A) * B).inputs()) == ["b", "a"]


@pytest.mark.parametrize("make, message", [
    (lambda: SC.input("a b"), "input name must be an identifier, not 'a b'"),
    (lambda: SC.input("class"), "input name must be an identifier, not 'class', and neither a keyword nor begin with _"),
    (lambda: SC.input("a", 0.5, at_most=LOW), "input a must be able to be at most low, which reaches 0.4, not begin at 0.5"),
    (lambda: (A + B) * 0.5, r"divide the sum a \+ b by an integer that keeps it within 1 first"),
    (lambda: A + B - X, r"divide the sum a \+ b by an integer that keeps it within 1 first"),
    (lambda: SC.input("a", 0.5, 0.2), "input a must have 0 <= lo <= hi <= 1, not 0.5 and 0.2"),
    (lambda: SC.input("a", hi=math.nan), "input a must have 0 <= lo <= hi <= 1"),
    (lambda: SC.input("a", at_most=A * B), r"at_most of a must be an input, not a \* b"),
    (lambda: A * 1.5, "a constant must be between 0 and 1, not 1.5"),
    (lambda: A * math.nan, "a constant must be between 0 and 1, not nan"),
    (lambda: (A + B) / 1, "a sum that reaches 2 must be divided by at least as much, not 1"),
    (lambda: A * (A + B), r"divide the sum a \+ b by an integer that keeps it within 1 first"),
    (lambda: sqrt(A - B), r"take the absolute value of a difference first: abs\(a - b\)"),
    (lambda: A / B, "a / b must be at most 1: declare the dividend with at_most=, or narrow the ranges"),
    (lambda: 2 - A, r"only 1 - x and abs\(a - b\) are differences of streams, not 2 - x"),
    (lambda: dot([0.5], [A, B]), "dot must have as many weights as expressions, not 1 and 2"),
    (lambda: dot([-0.5], [A]), "a constant must be between 0 and 1, not -0.5"),
    (lambda: bernstein([0.5], A), "bernstein must have 2 to 16 coefficients, not 1"),
    (lambda: bernstein([0.5, 1.2], A), "a coefficient of bernstein must be between 0 and 1, not 1.2"),
    (lambda: (A * SC.input("a", 0.5)).inputs(), "input a must have one range, not 0 to 1 and 0.5 to 1"),
])
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("make, message", [
    (lambda: A * "x", "a constant must be a number, not 'x'"),
    (lambda: A * None, "a constant must be a number, not None"),
    (lambda: None - A, "what a stream is taken from must be a number, not None"),
    (lambda: SC.input("a", "x"), "lo of input a must be a number, not 'x'"),
    (lambda: bernstein(["x", 1], A), "a coefficient of bernstein must be a number, not 'x'"),
])
def test_what_is_no_number(make, message):
    with pytest.raises(TypeError, match=message):
        make()
