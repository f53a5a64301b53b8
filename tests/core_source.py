"""The core's source as syntax trees, for the tests that hold it to its rules."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

CORE = Path(__file__).resolve().parents[1] / "sansio" / "deltawire"

OUTSIDE = {
    "__future__",
    "abc",
    "attrs",
    "base64",
    "binascii",
    "collections.abc",
    "copy",
    "datetime",
    "difflib",
    "enum",
    "importlib",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "struct",
    "types",
    "typing",
    "urllib.parse",
    "zlib",
}
OUTSIDE_OF_TESTING = {"hypothesis"}


class TypingRemover(ast.NodeTransformer):
    def visit_If(self, node: ast.If) -> ast.If | None:
        return None if dotted(node.test).endswith("TYPE_CHECKING") else node


@attrs.frozen
class Module:
    name: str
    """Dotted below the package; a package's own module has the package's name, the top one is `__init__`."""
    folder: tuple[str, ...]
    tree: ast.Module

    @classmethod
    def read(cls, path: Path) -> Module:
        folder = path.relative_to(CORE).parent.parts
        parts = folder if path.stem == "__init__" else (*folder, path.stem)
        return cls(".".join(parts) or "__init__", folder, ast.parse(path.read_text("utf-8"), str(path)))

    @property
    def at_run_time(self) -> Module:
        """The module without what only type checkers see."""
        return attrs.evolve(self, tree=TypingRemover().visit(copy.deepcopy(self.tree)))

    @property
    def layer(self) -> str:
        return self.name.partition(".")[0]


MODULES = {module.name: module for module in map(Module.read, sorted(CORE.rglob("*.py")))}
each_module = pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a name or attribute, with `?` for what is neither."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def outside_imports(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in OUTSIDE else node.module


def inside_imports(module: Module) -> Iterator[str]:
    """The modules of the package that `module` imports; `?` for one that leaves the package or does not exist."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        above = len(module.folder) - (node.level - 1)
        if above < 0:
            yield "?"
            continue
        base = (*module.folder[:above], *(node.module.split(".") if node.module else ()))
        for alias in node.names:
            submodule = ".".join((*base, alias.name))
            package = ".".join(base) or "__init__"
            yield submodule if submodule in MODULES else package if package in MODULES else "?"
