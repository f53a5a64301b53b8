"""How long the waits between pieces of content were, on an axis of decades."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from deltawire.attempt_timeline import percentile

from .figure import Figure, label
from .markup import Markup, join, tag
from .scale import LogScale, percent
from .story import Story
from .words import count_words, seconds_words

__all__ = ["gaps_figure"]

_TOP, _HEIGHT, _AXIS = 34, 110, 22


def gaps_figure(stories: Sequence[Story]) -> Figure:
    """Bars of the gaps of each story; those of the second story are outlines."""
    gaps = [story.timeline.gaps() for story in stories]
    together = [gap for each in gaps for gap in each]
    if not together:
        body = label("Nothing came in pieces: there are no gaps.", 0, 16, "quiet")
        return Figure("Gaps between pieces of content", "There are no gaps.", 28, body)
    scale = LogScale.over(together)
    edges = scale.edges()
    counts = [_counts(each, edges) for each in gaps]
    most = max(max(each) for each in counts)
    bars = [
        _bar(order, edges, place, count, most, scale)
        for order, each in enumerate(counts)
        for place, count in enumerate(each)
        if count
    ]
    floor = _TOP + _HEIGHT
    words = "; ".join(
        f"{story.title}: {count_words(len(each), 'gap')}, {told}"
        for story, each, told in zip(stories, gaps, _told(gaps), strict=True)
    )
    marks = _marks(gaps[0], scale) if len(stories) == 1 else []
    body = join(
        tag("line", x1=0, x2="100%", y1=floor, y2=floor, class_="grid"),
        *bars,
        *marks,
        *(_tick(seconds, scale) for seconds in scale.decades()),
        *(label(told, 0, 12 + 15 * order) for order, told in enumerate(_told(gaps))),
    )
    return Figure("Gaps between pieces of content", words, floor + _AXIS, body)


def _counts(gaps: list[float], edges: list[float]) -> list[int]:
    counts = [0] * (len(edges) - 1)
    for gap in gaps:
        counts[min(len(counts) - 1, max(0, bisect_right(edges, gap) - 1))] += 1
    return counts


def _bar(order: int, edges: list[float], place: int, count: int, most: int, scale: LogScale) -> Markup:
    begin, end = scale.share(edges[place]), scale.share(edges[place + 1])
    height = max(2, round(count / most * (_HEIGHT - 6)))
    words = f"{count_words(count, 'gap')} from {seconds_words(edges[place])} to {seconds_words(edges[place + 1])}"
    return tag(
        "rect",
        tag("title", words),
        x=percent(begin + 0.002),
        width=percent(end - begin - 0.004),
        y=_TOP + _HEIGHT - height,
        height=height,
        class_="bar second" if order else "bar",
    )


def _marks(gaps: list[float], scale: LogScale) -> list[Markup]:
    marks: list[Markup] = []
    for share in (0.5, 0.95, 1.0):
        gap = percentile(gaps, share) or 0.0
        x = scale.at(gap)
        marks.append(tag("line", x1=x, x2=x, y1=_TOP - 8, y2=_TOP + _HEIGHT, class_="mark"))
    return marks


def _tick(seconds: float, scale: LogScale) -> Markup:
    share = scale.share(seconds)
    anchor = "start" if share < 0.02 else "end" if share > 0.98 else "middle"
    return label(seconds_words(seconds), scale.at(seconds), _TOP + _HEIGHT + 15, "quiet", anchor=anchor)


def _told(gaps: list[list[float]]) -> list[str]:
    names = [""] if len(gaps) == 1 else [f"{chr(ord('A') + order)}: " for order in range(len(gaps))]
    return [name + _percentiles(each) for name, each in zip(names, gaps, strict=True)]


def _percentiles(gaps: list[float]) -> str:
    p50, p95, longest = (seconds_words(percentile(gaps, share)) for share in (0.5, 0.95, 1.0))
    return f"p50 {p50} · p95 {p95} · max {longest}"
