"""The flat namespace of the package is what its public modules export, and everything in it is documented."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections import Counter
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any

import attrs
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
# Those whose names are public where they are, the shims' among them.
BESIDE = ["policy.host_events", "pricing", "testing", "testing.strategies", "turns"]
SHIMS = [f"deltawire_transports.{name}" for name in ("aio", "blocking", "capture", "faults", "queues", "replay")]
DOCUMENTED = [*TAKEN_OVER, *BESIDE, *SHIMS]
# `events.py` says once for all events what these two are.
TOLD_BY_THE_MODULE = {"choice", "part"}
UNIT = re.compile(r"seconds|dollars|bytes|percentage|share|longer|monotonic", re.IGNORECASE)


def exported(name: str) -> ModuleType:
    return importlib.import_module(name if name.startswith("deltawire_transports.") else f"deltawire.{name}")


def classes(module: str) -> list[type]:
    """The classes that a module exports."""
    values = [getattr(exported(module), name) for name in exported(module).__all__]
    return [value for value in values if inspect.isclass(value)]


def methods(kind: type) -> dict[str, Any]:
    """The functions of a class's own public methods and properties, by name."""
    found = {
        name: value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        for name, value in vars(kind).items()
        if not name.startswith("_")
    }
    return {name: function for name, function in found.items() if inspect.isfunction(function)}


@cache
def definitions(module: str) -> dict[str, ast.AST]:
    """The classes, functions and methods that a module defines, by qualified name; `""` is the module."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    found: dict[str, ast.AST] = {"": tree}
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.name] = node
            within = [inner for inner in node.body if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)]
            found |= {f"{node.name}.{inner.name}": inner for inner in within}
    return found


def raised(function: Any) -> set[str]:
    """The exceptions that a function raises by name, but for those that belong to a protocol of the language."""
    tree = definitions(function.__module__).get(function.__qualname__, ast.Pass())
    raises = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    kinds = [value.func if isinstance(value, ast.Call) else value for value in raises]
    names = {kind.id for kind in kinds if isinstance(kind, ast.Name) and kind.id[0].isupper()}
    return names - {"StopIteration", "StopAsyncIteration", "NotImplementedError"}


def documented_fields(kind: type) -> dict[str, str]:
    """The docstrings of the fields of a class and its bases, each below its field."""
    found = {}
    for base in kind.__mro__[:-1]:
        if base.__module__.partition(".")[0] in {"deltawire", "deltawire_transports"}:
            tree = definitions(base.__module__).get(base.__name__, ast.ClassDef(body=[]))
            assert isinstance(tree, ast.ClassDef)
            for field, below in pairwise(tree.body):
                if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
                    found[ast.unparse(field.target)] = ast.unparse(below)
    return found


def flat_names() -> set[str]:
    """What the package offers, be it named in `__all__` or imported with a star."""
    bound = {name for name, value in vars(deltawire).items() if not (name.startswith("_") or inspect.ismodule(value))}
    return set(getattr(deltawire, "__all__", bound)) - NOT_FROM_A_MODULE


def rank(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest, each by name: the order that ruff's RUF022 keeps."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def documented_assignments(tree: Any) -> set[str]:
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


@pytest.mark.parametrize("module", DOCUMENTED)
def test_every_public_name_has_a_docstring(module: str) -> None:
    names = exported(module).__all__
    assignments = set[str]().union(
        *(
            documented_assignments(source.tree)
            for name, source in MODULES.items()
            if name.partition(".")[0] == module.partition(".")[0]
        ),
        *(
            documented_assignments(definitions(name)[""])
            for name in list(sys.modules)
            if name.startswith("deltawire_transports.") and module in SHIMS
        ),
    )
    missing = []
    for name in names:
        value = getattr(exported(module), name)
        if not (inspect.isclass(value) or inspect.isfunction(value)):
            missing += [] if name in assignments else [name]
        elif not vars(value).get("__doc__", value.__doc__):
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("module", DOCUMENTED)
def test_every_public_method_has_a_docstring(module: str) -> None:
    missing = [
        f"{kind.__name__}.{name}"
        for kind in classes(module)
        for name, function in methods(kind).items()
        if not function.__doc__
    ]
    assert missing == []


@pytest.mark.parametrize("module", DOCUMENTED)
def test_every_public_field_has_a_docstring(module: str) -> None:
    missing = [
        f"{kind.__name__}.{field.name}"
        for kind in classes(module)
        if attrs.has(kind)
        for field in attrs.fields(kind)
        if not field.name.startswith("_")
        if field.name not in TOLD_BY_THE_MODULE.union(documented_fields(kind))
    ]
    assert missing == []


@pytest.mark.parametrize("module", DOCUMENTED)
def test_a_number_with_a_fraction_says_its_unit(module: str) -> None:
    silent = [
        f"{kind.__name__}.{field.name}"
        for kind in classes(module)
        if attrs.has(kind)
        for field in attrs.fields(kind)
        if "float" in str(field.type)
        if not UNIT.search(f"{documented_fields(kind).get(field.name)} {kind.__doc__}")
    ]
    assert silent == []


@pytest.mark.parametrize("module", DOCUMENTED)
def test_what_a_function_raises_stands_in_its_docstring_or_its_class(module: str) -> None:
    told = {
        name: (value, value.__doc__ or "")
        for name in exported(module).__all__
        if inspect.isfunction(value := getattr(exported(module), name))
    }
    for kind in classes(module):
        for name, function in methods(kind).items():
            told[f"{kind.__name__}.{name}"] = function, f"{function.__doc__} {kind.__doc__}"
    silent = [
        f"{name}: {error}"
        for name, (value, text) in told.items()
        for error in sorted(raised(value))
        if error not in text
    ]
    assert silent == []
