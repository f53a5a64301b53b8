"""How an answer of Cohere ends: with message-end, cut, in one document, with an error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.cohere_events import CALLS, COUNTS, SOURCE, TALK, body_of, end, events_of, open_block, start, text
from tests.helpers import failure_of, message_of, of_kind
from tests.provider_laws import of_payloads

from deltawire.events import ChoiceFinished, Citation, Finished, FinishReason, Note, TextDelta, Unknown, UsageUpdate
from deltawire.failures import FailureKind
from deltawire.message import Message
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.response import parser
from deltawire.testing import laws_of_order

SPOKEN = [start(), open_block(0), text(0, "a")]


class TestEnd:
    @pytest.mark.parametrize(
        ("word", "reason"),
        [
            ("COMPLETE", FinishReason.STOP),
            ("STOP_SEQUENCE", FinishReason.STOP),
            ("MAX_TOKENS", FinishReason.LENGTH),
            ("NOVEL", FinishReason.OTHER),
        ],
    )
    def test_finish_reasons(self, word: str, reason: FinishReason) -> None:
        assert events_of(*SPOKEN, end(word))[-2:] == [ChoiceFinished(reason, word), Finished(reason, word)]

    def test_tool_call_means_tool_calls(self) -> None:
        assert ChoiceFinished(FinishReason.TOOL_CALLS, "TOOL_CALL") in events_of(*CALLS)

    def test_complete_after_calls_means_tool_calls(self) -> None:
        assert events_of(*CALLS[:-1], end("COMPLETE"))[-1].reason is FinishReason.TOOL_CALLS

    def test_tool_call_without_a_call_is_noted(self) -> None:
        events = events_of(*SPOKEN, end("TOOL_CALL"))
        assert NoteCode.FINISH_WITHOUT_CALLS in [note.code for note in of_kind(events, Note)]
        assert events[-1].reason is FinishReason.STOP

    @pytest.mark.parametrize("reason", [None, "", 5])
    def test_no_reason_is_unknown_and_never_guessed(self, reason: Any) -> None:
        events = events_of(*SPOKEN, end(reason))
        assert events[-1] == Finished(FinishReason.UNKNOWN)
        assert not of_kind(events, ChoiceFinished)

    def test_message_end_is_the_end_at_once(self) -> None:
        response = parser("cohere")
        events = response.receive_data(body_of(TALK, done=False))
        assert isinstance(events[-1], Finished)
        assert response.receive_data(body_of(TALK)) == []
        assert response.receive_eof() == []

    @pytest.mark.parametrize("count", range(1, len(TALK)))
    def test_a_stream_without_message_end_is_truncated_whatever_is_done(self, count: int) -> None:
        for done in (False, True):
            assert failure_of(parse("cohere", body_of(TALK[:count], done=done))).kind is FailureKind.TRUNCATED

    def test_a_cut_inside_message_end_is_truncated(self) -> None:
        assert failure_of(parse("cohere", body_of(TALK, done=False)[:-20])).kind is FailureKind.TRUNCATED

    def test_message_end_without_its_blank_line_counts_at_a_clean_end(self) -> None:
        events = parse("cohere", body_of(TALK, done=False).rstrip())
        assert [event for event in events if not isinstance(event, Note)] == events_of(*TALK)

    def test_nothing_but_done_is_no_answer(self) -> None:
        assert failure_of(parse("cohere", body_of([]))).kind in (FailureKind.EMPTY, FailureKind.TRUNCATED)

    def test_an_empty_body_is_empty(self) -> None:
        assert failure_of(parse("cohere", b"")).kind is FailureKind.EMPTY

    def test_an_answer_that_says_nothing_is_noted(self) -> None:
        assert Note(NoteCode.EMPTY_ANSWER) in events_of(start(), end())

    def test_frames_need_no_name(self) -> None:
        assert parse("cohere", body_of(TALK, named=False)) == events_of(*TALK)


class TestErrors:
    @pytest.mark.parametrize(
        ("reason", "error", "kind", "message"),
        [
            pytest.param("ERROR", "internal server error", FailureKind.SERVER, "internal server error", id="error"),
            pytest.param(
                "ERROR", "too many tokens: size limit exceeded by 9", FailureKind.CONTEXT_OVERFLOW, "size", id="long"
            ),
            pytest.param("ERROR", "model is overloaded", FailureKind.OVERLOADED, "overloaded", id="overloaded"),
            pytest.param("ERROR", "no idea", FailureKind.PROVIDER, "no idea", id="vague"),
            pytest.param("ERROR", None, FailureKind.PROVIDER, "'ERROR'", id="error without a word"),
            pytest.param("TIMEOUT", None, FailureKind.TIMEOUT, "'TIMEOUT'", id="timeout"),
            pytest.param("TIMEOUT", "took too long", FailureKind.TIMEOUT, "took too long", id="timeout with a word"),
            pytest.param("ERROR_TOXIC", None, FailureKind.CONTENT_FILTER, "'ERROR_TOXIC'", id="toxic"),
            pytest.param("ERROR_LIMIT", None, FailureKind.CONTEXT_OVERFLOW, "'ERROR_LIMIT'", id="limit"),
            pytest.param(None, "no idea", FailureKind.PROVIDER, "no idea", id="no reason"),
        ],
    )
    @pytest.mark.parametrize("before", [[start()], SPOKEN], ids=["first", "after content"])
    def test_an_end_with_an_error_fails(
        self, before: list[Any], reason: str | None, error: str | None, kind: FailureKind, message: str
    ) -> None:
        failure = failure_of(events_of(*before, end(reason, error=error)))
        assert (failure.kind, failure.code, failure.after_content) == (kind, reason, before is SPOKEN)
        assert message in failure.message

    def test_what_a_failed_answer_has_cost_is_told(self) -> None:
        assert len(of_kind(events_of(*SPOKEN, end("ERROR", COUNTS, error="boom")), UsageUpdate)) == 1

    @pytest.mark.parametrize(
        "payload",
        [
            {"message": "invalid api token", "id": "x"},
            {"type": "error", "message": "invalid api token"},
            {"error": {"message": "invalid api token"}},
        ],
        ids=["flat", "typed", "wrapped"],
    )
    def test_error_bodies_on_status_200_fail(self, payload: dict[str, Any]) -> None:
        for body in (json.dumps(payload).encode(), body_of([payload], named=False)):
            failure = failure_of(parse("cohere", body))
            assert (failure.message, failure.after_content) == ("invalid api token", False)
            assert json.loads(failure.raw) == payload

    def test_an_event_named_error_fails(self) -> None:
        body = body_of(SPOKEN, done=False) + b'event: error\ndata: {"message": "boom"}\n\n'
        assert failure_of(parse("cohere", body)).message == "boom"

    @pytest.mark.parametrize(
        ("payload", "said"),
        [
            ({"object": "chat.completion.chunk", "choices": []}, "'openai-chat'"),
            ({"type": "message_start", "message": {"id": "m"}}, "'anthropic'"),
            ({"type": "response.created", "response": {"id": "r"}}, "'openai-responses'"),
            ({"candidates": []}, "'gemini'"),
            ({"event_type": "stream-start", "is_finished": False}, "version 1"),
        ],
        ids=["chat", "anthropic", "responses", "gemini", "cohere 1"],
    )
    def test_another_schema_is_named(self, payload: dict[str, Any], said: str) -> None:
        failure = failure_of(parse("cohere", body_of([payload], named=False)))
        assert failure.kind is FailureKind.WRONG_MEDIA
        assert said in failure.message
        assert not failure.retryable

    def test_another_schema_after_content_is_unknown(self) -> None:
        stray = {"object": "chat.completion.chunk", "choices": []}
        events = of_payloads(parser("cohere"), [*TALK[:3], stray, *TALK[3:]])
        assert Unknown(stray) in events
        assert isinstance(events[-1], Finished)


def without_natives(message: Message) -> Any:
    """What a stream and a document must agree on: natives hold what each of them sent."""
    parts = [
        (type(part), getattr(part, "text", ""), getattr(part, "arguments", ""), getattr(part, "citations", ()))
        for part in message.parts
    ]
    calls = [(call.id, call.name, call.arguments, call.complete, call.position) for call in message.tool_calls]
    return (
        parts,
        calls,
        message.usage,
        message.finish_reason,
        message.raw_reason,
        message.id,
        message.choices[0].logprobs,
    )


def document(message: dict[str, Any], reason: str, **fields: Any) -> dict[str, Any]:
    return {"id": "resp-1", "message": {"role": "assistant", **message}, "finish_reason": reason, **fields}


class TestOneDocument:
    def test_a_whole_answer_makes_the_message_of_the_stream(self) -> None:
        content = [{"type": "thinking", "thinking": "hm so"}, {"type": "text", "text": "Hello!"}]
        citations = [{**SOURCE, "content_index": 1}]
        whole = document({"content": content, "citations": citations}, "COMPLETE", usage=COUNTS)
        events = parse("cohere", json.dumps(whole).encode())
        laws_of_order(events)
        assert without_natives(message_of(events)) == without_natives(message_of(events_of(*TALK)))
        assert [part.native for part in message_of(events).parts] == content
        assert Note(NoteCode.ONE_DOCUMENT) in events

    def test_a_whole_answer_with_calls_makes_the_message_of_the_stream(self) -> None:
        calls = [
            {"id": "find_a", "type": "function", "function": {"name": "find", "arguments": '{"q": "x"}'}},
            {"id": "now_b", "type": "function", "function": {"name": "now", "arguments": ""}},
        ]
        whole = document({"tool_plan": "I will look.", "tool_calls": calls}, "TOOL_CALL", usage=COUNTS)
        events = parse("cohere", json.dumps(whole).encode())
        laws_of_order(events)
        assert without_natives(message_of(events)) == without_natives(message_of(events_of(*CALLS)))
        assert [part.native for part in message_of(events).parts] == [{"tool_plan": "I will look."}, *calls]

    def test_content_that_is_text(self) -> None:
        events = parse("cohere", json.dumps(document({"content": "Hi"}, "COMPLETE")).encode())
        assert of_kind(events, TextDelta) == [TextDelta("Hi")]

    def test_logprobs_of_a_whole_answer(self) -> None:
        tokens = [{"text": "Hi", "logprobs": [-0.1]}]
        whole = document({"content": [{"type": "text", "text": "Hi"}]}, "COMPLETE", logprobs=tokens)
        assert message_of(parse("cohere", json.dumps(whole).encode())).choices[0].logprobs == tuple(tokens)

    def test_a_decoded_answer_is_understood(self) -> None:
        call = {"id": "a", "function": {"name": "f", "arguments": "{}"}}
        message = {"content": "Hi", "tool_calls": [call], "citations": [{"content_index": 0}]}
        events = of_payloads(parser("cohere"), [document(message, "MAX_TOKENS")])
        assert (message_of(events).text, message_of(events).finish_reason) == ("Hi", FinishReason.LENGTH)
        assert message_of(events).tool_calls[0].position == 0
        assert of_kind(events, Citation) == [Citation({"content_index": 0}, 0, 0)]

    def test_a_failed_answer_fails(self) -> None:
        events = parse("cohere", json.dumps(document({"content": "Hi"}, "ERROR")).encode())
        assert (failure_of(events).kind, failure_of(events).after_content) == (FailureKind.PROVIDER, True)

    def test_a_cut_answer_is_truncated(self) -> None:
        body = json.dumps(document({"content": "Hi"}, "COMPLETE")).encode()
        assert failure_of(parse("cohere", body[:-1])).kind is FailureKind.TRUNCATED

    def test_a_whole_answer_inside_a_stream_is_unknown(self) -> None:
        whole = document({"content": "Hi"}, "COMPLETE")
        events = of_payloads(parser("cohere"), [*TALK[:3], whole, *TALK[3:]])
        assert Unknown(whole) in events
        assert message_of(events).text == "Hello!"
