# amaranth: UnusedElaboratable=no
"""Binary data paths against floating point: within what rounding each operator costs."""

import numpy as np
import pytest

from gateware.sc import expression as sc
from gateware.sc.binary import BinaryCircuit
from gateware.sc.expression import SC, bernstein, sqrt
from models import golden
from models.sc_report import exact

A, B = SC.input("a"), SC.input("b")
X = SC.input("x", at_most=B)


@pytest.mark.parametrize("expression, ulps", [
    (A * B, 0.5), ((A + B) / 2, 0.5), ((A + B + 1) / 3, 0.6), (sc.max(A, B), 0), (sc.min(A, B), 0), (abs(A - B), 0), (1 - A, 0),
    (A, 0), (sqrt(A), 1), (X / B, 1), (bernstein([0.25, 0.625, 0.375, 0.75], A), 2), (A * 0.3, 1),
], ids=str)
def test_every_operand_within_its_rounding(expression, ulps):
    circuit = BinaryCircuit(expression, 6)
    names = circuit.inputs._fields
    operands = dict(zip(names, (each.ravel() for each in np.meshgrid(*[np.arange(65)] * len(names)))))
    if "x" in operands:
        allowed = (operands["x"] <= operands["b"]) & (operands["b"] > 0)
        operands = {name: values[allowed] for name, values in operands.items()}
    true = exact(expression, {name: values / 64 for name, values in operands.items()})
    result = golden(circuit).run({name: values[None] for name, values in operands.items()}).result[0]
    assert np.abs(result - 64 * true).max() <= ulps + 1e-9


@pytest.mark.parametrize("make, error, message", [
    (lambda: BinaryCircuit("a"), TypeError, "BinaryCircuit takes an expression of gateware.sc.expression, not 'a'"),
    (lambda: BinaryCircuit(SC.constant(0.5) * 0.5), ValueError, r"an expression without inputs needs no circuit: 0.5 \* 0.5"),
    (lambda: BinaryCircuit(A * B, 17), ValueError, "BinaryCircuit width must be between 2 and 16, not 17"),
])
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()
