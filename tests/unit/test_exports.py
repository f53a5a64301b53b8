"""The flat namespace of the package is what its public modules export."""

from __future__ import annotations

import importlib
import inspect
from collections import Counter
from types import ModuleType

import pytest
from tests.core_source import MODULES, inside_imports

import deltawire

PUBLIC_MODULES = {
    "accumulator",
    "encode",
    "event_dict",
    "events",
    "failures",
    "framing",
    "limits",
    "message",
    "notes",
    "parsing",
    "partial_json",
    "policy",
    "requests",
    "response",
    "pricing",
    "resume",
    "sniffing",
    "think",
    "tool_call_view",
    "translation",
    "turns",
    "usage",
}
NOT_FROM_A_MODULE = {"__version__", "annotations"}

# The modules whose names the package takes over.
TAKEN_OVER = sorted(set(inside_imports(MODULES["__init__"])) - {"version"})


def exported(name: str) -> ModuleType:
    return importlib.import_module(f"deltawire.{name}")


def flat_names() -> set[str]:
    """What the package offers, be it named in `__all__` or imported with a star."""
    bound = {name for name, value in vars(deltawire).items() if not (name.startswith("_") or inspect.ismodule(value))}
    return set(getattr(deltawire, "__all__", bound)) - NOT_FROM_A_MODULE


def rank(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest, each by name: the order that ruff's RUF022 keeps."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def test_only_public_modules_are_taken_over() -> None:
    assert set(TAKEN_OVER) <= PUBLIC_MODULES
    assert "events" in TAKEN_OVER


def test_the_flat_namespace_is_the_union_of_the_public_modules() -> None:
    assert flat_names() == {name for module in TAKEN_OVER for name in exported(module).__all__}
    assert deltawire.__version__


def test_no_name_is_exported_twice() -> None:
    counts = Counter(name for module in TAKEN_OVER for name in exported(module).__all__)
    assert [name for name, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("module", TAKEN_OVER)
def test_every_name_is_the_same_object_in_both_places(module: str) -> None:
    for name in exported(module).__all__:
        assert getattr(deltawire, name) is getattr(exported(module), name)


@pytest.mark.parametrize("module", TAKEN_OVER)
def test_exports_are_sorted(module: str) -> None:
    names = exported(module).__all__
    assert list(names) == sorted(names, key=rank)


def test_the_modules_that_names_are_looked_for_in_are_those_that_type_checkers_see() -> None:
    assert sorted(deltawire._MODULES) == TAKEN_OVER  # type: ignore[attr-defined]


def test_no_name_is_the_name_of_a_module() -> None:
    # The import of a module binds its name in the package.
    assert not flat_names() & MODULES.keys()
