"""The public test tools stand apart from the package, and the checks among them do without Hypothesis."""

from __future__ import annotations

from tests.core_source import MODULES, inside_imports, outside_imports


def reached(name: str) -> set[str]:
    """The modules that importing this one loads."""
    found: set[str] = set()
    left = [name]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += [*inside_imports(MODULES[name]), *([parent] if (parent := name.rpartition(".")[0]) else [])]
    return found


def test_the_package_never_loads_its_test_tools() -> None:
    assert not [name for name in reached("__init__") if name.partition(".")[0] == "testing"]


def test_the_checks_need_no_hypothesis() -> None:
    assert "testing.laws" in reached("testing")
    assert not [name for name in reached("testing") if "hypothesis" in set(outside_imports(MODULES[name]))]


def test_the_strategies_need_hypothesis() -> None:
    assert any("hypothesis" in set(outside_imports(MODULES[name])) for name in reached("testing.strategies"))
