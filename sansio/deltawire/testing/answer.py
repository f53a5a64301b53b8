"""What a model says, before any provider has put it on the wire, and how a server writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, get_args

import attrs

from ..payload import as_object

__all__ = ["Answer", "Call", "Finish", "Part", "Reasoning", "Style", "Text"]


@attrs.frozen
class Text:
    """A stretch of the answer's text."""

    pieces: tuple[str, ...]
    """As the server sends it, a delta each; pieces may be empty."""


@attrs.frozen
class Reasoning:
    """A stretch of the model's reasoning, in the channel that the provider has for it."""

    pieces: tuple[str, ...]
    """As the server sends it, a delta each; pieces may be empty."""


@attrs.frozen
class Call:
    """A call of a tool of the client's."""

    id: str
    """The call's id; providers that have none leave it out."""
    name: str
    """The tool's name."""
    pieces: tuple[str, ...]
    """The JSON text of the arguments, as the server sends it."""

    @property
    def arguments(self) -> str:
        """The whole text of the arguments."""
        return "".join(self.pieces)

    @property
    def arguments_object(self) -> dict[str, Any]:
        """The arguments as an object, for providers that send them whole; `{}` if the text is none."""
        try:
            return as_object(json.loads(self.arguments))
        except ValueError:
            return {}


Finish: TypeAlias = Literal["stop", "length", "content_filter"]
"""Why an answer ends, in neutral words."""
Part: TypeAlias = Text | Reasoning | Call
"""A stretch of an answer."""


@attrs.frozen
class Answer:
    """One answer of a model: what any provider may be asked to stream. Raises ValueError for an unknown `finish`."""

    parts: tuple[Part, ...] = ()
    """In the order in which the model says them."""
    finish: Finish = "stop"
    """Why it ends; `stop` is written with the provider's word for tool calls if there are some."""
    usage: tuple[int, int] | None = None
    """Input and output tokens, None if the server says nothing of them."""
    error: str | None = None
    """What the provider says when it fails behind the parts, in place of a finish."""

    def __attrs_post_init__(self) -> None:
        if self.finish not in get_args(Finish):
            words = ", ".join(get_args(Finish))
            raise ValueError(f"finish is one of {words}, not {self.finish!r}; with calls `stop` is the word for them")

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(piece for part in self.parts if isinstance(part, Text) for piece in part.pieces)

    @property
    def reasoning(self) -> str:
        """The whole reasoning."""
        return "".join(piece for part in self.parts if isinstance(part, Reasoning) for piece in part.pieces)

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls in order."""
        return tuple(part for part in self.parts if isinstance(part, Call))


@attrs.frozen
class Style:
    """How a server writes an answer, where its format leaves a choice."""

    newline: Literal["\n", "\r\n", "\r"] = "\n"
    """The line ends of an event stream; with JSON lines a CR alone ends nothing and stands for LF."""
    escaped: bool = False
    """True for JSON in ASCII, all else escaped."""
    spaced: bool = False
    """True for JSON with white space after commas and colons."""
    named: bool = True
    """True if events of an event stream are named by their type."""
    byte_order_mark: bool = False
    """True if the body begins with one."""
    terminator: bool = True
    """True if a closing `[DONE]` is sent where the format knows one."""
    array: bool = False
    """True for Gemini's other format: one streamed JSON array."""
    reasoning_field: Literal["reasoning_content", "reasoning"] = "reasoning_content"
    """The field of a Chat delta that holds reasoning."""
    interleaved: bool = False
    """True if calls that follow each other are sent side by side, where the format can."""
    vendor: Literal["anthropic", "openai-chat", "cohere", "bedrock"] = "anthropic"
    """Whose schema Bedrock's InvokeModel carries; `bedrock` is Amazon's own."""
    keep_alives: frozenset[int] = frozenset()
    """The payloads, by number, that a sign of life precedes."""
    extra: Mapping[str, Any] = attrs.field(factory=dict[str, Any], hash=False)
    """Fields that no documentation knows, in every payload."""
