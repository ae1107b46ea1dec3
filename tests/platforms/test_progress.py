import io

import pytest
from rich.console import Console

from platforms.progress import Steps


def _console(**options):
    return Console(file=io.StringIO(), width=100, **options)


def test_each_step_is_a_line_with_its_result():
    console = _console()
    with Steps(console) as steps:
        with steps("synthesise") as step:
            step.say("first call: compiling")
            step.result = "12 [LUT4]"
    first, second = console.file.getvalue().splitlines()
    assert first == "  first call: compiling"
    assert second.startswith(("✓ synthesise", "+ synthesise")) and second.endswith("s  12 [LUT4]")


def test_failed_step_is_not_shown_as_done():
    console = _console()
    with pytest.raises(ValueError, match="no"):
        with Steps(console) as steps, steps("synthesise"):
            raise ValueError("no")
    assert "synthesise" not in console.file.getvalue()


def test_terminal_shows_steps_side_by_side():
    console = _console(force_terminal=True)
    with Steps(console) as steps:
        with steps("one"), steps("two"):
            pass
    assert "one" in console.file.getvalue() and "two" in console.file.getvalue()


def test_without_a_console_nothing_is_shown(capsys):
    with Steps() as steps, steps("quiet") as step:
        step.say("nothing")
    assert capsys.readouterr() == ("", "")
