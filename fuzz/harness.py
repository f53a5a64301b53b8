"""What every fuzz target is made of, and what runs one input and writes down what came of it."""

from __future__ import annotations

import hashlib
import random
import resource
import signal
import sys
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import attrs

from deltawire.failures import Failure, FailureKind

from .reduce import reduced

FOLDER = Path(__file__).parent
SLOWEST_ALLOWED = 1.0
_LONGEST_BYTEWISE = 400


class FindingError(Exception):
    """An outcome that the target does not list."""


class TooSlowError(Exception):
    """An input took more processor time than any input may."""


class Choices:
    """Decisions that an input makes for itself, so that a file is a whole case and its bytes are the body alone."""

    def __init__(self, data: bytes) -> None:
        self._random = random.Random(zlib.crc32(data))

    def flag(self, one_in: int = 2) -> bool:
        return self._random.randrange(one_in) == 0

    def of(self, values: Sequence[Any]) -> Any:
        return values[self._random.randrange(len(values))]

    def pieces(self, whole: Any) -> list[Any]:
        """The bytes or text in pieces: one by one, of one size, or cut anywhere."""
        way = self._random.randrange(4)
        if way == 0 and len(whole) <= _LONGEST_BYTEWISE:
            return [whole[place : place + 1] for place in range(len(whole))]
        if way == 1:
            size = self._random.randrange(2, 64)
            return [whole[place : place + size] for place in range(0, len(whole), size)]
        marks = sorted(self._random.randrange(len(whole) + 1) for _ in range(self._random.randrange(1, 8)))
        return [whole[here:there] for here, there in zip([0, *marks], [*marks, len(whole)], strict=True)]


def same(found: Any, expected: Any, what: str) -> None:
    """Raises FindingError unless the two are equal."""
    if found != expected:
        raise FindingError(f"{what}: {found!r} is not {expected!r}")


def allowed(failure: Failure | None, kinds: Iterable[FailureKind]) -> None:
    """Raises FindingError for a failure of a kind that the target does not list."""
    if failure is not None and failure.kind not in kinds:
        raise FindingError(f"no failure of this kind is documented: {failure!r}")


@attrs.frozen
class Target:
    """One thing that is fuzzed."""

    name: str
    """The name on the command line."""
    check: Callable[[bytes], Hashable]
    """Runs one input: gives what kind of outcome it was, raises FindingError for one that is not documented.
    Whatever else it raises is a finding, too."""
    seeds: str
    """The folder in `seeds/` where its first inputs are."""

    def first_inputs(self) -> list[bytes]:
        """The seeds, in the order of their names."""
        return [path.read_bytes() for path in sorted((FOLDER / "seeds" / self.seeds).iterdir())]


@attrs.define
class Campaign:
    """Runs inputs, and keeps the count, the findings and the slowest of them."""

    targets: Sequence[Target]
    findings_folder: Path
    executions: Counter[str] = attrs.field(factory=Counter[str])
    outcomes: Counter[str] = attrs.field(factory=Counter[str])
    findings: dict[str, str] = attrs.field(factory=dict[str, str])
    slowest: float = 0.0
    longest: int = 0
    memory: float = 0.0
    seen: set[tuple[str, Hashable]] = attrs.field(factory=set[Any])
    began: float = attrs.field(factory=time.monotonic)

    def __attrs_post_init__(self) -> None:
        signal.signal(signal.SIGVTALRM, _too_slow)

    def run(self, target: Target, data: bytes) -> bool:
        """Runs one input; True if its outcome is of a kind that was not seen before."""
        self.executions[target.name] += 1
        self.longest = max(self.longest, len(data))
        start = time.process_time()
        outcome, error = _outcome(target, data)
        taken = time.process_time() - start
        if error is None and taken > SLOWEST_ALLOWED:
            error = TooSlowError(f"{taken:.1f} s of processor time")
        if error is not None:
            self._write_down(target, data, error)
            return False
        self.slowest = max(self.slowest, taken)
        if (target.name, outcome) in self.seen:
            return False
        self.seen.add((target.name, outcome))
        self.outcomes[target.name] += 1
        return True

    def _write_down(self, target: Target, data: bytes, error: Exception) -> None:
        """Keeps a small input for every finding; findings are told apart by exception and place."""
        key = _key(target, error)
        if key in self.findings:
            return
        print(f"FINDING {key}", file=sys.stderr)
        traceback.print_exception(error, file=sys.stderr)
        if not isinstance(error, TooSlowError):
            data = reduced(
                data, lambda part: (found := _outcome(target, part)[1]) is not None and _key(target, found) == key
            )
        path = self.findings_folder / f"{target.name}-{hashlib.sha1(key.encode()).hexdigest()[:8]}"
        self.findings_folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.findings[key] = str(path)

    def alone(self, target: Target) -> Campaign:
        """A campaign for one of the targets, in a process of its own."""
        return Campaign([target], self.findings_folder)

    def fail(self, target: Target, why: str) -> None:
        """Writes down a target whose process broke down."""
        self.findings[f"{target.name} {why}"] = ""

    def result(self) -> dict[str, Any]:
        """What was run and found, as JSON-ready values."""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        kept = attrs.asdict(self, filter=attrs.filters.include(*_RESULT), recurse=False)
        return {**kept, "memory": max(memory, self.memory)}

    def add(self, result: dict[str, Any]) -> None:
        """Adds the result of another campaign to this one."""
        self.executions.update(result["executions"])
        self.outcomes.update(result["outcomes"])
        self.findings.update(result["findings"])
        for name in ("slowest", "longest", "memory"):
            setattr(self, name, max(getattr(self, name), result[name]))

    def report(self) -> int:
        """Prints what was run and found; gives the exit code: 1 for a finding."""
        seconds = time.monotonic() - self.began
        total = sum(self.executions.values())
        for name, count in sorted(self.executions.items()):
            print(f"{name:28} {count:>12,} executions {self.outcomes[name]:>7,} kinds of outcome")
        memory = self.result()["memory"]
        print(f"{total:,} executions in {seconds:.1f} s ({total / max(seconds, 1e-9):,.0f}/s)", end=", ")
        print(f"slowest {self.slowest * 1000:.0f} ms, longest input {self.longest:,} bytes", end=", ")
        print(f"peak memory {memory:.0f} MiB, {len(self.findings)} findings")
        for key, path in self.findings.items():
            print(f"  {key}\n    {path}")
        return 1 if self.findings else 0


def _outcome(target: Target, data: bytes) -> tuple[Hashable, Exception | None]:
    signal.setitimer(signal.ITIMER_VIRTUAL, SLOWEST_ALLOWED)
    try:
        return target.check(data), None
    except Exception as error:  # noqa: BLE001 - whatever comes out of a check is what the fuzzer is looking for
        return None, error
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _key(target: Target, error: Exception) -> str:
    """What a finding is known by: the exception and the innermost place that is not in this file."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{target.name} {type(error).__name__} {place if not isinstance(error, TooSlowError) else ''}".rstrip()


_RESULT = ("executions", "outcomes", "findings", "slowest", "longest")


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError(f"more than {SLOWEST_ALLOWED} s of processor time")
