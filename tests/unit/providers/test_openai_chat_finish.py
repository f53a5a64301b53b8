"""Chat Completions: finish words, and what the end of a stream proves."""

from __future__ import annotations

from typing import Any

import pytest
from tests.chat_chunks import (
    DONE,
    call,
    called,
    calls,
    chunk,
    events_of,
    events_of_body,
    failure,
    finished,
    message,
    notes,
    of,
    only,
    said_beside,
    spoken,
    sse,
    text,
)

from deltawire.dialects import DIALECTS
from deltawire.events import ChoiceFinished, Citation, Event, Failed, FinishReason, Malformed, Note, TextDelta, Unknown
from deltawire.failures import Failure, FailureKind
from deltawire.notes import NoteCode
from deltawire.response import parser

STOP = chunk({}, "stop")


class TestWords:
    @pytest.mark.parametrize(
        ("reason", "words"),
        [
            (FinishReason.STOP, "stop eos eos_token stop_sequence end_turn STOP Stop complete"),
            (
                FinishReason.LENGTH,
                "length model_length model_context_window_exceeded max_tokens MAX_TOKENS max_output_tokens",
            ),
            (FinishReason.STOP, "tool_calls function_call tool_use"),
            (
                FinishReason.CONTENT_FILTER,
                "content_filter sensitive SAFETY RECITATION BLOCKLIST PROHIBITED_CONTENT SPII IMAGE_SAFETY",
            ),
            (FinishReason.REFUSAL, "refusal"),
            (FinishReason.PAUSED, "pause_turn CONTINUATION"),
            (FinishReason.OTHER, "OTHER LANGUAGE some_new_word"),
        ],
        ids=["stop", "length", "calls", "filter", "refusal", "paused", "other"],
    )
    def test_without_a_call(self, reason: FinishReason, words: str) -> None:
        for word in words.split():
            events = events_of(text("a"), chunk({}, word))
            assert only(events, ChoiceFinished) == ChoiceFinished(reason, word)
            assert (finished(events).reason, finished(events).raw_reason) == (reason, word)

    @pytest.mark.parametrize(
        ("word", "reason"),
        [
            ("stop", FinishReason.TOOL_CALLS),
            ("STOP", FinishReason.TOOL_CALLS),
            ("eos", FinishReason.TOOL_CALLS),
            ("tool_calls", FinishReason.TOOL_CALLS),
            ("tool_use", FinishReason.TOOL_CALLS),
            ("function_call", FinishReason.TOOL_CALLS),
            ("length", FinishReason.LENGTH),
            ("content_filter", FinishReason.CONTENT_FILTER),
            ("refusal", FinishReason.REFUSAL),
            ("pause_turn", FinishReason.PAUSED),
            ("some_new_word", FinishReason.OTHER),
        ],
    )
    def test_with_a_complete_call(self, word: str, reason: FinishReason) -> None:
        events = events_of(calls(call(0, "{}", id="a", name="f")), chunk({}, word))
        assert (finished(events).reason, finished(events).raw_reason) == (reason, word)

    @pytest.mark.parametrize("word", ["tool_calls", "function_call", "tool_use"])
    def test_a_word_of_calls_without_any_is_a_stop_with_a_note(self, word: str) -> None:
        events = events_of(text("a"), chunk({"tool_calls": []}, word))
        assert finished(events).reason is FinishReason.STOP
        assert notes(events) == [NoteCode.FINISH_WITHOUT_CALLS]

    @pytest.mark.parametrize(
        ("word", "kind"),
        [
            ("error", FailureKind.PROVIDER),
            ("ERROR", FailureKind.PROVIDER),
            ("abort", FailureKind.SERVER),
            ("insufficient_system_resource", FailureKind.OVERLOADED),
            ("network_error", FailureKind.SERVER),
            ("MALFORMED_FUNCTION_CALL", FailureKind.MODEL_OUTPUT),
            ("UNEXPECTED_TOOL_CALL", FailureKind.MODEL_OUTPUT),
            ("malformed_response", FailureKind.MODEL_OUTPUT),
        ],
    )
    def test_words_that_mean_an_error(self, word: str, kind: FailureKind) -> None:
        events = events_of(calls(call(0, "{}", id="a", name="f")), chunk({"content": "b"}, word), text("c"))
        error = failure(events)
        assert (error.kind, error.code, error.retryable, error.after_content) == (kind, word, True, True)
        assert word in error.message
        assert error.raw == f'{{"index":0,"delta":{{"content":"b"}},"finish_reason":"{word}"}}'
        assert spoken(events) == "b"
        assert called(events) == [("a", "f", "{}", False)]
        assert of(events, ChoiceFinished) == []

    def test_a_signature_that_the_request_lacks_was_the_models_fault(self) -> None:
        error = failure(events_of(chunk({"content": "b"}, "MISSING_THOUGHT_SIGNATURE")))
        assert (error.kind, error.retryable) == (FailureKind.INVALID_REQUEST, False)

    @pytest.mark.parametrize(
        ("dialect", "word", "reason"),
        [(name, word, reason) for name, row in DIALECTS.items() for word, reason in row.finish_words.items()],
    )
    def test_the_words_of_each_dialect(self, dialect: str, word: str, reason: str) -> None:
        last = events_of(text("a"), chunk({}, word), provider=dialect)[-1]
        if reason == "error":
            assert isinstance(last, Failed)
        else:
            expected = "stop" if reason == "tool_calls" else reason
            assert finished([last]).reason == expected

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_a_word_of_another_vendor_means_the_same_everywhere(self, dialect: str) -> None:
        assert finished(events_of(text("a"), chunk({}, "sensitive"), provider=dialect)).reason == "content_filter"

    def test_the_failure_holds_no_secret(self) -> None:
        events = events_of(text("a"), chunk({"content": "sk-1"}, "error"), redact=["sk-1"])
        assert failure(events).raw == '{"index":0,"delta":{"content":"[redacted]"},"finish_reason":"error"}'

    def test_text_that_an_aborted_answer_sends_again_is_not_guessed_away(self) -> None:
        events = events_of(text("Hel"), text("lo"), chunk({"content": "Hello"}, "abort"), provider="sglang")
        assert spoken(events) == "HelloHello"
        assert failure(events).kind is FailureKind.SERVER


class TestTheFirstWordStays:
    @pytest.mark.parametrize("word", ["length", "stop", "error"])
    def test_a_second_word_changes_nothing(self, word: str) -> None:
        events = events_of(text("a"), STOP, chunk({}, word))
        assert only(events, ChoiceFinished) == ChoiceFinished(FinishReason.STOP, "stop")
        assert finished(events).reason is FinishReason.STOP

    @pytest.mark.parametrize("word", [None, ""])
    def test_null_and_blank_are_no_words(self, word: Any) -> None:
        events = events_of(text("a", choice={"finish_reason": word}), STOP, chunk({}, word))
        assert only(events, ChoiceFinished).raw_reason == "stop"

    def test_text_after_it_is_still_delivered(self) -> None:
        events = events_of(text("a"), STOP, text("b"), text("c"))
        assert of(events, TextDelta) == [TextDelta("a"), TextDelta("b", 0, 1), TextDelta("c", 0, 1)]
        assert of(events, Note) == [Note(NoteCode.CONTENT_AFTER_FINISH, "choice 0")]

    @pytest.mark.parametrize(
        "delta",
        [
            {"reasoning": "r"},
            {"refusal": "r"},
            {"images": [{"image_url": {"url": "u"}}]},
            {"executed_tools": [{"type": "python"}]},
        ],
        ids=lambda delta: next(iter(delta)),
    )
    def test_other_content_after_it_is_noted_as_well(self, delta: dict[str, Any]) -> None:
        assert notes(events_of(text("a"), STOP, chunk(delta))) == [NoteCode.CONTENT_AFTER_FINISH]

    def test_sources_after_it_are_usual(self) -> None:
        events = events_of(text("a"), STOP, chunk({"annotations": [{"url": "u"}]}))
        assert only(events, Citation).part == 0
        assert notes(events) == []


class TestTheEnd:
    """What finish reason, `[DONE]` and the end of the body prove together."""

    @pytest.mark.parametrize("done", [True, False], ids=["[DONE]", "no [DONE]"])
    def test_with_a_finish_reason_the_answer_is_complete(self, done: bool) -> None:
        events = events_of_body(sse(text("a"), STOP, *([DONE] if done else [])))
        assert finished(events).reason is FinishReason.STOP
        assert notes(events) == ([] if done else [NoteCode.MISSING_TERMINATOR])
        assert message(events).complete

    def test_without_one_done_proves_it(self) -> None:
        events = events_of(text("a"))
        assert (finished(events).reason, finished(events).raw_reason) == (FinishReason.UNKNOWN, None)
        assert of(events, ChoiceFinished) == []

    def test_without_both_it_is_truncated(self) -> None:
        events = events_of_body(sse(text("a")))
        error = failure(events)
        assert (error.kind, error.retryable, error.after_content) == (FailureKind.TRUNCATED, True, True)
        assert "[DONE] or a finish_reason" in error.message
        assert spoken(events) == "a"

    @pytest.mark.parametrize(
        "payloads",
        [
            pytest.param([chunk({"role": "assistant", "content": ""})], id="the role alone"),
            pytest.param([{**chunk(usage={"prompt_tokens": 1}), "choices": []}], id="counts alone"),
            pytest.param([{"id": "", "choices": [], "prompt_filter_results": [1]}], id="a filter's verdict alone"),
        ],
    )
    def test_a_beginning_alone(self, payloads: list[dict[str, Any]]) -> None:
        assert failure(events_of_body(sse(*payloads))).kind is FailureKind.TRUNCATED
        events = events_of(*payloads)
        assert finished(events).reason is FinishReason.UNKNOWN
        assert notes(events) == [NoteCode.EMPTY_ANSWER]

    @pytest.mark.parametrize(
        "body",
        [b"", b"\n\n", b": ping\n\n", b"data:\n\n", b"event: x\n\n"],
        ids=["empty", "blank", "comment", "data", "x"],
    )
    def test_without_any_event_it_is_empty(self, body: bytes) -> None:
        assert failure(events_of_body(body)).kind is FailureKind.EMPTY

    @pytest.mark.parametrize("body", [sse(DONE), sse(b": ping\n\n", DONE), sse({"a": 1}, DONE), sse("{bad", DONE)])
    def test_done_after_nothing_proves_nothing(self, body: bytes) -> None:
        events = events_of_body(body)
        assert failure(events).kind is FailureKind.EMPTY
        assert len(of(events, Unknown)) + len(of(events, Malformed)) <= 1

    def test_a_finish_reason_without_content_is_complete_with_a_note(self) -> None:
        events = events_of(STOP)
        assert finished(events).reason is FinishReason.STOP
        assert notes(events) == [NoteCode.EMPTY_ANSWER]

    @pytest.mark.parametrize("space", ["", " ", "\t", "  "])
    def test_done_with_any_space(self, space: str) -> None:
        body = sse(text("a")) + f"data:{space}[DONE]{space}\n\n".encode()
        assert finished(events_of_body(body)).reason is FinishReason.UNKNOWN

    @pytest.mark.parametrize("last", [b"data: [DONE]", b"data: [DONE]\n", b"data: [DONE]\r", b"data: [DONE]\r\n"])
    def test_done_without_a_blank_line(self, last: bytes) -> None:
        events = events_of_body(sse(text("a"), STOP) + last)
        assert finished(events).reason is FinishReason.STOP
        assert notes(events) == [NoteCode.UNTERMINATED_FRAME]

    def test_a_finish_chunk_without_a_blank_line(self) -> None:
        events = events_of_body(sse(text("a"), STOP).rstrip())
        assert finished(events).reason is FinishReason.STOP
        assert notes(events) == [NoteCode.UNTERMINATED_FRAME, NoteCode.MISSING_TERMINATOR]

    def test_half_a_finish_chunk_is_no_proof(self) -> None:
        body = sse(text("a"), STOP).rstrip()[:-4]
        error = failure(events_of_body(body))
        assert error.kind is FailureKind.TRUNCATED
        assert error.raw is not None
        assert error.raw.endswith('"finish_reason": "stop')

    def test_nothing_counts_after_done(self) -> None:
        events = events_of(text("a"), STOP, DONE, text("b"), {"error": {"message": "x"}})
        assert spoken(events) == "a"
        assert finished(events).reason is FinishReason.STOP

    def test_it_is_known_before_the_end(self) -> None:
        response = parser("openai-chat")
        for payload, proved in ((text("a"), False), (STOP, True), (text("b", index=1), False)):
            response.receive_data(sse(payload))
            assert response.can_finish is proved

    def test_a_broken_connection_after_the_proof(self) -> None:
        response = parser("openai-chat")
        response.receive_data(sse(text("a"), STOP))
        events = response.receive_error(Failure(FailureKind.READ, "connection reset"))
        assert finished(events).reason is FinishReason.STOP
        assert of(events, Note) == [Note(NoteCode.UNCLEAN_END, "connection reset")]

    def test_a_broken_connection_before_it(self) -> None:
        response = parser("openai-chat")
        first = response.receive_data(sse(calls(call(0, "{}", id="a", name="f"))))
        events = response.receive_error(Failure(FailureKind.READ, "connection reset"))
        assert called([*first, *events]) == [("a", "f", "{}", False)]
        assert failure(events).kind is FailureKind.READ


class TestAfterTheTerminal:
    def test_sources_of_a_failing_chunk_do_not_follow_it(self) -> None:
        events = events_of(text("a"), chunk({}, "error", citations=["u"]))
        assert failure(events).code == "error"
        assert of(events, Citation) == []

    def test_the_other_choices_of_a_failing_chunk_do_not_follow_it(self) -> None:
        last = chunk({}, "error")
        last["choices"].append({"index": 1, "delta": {"content": "b"}})
        events: list[Event] = events_of(text("a"), last)
        assert spoken(events, 1) == ""


def test_azure_goes_on_after_the_finish_reason() -> None:
    verdict = {"content_filter_results": {"hate": {"filtered": False}}, "content_filter_offsets": {"check_offset": 1}}
    late = {**chunk(None, None, choice=verdict), "id": "", "model": "", "object": "", "created": 0}
    del late["choices"][0]["delta"]
    events = events_of(text("a"), STOP, late, provider="azure")
    assert said_beside(events)[-1] == {"choice": 0, **verdict}
    assert only(events, ChoiceFinished).raw_reason == "stop"
    assert notes(events) == []


def test_text_that_an_abort_repeats_is_given_as_it_came() -> None:
    # SGLang: github.com/sgl-project/sglang/issues/40901. Another server may mean it.
    events = events_of(text("Hel"), text("lo"), chunk({"content": "Hello"}, "abort"))
    assert [event.text for event in of(events, TextDelta)] == ["Hel", "lo", "Hello"]
    assert failure(events).kind is FailureKind.SERVER


def test_the_number_of_a_token_in_the_place_of_the_choice_is_a_choice() -> None:
    # TGI before 2024-03: github.com/huggingface/text-generation-inference/pull/1648.
    events = events_of_body(sse(*({"choices": [{"index": n, "delta": {"content": "a"}}]} for n in (1, 2))))
    assert [event.choice for event in of(events, TextDelta)] == [1, 2]
    assert failure(events).kind is FailureKind.TRUNCATED
