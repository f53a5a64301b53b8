"""Reports as one HTML page: no script, no request, and nothing of a stream becomes markup."""

from __future__ import annotations

from collections.abc import Sequence

from deltawire.attempt_timeline import Phase

from .calls import calls_panel
from .figure import Figure
from .frames import attempt_details
from .growth import GROWING, growth_figure
from .histogram import gaps_figure
from .lanes import lanes_figure
from .markup import Markup, tag
from .numbers import comparison_table, number_cards, outcome_line, overview_table, usage_table
from .story import Story, phases_of
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
    if len(stories) == 1:
        head, sections = [outcome_line(stories[0]), number_cards(stories[0])], [_section(stories[0])]
    else:
        head = [tag("section", overview_table(stories), class_="panel")]
        sections = [_section(story, place) for place, story in enumerate(stories, 1)]
    return _page(title, stories, [tag("h1", title), *head, _lanes(stories), *sections])


def comparison_page(first: Story, second: Story) -> str:
    """Two stories laid over each other, and then each by itself."""
    stories = (first, second)
    title = f"{first.title} and {second.title}"
    told = tag("p", "A is drawn solid, B dashed or as outlines.", class_="quiet")
    growth, gaps = growth_figure(stories), gaps_figure(stories)
    body = [
        tag("h1", title),
        tag("section", comparison_table(first, second), class_="panel"),
        _lanes(stories),
        told,
        tag("div", _panel(growth, _legend(stories, GROWING)), _panel(gaps), class_="panels"),
        *(_section(story, place) for place, story in enumerate(stories, 1)),
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
    return _panel(lanes_figure(stories), _legend(stories, tuple(PHASE_NAMES)))


def _legend(stories: Sequence[Story], phases: Sequence[Phase]) -> Markup:
    """The colours that occur."""
    seen = phases_of(stories)
    items = [tag("li", tag("i", class_=phase.value), PHASE_NAMES[phase]) for phase in phases if phase in seen]
    return tag("ul", *items, class_="legend", aria_label="Colours") if items else Markup("")


def _panel(figure: Figure, *more: Markup) -> Markup:
    return tag("section", tag("h3", figure.title), figure.inline(), *more, class_="panel")


def _section(story: Story, place: int | None = None) -> Markup:
    """All of one story; with a place among others it begins with its title and numbers."""
    one = (story,)
    head = [] if place is None else [tag("h2", story.title), outcome_line(story), number_cards(story)]
    growth = _panel(growth_figure(one), _legend(one, GROWING))
    return tag(
        "section",
        *head,
        tag("div", growth, _panel(gaps_figure(one)), class_="panels"),
        tag("div", calls_panel(story), _usage(story), class_="panels loose"),
        _details(story),
        id=None if place is None else f"stream-{place}",
    )


def _usage(story: Story) -> Markup:
    return tag("section", tag("h3", "Usage and cost"), usage_table(story), class_="panel")


def _details(story: Story) -> Markup:
    attempts = zip(story.timeline.attempts, story.capture.requests, strict=False)
    return tag(
        "section",
        tag("h3", "Details"),
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
