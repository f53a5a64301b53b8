"""The core does no IO and keeps no state of its own."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from inspect import isclass
from typing import Any

import pytest
from tests.core_source import (
    MODULES,
    OUTSIDE,
    OUTSIDE_OF_TESTING,
    Module,
    dotted,
    each_module,
    inside_imports,
    outside_imports,
)

import deltawire

FORBIDDEN_SYNTAX = {
    ast.AsyncFunctionDef: "async def",
    ast.AsyncFor: "async for",
    ast.AsyncWith: "async with",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.YieldFrom: "yield from",
    ast.Global: "global",
}
FORBIDDEN_CALLS = {"print", "open", "exec", "eval", "compile", "input", "breakpoint", "globals", "__import__"}
FORBIDDEN_CACHES = {"cache", "lru_cache", "singledispatch"}
BLANKET = {"Exception", "BaseException"}

IMMUTABLE_RESULTS = {
    "attrs.field",
    "bytes",
    "bytes.maketrans",
    "enum.auto",
    "frozenset",
    "get_args",
    "int",
    "json.JSONDecoder",
    "json.JSONEncoder",
    "MappingProxyType",
    "operator.attrgetter",
    "operator.itemgetter",
    "range",
    "re.compile",
    "str.maketrans",
    "struct.Struct",
    "tuple",
    "types.MappingProxyType",
    "TypeVar",
}
TEXT_METHODS = {"decode", "encode", "format", "join", "lower", "replace", "strip", "upper"}
READ_ONLY = {"Mapping", "bytes", "frozenset", "re.Pattern", "str", "tuple"}
MUTABLE = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp, ast.GeneratorExp)
MUTATORS = {"add", "append", "clear", "extend", "insert", "pop", "popitem", "remove", "setdefault", "update"}


@each_module
def test_imports_only_relatively_and_from_the_allowed_modules(module: Module) -> None:
    allowed = OUTSIDE | OUTSIDE_OF_TESTING if module.layer == "testing" else OUTSIDE
    assert set(outside_imports(module)) <= allowed
    assert "?" not in set(inside_imports(module))


def test_the_allowed_modules_are_those_that_are_used() -> None:
    used = {name for module in MODULES.values() for name in outside_imports(module)}
    assert used == OUTSIDE | OUTSIDE_OF_TESTING


@each_module
def test_neither_waits_nor_suspends_nor_does_io(module: Module) -> None:
    wrong = set()
    for node in ast.walk(module.tree):
        if type(node) in FORBIDDEN_SYNTAX:
            wrong.add((node.lineno, FORBIDDEN_SYNTAX[type(node)]))
        elif isinstance(node, ast.comprehension) and node.is_async:
            wrong.add((node.target.lineno, "async comprehension"))
        elif isinstance(node, ast.Call) and dotted(node.func) in FORBIDDEN_CALLS:
            wrong.add((node.lineno, dotted(node.func)))
    assert not wrong


@each_module
def test_catches_nothing_wholesale(module: Module) -> None:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"bare except in line {node.lineno}"
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            assert not {dotted(name) for name in caught} & BLANKET, f"blanket except in line {node.lineno}"


def lasting_bindings(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Names bound when the module is imported, in class bodies and branches too, with their values."""
    for node in body:
        if isinstance(node, ast.Assign):
            yield from ((dotted(target), node.value) for target in node.targets)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None and dotted(node.annotation) != "TypeAlias":
                yield dotted(node.target), node.value
        elif isinstance(node, ast.AugAssign):
            yield f"{dotted(node.target)} augmented", ast.List([node.value], ast.Load())
        elif not isinstance(node, ast.FunctionDef):
            for field in ("body", "handlers", "orelse", "finalbody"):
                yield from lasting_bindings(getattr(node, field, []))


def mutable_parts(name: str, value: ast.AST, makers: set[str]) -> Iterator[str]:
    """What in `value` could change later. A dict is let through as a constant table if its name is in capitals."""
    parts: list[ast.AST] = []
    if isinstance(value, ast.Dict | ast.DictComp) and re.fullmatch(r"_*[A-Z][A-Z0-9_]*", name):
        parts = [*value.values] if isinstance(value, ast.Dict) else [value.value]
    elif isinstance(value, ast.Starred):
        # What is unpacked into a tuple is gone afterwards.
        parts = [getattr(value.value, "elt", value.value)]
    elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr):
        # The left side says what a union is.
        parts = [value.left]
    elif isinstance(value, MUTABLE):
        yield type(value).__name__
    elif isinstance(value, ast.Call):
        if dotted(value.func) not in makers and dotted(value.func).rpartition(".")[2] not in TEXT_METHODS:
            yield f"{dotted(value.func)}(...)"
    elif not isinstance(value, ast.Lambda):
        parts = [*ast.iter_child_nodes(value)]
    for part in parts:
        yield from mutable_parts(name, part, makers)


def immutable_makers(module: Module) -> set[str]:
    """Functions of the module that are declared to return something read-only."""
    functions = [node for node in module.tree.body if isinstance(node, ast.FunctionDef) and node.returns]
    return {node.name for node in functions if dotted(getattr(node.returns, "value", node.returns)) in READ_ONLY}


@cache
def immutable_records() -> set[str]:
    """The frozen attrs classes and the enumerations of the core."""
    found = set()
    for module in MODULES.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                marks = [mark.func if isinstance(mark, ast.Call) else mark for mark in node.decorator_list]
                if {dotted(mark) for mark in marks} & {"attrs.frozen", "frozen"} or any(
                    dotted(base).endswith("Enum") for base in node.bases
                ):
                    found.add(node.name)
    return found


@each_module
def test_binds_nothing_mutable_for_good(module: Module) -> None:
    makers = IMMUTABLE_RESULTS | immutable_records() | immutable_makers(module)
    wrong = [
        (name, part)
        for name, value in lasting_bindings(module.tree.body)
        if name != "__all__"
        for part in mutable_parts(name, value, makers)
    ]
    assert not wrong


@each_module
def test_keeps_no_cache(module: Module) -> None:
    used = {node.attr for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
    used |= {node.name for node in ast.walk(module.tree) if isinstance(node, ast.alias)}
    assert not used & FORBIDDEN_CACHES


def test_tables_are_never_written_to() -> None:
    tables = {
        name.rpartition(".")[2]
        for module in MODULES.values()
        for name, value in lasting_bindings(module.tree.body)
        if isinstance(value, ast.Dict | ast.DictComp)
    }
    wrong = []
    for module in MODULES.values():
        for node in ast.walk(module.tree):
            changed = None
            if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                changed = node.value
            elif isinstance(node, ast.AugAssign):
                changed = node.target
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
                changed = node.func.value
            if changed is not None and dotted(changed).rpartition(".")[2] in tables:
                wrong.append((module.name, changed.lineno, dotted(changed)))
    assert not wrong


BODIES = {
    "openai-chat": b'data: {"id":"a","choices":[{"index":0,"delta":{"content":"<think>a</think>b","tool_calls":'
    b'[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}],'
    b'"usage":{"prompt_tokens":1}}\n\ndata: {bad}\n\ndata: [DONE]\n\n',
    "anthropic": b'data: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":1}}}\n\n'
    b'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}\n\n'
    b'data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
}


def lasting_state() -> dict[str, Any]:
    """What every loaded module of the package and every class in it holds now."""
    state = {}
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] == "deltawire":
            owners = {name: module, **{f"{name}.{key}": each for key, each in vars(module).items() if isclass(each)}}
            for place, owner in owners.items():
                state |= {f"{place}.{key}": view(each) for key, each in vars(owner).items() if key[:2] != "__"}
    return state


def view(value: Any) -> Any:
    if isinstance(value, Mapping):
        return [(repr(key), view(each)) for key, each in value.items()]
    if isinstance(value, list | tuple | set | frozenset):
        return [view(each) for each in value]
    return id(value)


@pytest.mark.parametrize("provider", BODIES)
def test_parsing_leaves_no_trace_in_any_module(provider: str) -> None:
    deltawire.parse(provider, b"")  # loads what is loaded when it is asked for
    before = lasting_state()
    events = deltawire.parse(provider, BODIES[provider])
    assert len(events) > 2
    assert lasting_state() == before
