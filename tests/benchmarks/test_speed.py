from benchmarks.__main__ import main
from benchmarks.speed import best


def test_best_round_of_each_counts():
    first, second = iter((1, 5, 3)), iter((9, 2, 4))
    order = []
    assert best(3, lambda: order.append("a") or next(first), lambda: order.append("b") or next(second)) == [5, 9]
    assert order == ["a", "b"] * 3


def test_rounds_are_checked(capsys):
    assert main(["speed", "--rounds", "0"]) == 1
    assert capsys.readouterr().err == "error: --rounds must be at least 1, not 0\n"


def test_wrong_command_ends_with_2():
    assert main(["volume"]) == 2


def test_help_names_the_commands(capsys):
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert "area" in shown and "speed" in shown
