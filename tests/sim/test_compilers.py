import re
import sys

import pytest

from sim import compilers
from sim.compilers import CompilerError, find_compiler

SOURCE = 'extern "C" int answer() { return 42; }\n'


@pytest.fixture
def no_compiler(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    compilers._identify.cache_clear()
    yield
    compilers._identify.cache_clear()


def test_a_compiler_is_found_and_says_its_version():
    found = find_compiler()
    assert found.version and found.command


def test_cxx_is_taken_first_with_its_arguments(monkeypatch):
    monkeypatch.setenv("CXX", f"{find_compiler().command[0]} -DX=1")
    assert find_compiler().command[1:] == ("-DX=1",)


def test_ziglang_from_pip_is_taken_where_the_system_has_none(no_compiler):
    found = find_compiler()
    assert found.name == "ziglang"
    assert found.command == (sys.executable, "-m", "ziglang", "c++")
    assert found.version


def test_no_compiler_at_all_is_one_clear_sentence(no_compiler, monkeypatch):
    monkeypatch.setattr(compilers.importlib.util, "find_spec", lambda name: None)
    message = "C++ compiler is missing: install g++ or clang++, set CXX to one, or `pip install ziglang`"
    with pytest.raises(CompilerError, match=f"^{re.escape(message)}$"):
        find_compiler()


def test_cxx_that_does_not_exist_is_named(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(CompilerError, match="^C\\+\\+ compiler is missing: CXX is 'no-such-compiler', "):
        find_compiler()


def test_cxx_that_is_no_compiler_is_named(monkeypatch):
    monkeypatch.setenv("CXX", "false")
    with pytest.raises(CompilerError, match="^C\\+\\+ compiler 'false' cannot be run: "):
        find_compiler()


def test_an_error_in_the_source_is_reported(tmp_path):
    source = tmp_path / "x.cc"
    source.write_text("int x = ;\n")
    with pytest.raises(CompilerError, match=r"failed: .*error"):
        find_compiler().build(source, tmp_path / "x.so", [])


def test_a_compiler_that_hangs_is_stopped(tmp_path, monkeypatch):
    slow = tmp_path / "slow"
    slow.write_text('#!/bin/sh\n[ "$1" = --version ] && echo slow 1.0 || exec sleep 60\n')
    slow.chmod(0o755)
    monkeypatch.setenv("CXX", str(slow))
    with pytest.raises(CompilerError, match=r"\(slow 1.0\) did not finish within 0.2 s$"):
        find_compiler().build(tmp_path / "x.cc", tmp_path / "x.so", [], timeout=0.2)
