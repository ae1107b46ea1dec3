# amaranth: UnusedElaboratable=no
"""Circuits: what is known of their streams, and what they refuse."""

import math

import pytest

from gateware.sc.arithmetic.scaled_adder import ScaledAdder
from gateware.sc.circuit import connect, known, number
from gateware.sc.contract import AtMost, Contract, ContractError, Correlation, Format, Number, Sequence, Serial, Stream, scc
from gateware.sc.encode.comparator import ComparatorEncoder
from gateware.sc.sources.lfsr import LFSR
from gateware.sc.sources.ramp import RampCounter
from gateware.sc.sources.sobol import Sobol
from gateware.step import BIT
from gateware.step.compose import Composite, outside


def encode(name, source, **limits):
    return connect(ComparatorEncoder(8), value=number(name, 8, **limits), random=source).stream


def lfsr(seed):
    return connect(LFSR(8, seed=seed)).random


class Operator:
    """An AND of two ports under any contract."""

    def __new__(cls, *demands):
        from gateware.sc.arithmetic.multiply import AndMultiplier
        component = AndMultiplier()
        component.contract = Contract(*demands)
        return component


def test_what_is_known_of_a_number():
    y = number("y", 8, lo=0.5)
    x = number("x", 8, hi=0.9, at_most=y)
    assert known(y) == Number("y", 0.5, 1.0) and x.shape == (0, 230) and known(x).hi == 230 / 256
    assert known(x).at_most == {"y"} and known(number("w", 8, at_most=x)).at_most == {"x", "y"}


def test_what_is_known_of_an_encoded_stream():
    ramp = connect(RampCounter(256)).ramp
    stream = known(encode("x", ramp, lo=0.25, hi=0.75))
    assert (stream.lo, stream.hi, stream.value, stream.serial) == (0.25, 0.75, "x", known(ramp).serial)


def test_correlation_of_streams():
    one, other = lfsr(1), lfsr(2)
    same = lfsr(1)
    a, b, c, d = (known(encode(name, source)) for name, source in zip("abcd", (one, one, other, same)))
    assert scc(a, b) == 1 and scc(a, c) == 0 and scc(a, a) == 1
    assert scc(a, d) == 1, "a second register with the same numbers is no second source"
    assert scc(a, Stream(a.origins | c.origins, "derived")) is None


def test_a_mirrored_sequence_gives_the_opposite_correlation():
    from gateware.sc.contract import encoded
    a, b = encoded(None, Sequence("r", "shifted")), encoded(None, Sequence("r", "shifted", mirrored=True))
    assert scc(a, b) == -1


def test_digital_shifts_of_one_dimension_are_not_independent():
    plain, shifted, flipped, other = (known(encode("a", connect(Sobol(8, dimension, shift=shift)).random))
                                      for dimension, shift in ((2, 0), (2, 77), (2, 255), (3, 0)))
    assert scc(plain, shifted) is None and scc(shifted, plain) is None, "functions of each other"
    assert scc(plain, flipped) == -1, "the mirrored numbers"
    assert scc(plain, other) == scc(shifted, other) == 0


def test_dimensions_that_are_equal_in_few_bits_are_one_source():
    streams = {dimension: known(connect(ComparatorEncoder(3), value=number("a", 3), random=connect(Sobol(3, dimension)).random).stream)
               for dimension in (1, 2, 5)}
    assert scc(streams[1], streams[5]) == 1 and scc(streams[1], streams[2]) == 0


def test_what_comes_out_of_a_component_depends_on_what_went_in():
    a, b = encode("a", lfsr(1)), encode("b", lfsr(2))
    mean = known(connect(ScaledAdder(2), streams=(a, b)).sum)
    assert mean.origins == known(a).origins | known(b).origins and mean.serial == "derived"
    assert scc(mean, known(a)) is None and scc(mean, known(encode("c", lfsr(3)))) == 0


def test_the_bits_of_a_sequence_are_of_its_origin():
    source = lfsr(1)
    a = connect(ComparatorEncoder(2), value=number("a", 2), random=(source[6], source[7])).stream
    assert known(source[6]) == known(source)
    assert known(a).origins == known(source).origins and known(a).monotone is None


@pytest.mark.parametrize("demand, one, other, message", [
    (Correlation(("a", "b"), 0), 1, 1, "AndMultiplier needs a and b with SCC = 0, and they have SCC = \\+1: encode them from different"),
    (Correlation(("a", "b"), 1), 1, 2, "AndMultiplier needs a and b with SCC = \\+1, and they have SCC = 0: encode both from one source"),
    (Correlation(("a", "b"), -1), 1, 1, "needs a and b with SCC = -1, and they have SCC = \\+1: encode one of them from the mirrored"),
    (Correlation(("a", "b"), 1, fix="do that"), 1, 2, "they have SCC = 0: do that$"),
    (AtMost("a", "b"), 1, 1, "needs a at most b, and their ranges 0 to 1 and 0 to 1 do not say so: declare the number of a with at_most="),
    (Serial("a", "independent"), 1, 2, "needs a with bits independent from clock to clock, and they are shifted: encode it from a LeapFor"),
    (Format(("a", "b"), "bipolar"), 1, 2, None),
])
def test_demands(demand, one, other, message):
    a, b = encode("a", lfsr(one)), encode("b", lfsr(other))
    if message is None:
        connect(Operator(demand), a=a, b=b)
    else:
        with pytest.raises(ContractError, match=message):
            connect(Operator(demand), a=a, b=b)


def test_a_periodic_pattern_is_refused():
    a, b = encode("a", connect(RampCounter(256)).ramp), encode("b", lfsr(1))
    with pytest.raises(ContractError, match="needs a without the periodic pattern of a ramp source: take an LFSR or"):
        connect(Operator(Serial("a", "not low discrepancy")), a=a, b=b)
    connect(Operator(Serial("b", "not low discrepancy")), a=a, b=b)


def test_orders_that_are_known():
    r = lfsr(1)
    y = number("y", 8)
    x = connect(ComparatorEncoder(8), value=number("x", 8, at_most=y), random=r).stream
    y = connect(ComparatorEncoder(8), value=y, random=r).stream
    connect(Operator(AtMost("a", "b")), a=x, b=y)
    connect(Operator(AtMost("a", "b")), a=x, b=x)
    connect(Operator(AtMost("a", "b")), a=encode("u", r, hi=0.5), b=encode("v", r, lo=0.5))
    with pytest.raises(ContractError):
        connect(Operator(AtMost("a", "b")), a=y, b=x)


def test_formats_are_checked():
    operator = Operator(Format("a", "bipolar"))
    operator.delivers = lambda inputs: {"product": Stream(frozenset({"z"}), "derived", format="unipolar")}
    a = encode("a", lfsr(1))
    z = connect(operator, a=a, b=a).product
    with pytest.raises(ContractError, match="needs a bipolar, and it is unipolar: encode it so, or put a converter"):
        connect(operator, a=z, b=a)


def test_a_circuit_is_a_component():
    a, b = encode("a", connect(RampCounter(256)).ramp), encode("b", lfsr(1))
    circuit = Composite(product=connect(Operator(Correlation(("a", "b"), 0)), a=a, b=b).product)
    assert circuit.inputs._fields == ("a", "b")


def test_inputs_of_which_nothing_is_known_are_not_refused():
    connect(Operator(Correlation(("a", "b"), 0), AtMost("a", "b"), Serial("a", "independent"), Format("a", "bipolar")),
            a=outside("a", BIT), b=1)


@pytest.mark.parametrize("make, error, message", [
    (lambda: number("x", 0), ValueError, "number width must be between 1 and 32, not 0"),
    (lambda: number("x", 2.5), TypeError, "number width must be an integer, not 2.5"),
    (lambda: number("x", 8, lo=0.6, hi=0.5), ValueError, "number lo and hi must satisfy 0 <= lo <= hi <= 1, not 0.6 and 0.5"),
    (lambda: number("x", 8, hi=1.5), ValueError, "number lo and hi must satisfy 0 <= lo <= hi <= 1, not 0.0 and 1.5"),
    (lambda: number(3, 8), ValueError, "an input's name must be an identifier, not 3"),
    (lambda: number("x", 8, lo="0"), TypeError, "number lo must be a number, not '0'"),
    (lambda: number("x", 8, at_most="y"), TypeError, "at_most must be a number of the circuit, not 'y'"),
    (lambda: number("x", 8, lo=math.nan), ValueError, "number lo and hi must satisfy"),
    (lambda: number("x", 2, lo=0.3, hi=0.4), ValueError, r"must have a multiple of 2\*\*-2 between them, not 0.3 and 0.4"),
    (lambda: number("x", 8, at_most=outside("y", BIT)), TypeError, "at_most must be a number of the circuit, not <y: BIT>"),
    (lambda: Correlation(("a", "b"), 2), ValueError, r"Correlation scc must be -1, 0 or \+1, not 2"),
    (lambda: Serial("a", "random"), ValueError, "Serial demand must be one of 'independent', 'not low discrepancy', 'not a ramp', not 'random'"),
    (lambda: Format("a", "ternary"), ValueError, "Format format must be 'unipolar' or 'bipolar', not 'ternary'"),
])
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_contract_in_words():
    assert str(Contract(Correlation(("x", "y"), 1), AtMost("x", "y"), Serial("x", "independent"), Serial("y", "not low discrepancy"),
                        Format(("x", "y"), "bipolar"), Correlation("z", 0))) == (
        "SCC(x, y) = +1; x <= y; x serially independent; y not low discrepancy; x, y bipolar; SCC(z) = 0")
    assert str(Contract()) == "any streams"


def test_what_a_component_cannot_say_of_its_outputs_still_depends_on_its_inputs():
    from gateware.sc.arithmetic.multiply import AndMultiplier
    from gateware.sc.correlation.synchronizer import Synchronizer
    x = encode("x", lfsr(1))
    pair = connect(Synchronizer(1), x=x, y=1)
    assert known(pair.aligned_x).origins == known(x).origins
    with pytest.raises(ContractError, match="needs a and b with SCC = 0, and they have an unknown SCC"):
        connect(AndMultiplier(), a=pair.aligned_x, b=x)
