"""Every public name says what it is: by its docstring, its methods' and fields', with units, failures and sources."""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import pkgutil
import re
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, is_typeddict

import attrs
import pytest
from tests.core_source import MODULES, inside_imports

import deltawire_transports
from deltawire.registry import PROVIDERS

DOCS = Path(__file__).resolve().parents[2] / "docs"
DOCUMENTED = sorted(
    {
        name
        for page in (DOCS / "reference").glob("*.md")
        for name in re.findall(r"^\.\. automodule:: (\S+)", page.read_text("utf-8"), re.MULTILINE)
    }
)
# What users import from the core beside its flat namespace.
BESIDE = {
    "deltawire.dialects",
    "deltawire.policy.host_events",
    "deltawire.policy.states",
    "deltawire.providers.base",
    "deltawire.rate_limits",
    "deltawire.registry",
    "deltawire.testing",
    "deltawire.testing.strategies",
    "deltawire.timeline",
}
# What the public modules of the shims are made of; users have no business there.
INSIDE = re.compile(
    r"cli|report\.|gateway\.|capture_(checksums|errors|fields|header|masks|pool)|fault_(?!wire)|replay_(?!source)"
)

# `events.py` says once for all events what these two are.
TOLD_BY_THE_MODULE = {"choice", "part"}
UNIT = re.compile(
    r"seconds|dollars|bytes|percentage|share|longer|monotonic|times faster|clock|from 0 to 1", re.IGNORECASE
)
# An address, a standard, or the name of a provider's document.
SOURCE = re.compile(r"[\w-]+(?:\.[\w-]+)*\.(?:com|dev|ai|org|io|net)/\S|WHATWG|RFC \d+|API reference|botocore")

of_every_module = pytest.mark.parametrize("module", DOCUMENTED)


def exported(module: str) -> list[tuple[str, Any]]:
    """What a module exports, by name."""
    namespace = importlib.import_module(module)
    return [(name, getattr(namespace, name)) for name in namespace.__all__]


def ours(value: Any) -> bool:
    """True for a class or function of the project."""
    return str(getattr(value, "__module__", "")).partition(".")[0] in {"deltawire", "deltawire_transports"}


def classes(module: str) -> list[type]:
    """The classes that a module exports."""
    return [value for _, value in exported(module) if inspect.isclass(value) and ours(value)]


def methods(kind: type) -> dict[str, Any]:
    """The public methods and properties of a class, those of its bases of ours too, by name."""
    found: dict[str, Any] = {}
    for base in reversed([base for base in kind.__mro__ if ours(base)]):
        for name, value in vars(base).items():
            function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
            if not name.startswith("_") and inspect.isfunction(function):
                found[name] = function
    return found


def functions(module: str) -> list[tuple[str, Any, str]]:
    """Functions and methods with where they are, and all that is said of them: by themselves and by their class."""
    found = [(name, value, value.__doc__ or "") for name, value in exported(module) if inspect.isfunction(value)]
    for kind in classes(module):
        init = vars(kind).get("__init__")
        said = f"{inspect.getdoc(kind)} {getattr(init, '__doc__', '')}"
        found += [
            (f"{kind.__name__}.{name}", function, f"{function.__doc__} {said}")
            for name, function in methods(kind).items()
        ]
    return found


@cache
def definitions(module: str) -> dict[str, Any]:
    """The classes, functions and methods that a module defines, by qualified name; `""` is the module."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    found: dict[str, Any] = {"": tree}
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.name] = node
            within = [inner for inner in node.body if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)]
            found |= {f"{node.name}.{inner.name}": inner for inner in within if isinstance(node, ast.ClassDef)}
    return found


def raised(function: Any) -> set[str]:
    """The exceptions that a function raises by name, but for those that belong to a protocol of the language."""
    tree = definitions(function.__module__).get(function.__qualname__, ast.Pass())
    raises = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    kinds = [value.func if isinstance(value, ast.Call) else value for value in raises]
    names = {kind.id for kind in kinds if isinstance(kind, ast.Name) and kind.id[0].isupper()}
    return names - {"StopIteration", "StopAsyncIteration", "NotImplementedError"}


def told_below(body: list[ast.stmt]) -> dict[str, str]:
    """The names that are bound with a string right below them, and the strings."""
    found = {}
    for node, below in pairwise(body):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            found[target.id] = str(below.value.value)
    return found


def told_of_fields(kind: type) -> dict[str, str]:
    """The docstrings of the fields or members of a class and its bases, each below its field."""
    found: dict[str, str] = {}
    for base in kind.__mro__:
        if ours(base):
            tree = definitions(base.__module__).get(base.__name__)
            found |= told_below(tree.body) if isinstance(tree, ast.ClassDef) else {}
    return found


def fields(kind: type) -> dict[str, str]:
    """The public fields of a record, the keys of a typed dictionary or the members of an enumeration: name to type."""
    if attrs.has(kind):
        return {field.name: str(field.type) for field in attrs.fields(kind) if not field.name.startswith("_")}
    if is_typeddict(kind):
        body = definitions(kind.__module__)[kind.__name__].body
        return {ast.unparse(node.target): str(node.annotation) for node in body if isinstance(node, ast.AnnAssign)}
    return dict.fromkeys(kind.__members__, "") if issubclass(kind, enum.Enum) else {}


def defined_in(package: str) -> set[str]:
    """The constants and aliases that any loaded module of a package documents."""
    names = [name for name in sys.modules if name.partition(".")[0] == package and sys.modules[name]]
    return {told for name in names for told in told_below(definitions(name)[""].body)}


def public_modules() -> set[str]:
    """The modules that the reference must have."""
    flat = {f"deltawire.{name}" for name in inside_imports(MODULES["__init__"]) if name != "version"}
    walked = pkgutil.walk_packages(deltawire_transports.__path__, "deltawire_transports.")
    names = {found.name for found in walked}
    inner = {name for name in names if INSIDE.match(name.partition(".")[2]) or re.search(r"\._", name)}
    return flat | BESIDE | (names - inner)


def test_the_reference_has_every_public_module() -> None:
    assert sorted(public_modules() - set(DOCUMENTED)) == []


@of_every_module
def test_a_public_module_names_what_it_exports(module: str) -> None:
    assert isinstance(importlib.import_module(module), ModuleType)
    assert exported(module)
    assert importlib.import_module(module).__doc__


@of_every_module
def test_every_public_name_has_a_docstring(module: str) -> None:
    names = exported(module)  # loads it, and what it takes its constants from
    told = defined_in(module.partition(".")[0])
    missing = []
    for name, value in names:
        if not ((inspect.isclass(value) or inspect.isfunction(value)) and ours(value)):
            missing += [] if name in told or (value.__doc__ and ours(value)) else [name]
        elif not vars(value).get("__doc__", value.__doc__):
            missing.append(name)
    assert missing == []


@of_every_module
def test_every_public_method_has_a_docstring(module: str) -> None:
    missing = [
        f"{kind.__name__}.{name}"
        for kind in classes(module)
        for name, function in methods(kind).items()
        if not function.__doc__
    ]
    assert missing == []


@of_every_module
def test_every_public_field_and_member_has_a_docstring(module: str) -> None:
    missing = [
        f"{kind.__name__}.{name}"
        for kind in classes(module)
        for name in fields(kind)
        if name not in TOLD_BY_THE_MODULE.union(told_of_fields(kind))
    ]
    assert missing == []


@of_every_module
def test_a_number_with_a_fraction_says_its_unit(module: str) -> None:
    silent = [
        f"{kind.__name__}.{name}"
        for kind in classes(module)
        for name, type_ in fields(kind).items()
        if "float" in type_
        if not UNIT.search(f"{told_of_fields(kind).get(name)} {kind.__doc__}")
    ]
    assert silent == []


@of_every_module
def test_a_parameter_or_result_with_a_fraction_says_its_unit(module: str) -> None:
    silent = [
        f"{name}: {parameter}"
        for name, function, said in functions(module)
        for parameter, type_ in function.__annotations__.items()
        if "float" in str(type_)
        if not UNIT.search(said)
    ]
    assert silent == []


@of_every_module
def test_what_a_function_raises_stands_in_its_docstring_or_its_class(module: str) -> None:
    silent = [
        f"{name}: {error}"
        for name, function, said in functions(module)
        for error in sorted(raised(function))
        if error not in said
    ]
    assert silent == []


WIRE = sorted(
    {row.schema.__module__ for row in PROVIDERS.values()}
    | {schema.__module__ for row in PROVIDERS.values() for _, schema in row.schemas}
    | {
        f"deltawire.{name}"
        for name, module in MODULES.items()
        if name in {"dialects", "rate_limits", "retry_after", "error_words", "pricing", "price_list", "think_tags"}
        or module.layer == "framing"
        or re.fullmatch(
            r"(requests|turns)\.(anthropic|bedrock|chat|cohere|converse|gemini|interactions|ollama|responses)", name
        )
    }
    - {"deltawire.framing", "deltawire.framing.document", "deltawire.pricing"}
)


@pytest.mark.parametrize("module", WIRE)
def test_a_module_about_the_wire_names_its_source(module: str) -> None:
    importlib.import_module(module)
    assert SOURCE.search(inspect.getsource(sys.modules[module])), "no standard, address or document is named"
