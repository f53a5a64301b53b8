"""Draws the session's states and writes its tables, from the data that the session itself runs on.

Run it after a change of the tables: `python docs/generate_session.py`. A test fails while they differ.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

import attrs

from deltawire.failures import Failure
from deltawire.policy.retry import VERDICTS, RetryPolicy, Verdict
from deltawire.policy.states import TRANSITIONS, State

PAGE = Path(__file__).with_name("session.md")
PICTURE = Path(__file__).with_name("images") / "session-states.svg"

WIDTH, HEIGHT = 520, 520
BOX = (120, 36)
PLACES = {
    State.NEW: (160, 30),
    State.OPENING: (160, 130),
    State.ANSWERED: (160, 230),
    State.STREAMING: (160, 330),
    State.BACKOFF: (400, 130),
    State.ENDED: (160, 488),
}
OPEN = (State.OPENING, State.ANSWERED, State.STREAMING)
# The states in which a request is open stand in a frame, and their common ways out begin at it.
FRAME = (44, 84, 220, 300)
FAILED = (400, 293)

STYLE = (
    ".b{fill:#f4f6fb;stroke:#3b5bdb}.f{fill:none;stroke:#6b7a99;stroke-dasharray:5 4}.t{fill:#1c2333}"
    ".e{fill:none;stroke:#6b7a99;stroke-width:1.4}.l{fill:#44506b;font-size:12.5px}.a{fill:#6b7a99}"
    "@media(prefers-color-scheme:dark){.b{fill:#1d2536;stroke:#91a7ff}.f{stroke:#8594b3}.t{fill:#eef1f8}"
    ".l{fill:#b6c0d8}.e{stroke:#8594b3}.a{fill:#8594b3}}"
)
ARROW = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path class="a" d="M0 0 8 4 0 8z"/></marker></defs>'
)


@attrs.frozen
class Way:
    """An arrow of the picture, and the changes of state that it stands for."""

    path: str
    """The data of its SVG path."""
    label: tuple[str, ...]
    """Lines of text beside it."""
    at: tuple[int, int]
    """Where the first of them begins."""
    changes: tuple[tuple[State, State], ...] = ()
    anchor: str = "start"


def _failing() -> tuple[tuple[State, State], ...]:
    return tuple((state, after) for after in (State.OPENING, State.BACKOFF) for state in OPEN if state is not after)


def _ending() -> tuple[tuple[State, State], ...]:
    return tuple((state, State.ENDED) for state in OPEN)


ATTEMPTS = 5
FAILURES = (
    ("any failure that is asked again", Failure("server", "")),
    ("a rate limit without a hint", Failure("rate_limit", "")),
    ("a hint of 12 seconds", Failure("rate_limit", "", retry_after=12.0)),
    ("a hint of 90 seconds", Failure("rate_limit", "", retry_after=90.0)),
)

WAYS = (
    Way("M160 48V110", ("start",), (168, 74), ((State.NEW, State.OPENING),)),
    Way("M160 148V210", ("head",), (168, 184), ((State.OPENING, State.ANSWERED),)),
    Way("M160 248V310", ("data",), (168, 284), ((State.ANSWERED, State.STREAMING),)),
    Way("M100 140C74 170 74 290 100 320", ("data",), (50, 234), ((State.OPENING, State.STREAMING),)),
    Way("M264 288H366", ("no answer,", "broken, cut,", "too late …"), (270, 308), _failing()),
    Way("M400 272V150", ("same target", "again"), (408, 206)),
    Way("M372 272C336 232 312 180 222 142", ("next", "target"), (272, 226)),
    Way("M340 130H222", ("timer",), (300, 122), ((State.BACKOFF, State.OPENING),), "middle"),
    Way("M176 384V468", ("the terminal event,", "cancel, pause"), (184, 416), _ending()),
    Way("M400 304C396 400 330 470 222 482", ("nobody left,", "or content", "was delivered"), (372, 366), (), "end"),
    Way("M100 36C10 60 -10 420 98 482", ("cancel,", "pause,", "no target"), (2, 440), ((State.NEW, State.ENDED),)),
    Way(
        "M460 130C556 300 470 484 222 494",
        ("cancel, pause, total time over",),
        (514, 512),
        ((State.BACKOFF, State.ENDED),),
        "end",
    ),
)

HEAD = """# The session: retry, fallback, cancel

`StreamSession` asks the targets of a plan one after the other until one answers. It has no clock, no randomness and no
IO: times go in as arguments, actions come out, and the caller does them in order. The [shims](start.md#over-http) are
such callers; this one plays both sides:

```python
from deltawire import Deliver, OpenRequest, Plan, StreamSession, Target

plan = Plan(Target("groq", "llama-3.3-70b", api_key="k"), [Target("ollama", "llama3.2")])
session = StreamSession(plan, "hi")
actions = session.start(now=0.0)
actions += session.receive_head(429, {"retry-after": "300"}, now=0.2)
actions += session.receive_eof(now=0.3)  # five minutes are too long: the next target is asked at once
line = b'{"model":"llama3.2","message":{"role":"assistant","content":"Hello"},"done":true,"done_reason":"stop"}\\n'
actions += session.receive_head(200, {}, now=0.4) + session.receive_data(line, now=0.5)
asked = [action.request.url for action in actions if isinstance(action, OpenRequest)]
assert asked == ["https://api.groq.com/openai/v1/chat/completions", "http://127.0.0.1:11434/api/chat"]
events = [type(action.event).__name__ for action in actions if isinstance(action, Deliver)]
assert events[1] == "FallbackStarted"
assert events[-3:] == ["TextDelta", "ChoiceFinished", "Finished"]
```

![The states of a session and the ways from one to another](images/session-states.svg)

Three rules hold whatever happens:

- **Nothing is asked again once content was delivered** (`session.committed`). What came before content is held back, so
  that a retry shows nothing twice.
- Every `OpenRequest` has one `CloseRequest`, and it comes before the terminal event.
- One terminal event ends it: `Finished`, `Failed`, `ContextOverflow`, `Cancelled` or `Paused`. Then comes `Stop`.
"""

VERDICT_HEAD = """
## What a failure leads to, before any content

Once content was delivered the failure is delivered too: nothing is asked again. `x-should-retry` moves a kind between
the first two verdicts, and a hint above `max_retry_after` asks the next target at once. Attempts count for each target:
three at the first, one at each fallback, unless `RetryPolicy` says otherwise.
"""

WAIT_HEAD = """
## How long it waits before it asks again

Written with `RetryPolicy()`. Each wait without a hint is shorter by up to a tenth if the session has a `jitter`, such
as `random.random`; the shims give it one. `rate_limit_floor`, `initial_delay`, `multiplier`, `max_delay` and
`max_retry_after` change the table.
"""

INPUT_HEAD = """
## Every input in every state

The session asks this table before it does anything. An input that is not in it has no effect; a second start or a
second head is a `UsageError`.
"""

MEANINGS = {
    Verdict.RETRY: "the same target again after a wait, then the next one",
    Verdict.NEXT_TARGET: "the next target at once",
    Verdict.DELIVER: "the consumer: nobody else would answer either",
}


def changes() -> set[tuple[State, State]]:
    """Every change of state of the table."""
    return {
        (state, after)
        for state, inputs in TRANSITIONS.items()
        for following in inputs.values()
        for after in following
        if after is not state
    }


def picture() -> str:
    """The states and the ways between them as SVG, readable on light and dark and on a telephone."""
    title = "The states of a session and the ways from one to another"
    x, y, width, height = FRAME
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
            f'role="img" aria-label="{title}" '
            'font-family="system-ui, sans-serif" font-size="14">'
        ),
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        ARROW,
        f'<rect class="f" x="{x}" y="{y}" width="{width}" height="{height}" rx="10"/>',
        f'<text class="l" x="{x + width - 8}" y="{y + height - 8}" text-anchor="end">a request is open</text>',
    ]
    parts += map(_way, WAYS)
    parts += [_box(state.value, PLACES[state]) for state in State]
    parts.append(_text("t", *FAILED, "failed?", "middle"))
    return "\n".join([*parts, "</svg>", ""])


def _box(name: str, place: tuple[int, int]) -> str:
    x, y = place
    width, height = BOX
    return (
        f'<rect class="b" x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" height="{height}" rx="8"/>'
        f"{_text('t', x, y + 5, name, 'middle')}"
    )


def _way(way: Way) -> str:
    x, y = way.at
    lines = "".join(_text("l", x, y + 15 * number, line, way.anchor) for number, line in enumerate(way.label))
    return f'<path class="e" marker-end="url(#arrow)" d="{way.path}"/>{lines}'


def _text(kind: str, x: int, y: int, text: str, anchor: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def page() -> str:
    """The page, tables included."""
    return "\n".join([HEAD + VERDICT_HEAD, *_verdicts(), WAIT_HEAD, *_waits(), INPUT_HEAD, *_inputs(), ""])


def _verdicts() -> list[str]:
    rows = ["| verdict | kinds of failure | asks |", "| --- | --- | --- |"]
    for verdict, meaning in MEANINGS.items():
        names = ", ".join(f"`{kind.value}`" for kind, found in VERDICTS.items() if found is verdict)
        rows.append(f"| {verdict.value} | {names} | {meaning} |")
    return rows


def _waits() -> list[str]:
    policy = RetryPolicy(max_attempts=ATTEMPTS + 1)
    rows = [
        f"| after attempt | {' | '.join(str(number) for number in range(1, ATTEMPTS + 1))} |",
        f"| --- |{' --- |' * ATTEMPTS}",
    ]
    for told, failure in FAILURES:
        waits = [_wait(policy, number, failure) for number in range(1, ATTEMPTS + 1)]
        rows.append(f"| {told} | {' | '.join(waits)} |")
    return rows


def _wait(policy: RetryPolicy, attempt: int, failure: Failure) -> str:
    verdict = policy.verdict(failure, attempt, max_attempts=ATTEMPTS + 1, committed=False, targets_left=True)
    return f"{policy.delay(attempt, failure):g} s" if verdict is Verdict.RETRY else "next target"


def _inputs() -> list[str]:
    rows = ["| state | input | then |", "| --- | --- | --- |"]
    for state, inputs in TRANSITIONS.items():
        for said, following in inputs.items():
            rows.append(f"| {state.value} | {said.value} | {', '.join(sorted(after.value for after in following))} |")
    return rows


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    PICTURE.write_text(picture(), "utf-8")
    sys.stdout.write(f"{PAGE.name} and {PICTURE.name} are up to date\n")
