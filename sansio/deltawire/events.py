"""The events that a parser emits: frozen, slotted records, and their union `Event`.

Content events say which choice they belong to (`choice`, the provider's number, 0 where it has only one answer) and
which part of it (`part`, the running number of the block, item or stretch of one kind within the choice).
"""

from __future__ import annotations

import enum
from typing import Any, Literal, TypeAlias

import attrs

from .arguments import read_arguments
from .failures import Failure
from .notes import NoteCode
from .usage import Usage

__all__ = [
    "ChoiceFinished",
    "Citation",
    "Event",
    "Failed",
    "FinishReason",
    "Finished",
    "Heartbeat",
    "Logprobs",
    "Malformed",
    "MediaDelta",
    "Metadata",
    "Note",
    "OpaqueState",
    "PartFinished",
    "Raw",
    "ReasoningDelta",
    "RefusalDelta",
    "ResponseStarted",
    "ServerToolUsed",
    "TextDelta",
    "ToolCallDelta",
    "ToolCallFinished",
    "ToolCallStarted",
    "Unknown",
    "UsageUpdate",
]

ToolKind: TypeAlias = Literal["function", "custom", "other"]


class FinishReason(enum.StrEnum):
    """Why an answer ended, with one meaning for every provider; the provider's own word stays in `raw_reason`."""

    STOP = "stop"
    """The model came to its end, or to a stop sequence."""
    LENGTH = "length"
    """The answer or the context hit its longest length."""
    TOOL_CALLS = "tool_calls"
    """It waits for the results of at least one complete call of a client's tool."""
    CONTENT_FILTER = "content_filter"
    """The provider blocked the prompt or the answer."""
    REFUSAL = "refusal"
    """The model declined."""
    PAUSED = "paused"
    """The provider stopped half-way and wants the turn back as it is."""
    OTHER = "other"
    """A word that has none of these meanings; it stands in `raw_reason`."""
    UNKNOWN = "unknown"
    """The answer is proved complete, and no word was said."""


@attrs.frozen
class ResponseStarted:
    """The provider has begun to answer. Once, before all but heartbeats and notes."""

    id: str
    """The provider's id of the response, `""` if it gave none by then."""
    model: str
    """The model that answers, as the provider names it, `""` if it did not say."""
    provider: str
    """The provider or dialect name of the parser."""
    request_id: str | None = None
    """The request id from the response's headers."""


@attrs.define
class _TextDelta:
    # Built mutable, then made frozen by a class swap in the hot paths: half the price of a frozen `__init__`.
    text: str
    """The next piece of the answer, never empty, always encodable as UTF-8."""
    choice: int = 0
    part: int = 0


@attrs.frozen  # pyright: ignore[reportGeneralTypeIssues] # see _TextDelta
class TextDelta(_TextDelta):
    """The next piece of the answer's text."""


@attrs.define
class _ReasoningDelta:
    text: str
    """The next piece of the reasoning, never empty."""
    choice: int = 0
    part: int = 0
    kind: Literal["text", "summary"] = "text"
    """Whether the model's own reasoning or a summary of it."""
    in_band: bool = False
    """True if it stood in the text between think tags."""


@attrs.frozen  # pyright: ignore[reportGeneralTypeIssues] # see _TextDelta
class ReasoningDelta(_ReasoningDelta):
    """The next piece of the model's reasoning."""


@attrs.frozen
class RefusalDelta:
    """The next piece of a refusal that stands in place of the answer."""

    text: str
    """The next piece, never empty."""
    choice: int = 0
    part: int = 0


@attrs.frozen
class ToolCallStarted:
    """The model calls a tool of the client's: name and id are known and will not change."""

    index: int
    """Our number of the call within its choice, in order of appearance."""
    id: str
    """What a tool result refers to."""
    name: str
    """The tool's name, `""` if the call ended without one."""
    kind: ToolKind = "function"
    """A function with JSON arguments, a custom tool with free text, or another client tool."""
    choice: int = 0
    part: int = 0
    item_id: str | None = None
    """The id of the item that holds the call, where the provider has one beside the call's."""
    synthetic_id: bool = False
    """True if the server gave no usable id and we made one."""


@attrs.define
class _ToolCallDelta:
    index: int
    """The call's number, as in its `ToolCallStarted`."""
    arguments: str
    """The next piece of the arguments' text, never empty."""
    choice: int = 0
    part: int = 0


@attrs.frozen  # pyright: ignore[reportGeneralTypeIssues] # see _TextDelta
class ToolCallDelta(_ToolCallDelta):
    """The next piece of a tool call's arguments."""


@attrs.frozen
class ToolCallFinished:
    """A tool call has ended. Run it only if `complete`."""

    index: int
    """The call's number, as in its `ToolCallStarted`."""
    id: str
    """What a tool result refers to."""
    name: str
    """The tool's name, `""` if it never came."""
    arguments: str
    """The whole raw text of the arguments: the joined deltas."""
    complete: bool
    """True only if the call ended properly, undamaged, with a name and arguments that parse strictly to an object
    (or are blank or `null`: no arguments); for a custom tool, if its text was closed."""
    kind: ToolKind = "function"
    """As in its `ToolCallStarted`."""
    choice: int = 0
    part: int = 0
    item_id: str | None = None
    """As in its `ToolCallStarted`."""
    position: int | None = None
    """The server's own number of the call or its item."""

    def arguments_object(self) -> dict[str, Any]:
        """The arguments as an object; blank ones and `null` are `{}`. Raises ValueError if the call is not complete,
        or is no function."""
        return read_arguments(self.arguments, complete=self.complete, kind=self.kind)


@attrs.frozen
class ServerToolUsed:
    """The provider ran a tool by itself. Never a call for the client."""

    kind: Literal["call", "status", "result"]
    """The call, news of it, or its result."""
    name: str
    """The tool, in the provider's words."""
    id: str | None
    """The id that call and result share."""
    payload: Any
    """What the provider sent of it."""
    choice: int = 0
    part: int = 0


@attrs.frozen
class MediaDelta:
    """A piece of an image, audio or file."""

    kind: str
    """image, audio, transcript, video, file or document."""
    media_type: str | None
    """The MIME type if the provider names it."""
    data: str | None
    """Base64 as sent (for a transcript its text), or None if there is a `uri`. Pieces are not aligned to bytes."""
    uri: str | None = None
    """Where the media is, in place of `data`."""
    choice: int = 0
    part: int = 0


@attrs.frozen
class Citation:
    """A source of the answer."""

    payload: Any
    """The citation as the provider sent it."""
    choice: int = 0
    part: int = 0


@attrs.frozen
class Logprobs:
    """Log probabilities of the tokens just sent."""

    tokens: list[Any]
    """The provider's entries, each frame's own."""
    choice: int = 0
    part: int = 0


@attrs.frozen
class OpaqueState:
    """State that means nothing to the client and must be sent back byte for byte with the next request."""

    kind: Literal["signature", "redacted", "encrypted", "continuation"]
    """What it is."""
    data: str
    """The state as sent."""
    item_id: str | None = None
    """The item or call that it belongs to."""
    choice: int = 0
    part: int = 0


@attrs.frozen
class PartFinished:
    """A block or item has ended."""

    kind: str
    """What the part is: text, reasoning, tool_call, or the provider's own word."""
    native: Any
    """The block or item in the provider's own shape, as the next request wants it back.

    It is whole where the provider closes it with all it holds. Where it does not (Anthropic), it is the block as it
    started, completed by what has no events of its own (signatures, a compaction, the input of a server's tool): text,
    reasoning, sources and arguments that came as deltas are not kept twice and must be put in from their events.
    """
    choice: int = 0
    part: int = 0


@attrs.define
class _UsageUpdate:
    usage: Usage
    """All it has said so far, merged."""


@attrs.frozen  # pyright: ignore[reportGeneralTypeIssues] # see _TextDelta
class UsageUpdate(_UsageUpdate):
    """The provider has said something new of the tokens."""


@attrs.frozen
class Metadata:
    """Vendor fields of a frame that no other event carries; a field that stays the same comes once."""

    payload: dict[str, Any]
    """The fields as sent."""


@attrs.frozen
class ChoiceFinished:
    """One choice has its finish reason; all its tool calls have finished before."""

    reason: FinishReason
    """Why it ended."""
    raw_reason: str
    """The provider's own word."""
    choice: int = 0


@attrs.frozen
class Heartbeat:
    """The server is alive and has nothing to say yet."""

    kind: Literal["comment", "ping", "blank"]
    """An SSE comment, a ping event, or a frame whose data is empty."""


@attrs.frozen
class Malformed:
    """A frame that could not be read was skipped; the stream goes on."""

    raw: bytes
    """The frame's data as received."""
    reason: str
    """What is wrong with it."""


@attrs.frozen
class Note:
    """The parser was tolerant of something."""

    code: NoteCode
    """Of what."""
    detail: str = ""
    """Where or how much, for a person."""


@attrs.frozen
class Unknown:
    """A payload, block or part that this version does not know."""

    payload: Any
    """It, as sent; of a message of the AWS event stream `headers` and `payload`, bytes as base64."""


@attrs.frozen
class Raw:
    """A payload before its events; only with `raw=True`."""

    payload: Any
    """The decoded payload, or the text of a frame that is not JSON."""


@attrs.frozen
class Finished:
    """The provider proved that the answer is complete. Terminal."""

    reason: FinishReason
    """Why the answer ended; with several choices, that of the lowest index."""
    raw_reason: str | None = None
    """The provider's own word, None if it gave none."""
    usage: Usage | None = None
    """The tokens, None if the provider said nothing of them."""
    model: str | None = None
    """The model that answered."""
    damaged: bool = False
    """True if frames were lost or unreadable on the way: calls open then are incomplete, text may have gaps."""


@attrs.frozen
class Failed:
    """The response failed; all that came before is valid. Terminal."""

    error: Failure
    """Why."""


Event: TypeAlias = (
    ResponseStarted
    | TextDelta
    | ReasoningDelta
    | RefusalDelta
    | ToolCallStarted
    | ToolCallDelta
    | ToolCallFinished
    | ServerToolUsed
    | MediaDelta
    | Citation
    | Logprobs
    | OpaqueState
    | PartFinished
    | UsageUpdate
    | Metadata
    | ChoiceFinished
    | Heartbeat
    | Malformed
    | Note
    | Unknown
    | Raw
    | Finished
    | Failed
)
"""Whatever a parser emits."""
