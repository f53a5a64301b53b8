"""Growing JSON text: the best value so far at any time, for a display that follows a model while it writes.

Strings show with their opening quote and grow; arrays and objects show with their opening bracket; a key shows once its
value does. Numbers, `true`, `false` and `null` show once they are finished: half of a number is another number. Half an
escape and half a surrogate pair are held back until the rest is there.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from .json_number import NUMBER_STARTS, JSONNumber
from .json_string import JSONString
from .limits import Limits
from .payload import is_list, is_object

__all__ = ["PartialJson"]

_SIGNIFICANT = re.compile(r"[^ \t\n\r]")
_NUMBER_CHARACTERS = re.compile(r"[-+.0-9eE]*")
_WORDS: dict[str, tuple[str, bool | None]] = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}


class _Expected(enum.Enum):
    """What comes next."""

    VALUE = "a value"
    FIRST_ELEMENT = "a value or a closing bracket"
    FIRST_KEY = "a key or a closing brace"
    KEY = "a key"
    COLON = "a colon"
    SEPARATOR = "a comma or a closing bracket"
    END = "the end"
    STRING = "the rest of a string"
    KEY_REST = "the rest of a key"
    NUMBER = "the rest of a number"
    WORD = "the rest of a word"


_INSIDE_TOKEN = frozenset({_Expected.STRING, _Expected.KEY_REST, _Expected.NUMBER, _Expected.WORD})


class PartialJson:
    """Reads JSON text in pieces of any size, and never raises on what a model wrote.

    The text is held against RFC 8259 as `json.loads` does it, with four differences: NaN and the infinities are
    refused, arrays and objects nest `depth` levels at most, a number has 4,300 characters at most, and a lone surrogate
    reads as U+FFFD. Of a key that comes twice the last value counts, as with `json.loads`.

    Time is linear in the text, however often `value` is looked at in between; with one string that grows, as long as
    the caller holds no reference to that string over the next `feed`, and on CPython only.
    """

    def __init__(self, depth: int = Limits().json_depth) -> None:
        self.error: str | None = None
        """Why the text cannot become JSON any more; the value so far stays, further text is ignored."""
        self._depth = depth
        self._expected = _Expected.VALUE
        self._outermost: list[Any] = []
        # The containers that are open; the lowest holds the value itself.
        self._open: list[list[Any] | dict[str, Any]] = [self._outermost]
        self._key = ""
        self._string = JSONString()
        self._number = JSONNumber()
        self._word: tuple[str, bool | None, int] = ("", None, 0)
        self._offset = 0

    @property
    def complete(self) -> bool:
        """True if the text so far is one whole JSON value, with nothing around it but white space."""
        if self.error is not None:
            return False
        return self._expected is _Expected.END or (self._number_alone and self._number.complete)

    @property
    def value(self) -> Any:
        """The best value so far; None before there is any, and for `null`, which is `complete`.

        Each value extends those before it, as `extends` defines. Arrays and objects are the same ones each time and go
        on growing: copy what is to be kept, and change nothing in them.
        """
        if self._number_alone:
            return self._number.value
        self._show_string()
        return self._outermost[0] if self._outermost else None

    def feed(self, text: str) -> None:
        """Takes the next piece of the text."""
        position = 0
        while position < len(text) and self.error is None:
            if self._expected not in _INSIDE_TOKEN:
                found = _SIGNIFICANT.search(text, position)
                if found is None:
                    break
                position = found.start()
            position = _STEPS[self._expected](self, text, position)
        self._offset += len(text)

    @property
    def _number_alone(self) -> bool:
        return self._expected is _Expected.NUMBER and self._open[-1] is self._outermost

    def _fail(self, what: str, position: int) -> int:
        self.error = f"{what} at character {self._offset + position}"
        return position

    def _fail_expecting(self, position: int) -> int:
        return self._fail(f"{self._expected.value} was expected", position)

    # Each step takes what is expected next from `position` on, and returns where to go on.

    def _begin_value(self, text: str, position: int) -> int:
        match text[position]:
            case '"':
                self._attach("")
                self._string = JSONString()
                self._expected = _Expected.STRING
            case "{":
                return self._open_container({}, _Expected.FIRST_KEY, position)
            case "[":
                return self._open_container([], _Expected.FIRST_ELEMENT, position)
            case "]" if self._expected is _Expected.FIRST_ELEMENT:
                self._close_container()
            case character if character in NUMBER_STARTS:
                self._number = JSONNumber()
                self._expected = _Expected.NUMBER
                return position
            case character if character in _WORDS:
                self._word = (*_WORDS[character], 0)
                self._expected = _Expected.WORD
                return position
            case _:
                return self._fail_expecting(position)
        return position + 1

    def _begin_key(self, text: str, position: int) -> int:
        match text[position]:
            case '"':
                self._string = JSONString()
                self._expected = _Expected.KEY_REST
            case "}" if self._expected is _Expected.FIRST_KEY:
                self._close_container()
            case _:
                return self._fail_expecting(position)
        return position + 1

    def _take_colon(self, text: str, position: int) -> int:
        if text[position] != ":":
            return self._fail_expecting(position)
        self._expected = _Expected.VALUE
        return position + 1

    def _take_separator(self, text: str, position: int) -> int:
        in_object = is_object(self._open[-1])
        match text[position]:
            case ",":
                self._expected = _Expected.KEY if in_object else _Expected.VALUE
            case "}" if in_object:
                self._close_container()
            case "]" if not in_object:
                self._close_container()
            case _:
                return self._fail_expecting(position)
        return position + 1

    def _refuse_more(self, _text: str, position: int) -> int:
        return self._fail_expecting(position)

    def _take_string(self, text: str, position: int) -> int:
        string = self._string
        position = string.feed(text, position)
        if string.error is not None:
            return self._fail(string.error, position)
        if string.closed and self._expected is _Expected.KEY_REST:
            self._key = string.take()
            self._expected = _Expected.COLON
        elif string.closed:
            self._show_string()
            self._finish_value()
        return position

    def _take_number(self, text: str, position: int) -> int:
        run = _NUMBER_CHARACTERS.match(text, position)
        for character in run[0] if run is not None else "":
            if not self._number.feed(character):
                return self._fail("a malformed or too long number", position)
            position += 1
        if position == len(text):
            return position
        value = self._number.value
        if value is None or not self._number.complete:
            return self._fail("a malformed or too long number", position)
        self._attach(value)
        self._finish_value()
        return position

    def _take_word(self, text: str, position: int) -> int:
        word, value, matched = self._word
        found = text[position : position + len(word) - matched]
        if not word.startswith(found, matched):
            return self._fail("an unknown word", position - matched)
        matched += len(found)
        self._word = (word, value, matched)
        if matched == len(word):
            self._attach(value)
            self._finish_value()
        return position + len(found)

    # The value.

    def _attach(self, value: Any) -> None:
        container: Any = self._open[-1]
        if is_object(container):
            container[self._key] = value
        else:
            container.append(value)

    def _show_string(self) -> None:
        """Appends what has come of a growing string to where it stands in the value."""
        if self._expected is not _Expected.STRING:
            return
        container: Any = self._open[-1]
        place: Any = self._key if is_object(container) else -1
        # CPython appends to a string in place if one local variable alone refers to it: hence the placeholder.
        shown: str = container[place]
        container[place] = None
        shown += self._string.take()
        container[place] = shown

    def _open_container(self, container: list[Any] | dict[str, Any], expected: _Expected, position: int) -> int:
        if len(self._open) > self._depth:
            return self._fail(f"nested deeper than {self._depth} levels", position)
        self._attach(container)
        self._open.append(container)
        self._expected = expected
        return position + 1

    def _close_container(self) -> None:
        self._open.pop()
        self._finish_value()

    def _finish_value(self) -> None:
        self._expected = _Expected.END if self._open[-1] is self._outermost else _Expected.SEPARATOR


_Step: TypeAlias = Callable[[PartialJson, str, int], int]
_STEPS: dict[_Expected, _Step] = {
    _Expected.VALUE: PartialJson._begin_value,
    _Expected.FIRST_ELEMENT: PartialJson._begin_value,
    _Expected.FIRST_KEY: PartialJson._begin_key,
    _Expected.KEY: PartialJson._begin_key,
    _Expected.COLON: PartialJson._take_colon,
    _Expected.SEPARATOR: PartialJson._take_separator,
    _Expected.END: PartialJson._refuse_more,
    _Expected.STRING: PartialJson._take_string,
    _Expected.KEY_REST: PartialJson._take_string,
    _Expected.NUMBER: PartialJson._take_number,
    _Expected.WORD: PartialJson._take_word,
}


def extends(older: Any, newer: Any) -> bool:
    """True if a view of growing JSON text can have become `newer` after it was `older`.

    A string goes on where the older one ends. An array has the same elements, the last of which may have grown, and
    more after them; an object likewise by its keys, in order. Anything else stays what it is. The view as a whole may
    also be None first, before there is any value, and a number that is the whole text may become any other number,
    because nothing but the end of the text finishes it.

    Only a key that comes twice breaks this between the views of one text: its first value is replaced.
    """
    if older is None or (_is_number(older) and _is_number(newer)):
        return True
    return _extends(older, newer)


def _extends(older: Any, newer: Any) -> bool:
    if type(older) is not type(newer):
        return False
    if isinstance(older, str):
        return str(newer).startswith(older)
    if is_list(older):
        last = len(older) - 1
        return not older or (newer[:last] == older[:last] and len(newer) > last and _extends(older[last], newer[last]))
    if is_object(older):
        keys = list(older)
        values = list(older.values())
        return list(newer)[: len(keys)] == keys and _extends(values, list(newer.values())[: len(keys)])
    return bool(older == newer)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
