"""The page about adding a provider: its module, its row and its tests work as they stand there."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from types import MappingProxyType, ModuleType
from typing import Any

import pytest
from tests.conftest import PROJECT

from deltawire import registry

PAGE = PROJECT / "docs" / "adding-a-provider.md"
MODULE, ROW, TESTS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def run(code: str, name: str) -> ModuleType:
    """The module that `code` is, as if it stood where the page says. Its line numbers are those of the block."""
    module = ModuleType(name)
    module.__package__ = name.rpartition(".")[0]
    sys.modules[name] = module
    exec(compile(code, str(PAGE), "exec", dont_inherit=True), module.__dict__)
    return module


@pytest.fixture(scope="module", autouse=True)
def lumen() -> Iterator[type[Any]]:
    """Registers the page's provider by the page's row."""
    name = "deltawire.providers.lumen"
    module = run(MODULE, name)
    row = eval(ROW, {"ProviderRow": registry.ProviderRow, "Lumen": module.Lumen})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "PROVIDERS", MappingProxyType({**registry.PROVIDERS, row.name: row}))
        yield module.Lumen
    del sys.modules[name]


def cases_of_the_page() -> list[Any]:
    """The page's test functions with their arguments, one parameter set each."""
    module = run(TESTS, "tests.unit.providers.test_lumen")
    found = []
    for name, function in vars(module).items():
        if name.startswith("test_"):
            marks = getattr(function, "pytestmark", [])
            cases = [mark.args for mark in marks if mark.name == "parametrize"] or [("", [()])]
            names, values = cases[0]
            single = isinstance(names, str)
            found += [
                pytest.param(function, (value,) if single and names else value, id=f"{name}-{number}")
                for number, value in enumerate(values)
            ]
    return found


@pytest.mark.parametrize(("function", "arguments"), cases_of_the_page())
def test_the_cases_of_the_page_pass(function: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    function(*arguments)


def test_the_page_tests_what_it_asks_for() -> None:
    names = {parameters.values[0].__name__ for parameters in cases_of_the_page()}
    assert {
        "test_every_event",
        "test_every_finish_word",
        "test_without_close_a_stream_is_truncated",
        "test_near_misses_break_no_law_at_any_split",
    } <= names


def test_the_module_imports_as_a_provider_may() -> None:
    imports = re.findall(r"^from (\S+) import", MODULE, re.MULTILINE)
    inside = {name for name in imports if name.startswith(".")}
    assert inside
    assert not [name for name in inside if name.startswith(("..framing", "..response", "..readers", "..providers"))]
    assert set(imports) - inside <= {"__future__", "collections.abc", "types", "typing"}


def test_no_line_of_the_page_is_too_long() -> None:
    assert [line for line in PAGE.read_text("utf-8").splitlines() if len(line) > 120] == []


def test_paths_that_the_page_names_exist() -> None:
    names = set(re.findall(r"`((?:sansio|docs|tests|requests|providers)/[\w./-]+\.\w+)`", PAGE.read_text("utf-8")))
    made_up = {"sansio/deltawire/providers/lumen.py", "tests/unit/providers/test_lumen.py"}
    assert made_up <= names
    for name in names - made_up:
        assert (PROJECT / name).is_file() or (PROJECT / "sansio" / "deltawire" / name).is_file(), name
