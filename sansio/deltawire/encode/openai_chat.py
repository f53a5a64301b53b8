"""Events to Chat Completions chunks (platform.openai.com/docs/api-reference/chat-streaming)."""

from __future__ import annotations

from typing import Any, ClassVar

from ..events import (
    ChoiceFinished,
    Citation,
    Finished,
    FinishReason,
    Logprobs,
    MediaDelta,
    OpaqueState,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from ..failures import Failure
from .counts import chat_counts
from .errors import openai_error, status_of
from .finish_words import CHAT_WORDS
from .shapes import are_openai_tokens, url_citation
from .wire_text import comment_frame, json_text, quoted
from .writer import Writer

__all__ = ["ChatWriter"]

# openrouter.ai/docs/use-cases/reasoning-tokens, console.groq.com/docs/reasoning; Cerebras, Together and vLLM alike.
_SAY_REASONING = frozenset({"cerebras", "groq", "openrouter", "together", "vllm"})
_TAIL = '},"logprobs":null,"finish_reason":null}]}\n\n'


class ChatWriter(Writer):
    """One Chat Completions response: a chunk to a delta, all choices side by side."""

    schema: ClassVar[str] = "openai-chat"
    should_retry: ClassVar[bool] = True
    said_fields: ClassVar[frozenset[str]] = frozenset({"service_tier", "system_fingerprint"})
    several_choices: ClassVar[bool] = True

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self._head = ""
        self._reasoning = '"reasoning":' if options.provider in _SAY_REASONING else '"reasoning_content":'
        self._roles: set[int] = set()
        self._refused: set[int] = set()
        self._cited: dict[int, list[dict[str, Any]]] = {}
        self._calls: dict[tuple[int, int], int] = {}
        """The calls' numbers by choice and part."""
        self._reasoned: set[tuple[int, int]] = set()
        self._details = 0
        self._custom: set[tuple[int, int]] = set()

    def text(self, event: TextDelta) -> str:
        """A `content` delta."""
        return self._delta(event.choice, '"content":' + quoted(event.text))

    def reasoning(self, event: ReasoningDelta) -> str:
        """A `reasoning_content` delta, DeepSeek's field, or a `reasoning` one where the dialect has that."""
        if event.kind == "summary":
            self.lose(event, "kind", "reasoning is said without its kind")
        if self.native:
            self._reasoned.add((event.choice, event.part))
        return self._delta(event.choice, self._reasoning + quoted(event.text))

    def refusal(self, event: RefusalDelta) -> str:
        """A `refusal` delta."""
        self._refused.add(event.choice)
        return self._delta(event.choice, '"refusal":' + quoted(event.text))

    def call_started(self, event: ToolCallStarted) -> str:
        """The entry with id and name."""
        self._calls[event.choice, event.part] = event.index
        if event.kind == "other":
            self.lose(event, "kind", "a client tool of another kind is said as a function")
        if event.kind == "custom":
            self._custom.add((event.choice, event.index))
            said = {"index": event.index, "id": event.id, "type": "custom", "custom": {"name": event.name, "input": ""}}
        else:
            function = {"name": event.name, "arguments": ""}
            said = {"index": event.index, "id": event.id, "type": "function", "function": function}
        return self._delta(event.choice, f'"tool_calls":[{json_text(said)}]')

    def call_delta(self, event: ToolCallDelta) -> str:
        """A fragment of the arguments under the call's index."""
        if (event.choice, event.index) in self._custom:
            held = f'"custom":{{"input":{quoted(event.arguments)}}}'
        else:
            held = f'"function":{{"arguments":{quoted(event.arguments)}}}'
        return self._delta(event.choice, f'"tool_calls":[{{"index":{event.index},{held}}}]')

    def call_finished(self, event: ToolCallFinished) -> str:
        """Nothing: calls end with their choice."""
        if not event.complete:
            self.incomplete(event)
        return ""

    def media(self, event: MediaDelta) -> str:
        """Audio and its transcript; other media have no place in a delta."""
        if event.kind in ("audio", "transcript") and event.data is not None:
            field = "data" if event.kind == "audio" else "transcript"
            return self._delta(event.choice, f'"audio":{{"{field}":{quoted(event.data)}}}')
        return super().media(event)

    def citation(self, event: Citation) -> str:
        """Nothing yet, where the source is one of OpenAI's kind: the vendor's helper cannot add a second list to a
        first one, so that all sources of a choice come at its end."""
        cited = url_citation(event.payload)
        if cited is None:
            return super().citation(event)
        self._cited.setdefault(event.choice, []).append({"type": "url_citation", "url_citation": cited})
        return ""

    def logprobs(self, event: Logprobs) -> str:
        """A chunk with an empty delta that holds the tokens."""
        if not are_openai_tokens(event.tokens):
            return super().logprobs(event)
        tokens = json_text({"content": event.tokens, "refusal": None})
        said = f'{self._chunk_head()}{event.choice},"delta":{{}},"logprobs":{tokens},"finish_reason":null}}]}}\n\n'
        return self._role(event.choice) + said

    def opaque(self, event: OpaqueState) -> str:
        """What servers of this schema have for it: OpenRouter's `reasoning_details`, and `extra_content` of Gemini's
        compatible endpoint on a call or on text."""
        place = (event.choice, event.part)
        if not self.native or event.kind not in ("signature", "encrypted"):
            return super().opaque(event)
        if event.kind == "encrypted" or place in self._reasoned or (place not in self._calls and event.item_id):
            detail = {"type": "reasoning.text", "signature": event.data}
            if event.kind == "encrypted":
                detail = {"type": "reasoning.encrypted", "data": event.data}
            if event.item_id:
                detail["id"] = event.item_id
            self._details += 1
            said = json_text({**detail, "index": self._details - 1})
            return self._delta(event.choice, f'"reasoning_details":[{said}]')
        extra = f'"extra_content":{json_text({"google": {"thought_signature": event.data}})}'
        if place in self._calls:
            return self._delta(event.choice, f'"tool_calls":[{{"index":{self._calls[place]},{extra}}}]')
        return self._delta(event.choice, extra)

    def choice_finished(self, event: ChoiceFinished) -> str:
        """The sources, and the chunk with an empty delta and the finish reason."""
        event = self.as_cut(event)
        sources = self._sources(event.choice)
        said = f'"delta":{{}},"logprobs":null,"finish_reason":{quoted(self._word(event))}}}]}}\n\n'
        return f"{sources}{self._role(event.choice)}{self._chunk_head()}{event.choice},{said}"

    def keep_alive(self) -> str:
        """A comment."""
        return comment_frame("keep-alive")

    def finish(self, event: Finished) -> str:
        """The reason if no choice had one, the chunk of counts, `[DONE]`."""
        frames: list[str] = []
        reason = self.reason(0, event)
        if reason is not None and not self.reasons:
            frames.append(self.choice_finished(reason))
        if not self._roles:
            # [DONE] alone is no answer.
            frames.append(self._role(0))
        frames += map(self._sources, list(self._cited))
        counts = {} if self.usage is None else chat_counts(self.usage)
        if counts and self.options.usage:
            chunk: dict[str, Any] = {**self._chunk(), "choices": [], "usage": counts}
            frames.append(f"data: {json_text(chunk)}\n\n")
            self.lose_counts("cost")
        return "".join([*frames, "data: [DONE]\n\n"])

    def fail(self, failure: Failure) -> str:
        """A frame with the error object, and no `[DONE]` behind it."""
        sources = "".join(map(self._sources, list(self._cited)))
        return f"{sources}data: {json_text({'error': openai_error(failure)})}\n\n"

    def error_body(self, failure: Failure) -> tuple[int, Any]:
        """`{"error": {"message", "type", "param", "code"}}`."""
        return status_of(failure), {"error": openai_error(failure)}

    def _word(self, event: ChoiceFinished) -> str:
        if event.reason is FinishReason.REFUSAL and event.choice in self._refused:
            # It stands in its own field, and the reason is a plain stop.
            return "stop"
        word, exact = CHAT_WORDS.word(event, own=False)
        if not exact:
            self.lose(event, event.reason, f"the dialect has no such finish reason; {word} stands in its place")
        return word

    def _sources(self, choice: int) -> str:
        sources = self._cited.pop(choice, [])
        return self._delta(choice, f'"annotations":{json_text(sources)}') if sources else ""

    def _delta(self, choice: int, field: str) -> str:
        if choice in self._roles:
            return f'{self._head}{choice},"delta":{{{field}{_TAIL}'
        return f'{self._role(choice)}{self._head}{choice},"delta":{{{field}{_TAIL}'

    def _role(self, choice: int) -> str:
        """The first chunk of a choice, if it was not said."""
        if choice in self._roles:
            return ""
        self._roles.add(choice)
        return f'{self._chunk_head()}{choice},"delta":{{"role":"assistant","content":""{_TAIL}'

    def _chunk(self) -> dict[str, Any]:
        head = {"id": self.id, "object": "chat.completion.chunk", "created": self.created or 0, "model": self.model}
        return {**head, **self.fields}

    def _chunk_head(self) -> str:
        """A chunk up to the number of its choice. What it says of the response stays from then on."""
        if not self._head:
            self._head = f'data: {json_text(self._chunk())[:-1]},"choices":[{{"index":'
        return self._head
