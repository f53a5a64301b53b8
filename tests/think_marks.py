"""Pieces of the think splitter written down as one line: «removed markup», ‹reasoning›, and text as it is."""

from __future__ import annotations

import itertools

from deltawire.think import ThinkOptions, ThinkSplitter

Pieces = list[tuple[str, str]]

_MARKS = {"tag": "«{}»", "reasoning": "‹{}›", "text": "{}"}


def merged(pieces: Pieces) -> Pieces:
    """The pieces with neighbours of the same kind joined."""
    return [
        (kind, "".join(piece for _, piece in group)) for kind, group in itertools.groupby(pieces, lambda pair: pair[0])
    ]


def marked(pieces: Pieces) -> str:
    """The pieces as one line."""
    return "".join(_MARKS[kind].format(piece) for kind, piece in merged(pieces))


def unmarked(line: str) -> str:
    """The input that a line of pieces is about."""
    return line.translate(dict.fromkeys(map(ord, "«»‹›")))


def split(options: ThinkOptions, *pieces: str) -> Pieces:
    """What a new splitter makes of a whole text that comes in these pieces."""
    splitter = ThinkSplitter(options)
    return merged([pair for piece in pieces for pair in splitter.feed(piece)] + splitter.end())


def check(options: ThinkOptions, line: str) -> None:
    """The input of the line is split as the line says: in one feed, by characters, and at each cut in two."""
    text = unmarked(line)
    assert marked(split(options, text)) == line
    assert marked(split(options, *text)) == line
    for at in range(1, len(text)):
        assert marked(split(options, text[:at], text[at:])) == line
