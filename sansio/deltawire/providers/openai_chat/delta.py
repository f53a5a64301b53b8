"""The delta of one choice to events: text, reasoning, refusal, media, citations."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from ...events import (
    Citation,
    Event,
    Logprobs,
    MediaDelta,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    ServerToolUsed,
    TextDelta,
)
from ...notes import NoteCode
from ...payload import as_list, as_object, as_text, compact_json, is_list, is_object
from ..base import Choice
from .calls import google_signature
from .reasoning import ReasoningDetails, spoken_reasoning
from .thinking import ThinkingBlocks

if TYPE_CHECKING:
    from .chat import OpenAIChat

__all__ = ["DELTA_KEYS", "DeltaMapper"]

# What each field holds where it is not null; `content` is a string or a list of parts.
_SHAPES: Mapping[str, type | tuple[type, ...]] = MappingProxyType(
    {
        "role": object,
        "content": (str, list),
        "refusal": str,
        "tool_calls": (list, dict),
        "function_call": dict,
        "audio": dict,
        "annotations": list,
        "reasoning_content": str,
        "reasoning": str,
        "reasoning_details": list,
        "thinking_blocks": list,
        "images": list,
        "executed_tools": list,
        "extra_content": dict,
    }
)
DELTA_KEYS = frozenset(_SHAPES)
"""The fields of a delta, or of a message, that are mapped."""

# What is mapped of each kind of content part; sources are told as they are.
_PART_KEYS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "text": frozenset({"type", "text"}),
        "thinking": frozenset({"type", "thinking", "signature"}),
    }
)
_IMAGE_KEYS = frozenset({"type", "image_url", "index"})
_ADDRESS_KEYS = frozenset({"url"})
_LOGPROBS = ("content", "refusal", "reasoning_content")
_SPOKEN = (TextDelta, ReasoningDelta, RefusalDelta, MediaDelta, ServerToolUsed)
_CITED = ("reference", "tool_reference")


class DeltaMapper:
    """Maps what the deltas of all choices of one response say, but for their tool calls."""

    def __init__(self, provider: OpenAIChat) -> None:
        self._provider = provider
        self._details: dict[int, ReasoningDetails] = {}
        self._thinking: dict[int, ThinkingBlocks] = {}
        self._refused: set[int] = set()
        self._cited: set[tuple[int, str]] = set()
        self._placeholder: dict[int, str] = {}
        self._text_part: dict[int, int] = {}

    def map(self, state: Choice, delta: dict[str, Any], events: list[Event]) -> None:
        """Maps one delta, or the message of an answer that came whole."""
        before = len(events)
        self._map_reasoning(state, delta, events)
        self._map_content(state, delta.get("content"), events)
        refusal = as_text(delta.get("refusal"))
        if refusal:
            self._refused.add(state.index)
            self._provider.say(RefusalDelta(refusal, state.index, state.part("refusal")), events)
        self._map_media(state, delta, events)
        for annotation in as_list(delta.get("annotations")):
            self.cite(state, annotation, events)
        self._map_executed_tools(state, delta, events)
        if state.finished and any(isinstance(event, _SPOKEN) for event in events[before:]):
            self._provider.note_once(NoteCode.CONTENT_AFTER_FINISH, f"choice {state.index}", events)
        self._tell_rest(state, delta, events)

    def refused(self, state: Choice) -> bool:
        """True if the choice said a refusal."""
        return state.index in self._refused

    def end_choice(self, state: Choice, events: list[Event]) -> None:
        """Tells what must be sent back with the next request."""
        details, thinking = self._details.pop(state.index, None), self._thinking.pop(state.index, None)
        native: dict[str, Any] = {} if details is None else {"reasoning_details": details.native()}
        if thinking is not None:
            native["thinking_blocks"] = thinking.native()
        told = details or thinking
        if told is not None:
            self._provider.tell(PartFinished("reasoning", native, state.index, told.part), events)

    def cite(self, state: Choice, citation: Any, events: list[Event]) -> None:
        """Tells a source of the choice's text once: Perplexity repeats all of them with many chunks."""
        if not citation:
            return
        body = as_object(citation)
        body = as_object(body.get("url_citation")) or body
        address = citation if isinstance(citation, str) else as_text(body.get("url"))
        span = f"{body.get('start_index')} {body.get('end_index')}"
        key = (state.index, f"{address} {span}" if address else compact_json(citation))
        if key not in self._cited:
            self._cited.add(key)
            self._tell_citation(state, {"url": citation} if isinstance(citation, str) else citation, events)

    def _tell_citation(self, state: Choice, payload: Any, events: list[Event]) -> None:
        part = self._text_part.get(state.index, max(state.parts - 1, 0))
        self._provider.say(Citation(payload, state.index, part), events)

    def map_logprobs(self, state: Choice, logprobs: Any, events: list[Event]) -> None:
        """Tells the log probabilities of one choice of one chunk."""
        part = max(state.parts - 1, 0)
        lists = [as_list(as_object(logprobs).get(name)) for name in _LOGPROBS]
        for tokens in filter(None, lists):
            self._provider.tell(Logprobs(tokens, state.index, part), events)
        if logprobs and not (is_object(logprobs) and logprobs.keys() & _LOGPROBS):
            # Older servers send parallel arrays (`tokens`, `token_logprobs`) in place of a list.
            self._provider.tell(Logprobs([logprobs], state.index, part), events)

    def _map_reasoning(self, state: Choice, delta: dict[str, Any], events: list[Event]) -> None:
        pieces, beside = spoken_reasoning(delta)
        if beside:
            self._provider.note(NoteCode.REPEATED_REASONING, beside, events)
        for kind, text in pieces:
            if not self._is_placeholder(state, text, events):
                self._provider.say(ReasoningDelta(text, state.index, state.part("reasoning"), kind), events)
        for item in self._provider.objects(delta.get("reasoning_details"), events):
            self._tell_opaque(state, item, events)
            details = self._details.get(state.index)
            if details is None:
                details = self._details[state.index] = ReasoningDetails(state.part("reasoning"))
            if state.kind == "reasoning":
                details.part = state.parts - 1
            details.add(item)
        for item in self._provider.objects(delta.get("thinking_blocks"), events):
            self._think(state, item, events)

    def _think(self, state: Choice, item: dict[str, Any], events: list[Event]) -> None:
        thinking = self._thinking.get(state.index)
        if thinking is None:
            thinking = self._thinking[state.index] = ThinkingBlocks(state.part("reasoning"))
        if state.kind == "reasoning":
            thinking.part = state.parts - 1
        part = thinking.part
        thinking.add(item)
        if as_text(item.get("signature")):
            self._provider.tell(OpaqueState("signature", item["signature"], None, state.index, part), events)
        if item.get("type") == "redacted_thinking" and as_text(item.get("data")):
            self._provider.tell(OpaqueState("redacted", item["data"], None, state.index, part), events)

    def _is_placeholder(self, state: Choice, text: str, events: list[Event]) -> bool:
        """True for the text that grok-4 says with every chunk while it thinks: github.com/vercel/ai/issues/7330."""
        dialect = self._provider.dialect
        if dialect is None or not dialect.repeats_placeholder_reasoning:
            return False
        first = self._placeholder.get(state.index)
        if first != text:
            # Once another text came, this is a model that thinks aloud and may well say the same twice.
            self._placeholder[state.index] = text if first is None else ""
            return False
        self._provider.note_once(NoteCode.REPEATED_REASONING, text, events)
        return True

    def _tell_opaque(self, state: Choice, item: dict[str, Any], events: list[Event]) -> None:
        identifier = as_text(item.get("id")) or None
        if as_text(item.get("signature")):
            event = OpaqueState("signature", item["signature"], identifier, state.index, state.part("reasoning"))
            self._provider.tell(event, events)
        if as_text(item.get("data")):
            event = OpaqueState("encrypted", item["data"], identifier, state.index, state.part("reasoning"))
            self._provider.tell(event, events)

    def _map_content(self, state: Choice, content: Any, events: list[Event]) -> None:
        if isinstance(content, str):
            if content:
                part = self._text_part[state.index] = state.part("text")
                self._provider.say(TextDelta(content, state.index, part), events)
        else:
            for part in as_list(content):
                if part is not None:
                    self._map_content_part(state, part, events)

    def _map_content_part(self, state: Choice, part: Any, events: list[Event]) -> None:
        kind = as_object(part).get("type")
        if isinstance(part, str) or kind == "text":
            self._map_content(state, part if isinstance(part, str) else as_text(part.get("text")), events)
        elif kind == "thinking":
            thinking = part.get("thinking")
            for inner in thinking if is_list(thinking) else [thinking]:
                text = inner if isinstance(inner, str) else as_text(as_object(inner).get("text"))
                if text:
                    self._provider.say(ReasoningDelta(text, state.index, state.part("reasoning")), events)
                    rest = as_object(inner)
                    self._provider.describe_rest(rest, _PART_KEYS["text"], events, ("choice", state.index), "thinking")
                elif as_object(inner).get("type") in _CITED:
                    self._tell_citation(state, inner, events)
                elif inner and not (is_object(inner) and inner.get("text") == ""):
                    self._provider.unmapped("thinking", inner, events)
            self._tell_opaque(state, {"signature": part.get("signature")}, events)
        elif kind in _CITED:
            # Not only once: where a reference stands says what it is the source of.
            self._tell_citation(state, part, events)
        elif kind == "image_url":
            self._tell_image(state, part, events)
        else:
            self._provider.unknown(part, events)
            return
        known = _PART_KEYS.get(as_text(kind))
        if known is not None:
            self._provider.describe_rest(as_object(part), known, events, ("choice", state.index), "content")

    def _tell_image(self, state: Choice, part: Any, events: list[Event]) -> None:
        image = as_object(part).get("image_url")
        address = image if isinstance(image, str) else as_text(as_object(image).get("url"))
        if not address:
            self._provider.unknown(part, events)
            return
        head, _, data = address.partition(",")
        media_type, mark, encoding = head.removeprefix("data:").rpartition(";")
        if head.startswith("data:") and data and mark and encoding == "base64":
            named = media_type.partition(";")[0] or None
            event = MediaDelta("image", named, data, None, state.index, state.new_part("image"))
        else:
            event = MediaDelta("image", None, None, address, state.index, state.new_part("image"))
        self._provider.say(event, events)
        scope = ("choice", state.index)
        self._provider.describe_rest(part, _IMAGE_KEYS, events, scope, "image")
        self._provider.describe_rest(as_object(image), _ADDRESS_KEYS, events, scope, "image_url")

    def _map_media(self, state: Choice, delta: dict[str, Any], events: list[Event]) -> None:
        for image in as_list(delta.get("images")):
            if image is not None:
                self._tell_image(state, image, events)
        audio = as_object(delta.get("audio"))
        if as_text(audio.get("transcript")):
            event = MediaDelta("transcript", "text/plain", audio["transcript"], None, state.index, state.part("audio"))
            self._provider.say(event, events)
        if as_text(audio.get("data")):
            event = MediaDelta("audio", None, audio["data"], None, state.index, state.part("audio"))
            self._provider.say(event, events)
        rest = {key: value for key, value in audio.items() if key not in ("transcript", "data")}
        if rest:
            self._provider.describe({"audio": rest}, events, ("choice", state.index))

    def _map_executed_tools(self, state: Choice, delta: dict[str, Any], events: list[Event]) -> None:
        for tool in self._provider.objects(delta.get("executed_tools"), events):
            name = as_text(tool.get("name")) or as_text(tool.get("type"))
            kind: Literal["call", "result"] = "call" if tool.get("output") is None else "result"
            event = ServerToolUsed(kind, name, None, tool, state.index, state.new_part("server_tool"))
            self._provider.say(event, events)

    def _tell_rest(self, state: Choice, delta: dict[str, Any], events: list[Event]) -> None:
        """Tells the fields that servers add, and those whose shape is not what the field is known for."""
        signature, extra = google_signature(delta)
        if signature:
            part = max(state.parts - 1, 0)
            self._provider.tell(OpaqueState("signature", signature, None, state.index, part), events)
        vendor: dict[str, Any] = {"extra_content": extra} if extra else {}
        for key, value in delta.items():
            shape = _SHAPES.get(key)
            if shape is None:
                vendor[key] = value
            elif value is not None and not isinstance(value, shape):
                self._provider.unmapped(key, value, events)
        if vendor:
            self._provider.describe(vendor, events, ("choice", state.index))
