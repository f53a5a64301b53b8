"""The flat namespace of the package is what its public modules export, and everything in it is documented."""

from __future__ import annotations

import ast
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
    "sniff",
    "think",
    "tool_call_view",
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


def documented_assignments(tree: ast.Module) -> set[str]:
    """The names bound in the module with a docstring right below."""
    found = set()
    for node, below in zip(tree.body, tree.body[1:], strict=False):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            found.add(target.id)
    return found


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


@pytest.mark.parametrize("module", TAKEN_OVER)
def test_every_public_name_has_a_docstring(module: str) -> None:
    assignments = set[str]().union(
        *(documented_assignments(source.tree) for name, source in MODULES.items() if name.partition(".")[0] == module)
    )
    missing = []
    for name in exported(module).__all__:
        value = getattr(exported(module), name)
        if not (inspect.isclass(value) or inspect.isfunction(value)):
            missing += [] if name in assignments else [name]
        elif not vars(value).get("__doc__", value.__doc__):
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("module", TAKEN_OVER)
def test_every_public_method_has_a_docstring(module: str) -> None:
    missing = [
        f"{name}.{member}"
        for name in exported(module).__all__
        if inspect.isclass(getattr(exported(module), name))
        for member, value in vars(getattr(exported(module), name)).items()
        if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, property))
        if not value.__doc__
    ]
    assert missing == []
