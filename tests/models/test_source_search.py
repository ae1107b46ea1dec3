# amaranth: UnusedElaboratable=no
"""The search of sources finds what exhaustive tables of the literature and arithmetic know to be best."""

import numpy as np
import pytest

from gateware.sc.arithmetic.multiply import AndMultiplier
from gateware.sc.circuit import connect, number
from gateware.sc.contract import Contract, ContractError, Correlation
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.sobol import Sobol
from gateware.sc.sources.van_der_corput import VanDerCorput
from models.source_search import grid, lfsr_phases, search_sources, sobol_dimensions


def product(ra, rb):
    a = connect(ComparatorEncoder(8), value=number("a", 8), random=ra).stream
    b = connect(ComparatorEncoder(8), value=number("b", 8), random=rb).stream
    multiplier = AndMultiplier()
    multiplier.contract = Contract(Correlation(("a", "b"), 0))
    return connect(multiplier, a=a, b=b).product


OPERANDS = grid(8)
PRODUCT = OPERANDS["a"] * OPERANDS["b"] / 2**16


def search(ra, rb, **options):
    return search_sources(product, {"ra": ra, "rb": rb}, OPERANDS, PRODUCT, **{"length": 256} | options)


def test_the_best_phase_of_an_lfsr_is_31():
    best, second, *_ = search(lfsr_phases(8, [0]), lfsr_phases(8))
    assert best.sources == {"ra": "LFSR(8) phase 0", "rb": "LFSR(8) phase 31"}
    assert best.rmse == pytest.approx(0.00171, abs=5e-6) and second.sources["rb"] == "LFSR(8) phase 99"
    assert str(best).startswith("RMSE 0.00171, worst 0.00586, ") and best.ff == 16


def test_sobol_dimensions_1_and_8_are_avoided():
    dimensions = sobol_dimensions(8, [1, 2, 8])
    first = {"Sobol(8) dimension 1": dimensions["Sobol(8) dimension 1"]}
    choices = search(first, dimensions)
    assert [choice.sources["rb"][-1] for choice in choices] == ["2", "8"], "one source for both is refused"
    assert [choice.rmse for choice in choices] == pytest.approx([0.00125, 0.0088], abs=5e-5)


def test_a_counter_and_its_bit_reversal_are_found():
    candidates = {"counter": RampCounter(256), "reversed": VanDerCorput(8)} | lfsr_phases(8, range(8))
    best = search(candidates, candidates, best=1)[0]
    assert set(best.sources.values()) == {"counter", "reversed"} and best.rmse == pytest.approx(0.00142, abs=5e-6)


def test_of_equal_errors_the_smaller_circuit_is_first():
    choices = search(sobol_dimensions(8, range(1, 4)), sobol_dimensions(8, range(1, 4)))
    best = [choice for choice in choices if choice.rmse == choices[0].rmse]
    assert len(best) > 1 and best == sorted(best, key=lambda choice: choice.lut + choice.ff)


def test_more_combinations_than_evaluations():
    tried = []
    choices = search(lfsr_phases(8, range(40)), lfsr_phases(8, range(40)), evaluations=150, best=2,
                     progress=lambda count, total: tried.append((count, total)))
    assert tried[-1] == (150, 150) and max(tried) == (150, 150)
    exhaustive = search(lfsr_phases(8, range(40)), lfsr_phases(8, range(40)), best=1)
    assert exhaustive[0].rmse <= choices[0].rmse < 0.004
    again = search(lfsr_phases(8, range(40)), lfsr_phases(8, range(40)), evaluations=150, best=2)
    assert [choice.sources for choice in again] == [choice.sources for choice in choices]


def test_the_refusal_is_told_if_there_is_nothing_else():
    only = {"same": Sobol(8, 1)}
    with pytest.raises(ContractError, match="AndMultiplier needs a and b with SCC = 0, and they have SCC"):
        search(only, only)


def test_grids():
    assert grid(8)["a"].shape == (1089,) and grid(4, 17, "x")["x"].tolist() == list(range(17))
    assert grid(8, 3)["a"].tolist() == [0, 0, 0, 128, 128, 128, 256, 256, 256]


@pytest.mark.parametrize("make, message", [
    (lambda: grid(4, 18), "points must be between 2 and 17, not 18"),
    (lambda: grid(4, 3, "aa"), "names must be different ones, at least one, not 'aa'"),
    (lambda: grid(-1), "width must be between 1 and 32, not -1"),
    (lambda: search({}, sobol_dimensions(8)), "the candidates of ra must be a dict of at least one component by its name, not {}"),
    (lambda: search([Sobol(8, 1)], sobol_dimensions(8)), "the candidates of ra must be a dict of at least one component"),
    (lambda: search_sources(product, {}, OPERANDS, PRODUCT * np.nan, length=1), "exact must be finite numbers, at least one"),
    (lambda: search(sobol_dimensions(8), sobol_dimensions(8), seed=-1), "seed must be at least 0, not -1"),
    (lambda: search({"a": Sobol(8, 1)}, {"b": Sobol(8, 2)}, estimate=lambda values: values),
     r"estimate must return an array of shape \(1089,\), not \(256, 1089\)"),
    (lambda: lfsr_phases(4, [15]), "phases must be between 0 and 14, not 15"),
    (lambda: search(sobol_dimensions(8), sobol_dimensions(8), length=0), "length, evaluations and best must be at least 1, not 0, 4000 and 5"),
    (lambda: search({"a": Sobol(8, 1), "b": Sobol(7, 1)}, sobol_dimensions(8)), "the candidates of ra must have one width, and b has"),
    (lambda: search_sources(product, {"ra": {}}, OPERANDS, PRODUCT[:5], length=1),
     r"operand a must have the shape of exact, \(5,\), and one dimension, not \(1089,\)"),
])
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("make, message", [
    (lambda: search({"x": 3}, sobol_dimensions(8)), "the candidates of ra must be components without inputs, and x is 3"),
    (lambda: search({"x": ComparatorEncoder(8)}, sobol_dimensions(8)), "must be components without inputs, and x is <"),
    (lambda: search(sobol_dimensions(8), sobol_dimensions(8), length=16.0), "length must be an integer, not 16.0"),
    (lambda: grid(8, 5.0), "points must be an integer, not 5.0"),
    (lambda: lfsr_phases(4, [1.5]), "each of phases must be an integer, not 1.5"),
])
def test_types(make, message):
    with pytest.raises(TypeError, match=message):
        make()


def test_numbers_are_kept_through_the_computation():
    one = {name: values[:1] * 0 + 256 for name, values in OPERANDS.items()}
    choice, = search_sources(product, {"ra": {"ramp": RampCounter(256)}, "rb": {"sobol": Sobol(8, 2)}}, one, np.ones(1), length=10)
    assert choice.rmse == 0
