"""One response: head and bytes in, events out."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import attrs

from .error_body import http_failure
from .events import Event, Finished
from .failures import Failure, FailureKind, UsageError
from .framing.as_bytes import as_bytes
from .limits import Limits
from .mending import SurrogateMender
from .opening import Opening, open_body, payload_reader
from .payload import Loads
from .providers.base import Provider, ProviderOptions
from .readers import FrameReader, ReaderOptions
from .redaction import Redactor
from .registry import provider_row
from .request_id import request_id
from .resume import Resumable, Resume
from .surrogates import replace_surrogates
from .think import ThinkOptions
from .think_stage import ThinkStage
from .tool_calls import LimitPassedError

__all__ = ["Headers", "ResponseParser", "parser"]

Headers: TypeAlias = Mapping[Any, Any] | Iterable[tuple[Any, Any]]
"""Pairs of str or bytes, or a mapping of them."""

_RAW_CHARACTERS = 1024
# Frames that only say that all has come: where the body breaks off inside one, nothing is lost.
_ENDINGS = (b"[DONE]", b'{"type":"message_stop"}')


class ResponseParser:
    """Turns one response of one provider into events. Made by `parser`; not thread-safe; copyable and picklable.

    Feed it the head if you have it, every chunk of the body, and the body's end: `receive_eof` for a clean one,
    `receive_error` for any other. Each call gives the events that it completes. Whatever the server sends, no call
    raises, and exactly one terminal event (`Finished` or `Failed`) ends the stream; what comes later is dropped.
    """

    def __init__(
        self,
        provider: str,
        *,
        limits: Limits | None = None,
        think: str | ThinkOptions | None = None,
        loads: Loads | None = None,
        raw: bool = False,
        redact: Iterable[str] = (),
        id_prefix: str | None = None,
    ) -> None:
        row = provider_row(provider)
        limits = Limits() if limits is None else limits
        _check_options(limits, loads, redact)
        self._row = row
        self._limits = limits
        self._provider = row.schema(ProviderOptions(provider, limits, id_prefix, Redactor(tuple(redact)), row.schemas))
        self._options = ReaderOptions(limits, loads, raw)
        options = ThinkOptions.of(think, row.think)
        self._think = None if options.mode == "off" else ThinkStage(options)
        self._think_if_in_band = think is None
        self._mender: SurrogateMender | None = None
        self._reader: FrameReader | None = None
        self._opening = Opening()
        self._status = 200
        self._headers: dict[str, str] | None = None
        self._error_body: list[bytes] | None = None
        self._error_size = 0
        self._first: bytes = b""
        self._received = False
        self._by_payload = False
        self._closed = False
        self._settled_choices = -1  # as many as need no look for think blocks any more
        self.dropped_bytes = 0
        """Bytes of the chunks that came after the terminal event."""

    @property
    def ended(self) -> bool:
        """True once the terminal event is out."""
        return self._provider.ended

    @property
    def can_finish(self) -> bool:
        """True if `receive_eof` now would give `Finished`: the answer is proved complete.

        Looks at what is held of an unfinished frame, so ask when you wait, not for every byte.
        """
        reader = self._reader
        if self._provider.ended or self._error_body is not None or (reader is not None and reader.inside_frame):
            return False
        proved = self._provider.can_finish
        if reader is not None and (reader.pending or reader.cut) and (proved or reader.may_be_whole):
            # It may be a whole frame: one that proves the answer complete, or an error behind the proof. Ask a copy.
            return isinstance(copy.deepcopy(self).receive_eof()[-1], Finished)
        return proved

    def resume_from(self, resume: Resume) -> None:
        """Goes on with a response whose stream broke off; the events that come are those after it.

        Call it before anything is received. A tool call that was open starts once more, with its arguments so far.
        Raises UsageError if something was received, if the provider's streams cannot be taken up again, or if the
        items of `resume` pass a limit.
        """
        if self._headers is not None or self._received or self._by_payload or self._closed:
            raise UsageError("resume_from() must come first")
        if not isinstance(self._provider, Resumable):
            raise UsageError(f"streams of {self._provider.name!r} cannot be taken up again")
        self._provider.resume(resume)
        if self._think is not None:
            self._think.said = self._provider.content

    def receive_head(self, status: int, headers: Headers = ()) -> list[Event]:
        """Takes the HTTP status and the headers. Optional, at most once and before the body.

        Gives the terminal event at once for a status without an answer. Raises UsageError for a second head, and
        TypeError for a status that is no number or headers that are no pairs.
        """
        if self._headers is not None or self._received or self._by_payload or self._closed:
            raise UsageError("receive_head() must come once, before the body")
        if not isinstance(status, int):  # pyright: ignore[reportUnnecessaryIsInstance] - a text, mostly
            raise TypeError(f"status is a number, such as 200, not {type(status).__name__}")
        self._status = status
        self._headers = _texts(headers)
        identifier = request_id(self._headers)
        self._provider.request_id = identifier and self._provider.redactor.text(identifier)
        events: list[Event] = []
        if status >= 400:
            self._error_body = []
        elif status == 204:
            self._fail(FailureKind.EMPTY, "HTTP 204: there is no body", events)
        elif not 200 <= status < 300:
            target = self._headers.get("location", "")
            self._fail(FailureKind.REDIRECT, f"HTTP {status} {'redirects to ' + target if target else ''}", events)
        return events

    def receive_data(self, chunk: bytes | bytearray | memoryview) -> list[Event]:
        """Takes the next bytes of the body, split anywhere; they are copied. Empty ones mean nothing.

        Raises UsageError after the end, or if payloads were given before, and TypeError for what is no bytes.
        """
        if self._closed or self._by_payload:
            if chunk:
                raise UsageError("receive_data() after the end of the body, or mixed with receive_payload()")
            return []
        data = chunk if type(chunk) is bytes else as_bytes(chunk)
        provider = self._provider
        if provider.ended:
            self.dropped_bytes += len(data)
            return []
        events: list[Event] = []
        reader = self._reader
        try:
            if reader is None:
                self._open(data, events)
            else:
                if not reader.seen and len(self._first) < _RAW_CHARACTERS:
                    self._first += data[: _RAW_CHARACTERS - len(self._first)]
                reader.feed(data, events)
        except LimitPassedError as passed:
            self._overflow(passed, events)
        if not events or (reader is not None and not reader.mending and len(provider.choices) == self._settled_choices):
            return events
        return self._through(events)

    def receive_eof(self) -> list[Event]:
        """The body ended cleanly. Gives the rest, a terminal event last; idempotent."""
        if self._closed:
            return []
        self._closed = True
        events: list[Event] = []
        if not self._provider.ended:
            try:
                self._end(events)
            except LimitPassedError as passed:
                self._overflow(passed, events)
        return self._through(events)

    def receive_error(self, failure: Failure) -> list[Event]:
        """The body ended badly, as `failure` says (reset, timeout, cancel). Idempotent.

        Nothing of an unfinished frame is delivered. The terminal event is `Finished` with a note if the answer was
        proved complete, the status's own failure if the status was 400 or above, else `Failed(failure)`. Raises
        TypeError for anything but a `Failure`, such as an exception: `Failure("read", "the connection was reset")`.
        """
        if not isinstance(failure, Failure):  # pyright: ignore[reportUnnecessaryIsInstance] - an exception, mostly
            raise TypeError(f"receive_error() takes a Failure(kind, message), not {type(failure).__name__}")
        if self._closed:
            return []
        self._closed = True
        events: list[Event] = []
        provider = self._provider
        if provider.ended:
            return []
        if self._error_body is not None:
            self._fail_by_status(events)
        else:
            named = failure.provider or provider.name
            identifier = failure.request_id or provider.request_id
            failure = attrs.evolve(failure, provider=named, request_id=identifier)
            try:
                provider.abort(failure, events)
            except LimitPassedError as passed:
                self._overflow(passed, events)
        return self._through(events)

    def receive_payload(self, payload: Any) -> list[Event]:
        """Takes one payload that is already decoded: a WebSocket message, an SDK's object as a dict, or `[DONE]`.

        Raises UsageError after the end, or if bytes were given before.
        """
        if self._closed or self._received:
            raise UsageError("receive_payload() after the end of the body, or mixed with receive_data()")
        self._by_payload = True
        events: list[Event] = []
        provider = self._provider
        if provider.ended:
            return events
        if self._reader is None:
            self._reader = payload_reader(self._row, provider, self._options)
        try:
            self._reader.take_value(payload, events)
        except LimitPassedError as passed:
            self._overflow(passed, events)
        return self._through(events)

    def _open(self, data: bytes, events: list[Event]) -> None:
        if data:
            self._received = True
        if self._error_body is not None:
            self._error_body.append(data)
            self._error_size += len(data)
            if self._error_size > self._limits.error_body_bytes:
                self._fail_by_status(events)
            return
        opened = self._opening.feed(data)
        if opened is not None:
            self._begin(opened, events)

    def _begin(self, body: bytes, events: list[Event]) -> None:
        content_type = (self._headers or {}).get("content-type")
        self._first = body[:_RAW_CHARACTERS]
        self._reader = open_body(body, self._row, content_type, self._provider, self._options, events)
        if self._reader is not None:
            self._reader.feed(body, events)

    def _end(self, events: list[Event]) -> None:
        if self._error_body is not None:
            self._fail_by_status(events)
            return
        rest = self._opening.end() if self._reader is None else b""
        if rest:
            self._begin(rest, events)
        provider, reader = self._provider, self._reader
        if reader is not None and not provider.ended:
            reader.end(events)
        if provider.ended:
            return
        if reader is None:
            provider.end(events)
            return
        raw = (reader.residual or (b"" if reader.seen else self._first))[: self._limits.error_body_bytes]
        text = raw.decode("utf-8", "replace") if raw else None
        if reader.cut and provider.can_finish:
            self._end_inside_frame(provider, reader, text, events)
        else:
            # What stands of a first frame is no empty body: it was cut.
            provider.end(events, text, seen=reader.seen or reader.residual.lstrip().startswith(b"{"))

    @staticmethod
    def _end_inside_frame(provider: Provider, reader: FrameReader, raw: str | None, events: list[Event]) -> None:
        """A proof that asks for a clean end, and an end that is none: more was to come."""
        if reader.residual and not any(end.startswith(b"".join(reader.residual.split())) for end in _ENDINGS):
            reader.malformed(reader.residual, "the body ended inside a frame", events)
        provider.abort(provider.failure(FailureKind.TRUNCATED, "The body ended inside a frame", raw=raw), events)

    def _fail(self, kind: FailureKind, message: str, events: list[Event]) -> None:
        self._provider.fail(self._provider.failure(kind, message.strip(), status=self._status), events)

    def _overflow(self, passed: LimitPassedError, events: list[Event]) -> None:
        provider = self._provider
        provider.fail(attrs.evolve(passed.failure, provider=provider.name, request_id=provider.request_id), events)

    def _fail_by_status(self, events: list[Event]) -> None:
        redactor = self._provider.redactor
        body = redactor.raw(b"".join(self._error_body or ())[: self._limits.error_body_bytes])
        headers = {name: redactor.text(value) for name, value in (self._headers or {}).items()}
        failure = http_failure(self._status, headers, body, provider=self._provider.name)
        self._provider.fail(failure, events)

    def _through(self, events: list[Event]) -> list[Event]:
        if self._mender is None and self._reader is not None and self._reader.mending:
            self._mender = SurrogateMender()
        if self._mender is not None:
            events = self._mender.feed(events)
        think = self._think
        if think is not None:
            choices = len(self._provider.choices)
            if self._think_if_in_band and not self._provider.in_band:
                self._think = None
            elif choices != self._settled_choices:
                fed = think.feed(events)
                if fed is not events and think.settled(choices):
                    self._settled_choices = choices
                events = fed
        else:
            self._settled_choices = len(self._provider.choices)
        return events


def parser(
    provider: str,
    *,
    limits: Limits | None = None,
    think: str | ThinkOptions | None = None,
    loads: Loads | None = None,
    raw: bool = False,
    redact: Iterable[str] = (),
    id_prefix: str | None = None,
) -> ResponseParser:
    """A parser for one response of `provider`, a provider or dialect name such as `anthropic` or `groq`.

    `think` takes a mode (off, leading, anywhere, inside) or `ThinkOptions`; None means what suits the provider.
    `loads` replaces the JSON decoder. `raw` adds a `Raw` event before each payload's events. `redact` holds secrets
    that must not show up in failures and notes. `id_prefix` begins the ids of calls that the server gave none. Raises
    ValueError for an unknown provider, with the nearest name, and TypeError for options of another type.
    """
    return ResponseParser(
        provider, limits=limits, think=think, loads=loads, raw=raw, redact=redact, id_prefix=id_prefix
    )


def _check_options(limits: Any, loads: Any, redact: Any) -> None:
    if not isinstance(limits, Limits):
        raise TypeError(f"limits is a record, such as Limits(frame_bytes=1_000_000), not {type(limits).__name__}")
    if not (loads is None or callable(loads)):
        raise TypeError(f"loads is a function, such as json.loads, not {type(loads).__name__}")
    if isinstance(redact, str):
        raise TypeError("redact takes several secrets: redact=(key,)")


def _texts(headers: Headers) -> dict[str, str]:
    """The headers with lower-case names, repeated ones joined as HTTP joins them (RFC 9110, section 5.3)."""
    # Not every header object is a Mapping by name: `http.client` has one that only looks like it.
    items = getattr(headers, "items", None)
    try:
        pairs: list[tuple[Any, Any]] = [(name, value) for name, value in (headers if items is None else items())]
    except (TypeError, ValueError):
        raise TypeError(f"headers are a mapping, or pairs of name and value, not {type(headers).__name__}") from None
    texts: dict[str, str] = {}
    for name, value in pairs:
        key = _text(name).lower()
        texts[key] = f"{texts[key]}, {_text(value)}" if key in texts else _text(value)
    return texts


def _text(value: Any) -> str:
    # Some HTTP clients give bytes beyond ASCII as lone surrogates (PEP 383).
    return value.decode("latin-1") if isinstance(value, bytes) else str(replace_surrogates(str(value)))
