"""The think splitter, in every mode and with every family of tags. Allowed: pieces of text, reasoning and markup that
joined are the input, the same at any split; in the mode `off` text alone."""

from __future__ import annotations

import copy
from collections.abc import Hashable
from itertools import groupby

from deltawire.think import THINK_TAGS, ThinkOptions, ThinkSplitter

from ..harness import Choices, Target, same

ALLOWED = {"text", "reasoning", "tag"}


def check(data: bytes) -> Hashable:
    choices = Choices(data)
    text = data.decode("utf-8", "surrogateescape" if choices.flag(8) else "replace")
    options = ThinkOptions(
        mode=choices.of(("off", "leading", "leading", "anywhere", "anywhere", "inside")),
        tags=THINK_TAGS[choices.of(sorted(THINK_TAGS))],
        unclosed=choices.of(("reasoning", "text")),
        stray_closers=choices.of(("drop", "keep")),
        strip_newlines=choices.flag(),
    )
    whole, in_pieces = ThinkSplitter(options), ThinkSplitter(options)
    pieces = _merged(whole.feed(text) + whole.end())
    said = [pair for piece in choices.pieces(text) for pair in in_pieces.feed(piece)]
    in_pieces = copy.deepcopy(in_pieces)
    same(_merged(said + in_pieces.end()), pieces, f"pieces with {options}")
    same(in_pieces.notes, whole.notes, "notes")
    same("".join(piece for _, piece in pieces), text, "the input")
    kinds = [kind for kind, _ in pieces]
    same(set(kinds) <= ({"text"} if options.mode == "off" else ALLOWED), True, f"only known kinds in {kinds}")
    return (options.mode, tuple(kinds[:8]), tuple(sorted({code for code, _ in whole.notes})))


def _merged(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(kind, "".join(piece for _, piece in group)) for kind, group in groupby(pieces, lambda pair: pair[0])]


TARGET = Target("think", check, "think")
