"""The numbers of a stream: times, pace, tokens, cost; as cards, and side by side."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from deltawire.attempt_timeline import percentile

from .markup import Markup, join, tag
from .story import Story
from .words import seconds_words

__all__ = ["comparison_table", "cost_words", "number_cards", "outcome_line", "overview_table", "usage_table"]


# From here on a factor reads better than per cent.
_MANY = 3


def number_cards(story: Story) -> Markup:
    """The numbers that matter, each with its name; a dozen, which fills rows of three, four and six."""
    cards = [tag("div", tag("dt", number.name), tag("dd", number.words)) for number in _numbers(story)]
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


def comparison_table(first: Story, second: Story) -> Markup:
    """The numbers of two stories side by side, and how much more or less the second one's are."""
    names = ("", first.title, second.title, "B against A")
    head = tag("tr", *(tag("th", name, scope="col", class_="words") for name in names))
    rows = [_row("outcome", _outcome(first), _outcome(second), "", kind="words")]
    rows += [
        _row(one.name, one.words, other.words, _change(one.value, other.value))
        for one, other in zip(_numbers(first), _numbers(second), strict=True)
    ]
    return tag("div", tag("table", head, *rows, class_="wide"), class_="scroll", tabindex=0)


def _row(name: str, *cells: str, kind: str = "number") -> Markup:
    return tag("tr", tag("th", name, scope="row"), *(tag("td", cell, class_=kind) for cell in cells))


def _change(before: float | None, after: float | None) -> str:
    """How much more or less, in per cent or as a factor; a dash where there is nothing to compare with."""
    if before is None or after is None or not before:
        return "–" if before != after or before is None else "="
    if after >= _MANY * before:
        return f"× {after / before:,.1f}"
    change = round((after / before - 1) * 100)
    return f"{'+' if change > 0 else '−'}{abs(change):,} %" if change else "="


def overview_table(stories: Sequence[Story]) -> Markup:
    """A row for each story, which leads to its section, and the sum of their tokens and costs."""
    names = ("stream", "outcome", "attempts", "first content", "in all", "tokens", "cost")
    kinds = (None, None, *(3 * ("number spare",)), "number", "number")
    head = tag("tr", *(tag("th", name, scope="col", class_=kind) for name, kind in zip(names, kinds, strict=True)))
    rows: list[Markup] = []
    for place, story in enumerate(stories, 1):
        numbers = {number.name: number.words for number in _numbers(story)}
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
    return f"{_dollars(story.cost)} ({'stated' if story.cost_stated else story.prices})"


def _dollars(cost: float) -> str:
    return f"${cost:.6f}".rstrip("0").rstrip(".")


@attrs.frozen
class _Number:
    name: str
    value: float | None
    words: str


def _numbers(story: Story) -> list[_Number]:
    timeline = story.timeline
    answered = timeline.attempts[-1] if timeline.attempts else None
    gaps = timeline.gaps()
    usage = story.usage
    return [
        _count("attempts", len(timeline.attempts)),
        _time("first byte", timeline.time_to_first_byte),
        _time("first content", timeline.time_to_first_content),
        _time("in all", timeline.seconds),
        _time("gap p50", percentile(gaps, 0.5)),
        _time("gap p95", percentile(gaps, 0.95)),
        _time("longest gap", max(gaps, default=None)),
        _count("stalls", len(timeline.stalls)),
        _count("characters", sum(attempt.characters for attempt in timeline.attempts)),
        _count("characters/s", None if answered is None else answered.characters_per_second),
        _count("tokens", None if usage is None else usage.total_tokens),
        _Number("cost", story.cost, "–" if story.cost is None else _dollars(story.cost)),
    ]


def _time(name: str, seconds: float | None) -> _Number:
    return _Number(name, seconds, seconds_words(seconds))


def _count(name: str, count: float | None) -> _Number:
    return _Number(name, count, "–" if count is None else f"{count:,.0f}")


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
