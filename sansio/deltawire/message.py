"""A message: the parts of each choice of one response, in order, as far as it has come."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import attrs

from .arguments import read_arguments
from .events import FinishReason, OpaqueState, ServerToolUsed, ToolKind
from .failures import Failure
from .usage import Usage

__all__ = [
    "MediaPart",
    "Message",
    "MessageChoice",
    "MessagePart",
    "NativePart",
    "ReasoningPart",
    "RefusalPart",
    "ServerToolPart",
    "TextPart",
    "ToolCallPart",
]


@attrs.frozen
class TextPart:
    """A stretch of the answer's text."""

    text: str
    """All of it so far."""
    citations: tuple[Any, ...] = ()
    """Its sources, as the provider sent them."""
    opaque: tuple[OpaqueState, ...] = ()
    """State to send back with it."""
    native: Any = None
    """The closing block or item, None while it is open or where the provider has none."""


@attrs.frozen
class ReasoningPart:
    """A stretch of the model's reasoning."""

    text: str
    """All of it so far; empty where the provider shows none."""
    kind: Literal["text", "summary"] = "text"
    """The model's own reasoning or a summary of it."""
    in_band: bool = False
    """True if it stood in the text between think tags."""
    opaque: tuple[OpaqueState, ...] = ()
    """Signatures and encrypted reasoning, to send back with it."""
    native: Any = None
    """The closing block or item."""
    citations: tuple[Any, ...] = ()
    """Its sources, as the provider sent them."""


@attrs.frozen
class RefusalPart:
    """A refusal in place of the answer."""

    text: str
    """All of it so far."""
    native: Any = None
    """The closing block or item."""
    citations: tuple[Any, ...] = ()
    """Its sources, as the provider sent them."""
    opaque: tuple[OpaqueState, ...] = ()
    """State to send back with it."""


@attrs.frozen
class ToolCallPart:
    """A call of a tool of the client's."""

    index: int
    """Our number of the call within its choice."""
    id: str
    """What a tool result refers to."""
    name: str
    """The tool's name."""
    arguments: str
    """The raw text so far."""
    complete: bool = False
    """True only once the call has ended properly: never run it before."""
    kind: ToolKind = "function"
    """A function with JSON arguments, a custom tool with free text, or another client tool."""
    item_id: str | None = None
    """The id of the item that holds the call, where the provider has one beside the call's."""
    position: int | None = None
    """The server's own number of the call or its item."""
    synthetic_id: bool = False
    """True if the server gave no usable id."""
    opaque: tuple[OpaqueState, ...] = ()
    """Signatures to send back with it."""
    native: Any = None
    """The closing block or item."""
    citations: tuple[Any, ...] = ()
    """Its sources, as the provider sent them."""

    def arguments_object(self) -> dict[str, Any]:
        """The arguments as an object; blank ones and `null` are `{}`. Raises ValueError if the call is not complete,
        or is no function."""
        return read_arguments(self.arguments, complete=self.complete, kind=self.kind)


@attrs.frozen
class MediaPart:
    """An image, audio or file."""

    kind: str
    """image, audio, transcript, video, file or document."""
    media_type: str | None
    """The MIME type if the provider names it."""
    data: tuple[str, ...]
    """The pieces as sent, base64 each (a transcript: text)."""
    uri: str | None = None
    """Where the media is, in place of `data`."""
    native: Any = None
    """The closing block or item."""
    citations: tuple[Any, ...] = ()
    """Its sources, as the provider sent them."""
    opaque: tuple[OpaqueState, ...] = ()
    """State to send back with it."""


@attrs.frozen
class ServerToolPart:
    """What the provider's own tools did."""

    used: tuple[ServerToolUsed, ...]
    """The calls, news and results of this part, in order."""
    native: Any = None
    """The closing block or item."""
    citations: tuple[Any, ...] = ()
    """Its sources, as the provider sent them."""
    opaque: tuple[OpaqueState, ...] = ()
    """State to send back with it."""


@attrs.frozen
class NativePart:
    """A block or item that means something to the provider only."""

    kind: str
    """The provider's word for it."""
    native: Any
    """It, as sent."""
    opaque: tuple[OpaqueState, ...] = ()
    """State to send back with it."""
    citations: tuple[Any, ...] = ()
    """Its sources, as the provider sent them."""


MessagePart: TypeAlias = TextPart | ReasoningPart | RefusalPart | ToolCallPart | MediaPart | ServerToolPart | NativePart
"""Whatever a choice is made of."""


@attrs.frozen
class MessageChoice:
    """One of the alternative answers."""

    index: int
    """The provider's number of it."""
    parts: tuple[MessagePart, ...] = ()
    """In order of their beginning."""
    finish_reason: FinishReason | None = None
    """None while it is open, and after a failure."""
    raw_reason: str | None = None
    """The provider's own word."""
    logprobs: tuple[Any, ...] = ()
    """The tokens' log probabilities, if they were asked for."""

    @property
    def text(self) -> str:
        """The whole text, without reasoning."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def reasoning(self) -> str:
        """The whole reasoning."""
        return "".join(part.text for part in self.parts if isinstance(part, ReasoningPart))

    @property
    def refusal(self) -> str:
        """The whole refusal, `""` if there is none."""
        return "".join(part.text for part in self.parts if isinstance(part, RefusalPart))

    @property
    def tool_calls(self) -> tuple[ToolCallPart, ...]:
        """The client's tool calls, in order."""
        return tuple(part for part in self.parts if isinstance(part, ToolCallPart))


@attrs.frozen
class Message:
    """One response as far as it has come."""

    provider: str = ""
    """The provider or dialect name of the parser."""
    id: str = ""
    """The provider's id of the response, `""` if it gave none."""
    model: str = ""
    """The model that answered, as the provider names it, `""` if it did not say."""
    choices: tuple[MessageChoice, ...] = ()
    """By the provider's numbers."""
    usage: Usage | None = None
    """What the provider has said of the tokens."""
    finish_reason: FinishReason | None = None
    """Why it ended; None while it is open, and after a failure."""
    raw_reason: str | None = None
    """The provider's own word."""
    failure: Failure | None = None
    """Why it failed; what came before stands in `choices`."""
    damaged: bool = False
    """True if frames were lost or unreadable on the way."""

    @property
    def complete(self) -> bool:
        """True if the provider proved the answer complete."""
        return self.finish_reason is not None

    @property
    def _first(self) -> MessageChoice:
        return self.choices[0] if self.choices else MessageChoice(0)

    @property
    def parts(self) -> tuple[MessagePart, ...]:
        """The parts of the first choice."""
        return self._first.parts

    @property
    def text(self) -> str:
        """The text of the first choice."""
        return self._first.text

    @property
    def reasoning(self) -> str:
        """The reasoning of the first choice."""
        return self._first.reasoning

    @property
    def refusal(self) -> str:
        """The refusal of the first choice."""
        return self._first.refusal

    @property
    def tool_calls(self) -> tuple[ToolCallPart, ...]:
        """The tool calls of the first choice."""
        return self._first.tool_calls
