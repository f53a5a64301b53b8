"""The parts of a candidate to events (ai.google.dev/api/caching#Part)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ...events import (
    Event,
    MediaDelta,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    ServerToolUsed,
    TextDelta,
)
from ...payload import as_text, is_object
from .calls import CallMapper
from .candidate import Candidate, Part

if TYPE_CHECKING:
    from .generate import Gemini

__all__ = ["PartMapper"]

_OBJECTS = (
    "functionCall",
    "toolCall",
    "toolResponse",
    "executableCode",
    "codeExecutionResult",
    "inlineData",
    "fileData",
    "functionResponse",
)
_KINDS = frozenset({"text", "audioTranscription", *_OBJECTS})
_MODIFIERS = frozenset(
    {
        "thought",
        "thoughtSignature",
        "partMetadata",
        "videoMetadata",
        "audioMetadata",
        "documentMetadata",
        "spreadsheetMetadata",
        "speechMetadata",
        "mediaResolution",
        "mediaProcessing",
    }
)
_DOCUMENTS = ("application/pdf", "text/")


class PartMapper:
    """Maps the parts of all candidates of one response.

    Parts have neither numbers nor ends: text goes on until a part of another kind comes, or one that is signed.
    """

    def __init__(self, provider: Gemini) -> None:
        self.calls = CallMapper(provider, self)
        self._provider = provider
        self._code_runs = 0

    def map(self, state: Candidate, part: Any, events: list[Event]) -> None:
        """Maps one part."""
        if not is_object(part):
            if part is not None:
                self._provider.note_shape("part", part, events)
            return
        present = [key for key in part if key in _KINDS and part[key] is not None]
        modifiers = {
            key: value
            for key, value in part.items()
            if key not in _KINDS and key != "thoughtSignature" and value is not None
        }
        for key in present:
            self._map_payload(state, key, part[key], modifiers, events)
        if not present:
            self._map_bare(state, part, modifiers, events)
        signature = self._provider.text("thoughtSignature", part.get("thoughtSignature"), events)
        if signature:
            self._sign(state, signature, part, events)

    def begin(
        self, state: Candidate, kind: str, native: dict[str, Any], events: list[Event], *, whole: bool = True
    ) -> Part:
        """Begins a part; the one before has ended with it."""
        self.end(state, events)
        part = state.latest = Part(state.new_part(kind), kind, native, whole)
        return part

    def end(self, state: Candidate, events: list[Event]) -> None:
        """The latest part has ended."""
        self.calls.end(state, events)
        part, state.latest = state.latest, None
        if part is not None:
            self._provider.tell(PartFinished(part.kind, part.native, state.index, part.number), events)

    def tell_modifiers(self, state: Candidate, modifiers: dict[str, Any], events: list[Event]) -> None:
        """Tells what stands beside a part that has no end of its own to tell it."""
        fields = {key: value for key, value in modifiers.items() if not (key == "thought" and isinstance(value, bool))}
        self._provider.describe(fields, events, ("choice", state.index))

    def let_go(self, state: Candidate, events: list[Event]) -> None:
        """At a bad end: tells the latest part if all of it has come, else what it has beside its payload."""
        if state.latest is not None and state.latest.whole:
            self.end(state, events)
        elif state.latest is not None:
            native = state.latest.native.items()
            beside = {key: value for key, value in native if key not in _KINDS and key != "thoughtSignature"}
            self.tell_modifiers(state, beside, events)

    def _map_payload(
        self, state: Candidate, key: str, payload: Any, modifiers: dict[str, Any], events: list[Event]
    ) -> None:
        if key == "text" and isinstance(payload, str):
            self._map_text(state, payload, modifiers, events)
        elif key == "audioTranscription":
            self._map_transcription(state, payload, modifiers, events)
        elif key == "text" or not is_object(payload):
            self._provider.note_shape(key, payload, events)
        elif key == "functionCall":
            # Also with `thought: true`, which makes no reasoning of it: github.com/BerriAI/litellm/pull/18287.
            self.calls.map(state, payload, modifiers, events)
        elif key in ("inlineData", "fileData"):
            self._map_media(state, key, payload, modifiers, events)
        else:
            self._map_server_tool(state, key, payload, modifiers, events)

    def _map_text(self, state: Candidate, text: str, modifiers: dict[str, Any], events: list[Event]) -> None:
        if not text:
            self.tell_modifiers(state, modifiers, events)
            return
        kind = "reasoning" if modifiers.get("thought") is True else "text"
        if state.kind != kind or state.latest is None:
            self.begin(state, kind, {"text": ""}, events, whole=False)
        assert state.latest is not None
        native = state.latest.native
        # What a piece of the text says other than the one before it would be lost in what is sent back.
        others = {key: value for key, value in modifiers.items() if native.get(key, value) != value}
        if others:
            self.tell_modifiers(state, others, events)
        native |= {key: value for key, value in modifiers.items() if key not in others}
        number = state.latest.number
        if kind == "text":
            self._provider.say(TextDelta(text, state.index, number), events)
        else:
            # What the API shows of its thoughts are summaries: ai.google.dev/gemini-api/docs/thinking.
            self._provider.say(ReasoningDelta(text, state.index, number, "summary"), events)

    def _map_transcription(
        self, state: Candidate, payload: Any, modifiers: dict[str, Any], events: list[Event]
    ) -> None:
        text = payload if isinstance(payload, str) else payload.get("text") if is_object(payload) else None
        if not isinstance(text, str):
            self._provider.note_shape("audioTranscription", payload, events)
            return
        part = self.begin(state, "audioTranscription", {"audioTranscription": payload, **modifiers}, events)
        self._provider.say(MediaDelta("transcript", "text/plain", text, None, state.index, part.number), events)

    def _map_media(
        self, state: Candidate, key: str, payload: dict[str, Any], modifiers: dict[str, Any], events: list[Event]
    ) -> None:
        media_type = as_text(payload.get("mimeType")) or None
        data = payload.get("data") if key == "inlineData" else None
        uri = payload.get("fileUri") if key == "fileData" else None
        part = self.begin(state, key, {key: payload, **modifiers}, events)
        kind = _media_kind(media_type or "")
        event = MediaDelta(kind, media_type, as_text(data) or None, as_text(uri) or None, state.index, part.number)
        self._provider.say(event, events)

    def _map_server_tool(
        self, state: Candidate, key: str, payload: dict[str, Any], modifiers: dict[str, Any], events: list[Event]
    ) -> None:
        part = self.begin(state, key, {key: payload, **modifiers}, events)
        identifier = as_text(payload.get("id")) or None
        name = payload.get("name") if key == "functionResponse" else payload.get("toolType")
        name = str(name) if isinstance(name, str | int) else key
        if key == "executableCode":
            # Most models give them no id: call and result belong together by their order.
            identifier = identifier or f"code_execution_{self._code_runs}"
            self._code_runs += 1
            state.code_runs.append(identifier)
        elif key == "codeExecutionResult":
            waiting = state.code_runs[state.code_results] if state.code_results < len(state.code_runs) else None
            state.code_results += waiting is not None
            identifier = identifier or waiting
        if key in ("executableCode", "codeExecutionResult"):
            name = "code_execution"
        kind: Literal["call", "result"] = "call" if key in ("toolCall", "executableCode") else "result"
        self._provider.say(ServerToolUsed(kind, name, identifier, payload, state.index, part.number), events)

    def _map_bare(self, state: Candidate, part: dict[str, Any], modifiers: dict[str, Any], events: list[Event]) -> None:
        """A part without any payload that is known."""
        strange = [key for key in modifiers if key not in _MODIFIERS]
        if strange:
            self._provider.unknown(part, events)
            self.begin(state, strange[0], modifiers, events)
        else:
            self.tell_modifiers(state, modifiers, events)

    def _sign(self, state: Candidate, signature: str, part: dict[str, Any], events: list[Event]) -> None:
        """Attaches a signature to the latest part: it stands in it, or comes behind it, alone or with empty text."""
        latest = state.latest
        if latest is None or latest.signed:
            native = {key: value for key, value in part.items() if key != "thoughtSignature"}
            latest = self.begin(state, "text", native, events)
        latest.signed = True
        latest.whole = state.streamed is None
        latest.native["thoughtSignature"] = signature
        # Parts with a signature must not be merged: ai.google.dev/gemini-api/docs/thought-signatures.
        state.kind = ""
        event = OpaqueState("signature", signature, latest.call_id, state.index, latest.number)
        self._provider.tell(event, events)


def _media_kind(media_type: str) -> str:
    family = media_type.partition("/")[0].lower()
    if family in ("image", "audio", "video"):
        return family
    return "document" if media_type.lower().startswith(_DOCUMENTS) else "file"
