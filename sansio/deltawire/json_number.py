"""A JSON number that arrives character by character (RFC 8259, section 6)."""

from __future__ import annotations

import attrs

__all__ = ["MOST_DIGITS", "NUMBER_STARTS", "JSONNumber"]

MOST_DIGITS = 4300
"""Characters of a number after its sign. Python converts no whole number of more digits, unless told to; that
fractions have the same limit keeps each look at a number that still grows cheap."""

NUMBER_STARTS = "-0123456789"

_NONZERO = "123456789"
_DIGITS = "0123456789"
# The grammar of the RFC read as a diagram: what came last, the characters that may follow, what they are then.
_NEXT = {
    (last, character): following
    for last, characters, following in (
        ("nothing", "-", "sign"),
        ("nothing", "0", "zero"),
        ("nothing", _NONZERO, "whole"),
        ("sign", "0", "zero"),
        ("sign", _NONZERO, "whole"),
        ("zero", ".", "point"),
        ("zero", "eE", "e"),
        ("whole", _DIGITS, "whole"),
        ("whole", ".", "point"),
        ("whole", "eE", "e"),
        ("point", _DIGITS, "fraction"),
        ("fraction", _DIGITS, "fraction"),
        ("fraction", "eE", "e"),
        ("e", "+-", "exponent sign"),
        ("e", _DIGITS, "exponent"),
        ("exponent sign", _DIGITS, "exponent"),
        ("exponent", _DIGITS, "exponent"),
    )
    for character in characters
}
_WHOLE_AFTER = frozenset({"zero", "whole", "fraction", "exponent"})


@attrs.define
class JSONNumber:
    """A number in progress."""

    complete: bool = attrs.field(default=False, init=False)
    """True if the text so far is a number."""
    _last: str = attrs.field(default="nothing", init=False)
    _characters: list[str] = attrs.field(factory=list[str], init=False)
    _sound: int = attrs.field(default=0, init=False)

    def feed(self, character: str) -> bool:
        """Takes the next character; False, and it is not taken, if it cannot stand there."""
        last = _NEXT.get((self._last, character))
        if last is None or len(self._characters) - ("-" in self._characters[:1]) == MOST_DIGITS:
            return False
        self._last = last
        self._characters.append(character)
        self.complete = last in _WHOLE_AFTER
        if self.complete:
            self._sound = len(self._characters)
        return True

    @property
    def value(self) -> int | float | None:
        """The value of the longest beginning that is a number, as `json.loads` gives it; None if there is none.

        None as well for digits that this interpreter was told not to convert (`sys.set_int_max_str_digits`).
        """
        text = "".join(self._characters[: self._sound])
        try:
            return int(text) if text.lstrip("-").isdecimal() else float(text)
        except ValueError:
            return None
