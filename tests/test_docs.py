"""The pages: one for each module of gateware, links that lead somewhere, examples that run."""

import contextlib
import importlib.util
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
FOLDERS = ("docs", "models", "gateware", "sim", "platforms", "examples", "benchmarks")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))])
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
# What an example of a page is run with instead, where the page shows what takes long.
QUICKER = {"README.md": ('level="all"', 'level="proof"')}
# Its example reads a network that the reader has trained.
NOT_RUN = {"docs/digits.md"}


def name_of(page):
    return page.relative_to(ROOT).as_posix()


def modules():
    """The public modules of gateware."""
    for file in sorted((ROOT / "gateware").rglob("*.py")):
        if not file.stem.startswith("_"):
            yield ".".join(file.relative_to(ROOT).with_suffix("").parts)


def documented():
    """The modules that headings of the pages of gateware name, and the page of each."""
    return {module: page for page in sorted((DOCS / "gateware").rglob("*.md"))
            for heading in re.findall(r"^#+ .*$", CODE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
            for module in re.findall(r"`(gateware[\w.]*)`", heading)}


def links(page):
    """The relative links of a page, without those to a place in a page."""
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    return [target.partition("#")[0] for target in LINK.findall(text) if not re.match(r"\w+:|#", target)]


def test_every_module_of_gateware_has_its_page():
    pages = documented()
    assert [module for module in modules() if module not in pages] == []


def test_every_contract_has_its_row():
    from sim.specs import _CONTRACTS
    page = (DOCS / "evidence.md").read_text(encoding="utf-8")
    named = {name for row in re.findall(r"^\| ([\w, ]+) \|", page, re.MULTILINE) for name in row.split(", ")}
    assert [cls.__name__ for cls in _CONTRACTS if not named & {each.__name__ for each in (cls, *cls.__subclasses__())}] == []


def test_pages_lie_where_their_modules_do():
    for module, page in documented().items():
        assert importlib.util.find_spec(module) is not None, f"{name_of(page)} names {module}, which is not there"
        own = DOCS / Path(*module.split(".")).with_suffix(".md")
        assert page == own or not own.exists(), f"{module} is described in {name_of(page)} and has a page of its own"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


def test_the_index_names_every_page():
    # The catalogue has an index of its own.
    named = {(index.parent / target).resolve() for index in (DOCS / "README.md", DOCS / "neurons" / "README.md") for target in links(index)}
    assert [name_of(page) for page in DOCS.rglob("*.md") if page.name != "README.md" and page.resolve() not in named] == []


@pytest.mark.parametrize("page", [page for page in PAGES if re.search("^```python$", page.read_text(encoding="utf-8"), re.MULTILINE)
                                  and name_of(page) not in NOT_RUN], ids=name_of)
def test_examples_run(page):
    """All of a page's examples, one after another."""
    text = page.read_text(encoding="utf-8")
    quicker = QUICKER.get(name_of(page))
    if quicker:
        assert quicker[0] in text
        text = text.replace(*quicker)
    scope = {"__name__": "example"}
    for number, block in enumerate(re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)):
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(block, f"{name_of(page)}, example {number}", "exec"), scope)
