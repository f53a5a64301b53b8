"""Draws the session's states and writes its tables, from the data that the session itself runs on.

Run it after a change of the tables: `python docs/generate_session.py`. A test fails while they differ.
"""

from __future__ import annotations

import math
import sys
from html import escape
from pathlib import Path

from deltawire.policy.retry import VERDICTS, Verdict
from deltawire.policy.states import TRANSITIONS, State

PAGE = Path(__file__).with_name("session.md")
PICTURE = Path(__file__).with_name("images") / "session-states.svg"

WIDTH, HEIGHT = 900, 520
BOX = (116, 40)
PLACES = {
    State.NEW: (90, 90),
    State.OPENING: (310, 90),
    State.ANSWERED: (560, 90),
    State.STREAMING: (810, 90),
    State.BACKOFF: (200, 330),
    State.ENDED: (640, 460),
}

# How far along the way its inputs stand, so that they do not cover each other.
LABELS_AT = {
    (State.NEW, State.ENDED): 0.35,
    (State.OPENING, State.ENDED): 0.52,
    (State.ANSWERED, State.ENDED): 0.72,
    (State.STREAMING, State.ENDED): 0.35,
    (State.BACKOFF, State.ENDED): 0.45,
    (State.OPENING, State.BACKOFF): 0.5,
    (State.ANSWERED, State.BACKOFF): 0.33,
    (State.STREAMING, State.BACKOFF): 0.3,
    (State.BACKOFF, State.OPENING): 0.25,
    (State.STREAMING, State.OPENING): 0.42,
}

STYLE = (
    ".b{fill:#f4f6fb;stroke:#3b5bdb}.t{fill:#1c2333}.e{fill:none;stroke:#6b7a99}.l{fill:#44506b;font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:4px}"
    ".a{fill:#6b7a99}@media(prefers-color-scheme:dark){.b{fill:#1d2536;stroke:#91a7ff}.t{fill:#eef1f8}"
    ".l{fill:#b6c0d8;stroke:#0d1117}.e{stroke:#8594b3}.a{fill:#8594b3}}"
)
ARROW = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="a" d="M0 0 8 4 0 8z"/></marker></defs>'
)

HEAD = """# The session: retry, fallback, cancelling as a state machine

`StreamSession` asks the targets of a plan one after the other until one answers. It has no clock, no randomness and no
IO: times are arguments, actions come out. The table that it asks before every input is drawn here.

![The states of a session](images/session-states.svg)

```python
from deltawire import Deliver, OpenRequest, StreamSession, Target

session = StreamSession(Target("ollama", "llama3.2"), "hi")
opened = [action for action in session.start(now=0.0) if isinstance(action, OpenRequest)]
assert opened[0].request.url.endswith("/api/chat")
line = b'{"model":"llama3.2","message":{"role":"assistant","content":"Hello"},"done":true,"done_reason":"stop"}\\n'
actions = session.receive_head(200, {}, now=0.1) + session.receive_data(line, now=0.2)
print([type(action.event).__name__ for action in actions if isinstance(action, Deliver)])
```

## What may follow

Inputs that are not in the table have no effect. What an attempt that fails leads to, the next table says.
"""

VERDICT_HEAD = """
## What a failure leads to, before any content

Once content was delivered the failure is delivered too: nothing is asked again. `x-should-retry` moves a kind between
the first two verdicts, and a hint above `max_retry_after` asks the next target at once.
"""

MEANINGS = {
    Verdict.RETRY: "the same target again after a wait, then the next one",
    Verdict.NEXT_TARGET: "the next target at once",
    Verdict.DELIVER: "the consumer: nobody else would answer either",
}


def edges() -> dict[tuple[State, State], list[str]]:
    """The inputs on each way from one state to another, self-loops left out."""
    found: dict[tuple[State, State], list[str]] = {}
    for state, inputs in TRANSITIONS.items():
        for said, following in inputs.items():
            for after in following:
                if after is not state:
                    found.setdefault((state, after), []).append(said.value)
    return {pair: sorted(found[pair]) for pair in sorted(found, key=lambda pair: (pair[0].value, pair[1].value))}


def picture() -> str:
    """The states and the ways between them as SVG, readable on light and dark."""
    title = "The states of a session and the inputs that lead from one to another"
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}" '
            'font-family="system-ui, sans-serif" font-size="13">'
        ),
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        ARROW,
    ]
    parts += [_way(start, end, inputs) for (start, end), inputs in edges().items()]
    parts += [_box(state) for state in State]
    return "\n".join([*parts, "</svg>", ""])


def _box(state: State) -> str:
    x, y = PLACES[state]
    width, height = BOX
    return (
        f'<rect class="b" x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" height="{height}" rx="8"/>'
        f'<text class="t" x="{x}" y="{y + 5}" text-anchor="middle">{state.value}</text>'
    )


def _way(start: State, end: State, inputs: list[str]) -> str:
    (x1, y1), (x2, y2) = PLACES[start], PLACES[end]
    length = math.hypot(x2 - x1, y2 - y1)
    # Ways in both directions are bent to different sides; long ones around the boxes between.
    bend = 26 + (length - 200) * 0.12
    middle_x = (x1 + x2) / 2 + (y2 - y1) / length * bend
    middle_y = (y1 + y2) / 2 - (x2 - x1) / length * bend
    from_x, from_y = _rim(x1, y1, middle_x, middle_y)
    to_x, to_y = _rim(x2, y2, middle_x, middle_y)
    at = LABELS_AT.get((start, end), 0.5)
    near, half, far = (1 - at) ** 2, 2 * at * (1 - at), at**2
    label_x = near * from_x + half * middle_x + far * to_x
    label_y = near * from_y + half * middle_y + far * to_y
    return (
        f'<path class="e" marker-end="url(#arrow)" d="M{from_x:.0f} {from_y:.0f}Q{middle_x:.0f} {middle_y:.0f} '
        f'{to_x:.0f} {to_y:.0f}"/>'
        f'<text class="l" x="{label_x:.0f}" y="{label_y - 3:.0f}" text-anchor="middle">'
        f"{escape(', '.join(inputs))}</text>"
    )


def _rim(x: float, y: float, toward_x: float, toward_y: float) -> tuple[float, float]:
    """Where a line from the middle of a box leaves it."""
    dx, dy = toward_x - x, toward_y - y
    scale = min(BOX[0] / 2 / abs(dx) if dx else math.inf, BOX[1] / 2 / abs(dy) if dy else math.inf)
    return x + dx * scale, y + dy * scale


def page() -> str:
    """The page, tables included."""
    ways = ["| state | input | then |", "| --- | --- | --- |"]
    for state, inputs in TRANSITIONS.items():
        for said, following in inputs.items():
            then = ", ".join(sorted(after.value for after in following))
            ways.append(f"| {state.value} | {said.value} | {then} |")
    kinds = ["| verdict | kinds of failure | asks |", "| --- | --- | --- |"]
    for verdict, meaning in MEANINGS.items():
        names = ", ".join(f"`{kind.value}`" for kind, found in VERDICTS.items() if found is verdict)
        kinds.append(f"| {verdict.value} | {names} | {meaning} |")
    return "\n".join([HEAD, *ways, VERDICT_HEAD, *kinds, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    PICTURE.write_text(picture(), "utf-8")
    sys.stdout.write(f"{PAGE.name} and {PICTURE.name} are up to date\n")
