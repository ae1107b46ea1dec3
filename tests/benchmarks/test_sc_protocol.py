# amaranth: UnusedElaboratable=no
import numpy as np
import pytest

import models
from benchmarks.sc.case import Case, at_least, between, ordered
from benchmarks.sc.cases import CASES
from benchmarks.sc.protocol import errors, measure
from benchmarks.sc.sources import KINDS
from benchmarks.sc.tables import as_csv, figure, markdown
from benchmarks.sc.wiring import Binary, Clock, Encoded, Ones, Random, driven
from gateware.sc.arithmetic.multiply import AndMultiplier
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.step import BIT, Range, StepComponent, Vector


def case(name):
    found, = (each for each in CASES if each.name == name)
    return found


def test_encoding_is_that_of_the_comparator():
    numbers = KINDS["Sobol"].numbers(6, 0, 0)
    operands = np.arange(65)[None]
    encoder = models.golden(ComparatorEncoder(6)).run({"value": np.broadcast_to(operands, (64, 65)), "random": numbers}).stream
    driven_one = driven(AndMultiplier(), {"a": Encoded(0, 0), "b": Encoded(0, 0)}, operands, lambda source: numbers)["a"]
    assert (driven_one == encoder).all() and (driven_one.sum(axis=0) == np.arange(65)).all()


def test_every_driver_gives_what_it_says():
    class Ports:
        inputs = type("Inputs", (), {"_asdict": lambda self: {
            "mirrored": BIT, "half": BIT, "number": Range(0, 8), "index": Range(0, 2), "turn": BIT, "count": Range(0, 2), "streams": Vector(2)}})()

    numbers, operands = np.array([3, 0, 7, 5, 1, 6, 2, 4]), np.array([[2, 8], [5, 0]])
    found = driven(Ports, {"mirrored": Encoded(0, 0, mirrored=True), "half": Encoded(0.5, 0), "number": Binary(1), "index": Random(0),
                           "turn": Clock(), "count": Ones((Encoded(0), Encoded(1))), "streams": (Encoded(0), Encoded(1))},
                   operands, lambda source: numbers)
    assert found["mirrored"][:, 0].tolist() == [2 > 7 - r for r in numbers.tolist()]
    assert found["half"][:, 1].tolist() == [r < 4 for r in numbers.tolist()]
    assert found["number"][3].tolist() == [5, 0]
    assert found["index"].tolist() == [r * 3 // 8 for r in numbers.tolist()]
    assert found["turn"].tolist() == [False, True] * 4
    assert found["count"][:, 0].tolist() == [(2 > r) + (5 > r) for r in numbers.tolist()]
    assert found["streams"][:, 0].tolist() == [(2 > r) | (5 > r) << 1 for r in numbers.tolist()]


@pytest.mark.parametrize("name", KINDS)
def test_sources_are_numbers_of_their_width_and_differ(name):
    kind = KINDS[name]
    first, second = kind.numbers(8, 0, 0), kind.numbers(8, 0, 1)
    assert first.shape == second.shape == (256,) and (first != second).any()
    assert 0 <= first.min() and first.max() < 256
    assert (kind.numbers(8, 0, 0) == first).all()
    assert not kind.permutation or sorted(first.tolist()) == sorted(second.tolist()) == list(range(256))
    assert kind.runs == 1 or (kind.numbers(8, 1, 0) != first).any()


def test_phases_of_a_register_are_no_shifts_of_each_other_by_a_few_clocks():
    period = KINDS["LFSR"].numbers(8, 0, 0)[:255].tolist()
    starts = [period.index(KINDS["LFSR"].numbers(8, 0, source)[0]) for source in range(8)]
    assert all(8 <= (a - b) % 255 <= 247 for a in starts for b in starts if a != b)


def test_the_product_has_its_published_errors():
    """Sobol dimensions 1 and 2 are exact at N**2 clocks only; independent bits have the variance pq(1 - pq)/N."""
    sobol, ideal = (measure(case("AND"), KINDS[name], 8) for name in ("Sobol", "Bernoulli"))
    assert 0.0022 < sobol.rmse < 0.0026 and sobol.low < sobol.rmse < sobol.high < 0.003
    p = np.linspace(0, 1, 257)
    products = np.outer(p, p)
    assert ideal.rmse == pytest.approx(np.sqrt((products * (1 - products)).mean() / 256), rel=0.3)
    assert abs(ideal.bias) < 0.005 and ideal.worst > ideal.rmse


def test_errors_are_the_outputs_less_the_truth():
    wrong = Case("x", "x", lambda n: AndMultiplier(), {"a": Encoded(0, 0), "b": Encoded(1, 1)}, "product", lambda a, b: a * b - 0.25, "")
    right = case("AND")
    assert np.allclose(errors(wrong, KINDS["Sobol"], 6, 50), errors(right, KINDS["Sobol"], 6, 50) + 0.25)
    maximum = case("maximum, one source (OR)")
    assert not errors(maximum, KINDS["Sobol"], 6, 100).any()


def test_domains():
    operands = np.random.default_rng(0).integers(0, 65, (2, 1000))
    low, high = ordered(operands, 64)
    assert (low <= high).all() and high.min() >= 1
    assert at_least(0.25)(operands, 64).min() == 16 and at_least(0.25)(operands, 64).max() == 64
    assert between(0.5, 0.75)(operands, 64).max() == 48


def test_names_are_unique_and_every_case_is_wired_to_its_ports():
    assert len({each.name for each in CASES}) == len(CASES)
    for each in CASES:
        component = each.make(8)
        assert isinstance(component, StepComponent) and set(each.wiring) == set(component.inputs._fields), each.name
        assert KINDS["LFSR"] in each.kinds()


@pytest.mark.parametrize("name", ["CORDIV on separate sources", "square, isolator of one flip-flop", "stanh, 8 states",
                                  "multiplexer with a toggling select", "JK trace (BISQRT-S-JK), as what it computes"])
def test_what_is_invalid_is_refused_with_its_fix(name):
    message = case(name).refusal(KINDS["Sobol"])
    assert message is not None and ": " in message
    assert case("AND").refusal(KINDS["Sobol"]) is None


def test_tables():
    assert [figure(value) for value in (0, 0.12345, 0.00001)] == ["0", "0.1235", "1e-05"]
    assert as_csv([{"a": "x", "b": 0.123456789}]) == "a,b\nx,0.123457\n"
    assert markdown(["a", "b"], [["x", 1]]) == "| a | b |\n| --- | ---: |\n| x | 1 |"
