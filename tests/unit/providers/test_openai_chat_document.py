"""Chat Completions: answers that came as one document in place of a stream."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.chat_chunks import (
    call,
    called,
    calls,
    chunk,
    document,
    events_of,
    events_of_body,
    events_of_document,
    failure,
    finished,
    message,
    notes,
    of,
    said_beside,
    spoken,
    text,
    thought,
)

from deltawire.events import ChoiceFinished, FinishReason, ToolCallFinished
from deltawire.failures import FailureKind
from deltawire.message import TextPart
from deltawire.notes import NoteCode

COUNTS = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
TOKENS = [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -0.25}]
SOURCE = {"type": "url_citation", "url_citation": {"url": "u", "start_index": 0, "end_index": 1}}
F, G = ({"name": "f", "arguments": '{"x":1}'}, {"name": "g", "arguments": "{}"})
DETAILS = [{"type": "reasoning.text", "text": "Hm", "signature": "c2ln", "index": 0}]
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}}
EXTRA = {"google": {"thought_signature": "c2ln"}}

# The message, its finish reason, and the deltas of the stream that says the same.
TWINS: dict[str, tuple[dict[str, Any], str, list[dict[str, Any]]]] = {
    "text": ({"role": "assistant", "content": "Hello"}, "stop", [{"content": "Hel"}, {"content": "lo"}]),
    "no text": ({"role": "assistant", "content": None}, "stop", [{"role": "assistant"}]),
    "reasoning_content": (
        {"content": "Hi", "reasoning_content": "Let me"},
        "stop",
        [{"reasoning_content": "Let"}, {"reasoning_content": " me"}, {"content": "Hi"}],
    ),
    "reasoning": ({"content": "Hi", "reasoning": "Hm"}, "length", [{"reasoning": "Hm"}, {"content": "Hi"}]),
    "reasoning_details": (
        {"content": "Hi", "reasoning": "Hm", "reasoning_details": DETAILS},
        "stop",
        [{"reasoning": "Hm", "reasoning_details": DETAILS}, {"content": "Hi"}],
    ),
    "thinking parts": (
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]},
                {"type": "text", "text": "Hi"},
            ]
        },
        "stop",
        [{"content": [{"type": "thinking", "thinking": "Hm"}]}, {"content": "Hi"}],
    ),
    "refusal": ({"content": None, "refusal": "No."}, "stop", [{"refusal": "No"}, {"refusal": "."}]),
    "calls": (
        {"content": None, "tool_calls": [{"id": "a", "type": "function", "function": F}, {"id": "b", "function": G}]},
        "tool_calls",
        [
            {"tool_calls": [call(0, "", id="a", name="f")]},
            {"tool_calls": [call(0, '{"x":1}')]},
            {"tool_calls": [call(1, "{}", id="b", name="g")]},
        ],
    ),
    "calls without ids": (
        {"tool_calls": [{"function": F}, {"function": F}, {"function": {"name": "f", "arguments": ""}}]},
        "stop",
        [{"tool_calls": [call(index, arguments, name="f")]} for index, arguments in enumerate(('{"x":1}', '{"x":1}'))]
        + [{"tool_calls": [call(2, "", name="f", id=None)]}],
    ),
    "calls with arguments as objects": (
        {"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": {"x": 1}}}]},
        "tool_calls",
        [{"tool_calls": [call(0, '{"x":1}', id="a", name="f")]}],
    ),
    "signed calls": (
        {"content": "Hi", "tool_calls": [{"id": "a", "function": F, "extra_content": EXTRA}]},
        "stop",
        [{"content": "Hi"}, {"tool_calls": [{"index": 0, "id": "a", "function": F, "extra_content": EXTRA}]}],
    ),
    "a cut call": (
        {"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": '{"x'}}]},
        "length",
        [{"tool_calls": [call(0, '{"x', id="a", name="f")]}],
    ),
    "custom call": (
        {"tool_calls": [{"id": "a", "type": "custom", "custom": {"name": "sh", "input": "ls"}}]},
        "tool_calls",
        [{"tool_calls": [{"index": 0, "id": "a", "type": "custom", "custom": {"name": "sh", "input": "ls"}}]}],
    ),
    "first form of calls": (
        {"content": None, "function_call": F},
        "function_call",
        [{"function_call": {"name": "f", "arguments": ""}}, {"function_call": {"arguments": '{"x":1}'}}],
    ),
    "sources": (
        {"content": "ab", "annotations": [SOURCE]},
        "stop",
        [{"content": "a"}, {"content": "b"}, {"annotations": [SOURCE]}],
    ),
    "images": ({"content": "ab", "images": [IMAGE]}, "stop", [{"content": "a"}, {"content": "b"}, {"images": [IMAGE]}]),
    "filtered": ({"content": "a"}, "content_filter", [{"content": "a"}]),
}


class TestTheSameMessage:
    """A document and the stream that says the same accumulate to equal messages."""

    @pytest.mark.parametrize(("said", "word", "deltas"), TWINS.values(), ids=TWINS.keys())
    def test_message(self, said: dict[str, Any], word: str, deltas: list[dict[str, Any]]) -> None:
        whole = events_of_document(document(said, word, usage=COUNTS))
        streamed = events_of(*map(chunk, deltas), chunk({}, word, usage=COUNTS))
        assert message(whole) == message(streamed)
        assert message(whole).complete
        assert NoteCode.ONE_DOCUMENT in notes(whole)

    def test_log_probabilities(self) -> None:
        whole = document({"content": "ab"})
        whole["choices"][0]["logprobs"] = {"content": TOKENS, "refusal": None}
        pieces = [text(token["token"], choice={"logprobs": {"content": [token]}}) for token in TOKENS]
        assert message(events_of_document(whole)) == message(events_of(*pieces, chunk({}, "stop")))

    def test_several_choices(self) -> None:
        whole = document({"content": "a"})
        whole["choices"].append({"index": 1, "message": {"content": "b"}, "finish_reason": "length"})
        pieces = [text("b", index=1), text("a"), chunk({}, "stop"), chunk({}, "length", index=1)]
        assert message(events_of_document(whole)) == message(events_of(*pieces))

    def test_sources_of_the_whole_answer(self) -> None:
        whole = document({"content": "a"}, citations=["u", "v"])
        streamed = [text("a", citations=["u"]), chunk({}, "stop", citations=["u", "v"])]
        assert message(events_of_document(whole)) == message(events_of(*streamed))


class TestFinish:
    @pytest.mark.parametrize("word", [None, "", ...], ids=["null", "blank", "absent"])
    def test_its_closing_bracket_proves_it_complete(self, word: Any) -> None:
        whole = document({"content": "a", "tool_calls": [{"id": "a", "function": F}]}, word)
        if word is ...:
            del whole["choices"][0]["finish_reason"]
        events = events_of_document(whole)
        assert (finished(events).reason, finished(events).raw_reason) == (FinishReason.UNKNOWN, None)
        assert of(events, ChoiceFinished) == []
        assert [event.complete for event in of(events, ToolCallFinished)] == [True]

    def test_details_of_the_reasoning_come_without_a_finish_reason_too(self) -> None:
        events = events_of_document(document({"content": "a", "reasoning_details": DETAILS}, None))
        assert message(events).parts[0].native == {"reasoning_details": DETAILS}

    def test_one_chunk_alone_proves_nothing(self) -> None:
        events = events_of_document(text("a"))
        assert failure(events).kind is FailureKind.TRUNCATED
        assert spoken(events) == "a"

    def test_one_chunk_with_a_finish_reason_is_an_answer(self) -> None:
        events = events_of_document(chunk({"content": "a"}, "stop"))
        assert finished(events).reason is FinishReason.STOP
        assert notes(events) == [NoteCode.ONE_DOCUMENT]

    @pytest.mark.parametrize("choices", [[], None, [{"index": 0, "message": None}], ["x"]])
    def test_without_any_message_it_is_none(self, choices: Any) -> None:
        whole = {**document({}), "choices": choices}
        assert failure(events_of_document(whole)).kind is FailureKind.TRUNCATED

    def test_cut(self) -> None:
        body = json.dumps(document({"content": "Hello"})).encode()
        for end in (1, len(body) // 2, len(body) - 1):
            events = events_of_body(body[:end])
            assert failure(events).kind is FailureKind.TRUNCATED
            assert spoken(events) == ""

    def test_words_that_mean_an_error(self) -> None:
        events = events_of_document(document({"content": "a"}, "error"))
        assert failure(events).code == "error"
        assert spoken(events) == "a"


class TestBody:
    @pytest.mark.parametrize(
        "before",
        [b"\n" * 300, b" \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"],
        ids=["blank lines", "space", "BOM", "both"],
    )
    def test_what_may_stand_before_it(self, before: bytes) -> None:
        body = json.dumps(document({"content": "a"}), indent=2).encode()
        assert spoken(events_of_body(before + body + b"\n\n")) == "a"

    def test_vendor_fields(self) -> None:
        whole = document({"content": "a"}, system_fingerprint="fp_1", service_tier="default")
        whole["choices"][0]["native_finish_reason"] = "end_turn"
        events = events_of_document(whole)
        assert said_beside(events) == [
            {"system_fingerprint": "fp_1", "service_tier": "default", "created": 1790000000},
            {"choice": 0, "native_finish_reason": "end_turn"},
        ]

    def test_think_tags(self) -> None:
        events = events_of_document(document({"content": "<think>Hm</think>Hi"}), think=None)
        assert (thought(events), spoken(events)) == ("Hm", "Hi")

    def test_calls_that_all_have_index_0(self) -> None:
        entries = [{"index": 0, "id": identifier, "function": G} for identifier in "ab"]
        events = events_of_document(document({"tool_calls": entries}, "tool_calls"))
        assert called(events) == [("a", "g", "{}", True), ("b", "g", "{}", True)]
        assert [event.position for event in of(events, ToolCallFinished)] == [0, 1]

    def test_half_a_character(self) -> None:
        assert message(events_of_document(document({"content": "a\ud83d"}))).parts == (TextPart("a\ufffd"),)

    def test_messages_one_behind_the_other_are_read_in_order(self) -> None:
        lines = [{"choices": [{"message": {"content": piece}}]} for piece in "abc"]
        assert spoken(events_of_body(b"\n".join(json.dumps(line).encode() for line in lines))) == "abc"

    def test_chunks_one_behind_the_other_are_read_in_order(self) -> None:
        lines = [text("a"), text("b"), calls(call(0, "{}", id="a", name="f")), chunk({}, "tool_calls")]
        events = events_of_body(b"\n".join(json.dumps(line).encode() for line in lines))
        assert spoken(events) == "ab"
        assert finished(events).reason is FinishReason.TOOL_CALLS
