"""Swim lanes: what every attempt spent its time on, on one axis, with the arrows between attempts."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from deltawire.attempt_timeline import AttemptTimeline, Ending, Phase, Span

from .figure import HATCH, Figure, label
from .markup import Markup, join, tag
from .scale import TimeScale
from .story import Story
from .words import PHASE_NAMES, count_words, ending_words, seconds_words, shortened

__all__ = ["lanes_figure"]

_HEAD, _BAR_TOP, _BAR, _LANE, _ARROW, _BETWEEN, _AXIS = 22, 18, 18, 46, 22, 10, 22
_ENDING_COLUMNS = 20
# How many pixels a lane has at least on a phone and on a desk, and what a character takes of them.
_WIDTHS = {"narrow": 330, "wide": 690}
_CHARACTER, _SPACE = 6.8, 8
# Narrower stretches are drawn as part of the one before, or so wide.
_NARROWEST = 0.0005
_LEAST_WIDTH = 0.002


def lanes_figure(stories: Sequence[Story]) -> Figure:
    """The lanes of all attempts of all stories, each story from its own beginning."""
    scale = TimeScale.over(max((story.timeline.seconds for story in stories), default=0.0))
    parts: list[Markup] = []
    words: list[str] = []
    y = 0
    for story in stories:
        if len(stories) > 1:
            parts.append(label(shortened(story.title, 52), 0, y + 14, "strong"))
            y += _HEAD
        for attempt in story.timeline.attempts:
            lane = _Lane(story, attempt, scale, y)
            parts.append(lane.markup())
            words.append(lane.words())
            y += _LANE + (_ARROW if attempt.ending in (Ending.RETRIED, Ending.REPLACED) else 0)
        if not story.timeline.attempts:
            parts.append(label("no request went out", 0, y + 12, "quiet"))
            y += _LANE // 2
        y += _BETWEEN
    grid, axis = _axis(scale, y)
    body = join(HATCH, grid, *parts, axis)
    return Figure("What each attempt spent its time on", " ".join(words), y + _AXIS, body, parts=True)


def _axis(scale: TimeScale, y: int) -> tuple[Markup, Markup]:
    lines: list[Markup] = []
    labels: list[Markup] = []
    for seconds in scale.ticks():
        x = scale.at(seconds)
        lines.append(tag("line", x1=x, x2=x, y1=0, y2=y, class_="grid"))
        anchor = "start" if seconds == 0 else "end" if scale.share(seconds) > 0.94 else "middle"
        labels.append(label(seconds_words(seconds) if seconds else "0", x, y + 15, "quiet", anchor=anchor))
    return tag("g", *lines), tag("g", *labels)


@attrs.frozen
class _Lane:
    """One attempt's lane, `y` pixels below the top."""

    story: Story
    attempt: AttemptTimeline
    scale: TimeScale
    y: int

    def markup(self) -> Markup:
        """The lane, which can be focused, and the arrow to the next."""
        bar = self.y + _BAR_TOP
        attempt = self.attempt
        track = tag(
            "rect",
            x=self._at(attempt.begin),
            width=self._width(attempt.begin, attempt.end),
            y=bar,
            height=_BAR,
            class_="track",
        )
        drawn = _merged(attempt.spans, self.scale)
        parts = [self._labels(), track, *map(self._span, drawn), *map(self._heartbeat, attempt.heartbeats)]
        return tag(
            "g", tag("title", self.words()), *parts, *self._arrow(), role="img", tabindex=0, aria_label=self.words()
        )

    def words(self) -> str:
        """What the lane shows, in words."""
        attempt = self.attempt
        spent = [(name, attempt.seconds(phase)) for phase, name in PHASE_NAMES.items()]
        phases = ", ".join(f"{name} {seconds_words(seconds)}" for name, seconds in spent if seconds > 0)
        waited = seconds_words(attempt.time_to_first_content)
        beats = count_words(len(attempt.heartbeats), "heartbeat")
        after = "" if attempt.retry_delay is None else f" after {seconds_words(attempt.retry_delay)}"
        return (
            f"Attempt {attempt.number}, {attempt.provider} {attempt.model}: {ending_words(attempt)}{after}; "
            f"first content after {waited}; {phases or 'no time'}; {beats}."
        )

    def _labels(self) -> Markup:
        attempt = self.attempt
        kind = {Ending.FINISHED: "good", Ending.OPEN: "quiet", Ending.CANCELLED: "quiet", Ending.PAUSED: "quiet"}
        ending = shortened(ending_words(attempt), _ENDING_COLUMNS)
        needed = len(ending) * _CHARACTER + _SPACE
        # At the right end the arrow to this attempt would cross the words.
        aside = attempt.number > 1 and self._arrow_in(_WIDTHS["narrow"]) > _WIDTHS["narrow"] - needed
        names = {width: self._name(pixels, needed, aside=aside) for width, pixels in _WIDTHS.items()}
        alike = len(set(names.values())) == 1
        return join(
            *([names["wide"]] if alike else (tag("g", name, class_=width) for width, name in names.items())),
            tag(
                "text",
                ending,
                x=self._at(attempt.begin) if aside else "100%",
                dx=-_SPACE if aside else None,
                y=self.y + 12,
                class_=kind.get(attempt.ending, "bad"),
                text_anchor="end",
            ),
        )

    def _arrow_in(self, pixels: int) -> float:
        """Where the arrow to this attempt comes down, in a lane of that width."""
        return pixels * self.scale.share(self.attempt.begin - self.story.timeline.begin)

    def _name(self, pixels: int, ending: float, *, aside: bool) -> Markup:
        """Who was asked, in a lane of that width: on the side of the arrow to this attempt that has more room."""
        attempt = self.attempt
        name = f"{attempt.number} · {attempt.provider} · {attempt.model}"
        room = pixels - ending
        if attempt.number == 1:
            return label(shortened(name, int(room / _CHARACTER)), 0, self.y + 12)
        arrow = self._arrow_in(pixels)
        before, behind = min(room, arrow - _SPACE), room - arrow - _SPACE
        if aside:
            before, behind = arrow - _SPACE - ending, 0
        words = shortened(name, max(1, int(max(before, behind) / _CHARACTER)))
        if before >= min(behind, len(words) * _CHARACTER):
            return label(words, 0, self.y + 12)
        return tag("text", words, x=self._at(attempt.begin), dx=_SPACE, y=self.y + 12)

    def _span(self, span: Span) -> Markup:
        words = f"{PHASE_NAMES[span.phase]}: {seconds_words(span.end - span.begin)}"
        if span.characters:
            words += f", {count_words(span.pieces, 'piece')}, {count_words(span.characters, 'character')}"
        stalled = span.phase is Phase.STALLED
        return tag(
            "rect",
            tag("title", words),
            x=self._at(span.begin),
            width=self._width(span.begin, span.end),
            y=self.y + _BAR_TOP + stalled,
            height=_BAR - 2 * stalled,
            class_=span.phase.value,
        )

    def _heartbeat(self, seconds: float) -> Markup:
        top = self.y + _BAR_TOP + _BAR + 3
        return tag("circle", cx=self._at(seconds), cy=top + 2, r=2.5, class_="heartbeats")

    def _arrow(self) -> list[Markup]:
        """The way to the next attempt, down from the end of this one."""
        attempt, attempts = self.attempt, self.story.timeline.attempts
        if attempt.ending not in (Ending.RETRIED, Ending.REPLACED):
            return []
        begin = attempts[attempt.number].begin if attempt.number < len(attempts) else attempt.end
        top, middle = self.y + _BAR_TOP + _BAR, self.y + _LANE + 8
        bottom = self.y + _LANE + _ARROW + _BAR_TOP
        from_x, to_x = self._at(attempt.end), self._at(begin)
        told = "the next target" if attempt.retry_delay is None else f"again after {seconds_words(attempt.retry_delay)}"
        right = self.scale.share(begin - self.story.timeline.begin) < 0.6
        head = tag("path", d="M-4 -7L0 0L4 -7Z", class_="head")
        place = {"x": to_x, "dx": 8 if right else -8, "text_anchor": "start" if right else "end"}
        return [
            tag("line", x1=from_x, x2=from_x, y1=top, y2=middle, class_="arrow"),
            tag("line", x1=from_x, x2=to_x, y1=middle, y2=middle, class_="arrow"),
            tag("line", x1=to_x, x2=to_x, y1=middle, y2=bottom - 6, class_="arrow"),
            tag("svg", head, x=to_x, y=bottom, overflow="visible"),
            tag("text", told, y=middle + (4 if right else 13), class_="quiet", **place),
        ]

    def _at(self, seconds: float) -> str:
        return self.scale.at(seconds - self.story.timeline.begin)

    def _width(self, begin: float, end: float) -> str:
        zero = self.story.timeline.begin
        share = self.scale.share(end - zero) - self.scale.share(begin - zero)
        return self.scale.width(0, max(share, _LEAST_WIDTH) * self.scale.end)


def _merged(spans: Sequence[Span], scale: TimeScale) -> list[Span]:
    """The stretches that are drawn: many narrow ones become one, as what it began with."""
    narrow = _NARROWEST * scale.end
    drawn: list[Span] = []
    for span in spans:
        last = drawn[-1] if drawn else None
        if last is not None and max(last.end - last.begin, span.end - span.begin) < narrow:
            pieces, characters = last.pieces + span.pieces, last.characters + span.characters
            drawn[-1] = attrs.evolve(last, end=span.end, pieces=pieces, characters=characters)
        else:
            drawn.append(span)
    return drawn
