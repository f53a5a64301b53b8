"""The flat namespace of the package is what its public modules export, and everything in it is documented."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections import Counter
from types import ModuleType

import pytest
from tests.core_source import MODULES

import deltawire

PUBLIC_MODULES = (
    "encode",
    "events",
    "failures",
    "framing",
    "limits",
    "message",
    "notes",
    "partial_json",
    "policy",
    "requests",
    "response",
    "think",
    "tool_calls",
    "usage",
)
PRESENT = [name for name in PUBLIC_MODULES if name in MODULES]
NOT_FROM_A_MODULE = {"__version__"}

if not hasattr(deltawire, "__all__"):
    pytest.skip("the package has no flat namespace yet", allow_module_level=True)


def exported(name: str) -> ModuleType:
    return importlib.import_module(f"deltawire.{name}")


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


def test_the_flat_namespace_is_the_union_of_the_public_modules() -> None:
    union = {name for module in PRESENT for name in exported(module).__all__}
    assert set(deltawire.__all__) == union | NOT_FROM_A_MODULE


def test_no_name_is_exported_twice() -> None:
    counts = Counter(name for module in PRESENT for name in exported(module).__all__)
    assert [name for name, count in counts.items() if count > 1] == []
    assert [name for name, count in Counter(deltawire.__all__).items() if count > 1] == []


def test_every_name_is_the_same_object_in_both_places() -> None:
    for module in PRESENT:
        for name in exported(module).__all__:
            assert getattr(deltawire, name) is getattr(exported(module), name)


@pytest.mark.parametrize("module", ["__init__", *PRESENT])
def test_exports_are_sorted(module: str) -> None:
    names = deltawire.__all__ if module == "__init__" else exported(module).__all__
    assert list(names) == sorted(names, key=rank)


@pytest.mark.parametrize("module", PRESENT)
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


@pytest.mark.parametrize("module", PRESENT)
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
