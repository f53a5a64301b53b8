"""Reports as one HTML page: no script, no request, and nothing of a stream becomes markup."""

from __future__ import annotations

from collections.abc import Sequence

from .calls import calls_panel
from .figure import Figure
from .frames import attempt_details
from .growth import growth_figure
from .histogram import gaps_figure
from .lanes import lanes_figure
from .markup import Markup, join, tag
from .numbers import comparison_table, number_cards, outcome_line, usage_table
from .story import Story
from .theme import PAGE_STYLE
from .words import PHASE_NAMES, count_words, seconds_words

__all__ = ["comparison_page", "report_page"]

# Even if something got past the escaping, the browser would neither run nor fetch it.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_MOST_CHARACTERS = 100_000
_MOST_NOTES = 200


def report_page(stories: Sequence[Story]) -> str:
    """The report of one story or several. Raises ValueError without any."""
    if not stories:
        raise ValueError("a report needs at least one story")
    title = stories[0].title if len(stories) == 1 else f"{len(stories)} streams"
    body = [tag("h1", title), _lanes(stories)]
    body += [_section(story, alone=len(stories) == 1) for story in stories]
    return _page(title, stories, body)


def comparison_page(first: Story, second: Story) -> str:
    """Two stories laid over each other, and then each by itself."""
    stories = (first, second)
    title = f"{first.title} and {second.title}"
    told = tag("p", "A is drawn solid, B dashed or as outlines.", class_="quiet")
    growth, gaps = growth_figure(stories), gaps_figure(stories)
    body = [
        tag("h1", title),
        tag("section", comparison_table(stories), class_="panel"),
        _lanes(stories),
        told,
        tag("div", _panel(growth), _panel(gaps), class_="panels"),
        *(_section(story, alone=False) for story in stories),
    ]
    return _page(title, stories, body)


def _page(title: str, stories: Sequence[Story], body: list[Markup]) -> str:
    recorded = ", ".join(sorted({story.capture.header.recorded for story in stories} - {""}))
    software = ", ".join(sorted({story.capture.header.software for story in stories}))
    foot = f"Recorded by {software}{' on ' + recorded if recorded else ''}. Prompts and keys are in no capture."
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("link", rel="icon", href="data:,"),
        tag("title", f"{title} – deltawire"),
        tag("style", PAGE_STYLE),
    )
    page = tag("html", head, tag("body", tag("main", *body), tag("footer", foot)), lang="en")
    return f"<!doctype html>\n{page}\n"


def _lanes(stories: Sequence[Story]) -> Markup:
    legend = [tag("li", tag("i", class_=phase.value), name) for phase, name in PHASE_NAMES.items()]
    return join(_panel(lanes_figure(stories)), tag("ul", *legend, class_="legend", aria_label="Colours"))


def _panel(figure: Figure) -> Markup:
    return tag("section", tag("h3", figure.title), figure.inline(), class_="panel")


def _section(story: Story, *, alone: bool) -> Markup:
    one = (story,)
    head = "" if alone else tag("h2", story.title)
    return tag(
        "section",
        head,
        outcome_line(story),
        number_cards(story),
        tag("div", _panel(growth_figure(one)), _panel(gaps_figure(one)), class_="panels"),
        tag("div", calls_panel(story), _usage(story), class_="panels"),
        _behind_a_click(story),
    )


def _usage(story: Story) -> Markup:
    return tag("section", tag("h3", "Usage and cost"), usage_table(story), class_="panel")


def _behind_a_click(story: Story) -> Markup:
    attempts = zip(story.timeline.attempts, story.capture.requests, strict=False)
    return tag(
        "section",
        tag("h3", "Behind a click"),
        _text("Answer", story.message.text),
        _text("Reasoning", story.message.reasoning),
        _phases(story),
        _notes(story),
        *(attempt_details(story.capture, attempt, request) for attempt, request in attempts),
        class_="panel",
    )


def _text(name: str, text: str) -> Markup:
    if not text:
        return Markup("")
    more = len(text) - _MOST_CHARACTERS
    shown = text if more <= 0 else f"{text[:_MOST_CHARACTERS]}… and {more:,} characters more"
    summary = tag("summary", f"{name}: {len(text):,} characters")
    return tag("details", summary, tag("pre", shown, dir="auto", tabindex=0))


def _phases(story: Story) -> Markup:
    head = tag(
        "tr", tag("th", "attempt", scope="col"), *(tag("th", name, scope="col") for name in PHASE_NAMES.values())
    )
    rows = [
        tag(
            "tr",
            tag("th", f"{attempt.number}", scope="row"),
            *(tag("td", _spent(attempt.seconds(phase)), class_="number") for phase in PHASE_NAMES),
        )
        for attempt in story.timeline.attempts
    ]
    table = tag("div", tag("table", head, *rows), class_="scroll", tabindex=0)
    return tag("details", tag("summary", "The lanes as a table"), table)


def _spent(seconds: float) -> str:
    return seconds_words(seconds) if seconds > 0 else "–"


def _notes(story: Story) -> Markup:
    if not story.notes:
        return Markup("")
    items = [
        tag("li", f"{seconds_words(seconds)} · {type(event).__name__}: {_told(event)}")
        for event, seconds in story.notes[:_MOST_NOTES]
    ]
    summary = f"{count_words(len(story.notes), 'note')} of the parser"
    return tag("details", tag("summary", summary), tag("ul", *items))


def _told(event: object) -> str:
    code, detail = getattr(event, "code", ""), getattr(event, "detail", "")
    if code:
        return f"{code} {detail}".strip()
    return f"{getattr(event, 'reason', '') or getattr(event, 'payload', '')}"[:500]
