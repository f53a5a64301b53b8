"""Chat Completions: text, refusals, log probabilities and several choices."""

from __future__ import annotations

from typing import Any

import pytest
from tests.chat_chunks import (
    DONE,
    call,
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

from deltawire.events import (
    ChoiceFinished,
    FinishReason,
    Heartbeat,
    Logprobs,
    Malformed,
    Note,
    RefusalDelta,
    TextDelta,
    ToolCallFinished,
    Unknown,
)
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.usage import Usage


class TestDelta:
    """The fields of a delta that belong to the text."""

    @pytest.mark.parametrize("role", ["assistant", "", None, "model", 5, {}])
    def test_role_says_nothing_however_often_it_comes(self, role: Any) -> None:
        events = events_of(*(chunk({"role": role, "content": piece}) for piece in ("", "a", "b")))
        assert of(events, TextDelta) == [TextDelta("a"), TextDelta("b")]
        assert notes(events) == []

    @pytest.mark.parametrize("content", [None, ""])
    def test_no_content_is_no_event(self, content: Any) -> None:
        events = events_of(text(content), text("a"), text(content), chunk({}))
        assert of(events, TextDelta) == [TextDelta("a")]

    def test_content_in_a_list_of_parts(self) -> None:
        events = events_of(
            text([{"type": "text", "text": "a"}, "b", None, {"type": "text", "text": ""}, {"type": "text"}]),
            text("c"),
            text([]),
        )
        assert of(events, TextDelta) == [TextDelta("a"), TextDelta("b"), TextDelta("c")]

    def test_a_part_of_no_known_type(self) -> None:
        parts = [{"type": "document_url", "document_url": "u"}, 5, {"text": "x"}, {"type": ["text"]}]
        assert [event.payload for event in of(events_of(text(parts)), Unknown)] == parts

    @pytest.mark.parametrize("content", [5, True, {"type": "text", "text": "a"}])
    def test_content_of_another_shape_is_noted(self, content: Any) -> None:
        event = only(events_of(text("a"), text(content)), Note)
        assert event.code is NoteCode.UNMAPPED_SHAPE
        assert event.detail.startswith("content: ")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("refusal", ["no"]),
            ("tool_calls", {"0": {}}),
            ("tool_calls", "f()"),
            ("function_call", "auto"),
            ("audio", "UklG"),
            ("annotations", {"url": "u"}),
            ("reasoning_content", ["x"]),
            ("reasoning", {"text": "x"}),
            ("reasoning_details", "x"),
            ("images", "u"),
            ("executed_tools", {"type": "python"}),
            ("extra_content", 5),
        ],
    )
    def test_a_known_field_of_another_shape_is_noted(self, field: str, value: Any) -> None:
        event = only(events_of(text("a"), chunk({field: value})), Note)
        assert event.code is NoteCode.UNMAPPED_SHAPE
        assert event.detail.startswith(f"{field}: ")

    def test_what_is_noted_is_cut(self) -> None:
        assert len(only(events_of(text("a"), chunk({"audio": "x" * 5_000})), Note).detail) < 1_100

    @pytest.mark.parametrize(
        "field", ["refusal", "tool_calls", "function_call", "audio", "annotations", "reasoning_content", "images"]
    )
    def test_a_known_field_that_is_null_is_absent(self, field: str) -> None:
        events = events_of(text("a"), chunk({"content": "b", field: None}), chunk({field: None}), text("c"))
        assert of(events, TextDelta) == [TextDelta("a"), TextDelta("b"), TextDelta("c")]
        assert notes(events) == []
        assert said_beside(events) == []

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("reasoning_steps", [{"type": "web_search"}]),
            ("provider_specific_fields", {"citations": None}),
            ("reasoning_items", [{"id": "rs_1"}]),
            ("context", {"intent": "x"}),
            ("metadata", {"x": 1}),
            ("tool_call_id", "abc"),
        ],
    )
    def test_fields_of_vendors(self, field: str, value: Any) -> None:
        events = events_of(
            text("a"), chunk({"content": "b", field: value}), chunk({field: value}), chunk({field: None})
        )
        assert said_beside(events) == [{"choice": 0, field: value}]

    def test_every_character_passes_unchanged(self) -> None:
        said = "\x00\t é\u2028\u0085 <b>&amp;😀\\n"
        assert spoken(events_of(text("x"), text(said))) == "x" + said


class TestRefusal:
    def test_its_pieces_and_its_finish_reason(self) -> None:
        events = events_of(
            chunk({"role": "assistant", "content": None, "refusal": ""}),
            chunk({"refusal": "I can"}, choice={"logprobs": {"content": None, "refusal": [{"token": "I can"}]}}),
            chunk({"refusal": "not."}),
            chunk({}, "stop"),
        )
        assert of(events, RefusalDelta) == [RefusalDelta("I can"), RefusalDelta("not.")]
        assert of(events, Logprobs) == [Logprobs([{"token": "I can"}])]
        assert finished(events).reason is FinishReason.REFUSAL
        assert message(events).refusal == "I cannot."

    def test_only_a_stop_becomes_a_refusal(self) -> None:
        events = events_of(chunk({"refusal": "No"}), chunk({}, "length"))
        assert finished(events).reason is FinishReason.LENGTH

    def test_the_choices_are_told_apart(self) -> None:
        events = events_of(chunk({"refusal": "No"}), text("a", index=1), chunk({}, "stop"), chunk({}, "stop", index=1))
        assert [event.reason for event in of(events, ChoiceFinished)] == [FinishReason.REFUSAL, FinishReason.STOP]

    def test_text_after_it_is_a_part_of_its_own(self) -> None:
        events = events_of(text("a"), chunk({"refusal": "No"}), text("b"))
        assert [(event.part) for event in events if isinstance(event, TextDelta | RefusalDelta)] == [0, 1, 2]


TOKEN = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": [{"token": "b", "logprob": -9999.0}]}


class TestLogprobs:
    def test_each_chunk_has_its_own_tokens(self) -> None:
        events = events_of(
            text("", choice={"logprobs": {"content": []}}),
            text("a", choice={"logprobs": {"content": [TOKEN], "refusal": None}}),
            text("a", choice={"logprobs": {"content": [TOKEN]}}),
        )
        assert of(events, Logprobs) == [Logprobs([TOKEN])] * 2
        assert message(events).choices[0].logprobs == (TOKEN, TOKEN)

    def test_tokens_of_the_reasoning(self) -> None:
        said = {"content": [TOKEN], "reasoning_content": [{"token": "r"}], "refusal": [{"token": "f"}]}
        events = events_of(chunk({"reasoning_content": "r"}, choice={"logprobs": said}))
        assert [event.tokens for event in of(events, Logprobs)] == [[TOKEN], [{"token": "f"}], [{"token": "r"}]]

    def test_parallel_arrays_of_older_servers(self) -> None:
        said = {"tokens": ["a"], "token_logprobs": [-0.5], "text_offset": [0]}
        assert of(events_of(text("a", choice={"logprobs": said})), Logprobs) == [Logprobs([said])]

    @pytest.mark.parametrize("said", [{}, [], "", None, {"content": None}, {"content": "x"}])
    def test_nothing(self, said: Any) -> None:
        assert of(events_of(text("a", choice={"logprobs": said})), Logprobs) == []

    def test_they_belong_to_the_part_and_choice_that_goes_on(self) -> None:
        events = events_of(
            chunk({"reasoning": "r"}, index=1), text("a", index=1, choice={"logprobs": {"content": [TOKEN]}})
        )
        assert of(events, Logprobs) == [Logprobs([TOKEN], 1, 1)]


class TestSeveralChoices:
    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
    def test_they_interleave_in_any_order(self, order: tuple[int, ...]) -> None:
        events = events_of(
            *(chunk({"role": "assistant", "content": ""}, index=index) for index in order),
            *(text(f"{piece}{index}", index=index) for piece in "ab" for index in order),
            *(chunk({}, word, index=index) for index, word in zip(order, ("stop", "length", "eos"), strict=True)),
        )
        assert [spoken(events, index) for index in (0, 1, 2)] == ["a0b0", "a1b1", "a2b2"]
        assert [event.choice for event in of(events, ChoiceFinished)] == list(order)
        assert finished(events).raw_reason == ("stop", "length", "eos")[order.index(0)]
        assert [choice.index for choice in message(events).choices] == [0, 1, 2]

    def test_several_in_one_chunk(self) -> None:
        both = text("a")
        both["choices"].append({"index": 1, "delta": {"content": "b"}})
        events = events_of(both, both, chunk({}, "stop"), chunk({}, "stop", index=1))
        assert (spoken(events, 0), spoken(events, 1)) == ("aa", "bb")

    def test_usage_is_for_all_together(self) -> None:
        events = events_of(text("a"), text("b", index=1), {**chunk(), "choices": [], "usage": {"completion_tokens": 2}})
        assert finished(events).usage == Usage(None, 2, raw={"completion_tokens": 2})

    def test_calls_are_of_their_choice(self) -> None:
        events = events_of(
            calls(call(0, "{}", id="a", name="f"), index=1),
            calls(call(0, '{"x":1}', id="b", name="g")),
            chunk({}, "tool_calls", index=1),
            chunk({}, "tool_calls"),
        )
        ends = [(event.choice, event.index, event.name) for event in of(events, ToolCallFinished)]
        assert ends == [(1, 0, "f"), (0, 0, "g")]

    def test_one_that_never_finishes_makes_the_stream_truncated(self) -> None:
        events = events_of_body(sse(text("a"), text("b", index=1), chunk({}, "stop")))
        assert failure(events).kind is FailureKind.TRUNCATED


class TestFrames:
    """What the framing lets through in the middle of chunks."""

    def test_heartbeats(self) -> None:
        events = events_of_body(sse(b": OPENROUTER PROCESSING\n\n", text("a"), b"data:\n\n", chunk({}, "stop"), DONE))
        assert [event.kind for event in of(events, Heartbeat)] == ["comment", "blank"]
        assert spoken(events) == "a"

    @pytest.mark.parametrize("raw", ["{bad json}", "null", "[1,2]", '"x"', "[DONE] not really", '{"a":' + "[" * 500])
    def test_a_frame_that_is_no_object_is_skipped(self, raw: str) -> None:
        events = events_of(text("a"), raw, text("b"), chunk({}, "stop"))
        assert only(events, Malformed).raw == raw.encode()
        assert spoken(events) == "ab"
        assert finished(events).damaged

    @pytest.mark.parametrize("value", ["9" * 5_000, "NaN", "-Infinity"])
    def test_numbers_that_are_none(self, value: str) -> None:
        events = events_of(text("a"), f'{{"choices":[],"created":{value}}}', chunk({}, "stop"))
        assert len(of(events, Malformed)) == 1
        assert finished(events).damaged

    def test_of_a_key_that_comes_twice_the_last_value_counts(self) -> None:
        twice = '{"id":"a","choices":[],"choices":[{"index":1,"index":0,"delta":{"content":"x","content":"y"}}]}'
        assert of(events_of(twice), TextDelta) == [TextDelta("y")]

    def test_invalid_utf8_in_the_text(self) -> None:
        body = sse(text("a?b"), chunk({}, "stop"), DONE).replace(b"a?b", b"a\xff\xfeb")
        events = events_of_body(body)
        assert spoken(events) == "a\ufffd\ufffdb"
        assert notes(events) == [NoteCode.REPLACED_CHARACTERS]

    def test_halves_of_a_character_in_two_chunks(self) -> None:
        events = events_of(text("a\ud83d"), text("\ude00b"), chunk({}, "stop"))
        assert spoken(events) == "a😀b"

    def test_two_documents_in_one_frame(self) -> None:
        both = sse(text("a")).strip() + sse(text("b"))[6:]
        events = events_of_body(both + sse(chunk({}, "stop"), DONE))
        assert spoken(events) == "ab"
        assert notes(events) == [NoteCode.SEVERAL_DOCUMENTS]
