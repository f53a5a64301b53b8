"""Chat Completions: the fields of chunks, choices and deltas around the answer's text."""

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
    Finished,
    FinishReason,
    Heartbeat,
    Logprobs,
    Malformed,
    Metadata,
    Note,
    RefusalDelta,
    ResponseStarted,
    TextDelta,
    ToolCallFinished,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.usage import Usage

CREATED = Metadata({"created": 1790000000})


def test_the_stream_of_openai() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    said: dict[str, Any] = {"service_tier": "default", "system_fingerprint": "fp_1", "usage": None}
    none: dict[str, Any] = {"logprobs": None}
    assert events_of(
        chunk({"role": "assistant", "content": "", "refusal": None}, choice=none, **said, obfuscation="aB3"),
        chunk({"content": "Hel"}, choice=none, **said, obfuscation="x"),
        chunk({"content": "lo"}, choice=none, **said, obfuscation=""),
        chunk({}, "stop", choice=none, **said),
        {**chunk(**{**said, "usage": usage}), "choices": []},
    ) == [
        ResponseStarted("chatcmpl-1", "gpt-x", "openai-chat"),
        Metadata({"service_tier": "default", "system_fingerprint": "fp_1", "created": 1790000000}),
        TextDelta("Hel"),
        TextDelta("lo"),
        ChoiceFinished(FinishReason.STOP, "stop"),
        UsageUpdate(Usage(9, 2, total_tokens=11, raw=usage)),
        Finished(FinishReason.STOP, "stop", Usage(9, 2, total_tokens=11, raw=usage), "gpt-x"),
    ]


class TestChunk:
    """The fields of a chunk."""

    @pytest.mark.parametrize(
        ("identifiers", "expected"),
        [
            pytest.param(["a", "b", "c"], "a", id="another on every chunk (Foundry Local)"),
            pytest.param(["", "b", "b"], "b", id="blank at first (Azure)"),
            pytest.param([None, "b", ""], "b", id="null"),
            pytest.param([5, ["x"], "c"], "c", id="no text"),
        ],
    )
    def test_id(self, identifiers: list[Any], expected: str) -> None:
        events = events_of(*(chunk(id=identifier, model="") for identifier in identifiers), text("a", id="z"))
        assert only(events, ResponseStarted).id == expected

    def test_before_content_the_response_begins_with_the_first_id_or_model(self) -> None:
        events = events_of(chunk(id="", model=""), chunk(id="b", model=""), text("x"), chunk({}, "stop", id="c"))
        assert only(events, ResponseStarted) == ResponseStarted("b", "", "openai-chat")
        assert finished(events).model == "gpt-x"

    @pytest.mark.parametrize("value", [None, "", 5])
    def test_without_id_and_model_it_begins_with_the_content(self, value: Any) -> None:
        events = events_of(text("x", id=value, model=value))
        assert events[:2] == [ResponseStarted("", "", "openai-chat"), CREATED]
        assert finished(events).model is None

    @pytest.mark.parametrize("value", ["chat.completion.chunk", "", None, "chat.reasoning", 7])
    def test_object(self, value: Any) -> None:
        events = events_of(text("a", object=value), text("b", object=value), chunk({}, "stop", object=value))
        assert spoken(events) == "ab"
        assert said_beside(events) == []

    def test_created_is_told_once_though_some_give_every_chunk_its_clock(self) -> None:
        events = events_of(*(text("a", created=now) for now in (0, None, 17, 18, 18)))
        assert said_beside(events) == [{"created": 17}]

    def test_created_may_come_late(self) -> None:
        first, second, third = text("a"), text("b"), text("c", created=5)
        del first["created"], second["created"]
        assert said_beside(events_of(first, second, third)) == [{"created": 5}]

    def test_without_any_created_nothing_is_said_of_it(self) -> None:
        payloads = [text("a"), text("b")]
        for payload in payloads:
            del payload["created"]
        assert of(events_of(*payloads), Metadata) == []

    @pytest.mark.parametrize("value", [[], None], ids=["empty", "null"])
    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_choices_without_any_choice(self, value: Any, place: int) -> None:
        payloads = [text("a"), chunk({}, "stop")]
        payloads.insert(place, {**chunk(), "choices": value})
        events = events_of(*payloads)
        assert spoken(events) == "a"
        assert finished(events).reason is FinishReason.STOP

    def test_choices_absent(self) -> None:
        payload = chunk(usage={"prompt_tokens": 1})
        del payload["choices"]
        assert only(events_of(text("a"), payload), UsageUpdate).usage.input_tokens == 1

    def test_entries_of_choices_that_are_no_choices(self) -> None:
        payload = text("a")
        payload["choices"] += [None, "x", 5]
        events = events_of(payload)
        assert [event.payload for event in of(events, Unknown)] == ["x", 5]
        assert spoken(events) == "a"

    @pytest.mark.parametrize("value", ["auto", "default", "flex", "priority"])
    def test_service_tier(self, value: str) -> None:
        events = events_of(text("a", service_tier=value), text("b", service_tier=value))
        assert said_beside(events) == [{"service_tier": value, "created": 1790000000}]

    def test_system_fingerprint_on_the_last_chunk_only(self) -> None:
        events = events_of(text("a", system_fingerprint=None), chunk({}, "stop", system_fingerprint="fp_ollama"))
        assert said_beside(events) == [{"system_fingerprint": "fp_ollama"}]

    def test_padding_is_dropped(self) -> None:
        events = events_of(text("a", obfuscation="aX", p="abc"), text("b", obfuscation="b", p="abcd"))
        assert said_beside(events) == []

    def test_moderation_comes_in_a_chunk_without_choices(self) -> None:
        verdict = {"input": {"type": "moderation_results", "model": "m", "results": []}, "output": {"type": "error"}}
        assert said_beside(events_of(text("a"), {"id": "chatcmpl-1", "moderation": verdict})) == [
            {"moderation": verdict}
        ]

    @pytest.mark.parametrize("value", [None, "", {}, [], 0, False])
    def test_an_error_that_says_nothing_is_none(self, value: Any) -> None:
        events = events_of(text("a", error=value), text("b", error=value), chunk({}, "stop", error=value))
        assert spoken(events) == "ab"
        assert finished(events).reason is FinishReason.STOP
        assert said_beside(events) == []

    @pytest.mark.parametrize(
        "fields",
        [
            {"provider": "Fireworks"},
            {"search_results": [{"title": "t", "url": "u", "date": "2026-01-01"}]},
            {"images": [{"image_url": "u"}]},
            {"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}]},
            {"timings": {"predicted_ms": 4.5}},
            {"prompt_progress": {"total": 3, "processed": 1}},
            {"__verbose": {"x": 1}},
            {"time_info": {"queue_time": 0.1}},
            {"metrics": {"x": 1}},
            {"prompt_token_ids": [1, 2]},
            {"nvext": {"x": None}},
            {"status": "COMPLETED", "type": "message"},
            {"a new field": [1]},
        ],
        ids=lambda fields: next(iter(fields)),
    )
    def test_fields_of_vendors_are_told_when_they_change(self, fields: dict[str, Any]) -> None:
        changed = {name: [value] for name, value in fields.items()}
        events = events_of(text("a"), *(text("a", **fields) for _ in range(3)), text("a"), text("a", **changed))
        assert said_beside(events) == [fields, changed]
        assert spoken(events) == "aaaaaa"
        assert of(events, Unknown) == []

    def test_a_vendor_field_that_turns_to_null_is_not_told(self) -> None:
        events = events_of(text("a", timings={"x": 1}), text("b", timings=None), text("c", timings={"x": 1}))
        assert said_beside(events) == [{"timings": {"x": 1}, "created": 1790000000}]

    def test_sources_in_a_shape_of_their_own_are_no_citations(self) -> None:
        events = events_of(text("a", citations={"1": "u"}), text("b", citations=None))
        assert said_beside(events) == [{"citations": {"1": "u"}, "created": 1790000000}]

    def test_a_payload_of_no_known_kind(self) -> None:
        events = events_of(text("a"), {"hello": 1}, {"object": "ping"}, chunk({}, "stop"))
        assert [event.payload for event in of(events, Unknown)] == [{"hello": 1}, {"object": "ping"}]

    def test_before_the_response_begins_its_fields_wait(self) -> None:
        events = events_of(
            {"id": "", "model": "", "choices": [], "prompt_filter_results": [1], "created": 0}, text("a")
        )
        assert events[:3] == [
            ResponseStarted("chatcmpl-1", "gpt-x", "openai-chat"),
            Metadata({"prompt_filter_results": [1]}),
            CREATED,
        ]


class TestChoice:
    """The fields of a choice."""

    @pytest.mark.parametrize("delta", [None, ...], ids=["null", "absent"])
    def test_without_a_delta_the_rest_counts(self, delta: Any) -> None:
        last = chunk(None, "stop", choice={"content_filter_results": {"hate": {"filtered": False}}})
        last["choices"][0]["delta"] = delta
        if delta is ...:
            del last["choices"][0]["delta"]
        events = events_of(text("a"), last)
        assert said_beside(events) == [{"choice": 0, "content_filter_results": {"hate": {"filtered": False}}}]
        assert finished(events).reason is FinishReason.STOP

    @pytest.mark.parametrize("delta", ["Hello", ["x"], 5, True])
    def test_a_delta_of_another_shape_is_noted(self, delta: Any) -> None:
        event = only(events_of(chunk({"content": "a"}), chunk(delta)), Note)
        assert event.code is NoteCode.UNMAPPED_SHAPE
        assert event.detail.startswith("delta: ")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("native_finish_reason", "end_turn"),
            ("stop_reason", 128001),
            ("token_ids", [1]),
            ("matched_stop", 7),
            ("content_filter_results", {"hate": {"severity": "safe"}}),
            ("content_filter_offsets", {"check_offset": 1, "start_offset": 0, "end_offset": 9}),
            ("raw_output", {"completion": "x"}),
        ],
    )
    def test_fields_of_vendors(self, field: str, value: Any) -> None:
        events = events_of(
            text("a", choice={field: None}), text("b", choice={field: value}), chunk(choice={field: value})
        )
        assert said_beside(events) == [{"choice": 0, field: value}]
        assert spoken(events) == "ab"

    @pytest.mark.parametrize("value", [1, ["stop"], {"type": "stop"}, True])
    def test_a_finish_reason_that_is_no_word_is_noted(self, value: Any) -> None:
        events = events_of(text("a"), chunk({}, value))
        assert notes(events) == [NoteCode.UNMAPPED_SHAPE]
        assert finished(events).reason is FinishReason.UNKNOWN

    @pytest.mark.parametrize("index", [None, "x", 0.5, [], {}])
    def test_without_an_index_the_place_counts(self, index: Any) -> None:
        payload = text("a", index=index)
        payload["choices"].append({"index": index, "delta": {"content": "b"}})
        events = events_of(payload, payload)
        assert (spoken(events, 0), spoken(events, 1)) == ("aa", "bb")

    @pytest.mark.parametrize(("index", "number"), [(2, 2), (2.0, 2), ("2", 2), (-1, -1), (True, 1), (10**20, 10**20)])
    def test_index(self, index: Any, number: int) -> None:
        events = events_of(text("a", index=index), text("b", index=index))
        assert of(events, TextDelta) == [TextDelta("a", number), TextDelta("b", number)]


class TestMessageInADelta:
    """Servers that send the whole message beside the deltas or in their place."""

    def test_beside_a_delta_it_is_passed_over(self) -> None:
        events = events_of(
            text("Hel", choice={"message": {"role": "assistant", "content": "Hel"}}),
            text("lo", choice={"message": {"role": "assistant", "content": "Hello"}}),
            chunk({}, "stop", choice={"message": {"content": "Hello"}}),
        )
        assert spoken(events) == "Hello"

    def test_after_the_deltas_it_is_not_said_again(self) -> None:
        last = chunk(None, "stop", choice={"message": {"content": "Hello"}})
        last["choices"][0]["delta"] = None
        assert spoken(events_of(text("Hello"), last)) == "Hello"

    def test_in_place_of_any_delta_it_is_the_answer(self) -> None:
        whole = chunk(None, "stop", choice={"message": {"content": "Hello"}})
        del whole["choices"][0]["delta"]
        assert spoken(events_of(chunk({"role": "assistant", "content": ""}), whole)) == "Hello"


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
            ("thinking_blocks", [{"type": "thinking", "thinking": "t", "signature": "s"}]),
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

    def test_halves_of_a_character_in_two_chunks(self) -> None:
        events = events_of(text("a\ud83d"), text("\ude00b"), chunk({}, "stop"))
        assert spoken(events) == "a😀b"

    def test_two_documents_in_one_frame(self) -> None:
        both = sse(text("a")).strip() + sse(text("b"))[6:]
        events = events_of_body(both + sse(chunk({}, "stop"), DONE))
        assert spoken(events) == "ab"
        assert notes(events) == [NoteCode.SEVERAL_DOCUMENTS]
