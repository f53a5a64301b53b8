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

_TOP, _HEIGHT, _AXIS = 56, 110, 22
_ROW = 14
# What is computed from times on a clock is not exact: equal gaps belong into one bar.
_DIGITS = 6
_LEAST_ROOM = 6
_SHARES = (("p50", 0.5), ("p95", 0.95), ("max", 1.0))
# Right of this a mark's words stand on its left.
_TURN = 0.25


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
    if len(stories) == 1:
        over = _marks(gaps[0], scale)
    else:
        over = [label(told, 0, 12 + 15 * order) for order, told in enumerate(_told(gaps))]
    body = join(
        *(tag("line", x1=0, x2="100%", y1=y, y2=y, class_="grid") for y in (_TOP + _LEAST_ROOM, floor)),
        *bars,
        *over,
        *(_tick(seconds, scale) for seconds in scale.ticks()),
        label(count_words(most, "gap"), 0, _TOP + _LEAST_ROOM - 3, "quiet"),
    )
    return Figure("Gaps between pieces of content", words, floor + _AXIS, body)


def _counts(gaps: list[float], edges: list[float]) -> list[int]:
    counts = [0] * (len(edges) - 1)
    for gap in gaps:
        counts[min(len(counts) - 1, max(0, bisect_right(edges, round(gap, _DIGITS)) - 1))] += 1
    return counts


def _bar(order: int, edges: list[float], place: int, count: int, most: int, scale: LogScale) -> Markup:
    begin, end = scale.share(edges[place]), scale.share(edges[place + 1])
    height = max(2, round(count / most * (_HEIGHT - _LEAST_ROOM)))
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
    """Lines at the percentiles, each with its words in a row of its own, where no line of a smaller one passes."""
    marks: list[Markup] = []
    for row, (name, share) in enumerate(reversed(_SHARES)):
        gap = percentile(gaps, share) or 0.0
        x, y = scale.at(gap), _ROW * (row + 1) - 3
        left = scale.share(gap) > _TURN
        words = f"{name} {seconds_words(gap)}"
        place = {"dx": -5, "text_anchor": "end"} if left else {"dx": 5, "text_anchor": "start"}
        marks.append(tag("line", x1=x, x2=x, y1=y - 9, y2=_TOP + _HEIGHT, class_="mark"))
        marks.append(tag("text", words, x=x, y=y, **place))
    return marks


def _tick(seconds: float, scale: LogScale) -> Markup:
    share = scale.share(seconds)
    anchor = "start" if share < 0.02 else "end" if share > 0.98 else "middle"
    return label(seconds_words(seconds), scale.at(seconds), _TOP + _HEIGHT + 15, "quiet", anchor=anchor)


def _told(gaps: list[list[float]]) -> list[str]:
    names = [""] if len(gaps) == 1 else [f"{chr(ord('A') + order)}: " for order in range(len(gaps))]
    return [name + _percentiles(each) for name, each in zip(names, gaps, strict=True)]


def _percentiles(gaps: list[float]) -> str:
    return " · ".join(f"{name} {seconds_words(percentile(gaps, share))}" for name, share in _SHARES)
