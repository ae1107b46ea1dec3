"""What a stochastic circuit of an expression costs and how exact it is, beside binary arithmetic of equal error."""

from dataclasses import dataclass

import numpy as np

from gateware.area import areas
from gateware.parameters import integer
from gateware.sc.binary import BinaryCircuit
from gateware.sc.synthesis import SYNCHRONIZER_DEPTH, StochasticCircuit

from . import golden

__all__ = ["Row", "SCReport", "exact", "predict", "report"]

# RMSE of each operator alone at 16, 64, 256, 1024 and 4096 clocks, its operands encoded from Sobol dimensions: measured with
# the golden models, 400 random operands of log2(clocks) bits, seed 0; polynomials of degree 3.
_LENGTHS = (16, 64, 256, 1024, 4096)
_OWN = {"product": (0.02736, 0.00798, 0.00251, 0.00067, 0.00018), "root": (0.05196, 0.02425, 0.01241, 0.00399, 0.00244),
        "quotient": (0.10111, 0.0253, 0.0123, 0.00445, 0.00349), "polynomial": (0.03521, 0.0273, 0.01044, 0.00498, 0.00109)}


@dataclass(frozen=True)
class Row:
    """One way to compute the expression.

    Attributes
    ----------
    name : str
    predicted : float or None
        RMSE by :func:`predict`; None of what is no stream.
    random : float or None
        RMSE that ideal random bits would have, ``sqrt(mean(p (1 - p)) / length)``.
    rmse, worst : float
        Measured over the operands, with the golden model.
    lut, ff : int
        LUT4 and flip-flops on iCE40, products in LUTs.
    cycles : int
        Clocks until the result is there.
    """

    name: str
    predicted: float | None
    random: float | None
    rmse: float
    worst: float
    lut: int
    ff: int
    cycles: int


@dataclass(frozen=True)
class SCReport:
    """The two rows, what was inserted into the stochastic circuit, and who wins.

    Attributes
    ----------
    expression : SC
    operands : str
        What was measured over.
    stochastic, binary : Row
    fixes : tuple of str
    """

    expression: object
    operands: str
    stochastic: Row
    binary: Row
    fixes: tuple

    @property
    def verdict(self):
        """Who needs fewer LUTs, and who less area times time, in words."""
        stochastic, binary = self.stochastic, self.binary
        smaller = (f"the stochastic circuit is smaller ({stochastic.lut} LUT4 against {binary.lut})" if stochastic.lut < binary.lut
                   else f"binary is no larger ({binary.lut} LUT4 against {stochastic.lut})")
        ratio = stochastic.lut * stochastic.cycles / max(1, binary.lut * binary.cycles)
        return (f"{smaller}; in LUTs times clocks binary wins {ratio:,.0f} times over" if ratio > 1 else
                f"{smaller}; in LUTs times clocks the stochastic circuit wins")

    def __str__(self):
        lines = [f"{self.expression}, {self.operands}",
                 f"{'':<34}{'random':>9}{'predicted':>10}{'RMSE':>9}{'worst':>9}{'LUT4':>6}{'FF':>5}{'clocks':>8}"]
        for row in (self.stochastic, self.binary):
            ideal, predicted = ("-" if each is None else f"{each:.5f}" for each in (row.random, row.predicted))
            lines.append(f"{row.name:<34}{ideal:>9}{predicted:>10}{row.rmse:>9.5f}{row.worst:>9.5f}{row.lut:>6}{row.ff:>5}{row.cycles:>8,}")
        return "\n".join([*lines, *self.fixes, self.verdict])


def exact(expression, values):
    """The value of an expression, in floating point.

    Parameters
    ----------
    expression : SC
    values : mapping of str to array of float
        By input.

    Returns
    -------
    array of float
        Where a quotient is 0 / 0, NaN.
    """
    if expression.kind == "input":
        if expression.detail not in values:
            raise ValueError(f"values must hold those of input {expression.detail}, not only {', '.join(values) or 'none'}")
        return np.asarray(values[expression.detail], float)
    if expression.kind == "constant":
        return np.float64(expression.detail)
    operands = [exact(each, values) for each in expression.operands]
    if expression.kind == "polynomial":
        from scipy.interpolate import BPoly
        return BPoly(np.array(expression.detail)[:, None], [0, 1])(operands[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        return {"product": lambda: operands[0] * operands[1], "mean": lambda: sum(operands) / expression.detail,
                "complement": lambda: 1 - operands[0], "quotient": lambda: operands[0] / operands[1],
                "root": lambda: np.sqrt(operands[0]), "maximum": lambda: np.maximum(*operands),
                "minimum": lambda: np.minimum(*operands), "difference": lambda: np.abs(operands[0] - operands[1]),
                }[expression.kind]()


def predict(circuit, values):
    """The RMSE of a stochastic circuit, from the errors of its operators alone, each carried on by the derivatives of those behind.

    Parameters
    ----------
    circuit : StochasticCircuit
    values : mapping of str to array of float
        By input, in 0..1.

    Returns
    -------
    float
    """
    return float(np.sqrt(np.mean(_spread(circuit.expression, values, circuit) ** 2)))


def _spread(expression, values, circuit):
    """The standard error of an expression for each of the operands."""
    if not expression.operands:
        # Over whole periods a number is exact; otherwise its last clocks are missing.
        return 0.0 if circuit.length % (1 << circuit.width) == 0 else 0.5 / circuit.length
    spreads = [_spread(each, values, circuit) for each in expression.operands]
    operands = [exact(each, values) for each in expression.operands]
    own = 0.0
    if expression.kind in _OWN:
        own = float(np.exp(np.interp(np.log(circuit.length), np.log(_LENGTHS), np.log(_OWN[expression.kind]))))
    if any(fix.startswith(f"Synchronizer({SYNCHRONIZER_DEPTH}) before {expression}: ") for fix in circuit.fixes):
        own = np.hypot(own, SYNCHRONIZER_DEPTH / circuit.length)
    if expression.kind == "mean":
        # The remainder that an adder keeps is anything from 0 to its divisor less 1.
        remainder = np.sqrt(np.mean((np.arange(expression.detail) / expression.detail) ** 2)) / circuit.length
        return np.sqrt(sum(each**2 for each in spreads)) / expression.detail + remainder
    slopes = {"product": lambda: operands[::-1], "root": lambda: [0.5 / np.sqrt(np.maximum(operands[0], 1e-3))],
              "quotient": lambda: [1 / operands[1], operands[0] / operands[1] ** 2]}.get(expression.kind, lambda: [1.0, 1.0])()
    return np.sqrt(own**2 + sum((slope * each) ** 2 for slope, each in zip(slopes, spreads)))


def report(expression, width=8, *, length=None, count=1000, seed=0):
    """Build the stochastic circuit of an expression, measure it, and set the smallest binary data path of no greater error beside it.

    Parameters
    ----------
    expression : SC
    width, length
        As of `gateware.sc.synthesis.StochasticCircuit`.
    count : int
        Random operands, uniform over the inputs' ranges; what promises forbid and quotients by 0 are left out.
    seed : int

    Returns
    -------
    SCReport

    Raises
    ------
    ValueError
        If no operands are left, or a parameter is out of range.
    """
    for name, value, least in (("count", integer("count", count), 1), ("seed", integer("seed", seed), 0)):
        if value < least:
            raise ValueError(f"{name} must be at least {least}, not {value}")
    circuit = StochasticCircuit(expression, width, length=length)
    operands = _operands(expression, circuit, count, seed)
    true = exact(expression, {name: values / 2**width for name, values in operands.items()})
    clocks = circuit.fill + circuit.length
    held = {name: np.broadcast_to(values, (clocks + 1, len(true))) for name, values in operands.items()}
    error = golden(circuit).run(held).ones[-1] / circuit.length - true
    rmse, worst = _size(error)
    binary, size = _binary(expression, width, operands, true, rmse)
    measured = areas({"stochastic": circuit, "binary": binary})
    random = float(np.sqrt(np.mean(true * (1 - true)) / circuit.length))
    predicted = predict(circuit, {name: values / 2**width for name, values in operands.items()})
    cost = measured["stochastic"], measured["binary"]
    return SCReport(
        expression, f"{len(true):,} random operands of {width} bits, seed {seed}",
        Row(f"stochastic, Sobol {', '.join(map(str, circuit.dimensions))}", predicted, random, rmse, worst, cost[0].lut, cost[0].ff, clocks),
        Row(f"binary, {binary.width} bits", None, None, *size, cost[1].lut, cost[1].ff, 1), circuit.fixes)


def _operands(expression, circuit, count, seed):
    rng, leaves = np.random.default_rng(seed), expression.inputs()
    values = {name: rng.integers(shape.lo, shape.hi + 1, count) for name, shape in circuit.inputs._asdict().items()}
    allowed = np.ones(count, bool)
    for name, leaf in leaves.items():
        for greater in leaf.greater:
            if greater.detail in values:
                allowed &= values[name] <= values[greater.detail]
    allowed &= np.isfinite(exact(expression, {name: each / 2**circuit.width for name, each in values.items()}))
    if not allowed.any():
        raise ValueError(f"none of {count} random operands is allowed: take a greater count")
    return {name: each[allowed] for name, each in values.items()}


def _size(error):
    return float(np.sqrt(np.mean(error**2))), float(np.abs(error).max())


def _binary(expression, width, operands, true, rmse):
    """The narrowest binary circuit whose error, on operands rounded to its width, is no greater than the stochastic one's."""
    for bits in range(2, 17):
        circuit = BinaryCircuit(expression, bits)
        rounded = {name: np.round(values * 2.0 ** (bits - width)).astype(np.int64)[None] for name, values in operands.items()}
        size = _size(golden(circuit).run(rounded).result[0] / 2**bits - true)
        if size[0] <= rmse or bits == 16:
            return circuit, size
