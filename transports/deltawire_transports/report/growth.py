"""Characters over time: how reasoning, text and tool arguments grew."""

from __future__ import annotations

from collections.abc import Sequence

from deltawire.attempt_timeline import Phase

from .figure import Figure, label
from .markup import Markup, join, tag
from .scale import TimeScale
from .story import Story
from .words import PHASE_NAMES, count_words, seconds_words

__all__ = ["GROWING", "growth_figure"]

_HEIGHT, _AXIS = 150, 22
_MOST_POINTS = 600
GROWING = (Phase.REASONING, Phase.TEXT, Phase.TOOL_ARGUMENTS, Phase.OTHER)
"""The phases that bring content."""


def growth_figure(stories: Sequence[Story]) -> Figure:
    """A curve for each phase of each story; those of the second story are dashed."""
    scale = TimeScale.over(max((story.timeline.seconds for story in stories), default=0.0))
    curves = [(order, phase, _points(story, phase)) for order, story in enumerate(stories) for phase in GROWING]
    curves = [curve for curve in curves if curve[2]]
    most = max((points[-1][1] for _, _, points in curves), default=1)
    if not curves:
        body = label("No content came.", 0, 16, "quiet")
        return Figure("Characters over time", "There is no content.", 28, body)
    lines = [_curve(order, phase, points, scale, most) for order, phase, points in curves]
    plot = tag(
        "svg",
        *lines,
        x=0,
        y=4,
        width="100%",
        height=_HEIGHT - 8,
        viewBox="0 0 1000 100",
        preserveAspectRatio="none",
        overflow="visible",
    )
    told = ", ".join(f"{PHASE_NAMES[phase]} {count_words(points[-1][1], 'character')}" for _, phase, points in curves)
    body = join(*_axis(scale), plot, label(count_words(most, "character"), 4, 14, "quiet"))
    return Figure("Characters over time", f"At the end: {told or 'no content'}.", _HEIGHT + _AXIS, body)


def _points(story: Story, phase: Phase) -> list[tuple[float, int]]:
    """(seconds, characters so far) of one phase, over all attempts."""
    points: list[tuple[float, int]] = []
    total = 0
    for attempt in story.timeline.attempts:
        for step in attempt.steps:
            if step.phase is phase:
                total += step.characters
                points.append((step.seconds - story.timeline.begin, total))
    return points if total else []


def _curve(order: int, phase: Phase, points: list[tuple[float, int]], scale: TimeScale, most: int) -> Markup:
    stride = -(-len(points) // _MOST_POINTS)
    kept = [*points[:-1:stride], points[-1]]
    corners: list[str] = []
    below = 0
    for seconds, characters in kept:
        x = round(scale.share(seconds) * 1000, 1)
        corners += [f"{x:g},{_down(below, most)}", f"{x:g},{_down(characters, most)}"]
        below = characters
    classes = f"curve {phase.value}{' second' if order else ''}"
    return tag("polyline", points=" ".join(corners), class_=classes)


def _down(characters: int, most: int) -> str:
    return f"{round(100 - 100 * characters / most, 1):g}"


def _axis(scale: TimeScale) -> list[Markup]:
    parts = [tag("line", x1=0, x2="100%", y1=_HEIGHT - 4, y2=_HEIGHT - 4, class_="grid")]
    for seconds in scale.ticks():
        x = scale.at(seconds)
        anchor = "start" if seconds == 0 else "end" if scale.share(seconds) > 0.94 else "middle"
        parts.append(tag("line", x1=x, x2=x, y1=0, y2=_HEIGHT - 4, class_="grid"))
        parts.append(label(seconds_words(seconds) if seconds else "0", x, _HEIGHT + 13, "quiet", anchor=anchor))
    return parts
