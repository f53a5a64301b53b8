"""What a stream said, in one form for all dialects, and what it should have said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import attrs

from deltawire import Accumulator, Failed, Failure, Finished, Message, StreamError
from deltawire.requests import Target
from deltawire.turns import ToolResult, assistant_turn, tool_results
from tests.faults.canary import holds_key
from tests.faults.shims import Run, play
from tests.servers.dialects import KEY, Dialect
from tests.servers.fixtures import LOOP, TOOLS, USAGE, Answer, prompt

__all__ = [
    "SHIM_NAMES",
    "Said",
    "ask",
    "ending",
    "expected",
    "failure",
    "is_part",
    "looped",
    "message",
    "said",
    "texts",
    "together",
    "wrong",
]

SHIM_NAMES = ("blocking", "aio")
_Job = TypeVar("_Job")
_Result = TypeVar("_Result")


@attrs.frozen
class Said:
    """A message, without what differs from run to run."""

    text: str
    reasoning: str
    calls: list[tuple[str | None, str, Any]]
    """Id, name and arguments of each complete one."""
    reason: str
    usage: tuple[int | None, int | None] | None


def ask(shim: str, target: Any, asked: str | None, **options: Any) -> Run:
    """One stream through a shim, to its end."""
    return play(shim, target, **{"prompt": asked, "tools": TOOLS, **options})


def looped(shim: str, dialect: Dialect, target: Target, **options: Any) -> Run:
    """The second turn of a loop: a question, the call that it is answered with, the result of the call.

    aimock answers the first turn only if it finds our tool in the request, the second only if it finds the result.
    """
    messages: list[Any] = [{"role": "user", "content": prompt("loop")}]
    first = ask(shim, target, None, messages=messages, **options)
    calls = [call for call in message(first).tool_calls if call.complete]
    if len(calls) != 1:
        return first
    messages += assistant_turn(message(first), dialect.provider, model=dialect.model)
    messages += tool_results([ToolResult(calls[0], LOOP)], dialect.provider, model=dialect.model)
    return ask(shim, target, None, messages=messages, **options)


def message(run: Run) -> Message:
    """What its events add up to."""
    gathered = Accumulator()
    gathered.feed_all(run.events)
    return gathered.message()


def ending(run: Run) -> Finished | Failed:
    """The last event; raises AssertionError if the stream broke a law: one terminal, at the end, nothing strange."""
    violations = wrong(run)
    assert violations == [], violations
    last = run.events[-1]
    assert isinstance(last, Finished | Failed)
    return last


def failure(run: Run) -> Failure:
    """The failure that it ended in."""
    last = ending(run)
    assert isinstance(last, Failed), last
    return last.error


def wrong(run: Run) -> list[str]:
    """The laws that hold whatever a server does, broken."""
    found = list(run.strange)
    terminals = [event for event in run.events if isinstance(event, Finished | Failed)]
    if len(terminals) != 1 or run.events[-1] is not terminals[0]:
        found.append(f"ended in {terminals!r}")
    elif isinstance(terminals[0], Failed) != (run.error is not None):
        found.append(f"{terminals[0]!r}, and raised {run.error!r}")
    if run.error is not None and not isinstance(run.error, StreamError):
        found.append(f"a foreign exception: {run.traceback}")
    if any(KEY in text or holds_key(text) for text in (repr(run.events), run.traceback, *run.reprs)):
        found.append("the key shows")
    return found


def said(run: Run) -> Said:
    """What the message of a finished stream says."""
    last = ending(run)
    assert isinstance(last, Finished), last
    assert not last.damaged
    whole = message(run)
    assert all(call.complete for call in whole.tool_calls)
    usage = last.usage and (last.usage.input_tokens, last.usage.output_tokens)
    calls = [(call.id, call.name, call.arguments_object()) for call in whole.tool_calls]
    return Said(whole.text, whole.reasoning, calls, last.reason.value, usage)


def texts(answer: Answer, dialect: Dialect) -> tuple[str, str]:
    """The answer's text and reasoning in this dialect."""
    text = (answer.reasoning if dialect.reasoning == "as text" else "") + answer.text
    if answer.calls and dialect.plan:
        return text, dialect.plan
    return text, answer.reasoning if dialect.reasoning == "told" else ""


def expected(answer: Answer, dialect: Dialect, got: Said) -> Said:
    """What the answer is in this dialect; what it does not tell is taken from `got`."""
    own_ids = [call[0] for call in got.calls]
    ids = [call[0] for call in answer.calls] if dialect.ids else own_ids
    calls = [(ident, name, given) for ident, (_, name, given) in zip(ids, answer.calls, strict=True)]
    reason = answer.reason if dialect.length or answer.calls else got.reason
    return Said(*texts(answer, dialect), calls, reason, USAGE if dialect.usage else got.usage)


def is_part(run: Run, answer: Answer, dialect: Dialect) -> bool:
    """True if what came is the beginning of the answer, and every call that is complete one of its calls."""
    came = message(run)
    # Half of a character of two UTF-16 units is nothing, at a cut.
    parts = (came.text.rstrip("\ufffd"), came.reasoning.rstrip("\ufffd"))
    whole_calls = [(call.name, call.arguments_object()) for call in came.tool_calls if call.complete]
    return all(whole.startswith(part) for whole, part in zip(texts(answer, dialect), parts, strict=True)) and (
        whole_calls == [(name, given) for _, name, given in answer.calls][: len(whole_calls)]
    )


def together(do: Callable[[_Job], _Result], jobs: Iterable[_Job], at_once: int = 24) -> list[tuple[_Job, _Result]]:
    """Does all of these, so many at once, as most of them only wait."""
    each: Sequence[_Job] = list(jobs)
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        return list(zip(each, pool.map(do, each), strict=True))
