"""Damaged and foreign bodies on a 200: one typed event for each fault, what is good is kept, nothing raises."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from tests.helpers import (
    ANTHROPIC,
    CHAT,
    GZIPPED,
    call_block,
    chat,
    chat_call,
    chat_text,
    failure_of,
    feed,
    laws_of_order,
    message_end,
    message_start,
    of_kind,
    split_invariant,
    sse,
    text_block,
    texts,
)

from deltawire.events import (
    Event,
    Failed,
    Finished,
    Heartbeat,
    Malformed,
    Metadata,
    Note,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode

BEFORE, AFTER = sse(chat_text("Hello")), sse(chat_text(" there"), chat(finish="stop"), "[DONE]")
WHOLE = json.dumps(chat_text("!")).encode()
PLAIN = feed("openai-chat", BEFORE + AFTER)
KEY = "sk-live/4711"


def events_of(body: bytes, provider: str = "openai-chat", **options: Any) -> list[Event]:
    events = split_invariant(provider, body, [1, 40, 99, 180], **options)
    laws_of_order(events)
    return events


def added(frame: bytes, **options: Any) -> list[Event]:
    """The events that a frame in the middle of a good answer adds to it."""
    events = events_of(BEFORE + frame + AFTER, **options)
    rest = [event for event in events if event not in PLAIN]
    if isinstance(events[-1], Finished):
        assert [event for event in events if event in PLAIN][: len(PLAIN) - 1] == PLAIN[:-1]
    else:
        assert texts(events).startswith("Hello")
    return rest


class TestFrame:
    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(b"{bad json}", id="not JSON"),
            pytest.param(b'{"choices": [', id="cut"),
            pytest.param(b"null", id="null"),
            pytest.param(b"5", id="a number"),
            pytest.param(b"[1, 2]", id="an array"),
            pytest.param(b'"text"', id="text"),
            pytest.param(b"[DONE] not really", id="nearly done"),
            pytest.param(b'{"created": NaN}', id="NaN"),
            pytest.param(b'{"usage": {"prompt_tokens": Infinity}}', id="Infinity"),
            pytest.param(b'{"created": ' + b"9" * 5_000 + b"}", id="5,000 digits"),
            pytest.param(b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="100,000 levels"),
            pytest.param(b'{"x": ' + b"[" * 128 + b"]" * 128 + b"}", id="129 levels"),
            pytest.param(b"\xff\xfe{}", id="other bytes"),
        ],
    )
    def test_that_cannot_be_read_is_skipped(self, data: bytes) -> None:
        if len(data) > 10_000:
            events = feed("openai-chat", BEFORE + b"data: " + data + b"\n\n" + AFTER)
        else:
            events = events_of(BEFORE + b"data: " + data + b"\n\n" + AFTER)
        assert [event.raw for event in of_kind(events, Malformed)] == [data]
        assert texts(events) == "Hello there"
        end = events[-1]
        assert isinstance(end, Finished)
        assert end.damaged

    def test_of_128_levels_is_read(self) -> None:
        deep: Any = 0
        for _ in range(127):
            deep = [deep]
        assert added(sse(chat(choices=[], deep=deep))) == [Metadata({"deep": deep})]

    @pytest.mark.parametrize("choices", [None, [], [None], [{}], [{"index": 0}], [{"index": 0, "delta": None}]])
    def test_with_null_for_what_is_absent_adds_nothing(self, choices: Any) -> None:
        assert added(sse(chat(choices=choices, usage=None, error=None))) == []

    @pytest.mark.parametrize("delta", [{"content": None}, {"tool_calls": None}, {"role": None, "refusal": None}])
    def test_with_null_in_its_delta_adds_nothing(self, delta: Any) -> None:
        assert added(sse(chat(delta))) == []

    @pytest.mark.parametrize("wrong", [5, "x", [1], {"a": 1}, True, 1.5])
    @pytest.mark.parametrize(
        "field", ["choices", "usage", "id", "model", "object", "created", "delta", "finish_reason", "index"]
    )
    def test_with_a_value_of_another_kind_never_raises(self, field: str, wrong: Any) -> None:
        chunk = chat_text("!")
        holder = chunk if field not in ("delta", "finish_reason", "index") else chunk["choices"][0]
        holder[field] = wrong
        events = events_of(BEFORE + sse(chunk) + AFTER)
        assert texts(events).startswith("Hello")
        assert isinstance(events[-1], Finished)

    def test_of_two_documents_gives_both(self) -> None:
        note = Note(NoteCode.SEVERAL_DOCUMENTS, "2 in one frame")
        assert added(b"data: " + WHOLE + WHOLE + b"\n\n") == [TextDelta("!"), TextDelta("!"), note]

    def test_torn_with_a_whole_one_behind_it_on_the_line_gives_the_whole_one(self) -> None:
        malformed, delta, finished = added(b'data: {"id":"chat-1","cho data: ' + WHOLE + b"\n\n")
        assert isinstance(malformed, Malformed)
        assert malformed.raw == b'{"id":"chat-1","cho '
        assert delta == TextDelta("!")
        assert isinstance(finished, Finished)
        assert finished.damaged

    def test_with_half_a_character_is_noted_and_kept(self) -> None:
        frame = sse(chat_text("a#b")).replace(b"#", b"\xe2\x82")
        assert added(frame) == [Note(NoteCode.REPLACED_CHARACTERS, "invalid UTF-8"), TextDelta("a\ufffdb")]

    def test_with_equal_keys_takes_the_last(self) -> None:
        assert added(sse(chat_text("!")).replace(b'"content"', b'"content": "?", "content"')) == [TextDelta("!")]

    def test_of_other_line_ends_in_its_text_is_whole(self) -> None:
        text = "a\u2028b\x85c\x0bd\x0ce\u2029"
        assert added(sse(chat_text(text))) == [TextDelta(text)]

    @pytest.mark.parametrize("frame", [b"data:\n\n", b"data\n\n", b"data: \n\n"])
    def test_without_data_is_liveness(self, frame: bytes) -> None:
        assert added(frame) == [Heartbeat("blank")]

    @pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"d", b"id: 5*"])
    def test_behind_bytes_that_spoil_its_field_is_malformed(self, before: bytes) -> None:
        frame, last = before + sse(chat_text("!")), attrs.evolve(PLAIN[-1], damaged=True)
        assert added(frame) == [Malformed(frame[:-2], "JSON in a field that is not data"), last]

    def test_of_an_unknown_kind_is_kept(self) -> None:
        assert added(sse({"new": 1})) == [Unknown({"new": 1})]

    def test_that_is_cut_at_the_end_is_truncated_with_its_text(self) -> None:
        events = events_of(BEFORE + sse(chat_text("é"))[:-8])
        assert failure_of(events).kind is FailureKind.TRUNCATED
        assert texts(events) == "Hello"


class TestHalfSurrogatePairs:
    @staticmethod
    def halves(*pieces: str, field: str = "content") -> bytes:
        return b"".join(b"data: " + json.dumps(chat({field: piece})).encode() + b"\n\n" for piece in pieces)

    def test_over_two_deltas_are_joined(self) -> None:
        assert added(self.halves("\ud83c", "\udf0d")) == [TextDelta("🌍")]

    @pytest.mark.parametrize(
        ("pieces", "text"),
        [
            pytest.param(["\ud83c"], "\ufffd", id="high"),
            pytest.param(["\udf0d"], "\ufffd", id="low"),
            pytest.param(["\ud83c", "x"], "\ufffdx", id="high before text"),
            pytest.param(["\udf0d\ud83c"], "\ufffd\ufffd", id="the wrong way round"),
        ],
    )
    def test_alone_are_replaced_with_a_note(self, pieces: list[str], text: str) -> None:
        events = events_of(BEFORE + self.halves(*pieces) + AFTER)
        assert texts(events) == f"Hello{text} there"
        assert [event.detail for event in of_kind(events, Note)] == ["half a surrogate pair"]
        assert not events[-1].damaged  # type: ignore[union-attr]

    def test_in_errors_are_replaced(self) -> None:
        [failed] = added(b'data: {"error": {"message": "no \\ud83c", "code": "\\udf0d"}}\n\n')
        assert isinstance(failed, Failed)
        assert (failed.error.message, failed.error.code) == ("no \ufffd", "\ufffd")

    def test_in_usage_and_vendor_fields_are_replaced(self) -> None:
        body = json.dumps(chat(choices=[], usage={"prompt_tokens": 1, "\ud83c": 2}, seed="\udf0d")).encode()
        events = events_of(BEFORE + b"data: " + body + b"\n\n" + AFTER)
        assert of_kind(events, UsageUpdate)[0].usage.raw == {"prompt_tokens": 1, "\ufffd": 2}
        assert Metadata({"seed": "\ufffd"}) in events
        assert of_kind(events, Finished)[0].usage.raw == {"prompt_tokens": 1, "\ufffd": 2}

    @pytest.mark.parametrize(
        ("pieces", "arguments", "whole"),
        [
            pytest.param(['{"a": "\ud83c', '\udf0d"}'], '{"a": "🌍"}', True, id="joined"),
            pytest.param(['{"a": "\ud83c', '"}'], '{"a": "\ufffd"}', False, id="alone"),
            pytest.param(['{"a": "x"}\ud83c'], '{"a": "x"}\ufffd', False, id="at the end"),
        ],
    )
    def test_in_arguments_are_joined_or_make_the_call_incomplete(
        self, pieces: list[str], arguments: str, whole: bool
    ) -> None:
        chunks = [chat_call(0, "", "f", "c"), *(chat_call(0, piece) for piece in pieces), chat(finish="tool_calls")]
        body = b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"
        events = events_of(body)
        [call] = of_kind(events, ToolCallFinished)
        assert (call.arguments, call.complete) == (arguments, whole)
        assert "".join(event.arguments for event in of_kind(events, ToolCallDelta)) == arguments
        assert events[-1].damaged is not whole  # type: ignore[union-attr]


class TestCallsOnTheWay:
    def test_are_incomplete_behind_a_lost_frame_even_if_they_parse(self) -> None:
        chunks = [chat_call(0, "{", "f", "c0"), chat_call(1, "{}", "g", "c1"), "{bad", chat_call(0, "}")]
        events = events_of(sse(*chunks, chat_call(2, "{}", "h", "c2"), chat(finish="tool_calls"), "[DONE]"))
        assert [call.complete for call in of_kind(events, ToolCallFinished)] == [False, False, True]

    def test_of_anthropic_too(self) -> None:
        first, second = call_block(0, "f", '{"a": 1}'), call_block(1, "g", "{}")
        events = events_of(
            sse(message_start(), *first[:2], "{bad", first[2], *second, *message_end("tool_use")), "anthropic"
        )
        assert [call.complete for call in of_kind(events, ToolCallFinished)] == [False, True]
        assert events[-1].damaged  # type: ignore[union-attr]

    def test_with_half_a_character_in_their_arguments_are_incomplete(self) -> None:
        body = sse(chat_call(0, '{"a": "#"}', "f", "c"), chat(finish="tool_calls"), "[DONE]").replace(b"#", b"\xf0\x9f")
        [call] = of_kind(events_of(body), ToolCallFinished)
        assert (call.arguments, call.complete) == ('{"a": "\ufffd"}', False)

    @pytest.mark.parametrize("arguments", ["{" * 129 + "}" * 129, '{"a":' * 129 + "1" + "}" * 129, "[1]", '{"a": NaN}'])
    def test_that_parse_to_no_object_within_the_limits_are_incomplete(self, arguments: str) -> None:
        body = sse(chat_call(0, arguments, "f", "c"), chat(finish="tool_calls"), "[DONE]")
        [call] = of_kind(feed("openai-chat", body), ToolCallFinished)
        assert not call.complete


class TestOtherBodies:
    @pytest.mark.parametrize(
        "body",
        [
            pytest.param(b"<!doctype html><title>Login</title>", id="HTML"),
            pytest.param(b"\n <html>", id="HTML behind white space"),
            pytest.param(b"\xef\xbb\xbf<?xml?>", id="XML"),
            pytest.param(GZIPPED, id="gzip"),
            pytest.param(b"\x28\xb5\x2f\xfd\x04\x00", id="zstd"),
        ],
    )
    @pytest.mark.parametrize("provider", ["openai-chat", "anthropic", "ollama"])
    def test_of_another_medium_fail_at_once(self, provider: str, body: bytes) -> None:
        events = events_of(body, provider, status=200, headers={"content-type": "text/event-stream"})
        assert [type(event) for event in events] == [Failed]
        assert failure_of(events).kind is FailureKind.WRONG_MEDIA
        assert "text/event-stream" in failure_of(events).message

    @pytest.mark.parametrize("provider", ["openai-chat", "anthropic", "ollama"])
    def test_of_an_error_are_that_error(self, provider: str) -> None:
        body = b'{\n "error": {"message": "Slow down", "code": "rate_limit_exceeded"}\n}\n'
        if provider == "ollama":
            body = body.replace(b"\n", b"") + b"\n"
        error = failure_of(events_of(body, provider, status=200, headers={"content-type": "application/json"}))
        assert (error.kind, error.message) == (FailureKind.RATE_LIMIT, "Slow down")

    @pytest.mark.parametrize("tail", [b"data: [DONE]\n\n", AFTER, b""])
    @pytest.mark.parametrize(
        "frame",
        [
            b'data: {"error": {"message": "busy"}}\n\n',
            b'data: {"error": "busy"}\n\n',
            b'event: error\ndata: {"message": "busy"}\n\n',
            b"event: error\ndata: busy\n\n",
            b'error: {"message": "busy"}\n\n',
            b'{\n  "error": {\n    "message": "busy"\n  }\n}\n\n',
        ],
    )
    def test_with_an_error_on_the_way_end_there(self, frame: bytes, tail: bytes) -> None:
        events = events_of(BEFORE + frame + tail)
        error = failure_of(events)
        assert (error.message, error.after_content, texts(events)) == ("busy", True, "Hello")

    @pytest.mark.parametrize("shown", [KEY, "sk-live%2F4711", "sk-live%2f4711", "sk-live\\/4711"])
    def test_never_show_a_key_that_the_server_echoes(self, shown: str) -> None:
        key = shown.encode()
        error = b'{"error": {"message": "Bad key %b", "type": "%b"}}' % (key, key)
        for body in (error, b"data: " + error + b"\n\n", b"error: " + error + b"\n\n", b"bad " + key + b"\n\n"):
            failure = repr(failure_of(events_of(body, redact=(KEY,))))
            assert "[redacted]" in failure
            assert "4711" not in failure
        events = events_of(BEFORE + b"data: <" + key + b">\n\n" + AFTER, redact=(KEY,))
        [malformed] = of_kind(events, Malformed)
        assert malformed.raw == b"<[redacted]>"

    def test_of_another_framing_than_said_are_noted(self) -> None:
        for content_type in ("application/json", "text/event-stream; charset=iso-8859-1"):
            events = events_of(CHAT["beyond ASCII"], status=200, headers={"content-type": content_type})
            assert events[0] == Note(NoteCode.WRONG_CONTENT_TYPE, content_type)
            assert events[1:] == feed("openai-chat", CHAT["beyond ASCII"])

    def test_of_another_provider_say_so(self) -> None:
        for provider, body in (("anthropic", CHAT["text"]), ("openai-chat", ANTHROPIC["text"])):
            error = failure_of(events_of(body, provider))
            assert error.kind is FailureKind.WRONG_MEDIA
            assert ("openai-chat" if provider == "anthropic" else "anthropic") in error.message


def test_text_blocks_that_a_server_tears_are_told_as_they_came() -> None:
    body = sse(message_start(), *text_block(0, "Hello"), *message_end("end_turn"), events=True)
    events = events_of(body.replace(b"content_block_stop", b"content_block_st\x00p", 1), "anthropic")
    assert texts(events) == "Hello"
    assert isinstance(events[-1], Finished)
