"""Where reasoning is looked for in a text, and between which tags."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias, get_args

import attrs

from .think_tags import ANSWER_TAGS, REASONING_TAGS, TOOL_OPENERS, TagPair

__all__ = ["ThinkMode", "ThinkOptions"]

ThinkMode: TypeAlias = Literal["off", "leading", "anywhere", "inside"]

_MODES: tuple[str, ...] = get_args(ThinkMode)


def _tag_pairs(pairs: Iterable[TagPair]) -> tuple[TagPair, ...]:
    return tuple(pairs)


def _openers(tags: Iterable[str]) -> tuple[str, ...]:
    openers = tuple(tags)
    for opener in openers:
        if not opener.strip():
            raise ValueError(f"a tool opener needs more than white space, not {opener!r}")
    return openers


@attrs.frozen
class ThinkOptions:
    """Where reasoning is looked for, and between which tags. ValueError for a mode or a choice that does not exist."""

    mode: ThinkMode = attrs.field(default="leading", validator=attrs.validators.in_(_MODES))
    """`off`: nothing is split. `leading`: one block at the start, after white space. `anywhere`: any number of blocks,
    except in code between back-ticks. `inside`: the text begins inside the block, because the prompt ended with the
    opening tag (chat templates of DeepSeek-R1 and others: https://github.com/ggml-org/llama.cpp/issues/23320)."""
    tags: tuple[TagPair, ...] = attrs.field(default=(TagPair("<think>", "</think>"),), converter=_tag_pairs)
    """The pairs around reasoning, `THINK_TAGS` has those of the model families. A block is closed by a closing tag that
    belongs to its opening tag; pairs are told apart by case."""
    answer_tags: tuple[TagPair, ...] = attrs.field(default=(), converter=_tag_pairs)
    """The pairs around the answer itself, which are removed when the answer begins with the opening tag. A closing tag
    that is a special token (`<|...`) is removed without its opening tag too."""
    tool_openers: tuple[str, ...] = attrs.field(default=(), converter=_openers)
    """What begins a tool call and so ends a block that was not closed: at the start of a line, special tokens (`<|...`)
    anywhere, because reasoning may speak of `<tool_call>`. It stays in the text."""
    unclosed: Literal["reasoning", "text"] = attrs.field(
        default="reasoning", validator=attrs.validators.in_(("reasoning", "text"))
    )
    """What a text of mode `inside` is if no closing tag ever comes. `text` is for prompts that may or may not open the
    block (https://github.com/OpenWhispr/openwhispr/pull/809), and holds everything back until the closing tag."""
    stray_closers: Literal["drop", "keep"] = attrs.field(
        default="drop", validator=attrs.validators.in_(("drop", "keep"))
    )
    """What happens in `leading` and `anywhere` to the first closing tag when no block was opened. `drop`: it is taken
    out with a note, unless it stands in code, or after a blank, a quote or an opening bracket, like a word that is
    spoken of. `keep`: it stays text, and a `leading` splitter is settled as soon as text begins."""
    strip_newlines: bool = True
    """Line ends between a closing tag and the first text of the answer are removed as markup."""

    @classmethod
    def of(cls, value: str | ThinkOptions | None, default_mode: ThinkMode) -> ThinkOptions:
        """The options for a mode name, for options, or for None, which means `default_mode` with stray closers kept:
        who does not ask pays for a look at the start of the text and no more.

        Raises ValueError, naming the modes, for anything else.
        """
        if isinstance(value, ThinkOptions):
            return value
        if value is None:
            return cls(default_mode, stray_closers="keep")
        for mode in get_args(ThinkMode):
            if value == mode:
                return cls(mode)
        raise ValueError(f"think is one of {', '.join(_MODES)} or a ThinkOptions record, not {value!r}")

    @classmethod
    def for_family(cls, family: str, mode: ThinkMode = "leading") -> ThinkOptions:
        """Tags, answer tags and tool openers of a model family, a key of `THINK_TAGS`; ValueError for another name."""
        if family not in REASONING_TAGS:
            raise ValueError(f"no think tags are known for {family!r}, only for {', '.join(sorted(REASONING_TAGS))}")
        return cls(mode, REASONING_TAGS[family], ANSWER_TAGS.get(family, ()), TOOL_OPENERS.get(family, ()))

    def pairs_of(self, opener: str) -> tuple[TagPair, ...]:
        """The pairs of an opening tag, white space before it aside; every pair if `opener` is empty."""
        return tuple(pair for pair in self.tags if not opener or pair.open.lstrip() == opener.lstrip())

    def stray_tags(self) -> tuple[str, ...]:
        """The closing tags that are tags even alone; a marker in plain words ("Here is my response:") is not."""
        return tuple(pair.close for pair in self.tags if not pair.close.lstrip()[0].isalnum())
