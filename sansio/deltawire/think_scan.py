"""What the think splitter reads with: a finder of tags in growing text, and the code in which tags do not count."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

import attrs

__all__ = ["CodeSpans", "Role", "TagFinder"]

Role: TypeAlias = Literal["opener", "closer", "answer opener", "answer closer", "tool opener", "spoken opener"]
"""What a tag does where it stands. A spoken opener comes too late to open a block: the text speaks of the tags, so that
a closing tag after it is no stray one."""

_BACK_TICKS = re.compile("`+")
_BACK_TICK_OR_LINE_END = re.compile("[`\n]")
_FENCE = 3


def _any_of(tags: list[str], then: str = "") -> re.Pattern[str]:
    # "(?!)" matches nowhere.
    return re.compile(f"(?:{'|'.join(map(re.escape, tags))}){then}" if tags else "(?!)")


@attrs.frozen
class TagFinder:
    """The tags that count at one place of the text; at each position the longest one wins."""

    roles: Mapping[str, Role]
    longest: int
    """Characters of the longest tag."""
    tag: re.Pattern[str]
    """Matches one tag."""
    sign: re.Pattern[str]
    """Matches a first character of a tag, or a back-tick: text without one needs no further look."""
    beginning: re.Pattern[str]
    """Matches at the end of a text what begins a tag and is not the whole of it."""

    @classmethod
    def of(cls, roles: Mapping[str, Role], *, after_white_space: bool) -> TagFinder:
        """A finder of the keys of `roles`; after white space, also that which a tag begins with has gone by."""
        if after_white_space:
            roles = {tag.lstrip(): role for tag, role in roles.items()}
        tags = sorted(roles, key=len, reverse=True)
        signs = sorted({tag[0] for tag in tags} | {"`"})
        beginnings = sorted({tag[:length] for tag in tags for length in range(1, len(tag))}, key=len, reverse=True)
        return cls(
            roles=roles,
            longest=max(map(len, tags), default=0),
            tag=_any_of(tags),
            sign=re.compile(f"[{''.join(map(re.escape, signs))}]"),
            beginning=_any_of(beginnings, r"\Z"),
        )

    def undecided(self, text: str, start: int) -> int:
        """The first position, not before `start`, from which more text could make a longer tag; else the text's end.

        It is at most the longest tag less one character away from the end, so the look costs the same for any text.
        """
        found = self.beginning.search(text, max(start, len(text) - self.longest + 1))
        return found.start() if found else len(text)

    def may_grow(self, text: str, start: int) -> bool:
        """True if the text from `start` to its end begins a tag without being the whole of it."""
        return len(text) - start < self.longest and self.beginning.match(text, start) is not None


class CodeSpans:
    """Follows the code in a text by its back-ticks: a run of them opens a span, the next run of that length ends it.

    A span of one or two back-ticks ends with its paragraph too (CommonMark 0.31, section 6.1: a code span is inline
    content), so that a stray back-tick does not turn the rest of the answer into code. A longer run is a fence.
    """

    __slots__ = ("_line_is_blank", "_run", "_span")

    def __init__(self) -> None:
        self._span = 0
        self._run = 0
        self._line_is_blank = False

    @property
    def idle(self) -> bool:
        """True if text without a back-tick cannot change anything here."""
        return not self._span and not self._run

    @property
    def fenced(self) -> bool:
        """True in a fence, if text without a back-tick cannot change that."""
        return self._span >= _FENCE and not self._run

    def end_run(self) -> bool:
        """Tells that what follows is no back-tick; returns whether it stands in code."""
        if self._run:
            if not self._span:
                self._span = self._run
            elif self._span == self._run:
                self._span = 0
            self._run = 0
        return self._span > 0

    def advance(self, text: str, start: int, stop: int) -> None:
        """Goes on over `text[start:stop]`, which follows what was gone over before."""
        while start < stop:
            if text[start] == "`":
                start = self._over_run(text, start, stop)
            else:
                self.end_run()
                start = self._over_line(text, start, stop) if 0 < self._span < _FENCE else text.find("`", start, stop)
                if start < 0:
                    return

    def _over_run(self, text: str, start: int, stop: int) -> int:
        run = _BACK_TICKS.match(text, start, stop)
        end = run.end() if run else stop
        self._run += end - start
        self._line_is_blank = False
        return end

    def _over_line(self, text: str, start: int, stop: int) -> int:
        # Inside a span of one line or a few: the position of the next back-tick or of the next line.
        found = _BACK_TICK_OR_LINE_END.search(text, start, stop)
        end = found.start() if found else stop
        if start < end and not text[start:end].isspace():
            self._line_is_blank = False
        if not found or found[0] == "`":
            return end
        if self._line_is_blank:
            self._span = 0
        self._line_is_blank = True
        return end + 1
