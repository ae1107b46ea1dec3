# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

from gateware.sc import expression as sc
from gateware.sc.expression import SC, bernstein, sqrt
from gateware.sc.synthesis import StochasticCircuit
from models import golden
from models.sc_report import _LENGTHS, _OWN, _operands, exact, predict, report

A, B = SC.input("a"), SC.input("b")
X = SC.input("x", at_most=B)


@pytest.mark.parametrize("expression, true", [
    (A * B, lambda a, b: a * b), ((A + B + 1) / 4, lambda a, b: (a + b + 1) / 4), (sqrt(1 - A), lambda a: np.sqrt(1 - a)),
    (sc.max(A, B), np.maximum), (sc.min(A, B), np.minimum), (abs(A - B), lambda a, b: abs(a - b)), (X / B, lambda x, b: x / b),
    (bernstein([1 / 4, 5 / 8, 3 / 8, 3 / 4], A), lambda a: 1 / 4 + 9 * a / 8 - 15 * a**2 / 8 + 5 * a**3 / 4),
])
def test_exact_values(expression, true):
    values = {name: np.linspace(0.1, 1, 7) ** (k + 1) for k, name in enumerate(expression.inputs())}
    np.testing.assert_allclose(exact(expression, values), true(*values.values()), atol=1e-12)


@pytest.fixture(scope="module")
def product():
    return report(A * B, 8)


def test_both_rows_are_measured(product):
    stochastic, binary = product.stochastic, product.binary
    assert stochastic.rmse < 0.0026 and stochastic.cycles == 256 and binary.cycles == 1 and binary.rmse <= stochastic.rmse
    assert stochastic.random == pytest.approx(0.0237, abs=2e-4)
    assert 0 < stochastic.lut < binary.lut and stochastic.ff > 0 and binary.ff == 0


def test_the_verdict_is_honest(product):
    assert "the stochastic circuit is smaller" in product.verdict and "binary wins" in product.verdict
    text = str(product)
    assert text.splitlines()[0] == "a * b, 1,000 random operands of 8 bits, seed 0" and product.verdict in text


@pytest.mark.parametrize("expression", [A * B, (A + B) / 2, sqrt(A), X / B, (A * B) * ((A * B + B) / 2),
                                        bernstein([1 / 4, 5 / 8, 3 / 8, 3 / 4], A)], ids=str)
def test_the_prediction_is_near(expression):
    circuit = StochasticCircuit(expression, 8)
    operands = _operands(expression, circuit, 500, 1)
    values = {name: each / 256 for name, each in operands.items()}
    clocks = circuit.fill + circuit.length + 1
    ones = golden(circuit).run({name: np.broadcast_to(each, (clocks, len(each))) for name, each in operands.items()}).ones[-1]
    measured = np.sqrt(np.mean((ones / 256 - exact(expression, values)) ** 2))
    assert measured / 2 < predict(circuit, values) < measured * 2


def test_only_what_is_synchronized_has_the_error_of_a_synchronizer():
    circuit = StochasticCircuit(sc.max(A * B, A), 8)
    values = {"a": np.full(3, 0.5), "b": np.full(3, 0.5)}
    assert circuit.fixes[0].startswith("Synchronizer(4) before max(a * b, a)")
    product = predict(StochasticCircuit(A * B, 8), values)
    assert predict(circuit, values) == pytest.approx(np.hypot(product, 4 / 256))


def test_promises_are_kept_by_the_operands():
    operands = _operands(X / B, StochasticCircuit(X / B, 8), 200, 0)
    assert len(operands["x"]) < 200 and (operands["x"] <= operands["b"]).all() and (operands["b"] > 0).all()


@pytest.mark.parametrize("make, error, message", [
    (lambda: report(A * B, 4, count=0), ValueError, "count must be at least 1, not 0"),
    (lambda: report(A * B, 4, count=5.0), TypeError, "count must be an integer, not 5.0"),
    (lambda: report(A * B, 4, seed=-1), ValueError, "seed must be at least 0, not -1"),
    (lambda: exact(A * B, {"a": 0.5}), ValueError, "values must hold those of input b, not only a"),
])
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize("kind, expression", [("product", A * B), ("root", sqrt(A)), ("quotient", X / B),
                                              ("polynomial", bernstein([1 / 4, 5 / 8, 3 / 8, 3 / 4], A))])
@pytest.mark.parametrize("width", [4, 6, 8, 10])
def test_the_operators_own_errors_are_what_is_measured(kind, expression, width):
    """The table that predictions are made of, entry by entry: the operator alone, 400 operands, seed 0."""
    circuit = StochasticCircuit(expression, width)
    operands = _operands(expression, circuit, 400, 0)
    true = exact(expression, {name: values / 2**width for name, values in operands.items()})
    held = {name: np.broadcast_to(values, (circuit.fill + circuit.length + 1, len(true))) for name, values in operands.items()}
    error = golden(circuit).run(held).ones[-1] / circuit.length - true
    assert np.sqrt(np.mean(error**2)) == pytest.approx(_OWN[kind][_LENGTHS.index(1 << width)], abs=6e-6)
