import re

import pytest

from gateware.step import StepError

from .written import written

# (what the step function's output or body is, what the error says)
EXPRESSIONS = [
    ("inputs.x if inputs.a else inputs.y", "a conditional expression: use mux"),
    ("inputs.a and inputs.b", "and/or: use & and | on Bits"),
    ("inputs.a or inputs.b", "and/or: use & and | on Bits"),
    ("not inputs.a", "not: use not_"),
    ("0 < inputs.x < 5", "a chained comparison: combine two comparisons with &"),
    ("~inputs.a", "~: use not_ on a Bit, invert on a Vector"),
    ("~inputs.x", "~: use not_ on a Bit, invert on a Vector"),
    ("~True", "~: use not_ on a Bit, invert on a Vector"),
    ("inputs.x / 2", "/: use scale or scale_round by a power of two"),
    ("inputs.x // 2", "//: use scale"),
    ("inputs.x % 4", "%: use wrap or count_to"),
    ("inputs.x ** 2", "**: write the product out"),
    ("inputs.x @ inputs.y", "@: write the sum out with sum_tree"),
    ("+inputs.x", "UAdd, which the step language does not have"),
    ("inputs.x * 0.5", "the constant 0.5: the step language has integers only"),
    ("inputs.x + 1j", "the constant 1j: the step language has integers only"),
    ("'x'", "the constant 'x': the step language has integers only"),
    ("None", "the constant None: the step language has integers only"),
    ("mux(True, inputs.x, inputs.y)", "True or False: use bit(1) or bit(0)"),
    ("False", "True or False: use bit(1) or bit(0)"),
    ("params.table[0]", "a subscript: use lookup, bit_at or a named field"),
    ("sum_tree([k for k in params.table])", "a comprehension: write the terms out"),
    ("sum_tree(k for k in params.table)", "a comprehension: write the terms out"),
    ("sum_tree(*params.table)", "a starred argument: name the arguments"),
    ("mux(inputs.a, lambda: 1, 2)", "a lambda: define a helper function"),
    ("(k := inputs.x)", "NamedExpr, which the step language does not have"),
    ("[inputs.x]", "List, which the step language does not have"),
    ("{inputs.x}", "Set, which the step language does not have"),
    ("inputs.x is inputs.y", "Is, which the step language does not have"),
    ("inputs.x in params.table", "In, which the step language does not have"),
    ("min(inputs.x, inputs.y)", "min(): use minimum"),
    ("max(inputs.x, inputs.y)", "max(): use maximum"),
    ("abs(inputs.x)", "abs(): use absolute"),
    ("sum((inputs.x, inputs.y))", "sum(): use sum_tree"),
    ("int(inputs.a)", "int(): use to_int"),
    ("bool(inputs.x)", "bool(): use a comparison"),
    ("round(inputs.x)", "round(): use scale_round"),
    ("pow(inputs.x, 2)", "pow(): use a product"),
    ("print(inputs.x)", "print(), which is no operation, helper or NamedTuple"),
    ("math.floor(inputs.x)", "a call by attribute: import the operation's name"),
    ("inputs.v.bit_count()", "a call by attribute: import the operation's name"),
    ("wrap(inputs.x, Q(4, 4))", "Q(): define the format outside, as a global or in params"),
    ("saturate(inputs.x, Range(0, 3))", "Range(): define the format outside, as a global or in params"),
]
STATEMENTS = [
    ("if inputs.a:\n    return (), Outputs(inputs.x)\nreturn (), Outputs(inputs.y)", "an if statement: use mux"),
    ("for k in (0, 1):\n    x = k\nreturn (), Outputs(inputs.x)", "a loop: write the terms out, or use sum_tree"),
    ("while inputs.a:\n    x = 1\nreturn (), Outputs(inputs.x)", "a loop: write the terms out"),
    ("x = inputs.x\nx += 1\nreturn (), Outputs(x)", "an augmented assignment: give the new value a name"),
    ("inputs.x = 3\nreturn (), Outputs(inputs.x)", "an assignment to a field: return the new state"),
    ("return (), Outputs(inputs.x)\nreturn (), Outputs(inputs.y)", "an early return: use mux"),
    ("x = 1 # return", "no return as its last statement"),
    ("assert inputs.a\nreturn (), Outputs(inputs.x)", "an assert: state the range in the component"),
    ("import math\nreturn (), Outputs(inputs.x)", "Import, which the step language does not have"),
    ("global Z\nreturn (), Outputs(inputs.x)", "Global, which the step language does not have"),
    ("mux(inputs.a, 1, 2)\nreturn (), Outputs(inputs.x)", "Expr, which the step language does not have"),
    ("del inputs\nreturn (), Outputs(1)", "Delete, which the step language does not have"),
    ("try:\n    x = 1\nfinally:\n    x = 2\nreturn (), Outputs(x)", "Try, which the step language does not have"),
    ("with inputs as x:\n    y = 2\nreturn (), Outputs(y)", "With, which the step language does not have"),
]


@pytest.mark.parametrize("body, message", EXPRESSIONS + STATEMENTS, ids=[body[:40] for body, _ in EXPRESSIONS + STATEMENTS])
def test_what_the_domains_disagree_about_is_refused(tmp_path, body, message):
    with pytest.raises(StepError, match=r"module\d+\.py:\d+: step uses " + re.escape(message)):
        written(tmp_path, body)


def test_the_error_names_file_and_line(tmp_path):
    body = '"""Text."""\nx = inputs.x\ny = x + 1\nz = min(x,\n        y)\nreturn (), Outputs(z)'
    with pytest.raises(StepError) as error:
        written(tmp_path, body)
    file, line = re.match(r"(.*\.py):(\d+): ", str(error.value)).groups()
    with open(file) as text:
        assert text.readlines()[int(line) - 1].strip() == "z = min(x,"


def test_a_helper_is_looked_at_too(tmp_path):
    helpers = "def outer(x):\n    return inner(x) + 1\n\ndef inner(x):\n    return x // 2\n"
    with pytest.raises(StepError, match=r"module\d+\.py:\d+: inner uses //: use scale"):
        written(tmp_path, "outer(inputs.x)", before=helpers)


@pytest.mark.parametrize("signature", ["x, k=1", "x, *, k", "*x", "x, **k"])
def test_arguments_are_plain(tmp_path, signature):
    with pytest.raises(StepError, match="helper uses arguments with defaults, keyword-only or starred: name them plainly"):
        written(tmp_path, "helper(inputs.x)", before=f"def helper({signature}):\n    return 1\n")


def test_a_helper_that_calls_itself_is_refused(tmp_path):
    with pytest.raises(StepError, match=r"module\d+\.py:\d+: helper calls itself: write the steps out"):
        written(tmp_path, "helper(inputs.x)", before="def helper(x):\n    return helper(x)\n")


def test_a_closure_is_refused(tmp_path):
    before = "def maker(k):\n    def helper(x):\n        return x + k\n    return helper\n\nhelper = maker(3)\n"
    with pytest.raises(StepError, match="uses k of an enclosing function: pass it in params"):
        written(tmp_path, "helper(inputs.x)", before=before)


def test_a_lambda_is_no_helper(tmp_path):
    with pytest.raises(StepError, match="a lambda: define a named function|must have its source in a file"):
        written(tmp_path, "helper(inputs.x)", before="helper = lambda x: x\n")


def test_source_that_is_in_no_file_is_refused():
    from gateware.step import StepComponent
    scope = {}
    exec("def step(params, state, inputs):\n    return (), ()\n", scope)
    with pytest.raises(StepError, match="step function step must have its source in a file"):
        StepComponent(scope["step"])


def test_what_is_allowed_is_accepted(tmp_path):
    component = written(tmp_path, """\
        '''Docstring.'''
        first = second = inputs.x - -inputs.y
        third, fourth = pair(first, second)
        return (), Outputs(o=mux((third <= fourth) & (first != 3) | (second >= 1) ^ inputs.a, third << 2, fourth >> params.n))
        """, before="def pair(x, y):\n    return x + LIMIT, y * 2\n\nLIMIT = 7\n")
    assert component.outputs.o.kind == "int"
