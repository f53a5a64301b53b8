"""HTML and SVG that cannot be broken out of: text is escaped, markup is only what this module made."""

from __future__ import annotations

import html
import re
from typing import Any

__all__ = ["Markup", "escaped", "join", "tag"]

# Without children these are closed at once; the first ones have no end tag in HTML, the others are SVG.
_VOID = frozenset({"link", "meta"})
_EMPTY = frozenset({"circle", "line", "path", "polyline", "rect"})

# What XML cannot hold, what a terminal would obey, and what turns the direction of a text around.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\N{REPLACEMENT CHARACTER}" if 0xD800 <= code < 0xE000 else f"\\u{code:04x}"


def escaped(text: object) -> Markup:
    """The text as markup: control characters as pictures of themselves, the rest as it reads. Markup stays."""
    if isinstance(text, Markup):
        return text
    return Markup(html.escape(_INVISIBLE.sub(_shown, str(text))))


def tag(name: str, /, *children: object, **attributes: Any) -> Markup:
    """An element. Children are escaped unless they are markup, and so are the values of attributes.

    Attributes are written with hyphens for underscores, and without one at the end (`class_`); None is left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    if name in _EMPTY and not children:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{''.join(map(escaped, children))}</{name}>")


def join(*parts: object) -> Markup:
    """The parts behind each other."""
    return Markup("".join(map(escaped, parts)))
