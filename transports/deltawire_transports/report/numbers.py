"""The numbers of a stream: times, pace, tokens, cost; as cards, and side by side."""

from __future__ import annotations

from collections.abc import Sequence

from deltawire.attempt_timeline import percentile

from .markup import Markup, join, tag
from .story import Story
from .words import seconds_words

__all__ = ["comparison_table", "cost_words", "number_cards", "usage_table"]


def number_cards(story: Story) -> Markup:
    """The numbers that matter, each with its name."""
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
    columns = [_numbers(story) for story in stories]
    rows = [
        tag("tr", tag("th", row[0][0], scope="row"), *(tag("td", value) for _, value in row))
        for row in zip(*columns, strict=True)
    ]
    return tag("div", tag("table", tag("tr", *head), *rows), class_="scroll", tabindex=0)


def cost_words(story: Story) -> str:
    """What the answer cost, and by whose word; a dash if nobody knows."""
    if story.cost is None:
        return "–"
    return f"${story.cost:.6f}".rstrip("0").rstrip(".") + (" (stated)" if story.cost_stated else " (list price)")


def _numbers(story: Story) -> list[tuple[str, str]]:
    timeline = story.timeline
    answered = timeline.attempts[-1] if timeline.attempts else None
    gaps = timeline.gaps()
    pace = None if answered is None else answered.characters_per_second
    usage = story.usage
    return [
        ("outcome", _outcome(story)),
        ("attempts", f"{len(timeline.attempts)}"),
        ("to the first byte", seconds_words(None if answered is None else answered.time_to_first_byte)),
        ("to the first content", seconds_words(timeline.time_to_first_content)),
        ("in all", seconds_words(timeline.seconds)),
        ("gap p50", seconds_words(percentile(gaps, 0.5))),
        ("gap p95", seconds_words(percentile(gaps, 0.95))),
        ("longest gap", seconds_words(max(gaps, default=None))),
        ("stalls", f"{len(timeline.stalls)}"),
        ("characters", f"{sum(attempt.characters for attempt in timeline.attempts):,}"),
        ("characters a second", "–" if pace is None else f"{pace:,.0f}"),
        ("tokens", "–" if usage is None or usage.total_tokens is None else f"{usage.total_tokens:,}"),
        ("cost", cost_words(story)),
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
