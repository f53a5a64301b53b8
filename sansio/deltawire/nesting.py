"""Where a JSON array or object ends, told from its text alone while it arrives.

Only brackets, strings and escapes are looked at, so the text between may be wrong in any other way: what is found here
still has to be decoded. Each character is scanned once, and the runs between brackets are jumped over in one step.
"""

from __future__ import annotations

import re

import attrs

__all__ = ["ArgumentExtent", "NestingScanner", "StringScanner"]

_WHITE_SPACE = " \t\n\r"

# The repeats are bounded because each turn of a group is remembered, some hundred bytes of it, and possessive groups,
# which would remember nothing, match wrongly before CPython 3.11.5 (github.com/python/cpython/issues/106052).
_TO_BRACKET = re.compile(r'[^"\[\]{}]*(?:"[^"\\]*"[^"\[\]{}]*){0,999}(["\[\]{}])?')
_TO_STRING_END = re.compile(r'[^"\\]*(?:\\.[^"\\]*){0,999}(["\\])?', re.DOTALL)


@attrs.define
class StringScanner:
    """Follows the rest of a JSON string that arrives in pieces, from after its opening quote."""

    _escaped: bool = attrs.field(default=False, init=False)

    def feed(self, text: str, start: int = 0) -> int:
        """Scans `text` on from `start`: the offset just after the closing quote, or -1 if it is not there."""
        while True:
            if self._escaped and start < len(text):
                self._escaped = False
                start += 1
            jump = _TO_STRING_END.match(text, start)
            if jump is None or jump[1] is None:
                return -1
            start = jump.end()
            if jump[1] == '"':
                return start
            self._escaped = True


@attrs.define
class NestingScanner:
    """Follows the brackets of JSON text that arrives in pieces, and tells where the outermost array or object ends.

    Bytes are scanned after decoding them as Latin-1: JSON's own characters are ASCII, and the offsets are then those of
    the bytes.
    """

    depth: int = attrs.field(default=0, init=False)
    """Arrays and objects that are open. Brackets are counted, not paired: `{]` is closed."""
    closed: bool = attrs.field(default=False, init=False)
    """True if an outermost array or object has closed and no other has been opened since."""
    _string: StringScanner | None = attrs.field(default=None, init=False)

    @property
    def begun(self) -> bool:
        """True if an outermost array or object has been opened and has not closed yet."""
        return self.depth > 0

    def feed(self, text: str, start: int = 0) -> int:
        """Scans `text` on from `start`: the offset just after the outermost closing bracket, or -1 if it is not there.

        After an offset call again with `start` at it to look for the next one; after -1 go on with the text that
        follows this one. A closing bracket where none is open is passed over.
        """
        position = start
        while True:
            if self._string is not None:
                position = self._string.feed(text, position)
                if position < 0:
                    return -1
                self._string = None
            jump = _TO_BRACKET.match(text, position)
            if jump is None or jump[1] is None:
                return -1
            position = jump.end()
            match jump[1]:
                case '"':
                    self._string = StringScanner()
                case "{" | "[":
                    self.depth += 1
                    self.closed = False
                case _ if self.depth:
                    self.depth -= 1
                    if not self.depth:
                        self.closed = True
                        return position
                case _:
                    pass


@attrs.define
class ArgumentExtent:
    """Tells when the pieces of a tool call's arguments are together exactly one JSON array or object.

    Servers that send whole calls, or several calls under one index, show only so where one call's arguments end.
    """

    full: bool = attrs.field(default=False, init=False)
    """True if the text so far is one array or object, closed, with nothing around it but white space."""
    _scanner: NestingScanner = attrs.field(factory=NestingScanner, init=False)
    _foreign: bool = attrs.field(default=False, init=False)

    @staticmethod
    def starts(fragment: str) -> bool:
        """True if `fragment` begins an array or object, after white space."""
        return fragment.lstrip(_WHITE_SPACE)[:1] in ("{", "[")

    def feed(self, fragment: str) -> None:
        """Takes the next piece of the arguments; each is scanned once."""
        if self._foreign:
            return
        end = 0
        if not self.full:
            if not self._scanner.begun:
                if not fragment.strip(_WHITE_SPACE):
                    return
                self._foreign = not self.starts(fragment)
                if self._foreign:
                    return
            end = self._scanner.feed(fragment)
            if end < 0:
                return
            self.full = True
        if fragment[end:].strip(_WHITE_SPACE):
            self.full = False
            self._foreign = True
