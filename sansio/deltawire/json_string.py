"""A JSON string that arrives in pieces (RFC 8259, section 7)."""

from __future__ import annotations

import re

from .payload import raw_decode
from .surrogates import SurrogateJoiner

__all__ = ["JSONString"]

# The repeat is bounded, because each turn of a group is remembered.
_CHARACTERS = re.compile(r'[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*){0,999}')
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_OPEN_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?")


class JSONString:
    """Decodes a string from after its opening quote. Half an escape and half a surrogate pair are held back."""

    def __init__(self) -> None:
        self.closed = False
        """True once the closing quote has come."""
        self.error: str | None = None
        """What JSON does not allow at the place where `feed` stopped."""
        self._decoded: list[str] = []
        self._surrogates = SurrogateJoiner()
        self._escape = ""

    def feed(self, text: str, start: int = 0) -> int:
        """Takes `text` on from `start`: the offset after the closing quote, that of a fault, or the end of the text.

        The offset of a fault is that of its first character; it is negative if that came with a piece before.
        """
        held = len(self._escape)
        if held:
            text = self._escape + text[start:]
            self._escape = ""
            return self._take(text, 0) - held + start
        return self._take(text, start)

    def take(self) -> str:
        """The characters that came since this was last called."""
        decoded = "".join(self._decoded)
        self._decoded.clear()
        return decoded

    def _take(self, text: str, position: int) -> int:
        while position < len(text):
            run = _CHARACTERS.match(text, position)
            if run is not None and run[0]:
                decoded = raw_decode(f'"{run[0]}"')[0] if "\\" in run[0] else run[0]
                self._decoded.append(self._surrogates.feed(decoded))
                position = run.end()
            match text[position : position + 1]:
                case "":
                    break
                case '"':
                    self._decoded.append(self._surrogates.end())
                    self.closed = True
                    return position + 1
                case "\\":
                    escape = text[position : position + 6]
                    if _OPEN_ESCAPE.fullmatch(escape):
                        self._escape = escape
                        return len(text)
                    if not _ESCAPE.match(escape):
                        self.error = "an escape that JSON does not have"
                        return position
                case _:
                    self.error = "a control character in a string"
                    return position
        return position
