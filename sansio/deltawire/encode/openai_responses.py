"""Events to Responses events (platform.openai.com/docs/api-reference/responses-streaming)."""

from __future__ import annotations

from operator import itemgetter
from types import MappingProxyType
from typing import Any, ClassVar

from ..events import (
    Citation,
    Finished,
    FinishReason,
    Logprobs,
    MediaDelta,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from ..failures import Failure
from ..payload import as_text, is_object
from .counts import responses_counts
from .errors import UPSTREAM, openai_error, status_of
from .response_items import CallItem
from .response_texts import TextItems
from .shapes import are_openai_tokens, url_citation
from .wire_text import comment_frame, event_frame, quoted
from .writer import Writer, WriterOptions

__all__ = ["ResponsesWriter"]

_NEVER_WHOLE = "its item never came whole"
# The stem of a call's events and the field of its input, for functions and for custom tools.
_INPUTS = (("function_call_arguments", "arguments"), ("custom_tool_call_input", "input"))
_AUDIO = MappingProxyType({"audio": "audio.delta", "transcript": "audio.transcript.delta"})


class ResponsesWriter(Writer):
    """One response of the Responses API. Keeps all its text: the closing events say it again."""

    schema: ClassVar[str] = "openai-responses"
    should_retry: ClassVar[bool] = True

    def __init__(self, options: WriterOptions) -> None:
        super().__init__(options)
        self.said: set[int] = set()
        """The parts that have an item."""
        self._number = 0
        self._begun = False
        self._items = 0
        self._output: dict[int, dict[str, Any]] = {}
        self._texts = TextItems(self)
        self._calls: dict[int, CallItem] = {}
        self._awaited: dict[int, str] = {}
        """Parts whose item comes whole with its end, and what they are."""
        self._refused = False

    def next_number(self) -> int:
        """The sequence number of the next event."""
        number = self._number
        self._number += 1
        return number

    def new_item(self, prefix: str, known: str | None = None) -> tuple[str, int]:
        """Id and index of a new item."""
        index = self._items
        self._items += 1
        return known if known and self.native else f"{prefix}_{self.id or 'response'}_{index}", index

    def event(self, kind: str, **fields: Any) -> str:
        """An event with its number; before the first one, those that begin the response."""
        frames = ""
        if not self._begun:
            self._begun = True
            response = {**self._response("in_progress"), "usage": None}
            frames = self.event("created", response=response) + self.event("in_progress", response=response)
        name = f"response.{kind}"
        return frames + event_frame(name, {"type": name, "sequence_number": self.next_number(), **fields})

    def close(self, index: int, native: dict[str, Any]) -> str:
        """The end of an item."""
        self._output[index] = native
        return self.event("output_item.done", output_index=index, item=native)

    def text(self, event: TextDelta) -> str:
        """An `output_text` delta."""
        return self._texts.say("output_text", event.part, event.text)

    def reasoning(self, event: ReasoningDelta) -> str:
        """A delta of reasoning or of its summary."""
        return self._texts.say("reasoning_text" if event.kind == "text" else "summary_text", event.part, event.text)

    def refusal(self, event: RefusalDelta) -> str:
        """A `refusal` delta."""
        self._refused = True
        return self._texts.say("refusal", event.part, event.text)

    def call_started(self, event: ToolCallStarted) -> str:
        """A `function_call` or `custom_tool_call` item."""
        if event.kind == "other" and self.native:
            self._awaited[event.part] = "tool_call_started"
            return ""
        if event.kind == "other":
            self.lose(event, "kind", "a client tool of another kind is said as a function")
        custom = event.kind == "custom"
        frames = self._texts.end()
        identifier, index = self.new_item("ctc" if custom else "fc", event.item_id)
        item = CallItem(identifier, index, event.id, event.name, custom)
        self._calls[event.index] = item
        self.said.add(event.part)
        name = f"response.{_INPUTS[custom][0]}.delta"
        place = f'"item_id":{quoted(item.id)},"output_index":{index}'
        item.head = f'event: {name}\ndata: {{"type":"{name}",{place},"sequence_number":'
        return frames + self.event("output_item.added", output_index=index, item=item.native("in_progress"))

    def call_delta(self, event: ToolCallDelta) -> str:
        """A delta of its input."""
        item = self._calls.get(event.index)
        if item is None:
            return ""
        item.pieces.append(event.arguments)
        return f'{item.head}{self.next_number()},"delta":{quoted(event.arguments)}}}\n\n'

    def call_finished(self, event: ToolCallFinished) -> str:
        """The end of its input and of its item; a call that is not complete says so."""
        item = self._calls.pop(event.index, None)
        if item is None:
            return ""
        place = {"item_id": item.id, "output_index": item.output_index}
        stem, field = _INPUTS[item.custom]
        frames = "" if not event.complete else self.event(f"{stem}.done", **place, **{field: event.arguments})
        return frames + self.close(item.output_index, item.native("completed" if event.complete else "incomplete"))

    def server_tool(self, event: ServerToolUsed) -> str:
        """Nothing yet: the provider's own item comes with its end."""
        if not self.native:
            return super().server_tool(event)
        if event.kind == "status":
            return self.lose(event, "status", "its item comes whole with its end, without news on the way")
        if event.part not in self.said:
            self._awaited[event.part] = "server_tool_used"
        return ""

    def media(self, event: MediaDelta) -> str:
        """A delta of audio or its transcript; the images of the provider's own tool come with its item."""
        if event.kind in _AUDIO and event.data is not None:
            return self.event(_AUDIO[event.kind], delta=event.data)
        if not self.native:
            return super().media(event)
        if event.part not in self.said:
            self._awaited[event.part] = "media_delta"
        return ""

    def citation(self, event: Citation) -> str:
        """An annotation of the text, where the source is one of OpenAI's kind."""
        payload = event.payload
        cited = url_citation(payload)
        own = self.native and is_object(payload) and as_text(payload.get("type")) != ""
        if cited is None and not own:
            return super().citation(event)
        annotation = {"type": "url_citation", **cited} if cited is not None else payload
        text = self._texts.piece("output_text", event.part)
        frames = "" if text is not None else self._texts.begin("output_text", event.part)
        text = text or self._texts.piece("output_text")
        assert text is not None
        text.annotations.append(annotation)
        place = {**self._texts.place(text), "annotation_index": len(text.annotations) - 1}
        return frames + self.event("output_text.annotation.added", **place, annotation=annotation)

    def logprobs(self, event: Logprobs) -> str:
        """Nothing yet: they come with the end of their text."""
        text = self._texts.piece("output_text")
        if text is None or not are_openai_tokens(event.tokens):
            return super().logprobs(event)
        text.logprobs += event.tokens
        return ""

    def opaque(self, event: OpaqueState) -> str:
        """The encrypted content of a reasoning item."""
        if not self.native or event.kind != "encrypted":
            return super().opaque(event)
        if event.part in self._awaited:
            return ""
        frames = ""
        if self._texts.open is None or event.part not in self._texts.open.parts:
            frames = self._texts.begin_item("reasoning", event.part)
        assert self._texts.open is not None
        self._texts.open.encrypted = event.data
        if event.item_id is not None:
            self.lose(event, "item_id", "the item has an id of its own")
        return frames

    def part_finished(self, event: PartFinished) -> str:
        """The end of the item, or all of one that was not said."""
        awaited = self._awaited.pop(event.part, None)
        if self._texts.open is not None and event.part in self._texts.open.parts:
            return self._texts.end()
        native = event.native
        if not self.native or event.part in self.said or not is_object(native) or not as_text(native.get("type")):
            if awaited is not None:
                self.lose_kind(awaited, "item", _NEVER_WHOLE)
            return ""
        self.said.add(event.part)
        frames = self._texts.end()
        _, index = self.new_item("")
        opened = {**native, "status": "in_progress"} if "status" in native else native
        return frames + self.event("output_item.added", output_index=index, item=opened) + self.close(index, native)

    def keep_alive(self) -> str:
        """A comment."""
        return comment_frame("keep-alive")

    def finish(self, event: Finished) -> str:
        """The end of the open item, and the response with all its output and the counts."""
        frames = self._texts.end()
        self._list_awaited()
        status, reason = self._status(event)
        self.lose_counts("cost")
        details = None if reason is None else {"reason": reason}
        response = self._response(status, incomplete_details=details, output=self._done())
        return frames + self.event(status, response=response)

    def fail(self, failure: Failure) -> str:
        """`response.failed` with what there is of the output."""
        self._list_awaited()
        error = openai_error(failure)
        if self._texts.open is not None:
            self._output[self._texts.open.output_index] = self._texts.open.native("incomplete")
        for call in self._calls.values():
            self._output[call.output_index] = call.native("incomplete")
        said = {"code": response_code(error), "message": error["message"]}
        return self.event("failed", response=self._response("failed", error=said, output=self._done()))

    def error_body(self, failure: Failure) -> tuple[int, Any]:
        """`{"error": {"message", "type", "param", "code"}}`."""
        return status_of(failure), {"error": openai_error(failure)}

    def _status(self, event: Finished) -> tuple[str, str | None]:
        """The status, and why the answer is incomplete."""
        told = self.reason(0, event)
        if told is None:
            self.lose(event, "reason", "nobody said why the answer ended; it is said to be completed")
            return "completed", None
        match told.reason:
            case FinishReason.STOP | FinishReason.TOOL_CALLS:
                return "completed", None
            case FinishReason.REFUSAL if self._refused:
                return "completed", None
            case FinishReason.LENGTH:
                return "incomplete", "max_output_tokens"
            case FinishReason.CONTENT_FILTER:
                return "incomplete", "content_filter"
            case FinishReason.REFUSAL:
                self.lose(event, "refusal", "the dialect has no such reason; content_filter stands in its place")
                return "incomplete", "content_filter"
            case _:
                if self.own_words and told.raw_reason and told.reason is FinishReason.OTHER:
                    return "incomplete", told.raw_reason
                self.lose(event, told.reason, "no documented reason; the word itself stands there")
                return "incomplete", str(told.reason)

    def _response(self, status: str, **fields: Any) -> dict[str, Any]:
        response: dict[str, Any] = {
            "id": self.id,
            "object": "response",
            "created_at": self.created or 0,
            "status": status,
            "error": None,
            "incomplete_details": None,
            "model": self.model,
            "output": [],
            "usage": None if self.usage is None else responses_counts(self.usage),
        }
        return {**response, **fields}

    def _done(self) -> list[dict[str, Any]]:
        return [native for _, native in sorted(self._output.items(), key=itemgetter(0))]

    def _list_awaited(self) -> None:
        for kind in self._awaited.values():
            self.lose_kind(kind, "item", _NEVER_WHOLE)
        self._awaited.clear()


def response_code(error: dict[str, Any]) -> str:
    """The code of a response's error: the API knows no failures of whoever stands between."""
    code = as_text(error["code"])
    return code if code and not code.startswith(UPSTREAM) else as_text(error["type"])
