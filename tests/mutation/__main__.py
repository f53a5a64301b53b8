"""`python -m tests.mutation`: changes the core in small ways, and counts what its tests notice. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What is changed, and the tests that must notice.
SUBJECTS = {
    "framing": ("framing/*.py", ["tests/unit/framing"]),
    "tool_calls": (
        "tool_calls.py",
        ["tests/unit/test_tool_calls*.py", "tests/unit/providers/test_openai_chat_tools.py"],
    ),
    "slots": ("slots.py", ["tests/unit/test_slots.py"]),
    "think": ("think*.py", ["tests/unit/test_think*.py", "tests/property/test_think_splitting.py"]),
    "policy": ("policy/*.py", ["tests/unit/policy"]),
}
# mutmut's codes for a test that failed, or was stopped because it went on for too long.
_KILLED = {1, 3, 24, 36, 152, 255, -24}
_NO_TEST = {5, 33}
_INI = """[pytest]
addopts = --import-mode=importlib --strict-markers -p no:xdist -p no:cacheprovider
pythonpath = .
filterwarnings = error
"""


def main() -> int:
    """Runs a sample of mutants in a copy of the project, and prints those that no test noticed. Gives the exit code."""
    options = _arguments()
    subjects = options.subject or list(SUBJECTS)
    with tempfile.TemporaryDirectory(prefix="deltawire-mutation-") as folder:
        copy = Path(folder)
        _prepare(copy, subjects)
        # mutmut makes all mutants and learns which test runs which function, before it finds that none has this name.
        _mutmut(copy, "run", "--max-children", "1", "-")
        names = sorted(_codes(copy))
        if not names:
            _tell("mutmut made no mutants: see above")
            return 2
        chosen = sorted(random.Random(options.seed).sample(names, min(options.sample or len(names), len(names))))
        _mutmut(copy, "run", "--max-children", str(options.processes), *chosen)
        codes = _codes(copy)
        if any(codes[name] is None for name in chosen):
            _tell("mutmut did not run all mutants: see above")
            return 2
        return _report(copy, {name: codes[name] for name in chosen}, options.at_least, len(names))


def _prepare(copy: Path, subjects: list[str]) -> None:
    # mutmut knows the source folder `src`.
    shutil.copytree(ROOT / "sansio", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("transports", "tests", "fuzz"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "pytest.ini").write_text(_INI, "utf-8")
    only = [f"src/deltawire/{SUBJECTS[name][0]}" for name in subjects]
    tests = [path for name in subjects for pattern in SUBJECTS[name][1] for path in sorted(ROOT.glob(pattern))]
    settings = {
        "source_paths": ["src"],
        "only_mutate": only,
        "also_copy": ["transports", "fuzz", "pytest.ini"],
        # Who counts the steps of the interpreter counts those of mutmut's detours, too.
        "pytest_add_cli_args": ["-q", "-k", "not work_for_a_piece"],
        "pytest_add_cli_args_test_selection": [str(path.relative_to(ROOT)) for path in tests],
        "use_git_change_detection": ["false"],
    }
    lines = [f"{name}=\n" + "".join(f"    {value}\n" for value in values) for name, values in settings.items()]
    (copy / "setup.cfg").write_text("[mutmut]\n" + "".join(lines).replace("detection=\n    ", "detection="), "utf-8")


def _mutmut(copy: Path, *arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(copy / "mutants" / "transports")}
    command = [sys.executable, "-m", "mutmut", *arguments]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if done.returncode and "nothing matches" not in done.stderr:
        # Without the wheel that mutmut turns, and without the end of the line that names every test.
        lines = [line[:300] for line in (done.stdout + done.stderr).splitlines() if "Running" not in line]
        _tell("\n".join(lines[-60:]))


def _codes(copy: Path) -> dict[str, int | None]:
    """Every mutant with mutmut's code for it, None if it was not run."""
    found: dict[str, int | None] = {}
    for path in sorted((copy / "mutants").rglob("*.meta")):
        found |= json.loads(path.read_text("utf-8"))["exit_code_by_key"]
    return found


def _report(copy: Path, codes: dict[str, int | None], at_least: float, known: int) -> int:
    lived = [name for name, code in codes.items() if code not in _KILLED]
    totals: Counter[str] = Counter(map(_subject, codes))
    for subject, count in sorted(totals.items()):
        left = sum(1 for name in lived if _subject(name) == subject)
        _tell(f"{subject:12} {count - left:>4} of {count:>4} noticed")
    for name in lived:
        _tell(f"\n{name}: {'no test runs it' if codes[name] in _NO_TEST else f'lived ({codes[name]})'}")
        _tell("".join(_difference(copy, name)))
    share = 100 * (len(codes) - len(lived)) / len(codes)
    _tell(f"{len(codes) - len(lived)} of {len(codes)} mutants noticed ({share:.1f} %), out of {known:,}")
    return 0 if share >= at_least else 1


def _subject(mutant: str) -> str:
    path = mutant.removeprefix("deltawire.").partition(".x")[0].replace(".", "/") + ".py"
    return next((name for name, (pattern, _) in SUBJECTS.items() if fnmatch(path, pattern)), "other")


def _difference(copy: Path, mutant: str) -> Iterator[str]:
    """The change, as `mutmut show` prints it."""
    command = [sys.executable, "-m", "mutmut", "show", mutant]
    shown = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False).stdout
    return (line + "\n" for line in shown.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---"))


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description="Mutation tests of deltawire's core.")
    parser.add_argument("subject", nargs="*", choices=[*SUBJECTS, []], help="all of them if none is named")
    parser.add_argument("--sample", type=int, default=300, help="how many mutants to run, 0 for all (300)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--processes", type=int, default=1, help="at one time")
    parser.add_argument("--at-least", type=float, default=85, metavar="PERCENT", help="what must be noticed (85)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
