"""The core's modules stand in an order, imports go one way along it, and no file of the project is long."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from tests.conftest import PROJECT
from tests.core_source import MODULES, Module, inside_imports

# A response on its way through: a module imports only from those before it. Modules that are not named are helpers:
# they count as part of whoever imports them.
HOUSE = (
    "notes",
    "limits",
    "failures",
    "payload",
    "usage",
    "events",
    "framing",
    "tool_calls",
    "partial_json",
    "providers",
    "think",
    "response",
    "parsing",
    "message",
    "accumulator",
    "tool_call_view",
    "requests",
    "policy",
    "turns",
    "event_dict",
    "encode",
    "translation",
    "testing",
    "__init__",
)
NEVER = {
    "framing": {"payload", "events"},
    "providers": {"framing"},
    "policy": {"framing", "providers"},
    "encode": {"framing", "providers", "response", "policy"},
}
SHARED_BY_PROVIDERS = {"providers.base"}


def house_imports(module: Module) -> set[str]:
    """What `module` imports of the house, by itself or through helpers."""
    found: set[str] = set()
    helpers, seen = [module.name], set[str]()
    while helpers:
        name = helpers.pop()
        if name in seen or name not in MODULES:
            continue
        seen.add(name)
        for target in inside_imports(MODULES[name]):
            if target in MODULES and MODULES[target].layer in HOUSE:
                found.add(target)
            else:
                helpers.append(target)
    return found


IN_THE_HOUSE = [module for module in MODULES.values() if module.layer in HOUSE]
PROVIDERS = [module for name, module in MODULES.items() if name.startswith("providers.")]


@pytest.mark.parametrize("module", IN_THE_HOUSE, ids=lambda module: module.name)
def test_imports_go_only_up_the_house(module: Module) -> None:
    allowed = set(HOUSE[: HOUSE.index(module.layer) + 1]) - NEVER.get(module.layer, set())
    wrong = {target for target in house_imports(module) if MODULES[target].layer not in allowed}
    assert not wrong, f"{module.name} imports {sorted(wrong)}"


@pytest.mark.parametrize("module", PROVIDERS, ids=lambda module: module.name)
def test_providers_do_not_know_each_other(module: Module) -> None:
    own = module.name.split(".")[1]
    others = {target for target in house_imports(module) if MODULES[target].layer == "providers"}
    assert not {name for name in others - SHARED_BY_PROVIDERS if name.split(".")[1:2] != [own]}


def test_no_module_needs_itself() -> None:
    graph = {name: set(inside_imports(module.at_run_time)) - {name} for name, module in MODULES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' <- '.join(error.args[1])}")


@pytest.mark.parametrize("folder", ["sansio", "transports", "tests", "fuzz", "docs"])
def test_no_file_is_longer_than_400_lines(folder: str) -> None:
    lengths = {str(path.relative_to(PROJECT)): len(path.read_bytes().splitlines()) for path in python_files(folder)}
    assert lengths
    assert {name: count for name, count in lengths.items() if count > 400} == {}


def python_files(folder: str) -> list[Path]:
    return [*(PROJECT / folder).rglob("*.py")]
