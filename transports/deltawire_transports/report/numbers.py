"""The numbers of a stream: times, pace, tokens, cost; as cards, and side by side."""

from __future__ import annotations

from collections.abc import Sequence

from deltawire.attempt_timeline import percentile

from .markup import Markup, join, tag
from .story import Story
from .words import seconds_words

__all__ = ["comparison_table", "cost_words", "number_cards", "outcome_line", "overview_table", "usage_table"]


def number_cards(story: Story) -> Markup:
    """The numbers that matter, each with its name; a dozen, which fills rows of three, four and six."""
    cards = [tag("div", tag("dt", name), tag("dd", value)) for name, value in _numbers(story)]
    return tag("dl", *cards, class_="numbers")


def usage_table(story: Story) -> Markup:
    """What the provider said of the tokens, and what they cost."""
    usage = story.usage
    if usage is None:
        return tag("p", "The provider said nothing of the tokens.", class_="quiet")
    counts = [
        ("input", usage.input_tokens),
        ("of it read from a cache", usage.cache_read_tokens),
        ("of it written to a cache", usage.cache_write_tokens),
        ("output", usage.output_tokens),
        ("of it reasoning", usage.reasoning_tokens),
        ("total", usage.total_tokens),
    ]
    rows = [
        tag("tr", tag("th", name, scope="row"), tag("td", f"{count:,}", class_="number"))
        for name, count in counts
        if count is not None
    ]
    rows.append(tag("tr", tag("th", "cost", scope="row"), tag("td", cost_words(story), class_="number")))
    return tag("div", tag("table", tag("caption", "Tokens", class_="quiet"), *rows), class_="scroll")


def comparison_table(stories: Sequence[Story]) -> Markup:
    """The numbers of stories side by side."""
    head = [tag("th", "", scope="col"), *(tag("th", story.title, scope="col") for story in stories)]
    columns = [[("outcome", _outcome(story)), *_numbers(story)] for story in stories]
    rows = [
        tag("tr", tag("th", row[0][0], scope="row"), *(tag("td", value) for _, value in row))
        for row in zip(*columns, strict=True)
    ]
    return tag("div", tag("table", tag("tr", *head), *rows), class_="scroll", tabindex=0)


def overview_table(stories: Sequence[Story]) -> Markup:
    """A row for each story, which leads to its section, and the sum of their tokens and costs."""
    names = ("stream", "outcome", "attempts", "first content", "in all", "tokens", "cost")
    kinds = (None, None, *(3 * ("number spare",)), "number", "number")
    head = tag("tr", *(tag("th", name, scope="col", class_=kind) for name, kind in zip(names, kinds, strict=True)))
    rows: list[Markup] = []
    for place, story in enumerate(stories, 1):
        numbers = dict(_numbers(story))
        link = tag("th", tag("a", story.title, href=f"#stream-{place}"), scope="row")
        told = tag("td", _outcome(story), class_="good" if story.message.complete else "bad")
        cells = [tag("td", numbers[name], class_=kind) for name, kind in list(zip(names, kinds, strict=True))[2:]]
        rows.append(tag("tr", link, told, *cells))
    counted = [story for story in stories if story.usage is not None]
    tokens = sum(story.usage.total_tokens or 0 for story in counted if story.usage is not None)
    costs = [story.cost for story in counted if story.cost is not None]
    # A sum of some costs would pass for that of all.
    together = (f"{tokens:,}" if tokens else "–", _dollars(sum(costs)) if len(costs) == len(counted) > 0 else "–")
    total = tag(
        "tr",
        tag("th", "together", scope="row"),
        *(tag("td", class_=kind) for kind in kinds[1:-2]),
        *(tag("td", tag("strong", number), class_="number") for number in together),
    )
    return tag("div", tag("table", head, *rows, total, class_="wide"), class_="scroll", tabindex=0)


def cost_words(story: Story) -> str:
    """What the answer cost, and by whose word; a dash if nobody knows."""
    if story.cost is None:
        return "–"
    return f"{_dollars(story.cost)} ({'stated' if story.cost_stated else 'list price'})"


def _dollars(cost: float) -> str:
    return f"${cost:.6f}".rstrip("0").rstrip(".")


def _numbers(story: Story) -> list[tuple[str, str]]:
    timeline = story.timeline
    answered = timeline.attempts[-1] if timeline.attempts else None
    gaps = timeline.gaps()
    pace = None if answered is None else answered.characters_per_second
    usage = story.usage
    return [
        ("attempts", f"{len(timeline.attempts)}"),
        ("first byte", seconds_words(timeline.time_to_first_byte)),
        ("first content", seconds_words(timeline.time_to_first_content)),
        ("in all", seconds_words(timeline.seconds)),
        ("gap p50", seconds_words(percentile(gaps, 0.5))),
        ("gap p95", seconds_words(percentile(gaps, 0.95))),
        ("longest gap", seconds_words(max(gaps, default=None))),
        ("stalls", f"{len(timeline.stalls)}"),
        ("characters", f"{sum(attempt.characters for attempt in timeline.attempts):,}"),
        ("characters/s", "–" if pace is None else f"{pace:,.0f}"),
        ("tokens", "–" if usage is None or usage.total_tokens is None else f"{usage.total_tokens:,}"),
        ("cost", "–" if story.cost is None else _dollars(story.cost)),
    ]


def _outcome(story: Story) -> str:
    outcome = story.capture.outcome
    failure = getattr(story.terminal, "error", None)
    if failure is not None:
        return f"failed: {failure.kind.replace('_', ' ')}"
    reason = getattr(story.terminal, "reason", None)
    if reason is not None:
        return f"finished: {reason.replace('_', ' ')}"
    return "the capture breaks off" if outcome is None else outcome.replace("_", " ")


def outcome_line(story: Story) -> Markup:
    """One sentence on how it ended."""
    failure = getattr(story.terminal, "error", None)
    told = _outcome(story) if failure is None else join(tag("strong", failure.kind.replace("_", " ")), f": {failure}")
    return tag("p", told, class_="good" if story.message.complete else "bad")
