"""Events to generateContent chunks (ai.google.dev/api/generate-content#GenerateContentResponse)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, ClassVar

from ..events import (
    ChoiceFinished,
    Citation,
    Event,
    Finished,
    Logprobs,
    MediaDelta,
    OpaqueState,
    ReasoningDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallFinished,
)
from ..failures import Failure
from ..payload import is_object
from ..usage import Usage
from .counts import gemini_counts
from .errors import gemini_error
from .finish_words import GEMINI_WORDS
from .shapes import are_gemini_tokens
from .whole_calls import WholeCallWriter
from .wire_text import json_text, quoted
from .writer import WriterOptions

__all__ = ["GeminiWriter"]

# The parts that a tool of the provider's is, by the kind of the event.
_CODE = MappingProxyType({"call": "executableCode", "result": "codeExecutionResult"})
_TOOLS = MappingProxyType({"call": "toolCall", "result": "toolResponse"})


class GeminiWriter(WholeCallWriter):
    """One generateContent response: a chunk to a part, as server-sent events or as one JSON array.

    Parts follow each other, calls come whole, and finish reasons stand in the last chunks only, since no other sign
    says that the answer is complete.
    """

    schema: ClassVar[str] = "gemini"
    several_choices: ClassVar[bool] = True

    def __init__(self, options: WriterOptions) -> None:
        super().__init__(options)
        self._array = options.array
        if options.array:
            self.media_type = "application/json"
        self._choices: set[int] = set()
        self._begun = False
        self._head = ""
        self._tail = ""
        self._counted: Usage | None = None
        self._signable: tuple[ToolCallFinished, dict[str, Any]] | None = None
        """A call that waits for the signature that may stand with it."""

    def write_in_turn(self, event: Event) -> str:
        """As every writer, but a call that waits goes first, if the event is not its signature."""
        said = ""
        if self._signable is not None:
            call, part = self._signable
            if not (isinstance(event, OpaqueState) and event.part == call.part and event.choice == call.choice):
                self._signable = None
                said = self._part(call.choice, json_text(part))
        return said + super().write_in_turn(event)

    def text(self, event: TextDelta) -> str:
        """A part with `text`."""
        return self._part(event.choice, f'{{"text":{quoted(event.text)}}}')

    def reasoning(self, event: ReasoningDelta) -> str:
        """A part with `thought`; what the API shows of thoughts are summaries."""
        if event.kind == "text":
            self.lose(event, "kind", "reasoning is said without its kind")
        return self._part(event.choice, f'{{"text":{quoted(event.text)},"thought":true}}')

    def whole_call(self, call: ToolCallFinished, arguments: dict[str, Any]) -> str:
        """A part with `functionCall`."""
        part = {"functionCall": {"id": call.id, "name": call.name, "args": arguments}}
        if self.native:
            # Its signature comes behind it and belongs into the same part.
            self._signable = (call, part)
            return ""
        return self._part(call.choice, json_text(part))

    def server_tool(self, event: ServerToolUsed) -> str:
        """The provider's own part."""
        keys = _CODE if event.name == "code_execution" else _TOOLS
        if not self.native or event.kind not in keys or not is_object(event.payload):
            return super().server_tool(event)
        key = "functionResponse" if event.kind == "result" and "response" in event.payload else keys[event.kind]
        if key == "functionResponse" and "toolType" in event.payload:
            key = "toolResponse"
        return self._part(event.choice, json_text({key: event.payload}))

    def media(self, event: MediaDelta) -> str:
        """A part with `inlineData` or `fileData`; both name their type."""
        if event.kind == "transcript" and self.native and event.data is not None:
            return self._part(event.choice, json_text({"audioTranscription": {"text": event.data}}))
        if event.kind == "transcript" or event.media_type is None or (event.data is None and event.uri is None):
            return super().media(event)
        part: dict[str, Any]
        if event.data is not None:
            part = {"inlineData": {"mimeType": event.media_type, "data": event.data}}
        else:
            part = {"fileData": {"mimeType": event.media_type, "fileUri": event.uri}}
        return self._part(event.choice, json_text(part))

    def citation(self, event: Citation) -> str:
        """The source among those of its kind: what a search found, what it supports, or a recited text."""
        payload = event.payload
        if not self.native or not is_object(payload):
            return super().citation(event)
        if payload.keys() & {"web", "retrievedContext", "maps"}:
            return self._candidate(event.choice, {"groundingMetadata": {"groundingChunks": [payload]}})
        if payload.keys() & {"segment", "groundingChunkIndices"}:
            return self._candidate(event.choice, {"groundingMetadata": {"groundingSupports": [payload]}})
        return self._candidate(event.choice, {"citationMetadata": {"citations": [payload]}})

    def logprobs(self, event: Logprobs) -> str:
        """A chunk with `logprobsResult`, where the tokens are in Gemini's shape."""
        if not are_gemini_tokens(event.tokens):
            return super().logprobs(event)
        chosen = [{name: value for name, value in token.items() if name != "topCandidates"} for token in event.tokens]
        result: dict[str, Any] = {"chosenCandidates": chosen}
        if any("topCandidates" in token for token in event.tokens):
            result["topCandidates"] = [{"candidates": token.get("topCandidates") or []} for token in event.tokens]
        return self._candidate(event.choice, {"logprobsResult": result})

    def opaque(self, event: OpaqueState) -> str:
        """A signature, in the call that waits for it, else on an empty part behind the one that it belongs to."""
        if not self.native or event.kind not in ("signature", "continuation"):
            return super().opaque(event)
        if event.kind == "continuation":
            return self._candidate(event.choice, {"continuationToken": event.data})
        if self._signable is not None:
            _, part = self._signable
            self._signable = None
            return self._part(event.choice, json_text({**part, "thoughtSignature": event.data}))
        return self._part(event.choice, json_text({"text": "", "thoughtSignature": event.data}))

    def keep_alive(self) -> str:
        """A blank line, which no reader minds: the vendor's client for Python takes comments for JSON."""
        return "\n" if self._array else "\r\n"

    def finish(self, event: Finished) -> str:
        """The last chunk of each candidate, the last of all with the counts."""
        choices = sorted(self._choices | self.reasons.keys()) or [0]
        chunks: list[str] = []
        for choice in choices:
            candidate: dict[str, Any] = {"content": {"parts": [], "role": "model"}, "index": choice}
            candidate["finishReason"] = self._word(event, self.reason(choice, event))
            chunk: dict[str, Any] = {"candidates": [candidate]}
            if choice == choices[-1] and self.usage is not None:
                chunk["usageMetadata"] = gemini_counts(self.usage)
                self.lose_counts("cache_write_tokens", "cost")
            chunks.append(self._frame(json_text({**chunk, **self._response()})))
        return "".join(chunks) + ("\n]\n" if self._array else "")

    def fail(self, failure: Failure) -> str:
        """A chunk with nothing but the error, before anything else in it: the vendor's client looks there."""
        return self._frame(json_text({"error": gemini_error(failure)})) + ("\n]\n" if self._array else "")

    def error_body(self, failure: Failure) -> tuple[int, Any]:
        """`{"error": {"code", "message", "status", "details"}}`, in a list of one for the array."""
        error = gemini_error(failure)
        return error["code"], [{"error": error}] if self._array else {"error": error}

    def _word(self, event: Finished, told: ChoiceFinished | None) -> str:
        if told is None:
            self.lose(event, "reason", "nobody said why the answer ended; OTHER stands in its place")
            return "OTHER"
        word, exact = GEMINI_WORDS.word(told, own=self.own_words)
        if not exact:
            self.lose(told, told.reason, f"the dialect has no such finish reason; {word} stands in its place")
        return word

    def _response(self) -> dict[str, Any]:
        fields = {"modelVersion": self.model, "responseId": self.id}
        return {name: value for name, value in fields.items() if value}

    def _part(self, choice: int, part: str) -> str:
        if not self._tail:
            said = json_text(self._response())[1:-1]
            self._head = '{"candidates":[{"content":{"parts":['
            self._tail = f"{',' if said else ''}{said}}}"
        self._choices.add(choice)
        counts = "" if self.usage is self._counted else self._counts()
        return self._frame(f'{self._head}{part}],"role":"model"}},"index":{choice}}}]{counts}{self._tail}')

    def _counts(self) -> str:
        """New counts, with the next part: the API repeats growing totals with its chunks."""
        self._counted = self.usage
        return "" if self.usage is None else f',"usageMetadata":{json_text(gemini_counts(self.usage))}'

    def _candidate(self, choice: int, fields: dict[str, Any]) -> str:
        self._choices.add(choice)
        return self._frame(json_text({"candidates": [{**fields, "index": choice}], **self._response()}))

    def _frame(self, chunk: str) -> str:
        if not self._array:
            return f"data: {chunk}\r\n\r\n"
        begun, self._begun = self._begun, True
        return f"\n,\r\n{chunk}" if begun else f"[{chunk}"
