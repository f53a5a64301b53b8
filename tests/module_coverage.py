"""Every core module is covered by its own tests: `python -m tests.module_coverage [UNIT ...]`.

Runs the tests once, and counts for each module only what the test files that mirror it have run, lines and branches,
beside what all of them have run. A module `framing/sse.py` has `tests/unit/framing/test_sse.py` and `test_sse_*.py`, a
package such as `policy` all tests of its folder and `test_policy*.py`, a provider's package the tests of its name;
files of the same names in `tests/property` count, too. With units such as `framing/sse` or `policy`, only their own
tests run, and only their modules are looked at. Prints the holes; the exit code is 0 if there are none, 1 if there are,
2 if a test failed or there is no such unit.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from coverage import Coverage

TESTS = Path(__file__).resolve().parent
CORE = TESTS.parent / "sansio" / "deltawire"
# Folders whose members stand each for itself; any other folder is one unit.
COLLECTIONS = {"framing", "providers"}
AT_IMPORT = ""


def unit_of(module: Path) -> Path:
    """The unit that a module belongs to, below the package: `framing/sse`, `providers/anthropic`, `policy`."""
    parts = module.relative_to(CORE).with_suffix("").parts
    depth = 2 if parts[0] in COLLECTIONS and parts[1] != "__init__" else 1
    return Path(*parts[:depth])


def tests_of(unit: Path) -> set[str]:
    """The test files that mirror a unit, below `tests`."""
    found: set[Path] = set()
    for kind in ("unit", "property"):
        folder = TESTS / kind / unit.parent
        names = [f"test_{unit.name.strip('_')}.py", f"test_{unit.name.strip('_')}_*.py"]
        found |= {path for name in names for path in folder.glob(name)}
        found |= set((TESTS / kind / unit).rglob("test_*.py"))
    return {path.relative_to(TESTS).as_posix() for path in found}


class Contexts:
    """Names what runs by the test file that it runs for."""

    def __init__(self, coverage: Coverage) -> None:
        self._coverage = coverage

    def _enter(self, path: Path) -> None:
        name = path.relative_to(TESTS).as_posix() if path.is_relative_to(TESTS) else "elsewhere"
        self._coverage.switch_context(name)

    def pytest_sessionstart(self) -> None:
        # What a module runs when it is imported belongs to no test.
        for module in CORE.rglob("*.py"):
            name = ".".join(module.relative_to(CORE.parent).with_suffix("").parts)
            importlib.import_module(name.removesuffix(".__init__"))

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[None]:
        self._enter(collector.path)
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._enter(item.path)
        return (yield)


@attrs.frozen
class Holes:
    """What of a module is not covered."""

    module: str
    by_own: tuple[str, ...]
    """Lines, and branches as `from->to`, that its own tests do not run."""
    by_any: tuple[str, ...]
    """The same of all tests."""


def missing(coverage: Coverage, module: Path, contexts: list[str] | None) -> tuple[str, ...]:
    """The lines and branches of a module that were not run, in these contexts or in any."""
    data = coverage.get_data()
    data.set_query_contexts(contexts)
    analysis = coverage._analyze(str(module))
    lines = [str(line) for line in sorted(analysis.missing)]
    branches = [
        f"{here}->{'exit' if there < 0 else there}"
        for here, ends in sorted(analysis.missing_branch_arcs().items())
        for there in sorted(ends)
        if here not in analysis.missing
    ]
    return (*lines, *branches)


def main(units: list[str]) -> int:
    modules = [path for path in sorted(CORE.rglob("*.py")) if not units or unit_of(path).as_posix() in units]
    strangers = set(units) - {unit_of(module).as_posix() for module in modules}
    if strangers:
        tell(f"no such unit: {', '.join(sorted(strangers))}")
        return 2
    own_tests = sorted({str(TESTS / name) for unit in units for name in tests_of(Path(unit))})
    coverage = Coverage(branch=True, source=["deltawire"], data_file=None)
    coverage.start()
    # What is split over processes has no common coverage; the tests of the shims are not the core's.
    once = ["-q", "-n", "0", "-p", "no:cacheprovider", f"--ignore={TESTS / 'unit' / 'transports'}"]
    chosen = own_tests or [str(TESTS / "unit"), str(TESTS / "property")]
    code = pytest.main([*once, *chosen], plugins=[Contexts(coverage)])
    coverage.stop()
    holes: list[Holes] = []
    for module in modules:
        own = sorted(tests_of(unit_of(module)))
        contexts = [f"^{name}$" for name in (AT_IMPORT, *own)]
        name = module.relative_to(CORE).as_posix()
        holes.append(Holes(name, missing(coverage, module, contexts), missing(coverage, module, None)))
    for hole in holes:
        if hole.by_own or hole.by_any:
            tell(f"{hole.module}: its own tests miss {', '.join(hole.by_own) or 'nothing'}")
        if hole.by_any and not units:
            tell(f"    all tests miss {', '.join(hole.by_any)}")
    whole = sum(not hole.by_own for hole in holes)
    by_any = "" if units else f", {sum(not hole.by_any for hole in holes)} by all tests together"
    tell(f"{whole} of {len(holes)} modules are covered by their own tests{by_any}")
    return 2 if code else 0 if whole == len(holes) else 1


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
