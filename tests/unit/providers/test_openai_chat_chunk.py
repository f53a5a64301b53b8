"""Chat Completions: the fields of chunks and choices."""

from __future__ import annotations

from typing import Any

import pytest
from tests.chat_chunks import (
    chunk,
    events_of,
    finished,
    notes,
    of,
    only,
    said_beside,
    spoken,
    text,
)

from deltawire.events import (
    ChoiceFinished,
    Finished,
    FinishReason,
    Metadata,
    Note,
    ResponseStarted,
    TextDelta,
    Unknown,
    UsageUpdate,
)
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
        odd = [Metadata({"id": 5, "model": 5})] if value == 5 else []
        assert events[: 2 + len(odd)] == [ResponseStarted("", "", "openai-chat"), *odd, CREATED]
        assert finished(events).model is None

    @pytest.mark.parametrize("models", [["m-1", "m-2", ""], ["", "m-1", "m-2"], [None, 5, "m-1"]])
    def test_model(self, models: list[Any]) -> None:
        events = events_of(*(chunk(id="", model=model) for model in models), text("a", model="m-3"))
        assert (only(events, ResponseStarted).model, finished(events).model) == ("m-1", "m-1")

    def test_another_model_behind_the_first_vanished(self) -> None:
        # A router's fallback may say its name in the middle.
        events = events_of(*(text("a", model=model) for model in ("m-1", "m-1", "m-2", "m-2", "m-1")))
        assert [event.payload for event in of(events, Metadata) if "model" in event.payload] == [{"model": "m-2"}]
        assert finished(events).model == "m-1"

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
            text("a", choice={field: None}),
            text("b", choice={field: value}),
            chunk(choice={field: value}),
            text("c", choice={field: [value]}),
        )
        assert said_beside(events) == [{"choice": 0, field: value}, {"choice": 0, field: [value]}]
        assert spoken(events) == "abc"

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
