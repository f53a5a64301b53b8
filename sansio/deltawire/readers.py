"""The bytes of one body, in one framing, to a provider's payloads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Protocol

import attrs

from .depth import DepthCheck
from .events import Event, Heartbeat, Malformed, Note, Raw
from .failures import Failure, FailureKind
from .framing.document import DocumentDecoder
from .framing.json_array import JSONArrayDecoder
from .limits import Limits
from .nesting import NestingScanner
from .notes import NoteCode
from .payload import (
    Loads,
    PayloadError,
    as_object,
    decode_json,
    escapes_surrogate,
    is_list,
    is_object,
    json_ready,
    scan_json,
    value_nests_deeper,
)
from .providers.base import Provider
from .surrogates import holds_surrogate

__all__ = ["DocumentReader", "FrameReader", "JSONArrayReader", "ReaderOptions", "WholeFrameReader"]

_WHITE_SPACE = " \t\r\n"
_SPACE = re.compile(r"[ \t\r\n]*")


@attrs.frozen
class ReaderOptions:
    """How payloads are decoded."""

    limits: Limits
    loads: Loads | None = None
    raw: bool = False


class Framer(Protocol):
    """What the readers of whole frames need of a framer."""

    failure: Failure | None

    @property
    def pending(self) -> bytes: ...

    def feed(self, data: bytes) -> Sequence[bytes]: ...

    def end(self) -> Sequence[bytes]: ...


class FrameReader:
    """Hands the frames of one body over to the provider. Subclasses cut the frames.

    The limits of a provider's own (`LimitPassedError`) pass through, frames that cannot be read do not.
    """

    def __init__(self, provider: Provider, options: ReaderOptions) -> None:
        self.provider = provider
        self.mending = False
        """True once a payload held half a surrogate pair: from then on the events must be mended."""
        self.seen = False
        """True once any frame came."""
        self.residual: bytes = b""
        """The unfinished frame at the end of the body."""
        self._limits = options.limits
        self._loads = options.loads
        self._raw = options.raw
        self._depth = DepthCheck(options.limits.json_depth)

    def feed(self, data: bytes, events: list[Event]) -> None:
        """Takes the next bytes, here one whole frame."""
        self.take(data, events)

    def end(self, events: list[Event]) -> None:
        """The body ended cleanly: takes what is pending if it is complete."""

    @property
    def pending(self) -> bytes:
        """The end of what is held of an unfinished frame, nothing if nothing is held."""
        return b""

    @property
    def may_be_whole(self) -> bool:
        """True if what is held may be a whole frame by the looks of its end."""
        return self.pending.rstrip(b" \t\r\n")[-1:] in b"}]"

    @property
    def cut(self) -> bool:
        """True if the body has not come to an end of its own: the last frame or what is around the frames is open."""
        return bool(self.residual)

    @property
    def inside_frame(self) -> bool:
        """True if the body must not end here: a frame that states its own length is not complete."""
        return False

    def take(self, data: bytes, events: list[Event], *, terminated: bool = True) -> None:
        """Takes one frame."""
        provider = self.provider
        if not terminated:
            if not self._is_complete(data):
                self.residual = data
                return
            provider.note(NoteCode.UNTERMINATED_FRAME, f"{len(data)} bytes", events)
        text, replaced = self._text(data, events)
        bare = text.strip(_WHITE_SPACE)
        if not bare:
            events.append(Heartbeat("blank"))
            return
        if bare == "[DONE]":
            self._take_done(events)
            return
        try:
            payload = self.decode(bare)
        except PayloadError as error:
            self._take_damaged(data, bare, str(error), events)
            return
        if not is_object(payload):
            payload = _first_error(payload)
        if payload is None:
            self.malformed(data, "no JSON object", events)
            return
        provider.calls.mend = self.mending or replaced
        self.hand_over(payload, events)
        provider.calls.mend = self.mending

    def take_all(self, frames: Sequence[Any], events: list[Event]) -> None:
        """Takes the frames of one chunk: the text of plain ones, and others as the framing has them."""
        provider, depth = self.provider, self._depth
        plain = self._loads is None and not self._raw
        payload: Any
        for frame in frames:
            if frame.__class__ is not str:
                self.take_other(frame, events)
            elif plain and "\\" not in frame and len(frame) <= depth.longest and frame[depth.place] == depth.known:
                # As `take_text`, without a call for each frame.
                try:
                    payload, end = scan_json(frame, 0)
                except (ValueError, StopIteration):
                    payload, end = None, -1
                if end == len(frame) and payload.__class__ is dict:
                    self.seen = True
                    provider.receive(payload, events)
                else:
                    self.take(frame.encode(), events)
            else:
                self.take_text(frame, events)
            if provider.ended:
                return

    def take_bytes(self, frame: bytes | bytearray, events: list[Event]) -> None:
        """Takes the bytes of one frame, as `take_text` if they are text."""
        try:
            text = frame.decode()
        except UnicodeDecodeError:
            self.take(bytes(frame), events)
        else:
            self.take_text(text, events)

    def take_text(self, frame: str, events: list[Event]) -> None:
        """Takes the text of one frame, straight from the scanner to the provider if it is an object.

        All else is for `take`, which is also the reference: escapes that may be half pairs among it.
        """
        size, depth, loads = len(frame), self._depth, self._loads
        if (
            (loads is None or frame[:1] == "{")
            and not (self._raw or self.mending)
            and not ("\\" in frame and escapes_surrogate(frame))
            and ((size <= depth.longest and frame[depth.place] == depth.known) or depth.passes(frame))
        ):
            payload: Any
            try:
                payload, end = scan_json(frame, 0) if loads is None else (loads(frame), size)
            except (ValueError, StopIteration):
                payload, end = None, -1
            if end == size and payload.__class__ is dict:
                self.seen = True
                self.provider.receive(payload, events)
                return
        self.take(frame.encode(), events)

    def take_other(self, frame: Any, events: list[Event]) -> None:
        """Takes a frame of a chunk that is not plain text: its bytes."""
        self.take(frame, events)

    def take_value(self, payload: Any, events: list[Event]) -> None:
        """Takes a payload that is already decoded: an object, or `[DONE]`."""
        depth = self._limits.json_depth
        if is_list(payload):
            payload = _first_error(payload) or payload
        if payload == "[DONE]":
            self._take_done(events)
        elif value_nests_deeper(payload, depth):
            self.malformed(b"", f"nested deeper than {depth} levels", events)
        elif not is_object(payload):
            self.malformed(repr(payload).encode("utf-8", "replace"), "no JSON object", events)
        else:
            payload = json_ready(payload)
            self.mending = self.mending or holds_surrogate(payload)
            self.provider.calls.mend = self.mending
            self.hand_over(payload, events)

    def take_error(self, data: bytes, events: list[Event], *, terminated: bool = True) -> None:
        """Takes the body of a frame that is an error by its name."""
        text, _ = self._text(data, events)
        bare = text.strip(_WHITE_SPACE)
        try:
            error = self.decode(bare)
        except PayloadError:
            if not terminated:
                self.residual = data
                return
            error = bare
        if self._raw:
            events.append(Raw(error))
        self.provider.receive_error(error, events, raw=bare)

    def decode(self, text: str) -> Any:
        """The JSON value of a frame; raises PayloadError. Watches for half surrogate pairs."""
        payload = decode_json(text, self._limits.json_depth, self._loads)
        if not self.mending and escapes_surrogate(text):
            self.mending = holds_surrogate(payload)
        return payload

    def hand_over(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Gives a payload to the provider."""
        self.seen = True
        if self._raw:
            events.append(Raw(payload))
        self.map(payload, events)

    def map(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Lets the provider map a payload of this framing."""
        self.provider.receive(payload, events)

    def malformed(self, data: bytes, reason: str, events: list[Event]) -> None:
        """Skips a frame that cannot be read."""
        self.seen = True
        redactor = self.provider.redactor
        events.append(Malformed(redactor.raw(data), redactor.text(reason)))
        self.provider.damage()

    def overflow(self, failure: Failure | None, events: list[Event]) -> None:
        """Ends the stream if the framer gave up."""
        if failure is not None and not self.provider.ended:
            failure = attrs.evolve(failure, provider=self.provider.name, request_id=self.provider.request_id)
            self.provider.fail(failure, events)

    def _take_done(self, events: list[Event]) -> None:
        self.seen = True
        if self._raw:
            events.append(Raw("[DONE]"))
        self.provider.receive_done(events)

    def _text(self, data: bytes, events: list[Event]) -> tuple[str, bool]:
        try:
            return str(data, "utf-8"), False
        except UnicodeDecodeError:
            self.provider.note_once(NoteCode.REPLACED_CHARACTERS, "invalid UTF-8", events)
            return data.decode("utf-8", "replace"), True

    def _is_complete(self, data: bytes) -> bool:
        text = data.decode("utf-8", "replace").strip(_WHITE_SPACE)
        if text == "[DONE]":
            return True
        try:
            decode_json(text, self._limits.json_depth, self._loads)
        except PayloadError:
            return False
        return True

    def _take_damaged(self, data: bytes, text: str, reason: str, events: list[Event]) -> None:
        # Torn and glued frames: github.com/zai-org/GLM-5/issues/66. Whole documents at the start, and one after
        # the last `data:` inside the line, are taken; what lies between is reported.
        payloads, position = self._documents(text)
        rest = text[position:]
        before, mark, tail = rest.rpartition("data: {")
        last, end = self._documents("{" + tail) if mark else ([], 0)
        if len(last) == 1 and end == len(tail) + 1:
            rest = before
        else:
            last = []
        for payload in payloads:
            self._hand_over_open(payload, events)
        if rest and not self.provider.ended:
            self.malformed(rest.encode("utf-8", "replace") if payloads or last else data, reason, events)
        elif not self.provider.ended:
            self.provider.note(NoteCode.SEVERAL_DOCUMENTS, f"{len(payloads) + len(last)} in one frame", events)
        for payload in last:
            self._hand_over_open(payload, events)

    def _hand_over_open(self, payload: dict[str, Any], events: list[Event]) -> None:
        if not self.provider.ended:
            self.provider.calls.mend = True
            self.hand_over(payload, events)
            self.provider.calls.mend = self.mending

    def _documents(self, text: str) -> tuple[list[dict[str, Any]], int]:
        """The objects that stand one behind the other at the start of the text, and where they end."""
        found: list[dict[str, Any]] = []
        scanner = NestingScanner()
        position = 0
        while text.startswith("{", position):
            end = scanner.feed(text, position)
            try:
                payload = self.decode(text[position : max(end, position)])
            except PayloadError:
                break
            found.append(as_object(payload))
            space = _SPACE.match(text, end)
            position = space.end() if space else end
        return found, position


def _first_error(value: Any) -> dict[str, Any] | None:
    """The error in a list: Google wraps its errors so (github.com/google-gemini/gemini-cli/issues/14811)."""
    first = as_object(value[0]) if is_list(value) and value else {}
    return first if first.get("error") else None


class WholeFrameReader(FrameReader):
    """The readers whose framers give bytes and tell what is unfinished by `end` alone."""

    _decoder: Framer

    def feed(self, data: bytes, events: list[Event]) -> None:
        """Takes the next bytes."""
        for frame in self._decoder.feed(data):
            self.take(frame, events)
            if self.provider.ended:
                return
        self.overflow(self._decoder.failure, events)

    @property
    def pending(self) -> bytes:
        """The end of the frame that is open."""
        return self._decoder.pending

    def end(self, events: list[Event]) -> None:
        """Takes the last frame if it is complete."""
        for frame in self._decoder.end():
            self.take(frame, events, terminated=False)
        self.overflow(self._decoder.failure, events)


class JSONArrayReader(WholeFrameReader):
    """The elements of one streamed JSON array."""

    def __init__(self, provider: Provider, options: ReaderOptions) -> None:
        super().__init__(provider, options)
        self._decoder = self._array = JSONArrayDecoder(options.limits.frame_bytes)

    @property
    def cut(self) -> bool:
        """True until the array has closed."""
        return not self._array.closed or bool(self.residual)


class DocumentReader(WholeFrameReader):
    """One whole document: an answer that was not streamed, or an error."""

    def __init__(self, provider: Provider, options: ReaderOptions) -> None:
        super().__init__(provider, options)
        self._decoder = self._document = DocumentDecoder(options.limits.frame_bytes)

    @property
    def may_be_whole(self) -> bool:
        """True once the document has closed, whatever follows it."""
        return self._document.closed

    def map(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Lets the provider map the whole answer."""
        if not payload.get("error"):
            events.append(Note(NoteCode.ONE_DOCUMENT))
        self.provider.receive_document(payload, events)

    def end(self, events: list[Event]) -> None:
        """Takes the document."""
        for frame in self._decoder.end():
            if self._document.closed:
                self.take(frame, events)
            else:
                raw = frame[: self._limits.error_body_bytes].decode("utf-8", "replace")
                message = "The document ended before it was whole"
                self.provider.fail(self.provider.failure(FailureKind.TRUNCATED, message, raw=raw), events)
        self.overflow(self._decoder.failure, events)
