"""Splits reasoning that a model writes between tags, such as `<think>`, from the text around it.

A text tool: it knows no events and no provider. Every character that goes in comes out once and in order, as text, as
reasoning, or as removed markup.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping

from .notes import NoteCode
from .think_options import ThinkOptions
from .think_scan import CodeSpans, Role, TagFinder
from .think_tags import REASONING_TAGS, TagPair, is_special_token

__all__ = ["THINK_TAGS", "TagPair", "ThinkOptions", "ThinkSplitter", "split_think_blocks"]

THINK_TAGS: Mapping[str, tuple[TagPair, ...]] = REASONING_TAGS
"""The pairs of tags that the model families put around their reasoning, by family name; cannot be changed."""

_HELD_WHITE_SPACE = 64
_WHITE_SPACE = re.compile(rf"\s{{0,{_HELD_WHITE_SPACE + 1}}}")
_BEFORE_A_MENTION = frozenset(" \t\"'([{<“‘«「")


class _Place(enum.Enum):
    START = enum.auto()
    """Nothing but white space yet."""
    OPENED = enum.auto()
    """In a block that has only white space yet."""
    INSIDE = enum.auto()
    """In a block."""
    CLOSED = enum.auto()
    """After a tag, nothing but white space since."""
    TEXT = enum.auto()
    DONE = enum.auto()
    """In text in which no tag counts any more."""


_IN_BLOCK = (_Place.OPENED, _Place.INSIDE)
_STAYS: tuple[Role, ...] = ("tool opener", "spoken opener")
_RUNNING = {_Place.INSIDE: "reasoning", _Place.TEXT: "text"}


class ThinkSplitter:
    """Splits one text that comes in pieces. Plain data: it can be pickled and deep-copied.

    `feed`, `flush` and `end` return `(kind, piece)` pairs: kind `text`, `reasoning`, or `tag` for removed markup (tags
    and white space around them). The joined pieces are the input; how it was cut changes nothing but the cuts.
    What more text could still turn into a tag is held back: less than the longest tag, plus at most 64 characters of
    white space at the start and beside a tag. (`unclosed="text"` holds more.) The time is linear in the text.
    """

    def __init__(self, options: ThinkOptions) -> None:
        if not isinstance(options, ThinkOptions):  # pyright: ignore[reportUnnecessaryIsInstance] - a mode, mostly
            said = f'ThinkOptions(mode="leading"), not {type(options).__name__}'
            raise TypeError(f"ThinkSplitter() takes {said}")
        self.notes: list[tuple[NoteCode, str]] = []
        """`(code, detail)` of the tolerance that was applied, each code at most once per text. The caller takes them
        out and clears the list."""
        self._options = options
        self._noted: set[NoteCode] = set()
        self._code = CodeSpans()
        self._finders: dict[tuple[object, ...], TagFinder] = {}
        self._held = ""
        self._withheld: list[tuple[str, str]] = []
        self._opener = self._answer_opener = self._last = ""
        self._block_seen = self._block_opened = self._answered = self._field_seen = False
        self._doubtful = options.mode == "inside" and options.unclosed == "text"
        match options.mode:
            case "off":
                self._enter(_Place.DONE)
            case "inside":
                self._enter(_Place.OPENED)
            case _:
                self._enter(_Place.START)
        self.settled = self._place is _Place.DONE
        """True once everything that follows is text: the caller may go on without the splitter."""

    def feed(self, text: str) -> list[tuple[str, str]]:
        """The next piece of the text; returns what is decided by now."""
        if not text:
            return []
        if self.settled:
            return [("text", text)]
        if self._passing and not self._held:
            code = self._code
            if "`" not in text if code.fenced else code.idle and not self._finder.sign.search(text):
                self._last = text[-1]
                return [(self._passing, text)]
        return self._go_on(text, final=False)

    def flush(self) -> list[tuple[str, str]]:
        """Gives out everything held, as what it is without more text; call it before something else than text follows.

        The splitter goes on where it is: inside or outside of a block.
        """
        pieces = self._go_on("", final=True) if self._held else []
        return self._without_reasoning() + pieces if self._withheld else pieces

    def end(self) -> list[tuple[str, str]]:
        """The text has ended; like `flush`, and notes a block that was not closed."""
        pieces = self.flush()
        if self._place is _Place.INSIDE or (self._place is _Place.OPENED and self._opener):
            self._note(NoteCode.UNCLOSED_THINK, self._opener)
        self._enter(_Place.DONE)
        self.settled = True
        return pieces

    def reasoning_field_seen(self) -> None:
        """Tells that the provider gives reasoning in a field of its own, which wins.

        From here on no block is opened in the text; one closing tag at its start is removed. A block that a tag has
        opened already goes on to its closing tag.
        """
        if self._field_seen or self._place is _Place.DONE:
            return
        self._field_seen = True
        if self._place in _IN_BLOCK and not self._opener:
            self._doubtful = False
            self._withheld = self._without_reasoning()
            self._enter(_Place.START)
        else:
            self._enter(self._place)
        self.settled = self._is_settled()

    def _go_on(self, text: str, *, final: bool) -> list[tuple[str, str]]:
        text = self._held + text
        self._held = ""
        pieces: list[tuple[str, str]] = []
        position = 0
        while position < len(text):
            if self._place is _Place.DONE:
                pieces.append(("text", text[position:]))
                break
            step = self._scan if self._place in _RUNNING else self._edge
            position = step(text, position, pieces, final)
        if self._doubtful:
            self._withheld += pieces
            return []
        if self._withheld:
            pieces = self._withheld + pieces
            self._withheld = []
        self.settled = self._is_settled()
        return pieces

    def _edge(self, text: str, start: int, pieces: list[tuple[str, str]], final: bool) -> int:
        # Where white space is held to see whether a tag follows it.
        finder = self._finder
        space = _WHITE_SPACE.match(text, start)
        end = space.end() if space else start
        if end - start <= _HELD_WHITE_SPACE:
            if not final and (end == len(text) or finder.may_grow(text, end)):
                self._held = text[start:]
                return len(text)
            found = finder.tag.match(text, end)
            if found:
                role = finder.roles[found[0]]
                end = found.start() if role in _STAYS else found.end()
                self._put(pieces, "tag", text[start:end])
                self._turn(role, found[0])
                return end
            if end == len(text):
                self._put(pieces, "text" if self._place is _Place.START else "tag", text[start:])
                return end
        if self._place is _Place.CLOSED and self._options.strip_newlines and not self._answered:
            stripped = start + len(text[start:end]) - len(text[start:end].lstrip("\r\n"))
            self._put(pieces, "tag", text[start:stripped])
            start = stripped
        self._enter(_Place.INSIDE if self._place is _Place.OPENED else _Place.TEXT)
        return start

    def _scan(self, text: str, start: int, pieces: list[tuple[str, str]], final: bool) -> int:
        # In running text: up to the next tag that counts.
        finder = self._finder
        in_text = self._place is _Place.TEXT
        kind = "text" if in_text else "reasoning"
        followed = sought = start
        while True:
            found = finder.tag.search(text, sought)
            stop = len(text)
            if not final and (found is None or stop - found.start() < finder.longest):
                stop = finder.undecided(text, sought)
            at = stop if found is None else min(stop, found.start())
            if in_text:
                self._code.advance(text, followed, at)
                followed = at
            if found is None or at < found.start() or at == stop:
                self._put(pieces, kind, text[start:at])
                self._held = text[at:]
                return len(text)
            role = finder.roles[found[0]]
            if self._counts(role, found[0], text[at - 1] if at > start else self._last):
                break
            sought = at + 1
        self._put(pieces, kind, text[start:at])
        if role not in _STAYS:
            at = found.end()
            self._put(pieces, "tag", found[0])
        self._turn(role, found[0])
        return at

    def _counts(self, role: Role, tag: str, before: str) -> bool:
        if role == "tool opener":
            return is_special_token(tag) or before in ("", "\n", "\r")
        if self._place is _Place.INSIDE:
            return True
        return not self._code.end_run() and not (role == "closer" and before in _BEFORE_A_MENTION)

    def _turn(self, role: Role, tag: str) -> None:
        # Goes to where the tag leads.
        if role == "answer opener":
            self._answer_opener = tag
            self._enter(_Place.CLOSED)
            return
        if role == "answer closer":
            if not self._answer_opener:
                self._note(NoteCode.DROPPED_THINK_TAG, tag)
            self._answer_opener = ""
            self._enter(_Place.CLOSED)
            return
        if role == "opener" and self._place is _Place.OPENED and self._opener:
            self._note(NoteCode.DROPPED_THINK_TAG, tag)
        elif role == "closer" and self._place in (_Place.START, _Place.TEXT):
            self._note(NoteCode.DROPPED_THINK_TAG if self._field_seen else NoteCode.MISSING_THINK_OPENER, tag)
        self._block_opened = self._block_opened or role == "opener" or self._place in _IN_BLOCK
        self._opener = tag if role == "opener" else ""
        self._block_seen = True
        self._doubtful = False
        places = {"opener": _Place.OPENED, "closer": _Place.CLOSED}
        self._enter(places.get(role, _Place.TEXT))

    def _enter(self, place: _Place) -> None:
        self._place = place
        key = (place, self._opener, self._answer_opener, self._block_seen, self._field_seen)
        finder = self._finders.get(key)
        if finder is None:
            finder = self._finders[key] = TagFinder.of(self._roles(), after_white_space=place not in _RUNNING)
        self._finder = finder
        if place is _Place.TEXT:
            self._answered = True
            if not finder.roles:
                self._place = _Place.DONE
        self._passing = "" if self._doubtful else _RUNNING.get(self._place, "")

    def _roles(self) -> dict[str, Role]:
        # The tags that count here; where one text has two roles, the later one stands.
        options, place = self._options, self._place
        roles: dict[str, Role] = {}
        if place is _Place.DONE:
            return roles
        if place in _IN_BLOCK:
            roles.update(dict.fromkeys(options.tool_openers, "tool opener"))
            if place is _Place.OPENED:
                # A repeated opening tag. The depth is not counted: the servers do not count it either.
                roles.update((pair.open, "opener") for pair in options.pairs_of(self._opener))
            roles.update((pair.close, "closer") for pair in options.pairs_of(self._opener))
            return roles
        at_start = place is _Place.START
        if not self._block_seen and (self._field_seen or options.stray_closers == "drop"):
            if at_start:
                roles.update(dict.fromkeys(options.stray_tags(), "closer"))
            elif place is _Place.TEXT and not self._field_seen:
                roles.update((pair.open, "spoken opener") for pair in options.tags)
                roles.update(dict.fromkeys(options.stray_tags(), "closer"))
        for pair in options.answer_tags:
            if place is not _Place.TEXT:
                roles[pair.open] = "answer opener"
            elif is_special_token(pair.close) or pair.open.lstrip() == self._answer_opener:
                roles[pair.close] = "answer closer"
        if not self._field_seen and (at_start or options.mode == "anywhere"):
            roles.update((pair.open, "opener") for pair in options.tags)
        return roles

    def _is_settled(self) -> bool:
        return self._place is _Place.DONE and not self._held

    def _without_reasoning(self) -> list[tuple[str, str]]:
        pieces = [("text" if kind == "reasoning" else kind, piece) for kind, piece in self._withheld]
        self._withheld = []
        return pieces

    def _put(self, pieces: list[tuple[str, str]], kind: str, piece: str) -> None:
        if piece:
            pieces.append((kind, piece))
            if kind != "tag":
                self._last = piece[-1]

    def _note(self, code: NoteCode, detail: str) -> None:
        if code not in self._noted:
            self._noted.add(code)
            self.notes.append((code, detail))


def split_think_blocks(text: str, mode: str | ThinkOptions = "anywhere") -> tuple[str, str | None]:
    """The content and the thinking of a whole text; thinking is None if there was no block, several blocks are joined.

    `mode` is a mode name or a `ThinkOptions` record; ValueError for another name.
    """
    splitter = ThinkSplitter(ThinkOptions.of(mode, "anywhere"))
    pieces = splitter.feed(text) + splitter.end()
    content = "".join(piece for kind, piece in pieces if kind == "text")
    thinking = "".join(piece for kind, piece in pieces if kind == "reasoning")
    return content, thinking if thinking or splitter._block_opened else None
