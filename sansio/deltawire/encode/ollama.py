"""Events to the lines of Ollama's chat API (docs.ollama.com/api/chat)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from ..events import (
    Finished,
    Logprobs,
    ReasoningDelta,
    TextDelta,
    ToolCallFinished,
)
from ..failures import Failure
from .counts import ollama_counts
from .errors import status_of
from .finish_words import OLLAMA_WORDS
from .shapes import are_openai_tokens
from .whole_calls import WholeCallWriter
from .wire_text import json_text, quoted
from .writer import WriterOptions

__all__ = ["OllamaWriter"]

_LAST_SECOND = 253_402_300_799
_TAIL = '},"done":false}\n'


class OllamaWriter(WholeCallWriter):
    """One response of `/api/chat`: a line to a piece, calls whole."""

    schema: ClassVar[str] = "ollama"
    media_type = "application/x-ndjson"
    said_fields: ClassVar[frozenset[str]] = frozenset(
        {"created_at", "total_duration", "load_duration", "prompt_eval_duration", "eval_duration"}
    )

    def __init__(self, options: WriterOptions) -> None:
        super().__init__(options)
        self._head = ""
        self._calls = 0

    def response_started(self) -> str:
        """Nothing: every line names the model, and none the response."""
        if self.id:
            self.lose_kind("response_started", "id", "the dialect has no id of a response")
        return ""

    def text(self, event: TextDelta) -> str:
        """A line with `content`."""
        return f'{self._head or self._line_head()}"content":{quoted(event.text)}{_TAIL}'

    def reasoning(self, event: ReasoningDelta) -> str:
        """A line with `thinking`."""
        if event.kind == "summary":
            self.lose(event, "kind", "reasoning is said without its kind")
        return f'{self._head or self._line_head()}"content":"","thinking":{quoted(event.text)}{_TAIL}'

    def whole_call(self, call: ToolCallFinished, arguments: dict[str, Any]) -> str:
        """A line with the call."""
        function = {"index": self._calls, "name": call.name, "arguments": arguments}
        self._calls += 1
        said = json_text([{"id": call.id, "function": function}])
        return f'{self._line_head()}"content":"","tool_calls":{said}{_TAIL}'

    def logprobs(self, event: Logprobs) -> str:
        """A line with empty content that holds the tokens."""
        if not are_openai_tokens(event.tokens):
            return super().logprobs(event)
        return f'{self._line_head()}"content":""}},"logprobs":{json_text(event.tokens)},"done":false}}\n'

    def keep_alive(self) -> str:
        """A line with empty content: a blank one is an error to the vendor's client for Python."""
        return f'{self._line_head()}"content":""{_TAIL}'

    def finish(self, event: Finished) -> str:
        """The line with `done: true`, the reason and the counts."""
        line: dict[str, Any] = {"model": self.model, "created_at": self._clock()}
        line |= {"message": {"role": "assistant", "content": ""}, "done": True}
        told = self.reason(0, event)
        if told is not None:
            line["done_reason"], exact = OLLAMA_WORDS.word(told, own=self.own_words)
            if not exact:
                self.lose(event, told.reason, "no documented done_reason; the word itself stands there")
        line |= {name: value for name, value in self.fields.items() if name != "created_at"}
        usage = self.usage
        if usage is not None:
            line |= ollama_counts(usage)
            self.lose_counts("cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "cost")
        return f"{json_text(line)}\n"

    def fail(self, failure: Failure) -> str:
        """A line with the error's text."""
        return f"{json_text(self._error(failure))}\n"

    def error_body(self, failure: Failure) -> tuple[int, Any]:
        """`{"error": text}`."""
        return status_of(failure), self._error(failure)

    @staticmethod
    def _error(failure: Failure) -> dict[str, Any]:
        return {"error": failure.message.strip() or failure.kind.replace("_", " ")}

    def _line_head(self) -> str:
        """A line up to the first field of its message. What it says of the response stays from then on."""
        if not self._head:
            head = json_text({"model": self.model, "created_at": self._clock()})[:-1]
            self._head = f'{head},"message":{{"role":"assistant",'
        return self._head

    def _clock(self) -> str:
        said = self.fields.get("created_at")
        if isinstance(said, str) and self.created is None:
            return said
        moment = datetime.fromtimestamp(min(max(self.created or 0, 0), _LAST_SECOND), UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
