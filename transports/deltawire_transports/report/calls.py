"""The tool calls of a stream: what was called with which arguments, and when."""

from __future__ import annotations

import contextlib
import json

from deltawire.attempt_timeline import AttemptTimeline, CallTimeline

from .markup import Markup, join, tag
from .story import Story
from .words import seconds_words

__all__ = ["calls_panel"]

_MOST_CHARACTERS = 20_000


def calls_panel(story: Story) -> Markup:
    """Every call of the client's tools, its arguments readable; nothing if there is none."""
    calls = [(attempt, call) for attempt in story.timeline.attempts for call in attempt.calls]
    if not calls:
        return Markup("")
    rows = [_call(attempt, call) for attempt, call in calls]
    return tag("section", tag("h3", "Tool calls"), *rows, class_="panel")


def _call(attempt: AttemptTimeline, call: CallTimeline) -> Markup:
    begun = seconds_words(call.begin - attempt.begin)
    took = "still open" if call.end is None else f"took {seconds_words(call.end - call.begin)}"
    state = tag("span", "complete", class_="good") if call.complete else tag("span", "incomplete", class_="bad")
    head = join(tag("strong", call.name or "(no name)"), " ", state)
    told = f"call {call.index} of choice {call.choice}, id {call.id or '(none)'}, begun after {begun}, {took}"
    return tag(
        "div", tag("p", head), tag("p", told, class_="quiet"), tag("pre", _readable(call), tabindex=0), class_="call"
    )


def _readable(call: CallTimeline) -> str:
    text = call.arguments
    if call.complete and call.kind == "function" and len(text) <= _MOST_CHARACTERS:
        with contextlib.suppress(ValueError, RecursionError):
            text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    more = len(text) - _MOST_CHARACTERS
    return text if more <= 0 else f"{text[:_MOST_CHARACTERS]}… and {more:,} characters more"
