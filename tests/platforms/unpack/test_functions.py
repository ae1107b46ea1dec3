import itertools

import pytest

from platforms.unpack.functions import MAJORITY, reduce_function


def test_majority_is_two_of_three():
    assert [MAJORITY >> row & 1 for row in range(8)] == [int(sum(row >> k & 1 for k in range(3)) >= 2) for row in range(8)]


@pytest.mark.parametrize("order", [*itertools.permutations("abcd")])
def test_order_of_inputs_does_not_matter(order):
    # a AND b OR c XOR d, with the inputs in every order.
    def table(names):
        rows = [dict(zip(names, (row >> k & 1 for k in range(4)))) for row in range(16)]
        return sum((r["a"] & r["b"] | r["c"] ^ r["d"]) << k for k, r in enumerate(rows))

    assert reduce_function(table(order), list(order)) == reduce_function(table("abcd"), list("abcd"))


def test_what_is_no_function_is_the_signal_or_constant():
    assert reduce_function(0xAAAA, ["a", "b", "c", "d"]) == "a"
    assert reduce_function(0xFF00, ["a", "b", "c", "d"]) == "d"
    assert reduce_function(0x0000, ["a", "b", "c", "d"]) is False
    assert reduce_function(0xFFFF, [False, False, "c", False]) is True
    assert reduce_function(MAJORITY, ["a", False, True]) == "a"
    assert reduce_function(MAJORITY, ["a", "b", "a"]) == "a"
    assert reduce_function(MAJORITY, ["a", "b", True]) == ("function", ("a", "b"), 0b1110)


def test_every_table_of_three_signals_is_kept():
    for table in range(256):
        found = reduce_function(table, ["a", "b", "c"])
        for row in range(8):
            values = dict(zip("abc", (row >> k & 1 for k in range(3))))
            if isinstance(found, tuple):
                value = found[2] >> sum(values[name] << k for k, name in enumerate(found[1])) & 1
            else:
                value = int(found) if isinstance(found, bool) else values[found]
            assert value == table >> row & 1


def test_different_functions_have_different_forms():
    forms = {str(reduce_function(table, ["a", "b", "c"])) for table in range(256)}
    assert len(forms) == 256
