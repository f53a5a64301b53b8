"""`python -m tests.servers aimock | nginx | litellm`: what each does with our streams, as a table. Exit code 1 if any
stream broke a law of ours, 2 if the server is not installed."""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from deltawire import Failed
from deltawire.policy import Timeouts
from tests.faults.cells import cells
from tests.faults.matrix import run_cells
from tests.faults.shims import Run
from tests.faults.table import say, show
from tests.servers.aimock import VERSION, aimock
from tests.servers.asking import SHIM_NAMES, ask, expected, is_part, looped, message, said, together, wrong
from tests.servers.dialects import DIALECTS, Dialect
from tests.servers.fixtures import ANSWERS, FAULTS, FIXTURES, LOOP, REFUSALS, Answer, fixtures, prompt
from tests.servers.litellm import DIALECTS as SPOKEN
from tests.servers.litellm import PLAIN_ANSWERS, litellm, upstreams
from tests.servers.nginx import PATIENT_WAYS, nginx
from tests.servers.program import MissingError

_QUICK = Timeouts(first_byte=0.5, local_first_byte=0.5, silence=0.5)
_PATIENT = Timeouts(first_byte=60.0, silence=60.0, finish_grace=10.0)
"""A proxy may count tokens for a while behind its last word."""
_TROUBLE = [*FAULTS, *(f"status {status}" for status in REFUSALS)]


def _like(run: Run, answer: Answer, dialect: Dialect) -> str:
    """How an answer came: the same, what of it differs, or how it failed."""
    last = run.events[-1]
    if isinstance(last, Failed):
        return f"{last.error.kind.value}{' late' if last.error.after_content else ''}"
    if last.damaged or not all(call.complete for call in message(run).tool_calls):
        return "incomplete, told"
    got = said(run)
    names = ["text", "reasoning", "calls", "reason", "usage"]
    try:
        whole = expected(answer, dialect, got)
    except ValueError:
        return "other calls"
    return ", ".join(name for name in names if getattr(got, name) != getattr(whole, name)) or "same"


def _ended(run: Run, answer: Answer, dialect: Dialect) -> str:
    """How a stream that was to fail ended, with a mark for what was not of the answer."""
    last = run.events[-1]
    word = last.error.kind.value if isinstance(last, Failed) else f"FINISHED {last.reason.value}"  # type: ignore[union-attr]
    return word if is_part(run, answer, dialect) else f"{word}, changed"


def _everything(
    base_url: str, dialects: Sequence[Dialect], answers: Mapping[str, Answer], **fields: str
) -> tuple[list[list[str]], list[list[str]], list[str]]:
    """Both tables for these dialects, and the laws that were broken."""

    def asked(each: tuple[str, Dialect, str]) -> Run:
        name, dialect, shim = each
        if name == "loop":
            return looped(shim, dialect, dialect.target(base_url, **fields), timeouts=_PATIENT)
        timeouts = _QUICK if name.startswith("no ") else _PATIENT
        return ask(shim, dialect.target(base_url, **fields), prompt(name), timeouts=timeouts)

    names = [*answers, "loop", *_TROUBLE]
    runs = together(asked, itertools.product(names, dialects, SHIM_NAMES), at_once=8)
    broken = [f"{name}, {dialect}, {shim}: {law}" for (name, dialect, shim), run in runs for law in wrong(run)]
    # All that the second turn of a loop says.
    wholes = {**answers, "loop": Answer("loop", f"It is {LOOP} in Zürich.")}
    words = {
        (name, str(dialect), shim): _like(run, wholes[name], dialect)
        if name in wholes
        else _ended(run, answers["everything"], dialect)
        for (name, dialect, shim), run in runs
    }

    def table(rows: Iterable[str]) -> list[list[str]]:
        shown = [["", *map(str, dialects)]]
        for name in rows:
            both = [{words[name, str(dialect), shim] for shim in SHIM_NAMES} for dialect in dialects]
            shown.append([name, *(" / ".join(sorted(each)) for each in both)])
        return shown

    return table(wholes), table(_TROUBLE), broken


def _turned(table: list[list[str]]) -> list[list[str]]:
    return [list(column) for column in zip(*table, strict=True)]


def _tables(answers: list[list[str]], trouble: list[list[str]], broken: list[str]) -> int:
    show(_turned(answers))
    say("")
    columns = trouble[0][1:]
    rows = [["", "ended in"]]
    for name, *ends in trouble[1:]:
        counts = Counter(ends).most_common()
        rows.append([name, "; ".join(f"{word} ({_who(word, ends, columns)})" for word, _ in counts)])
    for name, ends in rows:
        say(f"{name:>18}  {ends}")
    for law in broken:
        say(f"BROKEN {law}")
    return 1 if broken else 0


def _who(word: str, ends: list[str], columns: list[str]) -> str:
    those = [column for column, end in zip(columns, ends, strict=True) if end == word]
    return "all" if len(those) == len(ends) else ", ".join(those) if len(those) <= 4 else f"{len(those)}"


def _aimock(folder: Path, _: argparse.Namespace) -> int:
    with aimock(folder, FIXTURES) as base_url:
        say(f"aimock {VERSION}: answers of a fixture, in both shims")
        return _tables(*_everything(base_url, DIALECTS, ANSWERS))


def _litellm(folder: Path, options: argparse.Namespace) -> int:
    for name in ("aimock", "litellm"):
        (folder / name).mkdir()
    with (
        aimock(folder / "aimock", fixtures(PLAIN_ANSWERS)) as upstream,
        litellm(folder / "litellm", upstream, options.program) as proxy,
    ):
        say(f"LiteLLM's proxy, its version {proxy.version}, before aimock {VERSION}, by upstream")
        return _tables(*_everything(proxy.base_url, upstreams(options.dialect), PLAIN_ANSWERS, api_key=proxy.key))


def _nginx(folder: Path, options: argparse.Namespace) -> int:
    chosen = cells()[:: options.every]
    broken: list[str] = []
    with nginx(folder) as box:
        say(f"nginx {box.version}: the fault matrix through it")
        rows = [["way", "streams", "finished", "failed", "violations", "s"]]
        for way in PATIENT_WAYS:
            begun = time.monotonic()
            report = run_cells(chosen, via=lambda _, url, way=way: box.before(url, way))  # type: ignore[misc]
            finished = sum(result.outcome.startswith("finished") for result in report.results)
            counts = [len(report.results), finished, len(report.results) - finished, len(report.violations)]
            rows.append([way, *map(str, counts), f"{time.monotonic() - begun:.0f}"])
            broken += [f"{way}: {violation}" for violation in report.violations]
    show(rows)
    for violation in broken:
        say(violation)
    return 1 if broken else 0


def main() -> int:
    """Runs what the command line names."""
    options = argparse.ArgumentParser(prog="python -m tests.servers", description=__doc__)
    which = options.add_subparsers(required=True)
    which.add_parser("aimock").set_defaults(run=_aimock)
    middlebox = which.add_parser("nginx")
    middlebox.add_argument("--every", type=int, default=1, help="only each so-manieth cell of the matrix")
    middlebox.set_defaults(run=_nginx)
    proxy = which.add_parser("litellm")
    proxy.add_argument("--program", help="the command `litellm` of another virtual environment")
    proxy.add_argument("--dialect", choices=SPOKEN, default="litellm", help="in which the proxy is asked")
    proxy.set_defaults(run=_litellm)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            return int(chosen.run(Path(folder), chosen))
        except MissingError as missing:
            say(str(missing))
            return 2


if __name__ == "__main__":
    sys.exit(main())
