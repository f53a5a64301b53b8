"""One response's events to bytes: the facade over the writers of the dialects."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..dialects import DIALECTS
from ..events import Event, Failed
from ..failures import Failure, FailureKind, UsageError
from ..nearest import did_you_mean
from .anthropic import AnthropicWriter
from .errors import retry_headers
from .gemini import GeminiWriter
from .lost import Lost
from .ollama import OllamaWriter
from .openai_chat import ChatWriter
from .openai_responses import ResponsesWriter
from .wire_text import json_text, to_bytes
from .writer import Writer, WriterOptions

__all__ = ["ENCODABLE", "Encoder"]

_WRITERS: Mapping[str, type[Writer]] = MappingProxyType(
    {
        "anthropic": AnthropicWriter,
        "gemini": GeminiWriter,
        "ollama": OllamaWriter,
        "openai-responses": ResponsesWriter,
        **dict.fromkeys(DIALECTS, ChatWriter),
    }
)

ENCODABLE: tuple[str, ...] = tuple(sorted(_WRITERS))
"""The provider and dialect names that an `Encoder` can be made for."""


class Encoder:
    """Turns the events of one response into the bytes of one provider's stream. Copyable and picklable.

    Feed it every event in order and send what it gives. A terminal event gives all that closes the stream; `end` says
    that no more events come. No event of a parser makes it raise, and an answer that was never proved complete ends in
    the dialect's own error, never in its finish.

    Events of a session that are no `Event` go through `stream_event` first.
    """

    def __init__(
        self,
        provider: str,
        *,
        id: str | None = None,  # noqa: A002 - the field's word
        created: int | None = None,
        model: str | None = None,
        usage: bool = True,
        array: bool = False,
    ) -> None:
        """`provider` is one of `ENCODABLE`. `id`, `created` (seconds since 1970) and `model` stand in every frame that
        has a place for them; without them they are what the events say, else empty and 0. `usage=False` leaves the
        counts out, as Chat Completions does unless `stream_options.include_usage` asks for them. `array` writes
        Gemini's streamed JSON array in place of server-sent events. Raises ValueError for a provider without an
        encoder.
        """
        kind = _WRITERS.get(provider)
        if kind is None:
            hint = did_you_mean(provider, ENCODABLE) or "."
            raise ValueError(f"no encoder for {provider!r}{hint} There is one for: {', '.join(ENCODABLE)}")
        self._writer = kind(WriterOptions(provider, id, created, model, usage, array))
        self.provider = provider

    @property
    def ended(self) -> bool:
        """True once the stream is closed."""
        return self._writer.ended

    @property
    def media_type(self) -> str:
        """The Content-Type of the stream."""
        return self._writer.media_type

    @property
    def lost(self) -> tuple[Lost, ...]:
        """What the dialect could not say so far, the same loss counted in one record, at most 256 records."""
        return self._writer.lost.records()

    def feed(self, event: Event) -> bytes:
        """The bytes that the event makes, `b""` if it says nothing yet.

        Raises UsageError after the end, and TypeError for a list of events.
        """
        if self._writer.ended:
            raise UsageError("feed() after the end of the stream")
        if isinstance(event, list):
            raise TypeError("feed() takes one event; a parser gives lists of them")
        return to_bytes(self._writer.write(event))

    def end(self) -> bytes:
        """No more events come: what closes the stream. Idempotent.

        After a terminal event there is nothing left to say. Without one the answer was not proved complete, and the
        stream ends with the dialect's error.
        """
        return self.fail(Failure(FailureKind.TRUNCATED, "The answer broke off before it was complete"))

    def fail(self, failure: Failure) -> bytes:
        """Ends the stream with the dialect's own error, if it has not ended. Idempotent."""
        return b"" if self._writer.ended else self.feed(Failed(failure))

    def keep_alive(self) -> bytes:
        """What shows a client that the server lives; `b""` where the dialect, or its vendor's client, knows no such
        thing, and after the end."""
        return b"" if self._writer.ended else to_bytes(self._writer.keep_alive())

    def error_response(self, failure: Failure) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body of a response that says nothing but this failure, for one before the first byte."""
        status, body = self._writer.error_body(failure)
        headers = [
            ("content-type", "application/json"),
            *retry_headers(failure, should_retry=self._writer.should_retry),
        ]
        return status, headers, to_bytes(json_text(body))
