"""The parser's calls: what each takes and gives, in which order they may come, and what never changes the events."""

from __future__ import annotations

import re
from email.message import Message as HeaderMessage
from types import MappingProxyType
from typing import Any

import pytest
from tests.helpers import (
    ANTHROPIC,
    CHAT,
    CHAT_TEXT,
    chat,
    chat_call,
    chat_text,
    each_sample,
    failure_of,
    feed,
    laws_of_order,
    of_kind,
    split_invariant,
    sse,
    texts,
)
from tests.provider_laws import bytewise

from deltawire.events import (
    Finished,
    Heartbeat,
    Malformed,
    Raw,
    ReasoningDelta,
    ResponseStarted,
    ToolCallStarted,
    Unknown,
)
from deltawire.failures import Failure, FailureKind, UsageError
from deltawire.limits import Limits
from deltawire.response import ResponseParser, parser
from deltawire.resume import Resume
from deltawire.think import ThinkOptions

RESET = Failure(FailureKind.READ, "reset")


def fed(body: bytes, provider: str = "openai-chat", **options: Any) -> ResponseParser:
    response = parser(provider, **options)
    response.receive_data(body)
    return response


@each_sample
def test_every_sample_is_whole_at_any_split(provider: str, body: bytes) -> None:
    events = split_invariant(provider, body, [7, 70, 71, 300, 301, 555])
    laws_of_order(events)
    assert isinstance(events[-1], Finished)
    assert not of_kind(events, Malformed, Unknown)


class TestMaking:
    def test_gives_a_parser_that_has_nothing_yet(self) -> None:
        response = parser("openai-chat")
        assert isinstance(response, ResponseParser)
        assert (response.ended, response.can_finish, response.dropped_bytes) == (False, False, 0)

    def test_refuses_an_unknown_provider(self) -> None:
        with pytest.raises(ValueError, match="did you mean 'anthropic'"):
            parser("antropic")

    def test_refuses_an_unknown_think_mode(self) -> None:
        with pytest.raises(ValueError, match="think is one of"):
            parser("openai-chat", think="sometimes")

    def test_raw_shows_each_payload_before_its_events(self) -> None:
        events = split_invariant("openai-chat", CHAT["text"], raw=True)
        assert [event.payload for event in of_kind(events, Raw)] == [*CHAT_TEXT, "[DONE]"]
        assert isinstance(events[0], Raw)
        assert [event for event in events if not isinstance(event, Raw)] == feed("openai-chat", CHAT["text"])

    @pytest.mark.parametrize(("prefix", "first"), [(None, "chat-1_0"), ("mine", "mine_0")])
    def test_id_prefix_begins_the_ids_that_the_server_left_out(self, prefix: str | None, first: str) -> None:
        body = sse(chat_call(0, "{}", "clock"), chat(finish="tool_calls"), "[DONE]")
        [call] = of_kind(split_invariant("openai-chat", body, id_prefix=prefix), ToolCallStarted)
        assert (call.id, call.synthetic_id) == (first, True)

    def test_think_decides_what_is_reasoning(self) -> None:
        body = CHAT["think block"]
        assert texts(split_invariant("openai-chat", body)) == "Yes"
        assert texts(split_invariant("openai-chat", body, think="off")) == "<think>well</think>\nYes"
        options = ThinkOptions("leading", strip_newlines=False)
        assert texts(split_invariant("openai-chat", body, think=options)) == "\nYes"
        assert texts(split_invariant("openai-chat", CHAT["text"], think="inside")) == ""

    def test_think_blocks_are_looked_for_only_where_reasoning_may_be_in_band(self) -> None:
        for think, text in ((None, "<think>well</think>\nYes"), ("leading", "Yes")):
            response = parser("openai-chat", think=think)
            response._provider.in_band = False
            assert texts(response.receive_data(CHAT["think block"])) == text

    def test_loads_replaces_the_decoder(self) -> None:
        seen: list[str] = []

        def loads(text: str) -> Any:
            seen.append(text)
            return chat_text("x") if "Hello" in text else chat(finish="stop")

        events = feed("openai-chat", sse("Hello", "stop", "[DONE]"), loads=loads)
        assert (texts(events), seen) == ("x", ["Hello", "stop"])


class TestHead:
    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param({"X-Request-Id": "req-1", "Content-Type": "text/event-stream"}, id="mapping"),
            pytest.param(MappingProxyType({"x-request-id": "req-1"}), id="another mapping"),
            pytest.param([("X-REQUEST-ID", "req-1")], id="pairs"),
            pytest.param([(b"x-request-id", b"req-1"), (b"date", b"\xff")], id="pairs of bytes"),
            pytest.param({b"x-request-id": b"req-1"}, id="mapping of bytes"),
            pytest.param(iter([("x-request-id", "req-1")]), id="iterator"),
        ],
    )
    def test_takes_headers_in_any_form(self, headers: Any) -> None:
        events = feed("openai-chat", CHAT["text"], status=200, headers=headers)
        assert events[0] == ResponseStarted("chat-1", "small-1", "openai-chat", "req-1")

    def test_takes_what_only_looks_like_a_mapping(self) -> None:
        headers = HeaderMessage()
        headers["X-Request-Id"] = "req-1"
        assert feed("openai-chat", CHAT["text"], status=200, headers=headers)[0].request_id == "req-1"  # type: ignore[union-attr]

    def test_joins_repeated_headers(self) -> None:
        headers = [("x-request-id", "a"), ("X-Request-ID", "b")]
        assert feed("openai-chat", CHAT["text"], status=200, headers=headers)[0].request_id == "a, b"  # type: ignore[union-attr]

    def test_hides_secrets_and_half_pairs_in_the_request_id(self) -> None:
        headers = [("x-request-id", "secret-key\udcff")]
        events = feed("openai-chat", CHAT["text"], status=200, headers=headers, redact=("secret-key",))
        assert events[0].request_id == "[redacted]\ufffd"  # type: ignore[union-attr]

    def test_may_be_left_out(self) -> None:
        assert feed("openai-chat", CHAT["text"], status=200) == feed("openai-chat", CHAT["text"])


class TestWrongUse:
    def test_a_second_head(self) -> None:
        response = parser("openai-chat")
        response.receive_head(200)
        with pytest.raises(UsageError, match="must come once"):
            response.receive_head(200)

    @pytest.mark.parametrize(
        "before",
        [
            lambda response: response.receive_data(b"\n"),
            lambda response: response.receive_payload({}),
            lambda response: response.receive_eof(),
            lambda response: response.receive_error(RESET),
        ],
        ids=["data", "payload", "end", "error"],
    )
    def test_a_head_behind(self, before: Any) -> None:
        response = parser("openai-chat")
        before(response)
        with pytest.raises(UsageError, match="before the body"):
            response.receive_head(200)

    @pytest.mark.parametrize("end", [ResponseParser.receive_eof, lambda response: response.receive_error(RESET)])
    @pytest.mark.parametrize("body", [b"", CHAT["text"]])
    def test_anything_behind_the_end(self, end: Any, body: bytes) -> None:
        response = fed(body)
        end(response)
        with pytest.raises(UsageError, match="after the end"):
            response.receive_data(b"x")
        with pytest.raises(UsageError, match="after the end"):
            response.receive_payload({})
        assert response.receive_data(b"") == []

    def test_taking_up_a_stream_that_cannot_be(self) -> None:
        resume = Resume("r1", 5)
        with pytest.raises(UsageError, match="'openai-chat' cannot be taken up again"):
            parser("openai-chat").resume_from(resume)
        with pytest.raises(UsageError, match="must come first"):
            fed(b"\n", "openai-responses").resume_from(resume)

    def test_taking_up_a_stream_behind_its_head(self) -> None:
        response = parser("openai-responses")
        response.resume_from(Resume("r1", 5))
        response.receive_head(200)
        with pytest.raises(UsageError, match="must come first"):
            response.resume_from(Resume("r1", 5))

    def test_bytes_and_payloads_mixed(self) -> None:
        response = parser("openai-chat")
        response.receive_payload(chat_text("a"))
        assert response.receive_data(b"") == []
        with pytest.raises(UsageError, match="mixed"):
            response.receive_data(b"x")
        response = fed(b"\n")
        with pytest.raises(UsageError, match="mixed"):
            response.receive_payload({})

    def test_changes_nothing(self) -> None:
        response = fed(CHAT["text"][:300])
        with pytest.raises(UsageError):
            response.receive_head(200)
        rest = response.receive_data(CHAT["text"][300:]) + response.receive_eof()
        assert rest == feed("openai-chat", CHAT["text"])[-len(rest) :]


class TestBytes:
    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
    def test_come_in_any_form_and_are_copied(self, kind: Any) -> None:
        response = parser("openai-chat")
        source = bytearray(CHAT["text"])
        half = bytearray(source[:400])
        events = response.receive_data(half if kind is bytearray else kind(half))
        half[:] = bytes(400)
        events += response.receive_data(kind(source[400:]))
        assert events + response.receive_eof() == feed("openai-chat", CHAT["text"])

    def test_that_are_none_mean_nothing(self) -> None:
        response = parser("openai-chat")
        assert response.receive_data(b"") == []
        assert response.receive_head(200) == []
        chunks = [chunk for byte in bytewise(CHAT["text"]) for chunk in (b"", byte)]
        events = [event for chunk in chunks for event in response.receive_data(chunk)]
        assert events + response.receive_eof() == feed("openai-chat", CHAT["text"])

    def test_behind_the_terminal_event_are_dropped_and_counted(self) -> None:
        response = fed(CHAT["text"])
        assert response.ended
        assert response.receive_data(b": late\n\n") == []
        assert response.receive_data(sse(chat_text("late"))) == []
        assert response.dropped_bytes == 8 + len(sse(chat_text("late")))
        assert response.receive_eof() == response.receive_error(RESET) == []

    def test_of_white_space_before_the_body_give_nothing_and_count_nothing(self) -> None:
        limits = Limits(frame_bytes=max(len(sse(chunk)) for chunk in CHAT_TEXT))
        response = parser("openai-chat", limits=limits)
        for _ in range(limits.frame_bytes):
            assert response.receive_data(b"\r\n \t") == []
        events = response.receive_data(CHAT["text"]) + response.receive_eof()
        assert events == feed("openai-chat", CHAT["text"])


class TestPayloads:
    def test_give_the_events_of_their_bytes(self) -> None:
        response = parser("openai-chat", raw=True)
        events = [event for payload in [*CHAT_TEXT, "[DONE]"] for event in response.receive_payload(payload)]
        assert events + response.receive_eof() == feed("openai-chat", CHAT["text"], raw=True)

    def test_may_come_behind_a_head(self) -> None:
        response = parser("openai-chat")
        response.receive_head(200, {"x-request-id": "req-1"})
        assert response.receive_payload(CHAT_TEXT[1])[0].request_id == "req-1"  # type: ignore[union-attr]

    def test_behind_the_terminal_event_are_dropped(self) -> None:
        response = parser("openai-chat")
        response.receive_payload(chat(finish="stop"))
        response.receive_payload("[DONE]")
        assert response.ended
        assert response.receive_payload(chat_text("late")) == []

    @pytest.mark.parametrize("payload", [None, 5, "text", [chat_text("a")], 1.5, b"{}"])
    def test_that_are_no_objects_are_malformed(self, payload: Any) -> None:
        [malformed] = parser("openai-chat").receive_payload(payload)
        assert isinstance(malformed, Malformed)

    def test_prove_the_end_as_bytes_do(self) -> None:
        response = parser("openai-chat")
        response.receive_payload(chat_text("a"))
        assert not response.can_finish
        response.receive_payload(chat(finish="stop"))
        assert response.can_finish
        assert isinstance(response.receive_eof()[-1], Finished)

    def test_without_an_end_are_truncated_and_none_are_empty(self) -> None:
        for payloads, kind in (
            ([], FailureKind.EMPTY),
            ([{"new": 1}], FailureKind.TRUNCATED),
            ([5], FailureKind.TRUNCATED),
        ):
            response = parser("openai-chat")
            events = [event for payload in payloads for event in response.receive_payload(payload)]
            assert failure_of(events + response.receive_eof()).kind is kind

    def test_pass_limits_as_bytes_do(self) -> None:
        response = parser("openai-chat", limits=Limits(tool_calls=0))
        error = failure_of(response.receive_payload(chat_call(0, "{}", "clock", "c")))
        assert (error.kind, error.code, error.provider) == (FailureKind.TOO_LARGE, "tool_calls", "openai-chat")

    def test_with_half_pairs_are_mended(self) -> None:
        response = parser("openai-chat")
        events = [event for half in ("\ud83c", "\udf0d") for event in response.receive_payload(chat_text(half))]
        assert texts(events) == "🌍"


class TestTheWholeAnswerInOneDocument:
    MESSAGE = MappingProxyType({"role": "assistant", "content": "Hello", "reasoning_content": "hm"})
    CHOICE = MappingProxyType({"index": 0, "message": dict(MESSAGE), "finish_reason": "stop"})
    BODY = sse(chat(choices=[dict(CHOICE)], object="chat.completion"))

    def test_gives_the_events_of_a_stream_with_a_note(self) -> None:
        events = split_invariant("openai-chat", self.BODY.removeprefix(b"data: ").strip())
        laws_of_order(events)
        assert texts(events) == "Hello"
        assert [event.text for event in of_kind(events, ReasoningDelta)] == ["hm"]
        assert isinstance(events[-1], Finished)
        assert not of_kind(events, Malformed)

    def test_in_a_frame_is_an_answer_too(self) -> None:
        events = split_invariant("openai-chat", self.BODY + sse("[DONE]"))
        assert texts(events) == "Hello"


def test_liveness_is_visible_and_changes_nothing() -> None:
    events = split_invariant("openai-chat", CHAT["comments"])
    assert [event.kind for event in of_kind(events, Heartbeat)] == ["comment"] * 3
    assert [event for event in events if not isinstance(event, Heartbeat)] == feed("openai-chat", CHAT["text"])


def test_the_terminal_event_needs_no_end_of_the_body() -> None:
    for provider, body in (("openai-chat", CHAT["text"]), ("anthropic", ANTHROPIC["text"])):
        response = parser(provider)
        assert isinstance(response.receive_data(body)[-1], Finished)
        assert response.ended
        assert response.receive_eof() == []


class TestWrongTypes:
    """A caller without a type checker learns of a mistake where it is made, not from an answer that looks empty."""

    @pytest.mark.parametrize("chunk", [5, "data: {}", None, [b"data: {}"]], ids=repr)
    def test_a_chunk_is_bytes(self, chunk: Any) -> None:
        with pytest.raises(TypeError, match="a bytes-like object is required, not "):
            parser("openai-chat").receive_data(chunk)

    @pytest.mark.parametrize("failure", ["reset", ConnectionResetError("reset"), None], ids=repr)
    def test_a_failure_is_a_record(self, failure: Any) -> None:
        with pytest.raises(TypeError, match=r"receive_error\(\) takes a Failure\(kind, message\), not "):
            parser("openai-chat").receive_error(failure)

    def test_one_secret_is_not_the_secrets(self) -> None:
        with pytest.raises(TypeError, match=r"redact=\(key,\)"):
            parser("openai-chat", redact="sk-1")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({"limits": {"frame_bytes": 5}}, "limits is a record, such as Limits(frame_bytes=", id="limits"),
        pytest.param({"loads": "orjson"}, "loads is a function, such as json.loads, not str", id="loads"),
    ],
)
def test_options_of_another_type_say_what_they_are(options: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=re.escape(said)):
        parser("anthropic", **options)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        pytest.param(("200", {}), "status is a number, such as 200, not str", id="status"),
        pytest.param((200, None), "headers are a mapping, or pairs .*, not NoneType", id="no headers"),
        pytest.param((200, ["content-type"]), "headers are a mapping, or pairs .*, not list", id="names"),
    ],
)
def test_a_head_of_another_type_says_what_it_is(head: tuple[Any, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        parser("anthropic").receive_head(*head)


@pytest.mark.parametrize("think", ["off", "leading"])
@pytest.mark.parametrize("came", [[], [{"type": "message", "id": "msg_1", "status": "in_progress", "content": []}]])
def test_what_came_before_a_stream_was_taken_up_is_content_before_a_failure(think: str, came: list[Any]) -> None:
    response = parser("openai-responses", think=think)
    response.resume_from(Resume("r1", 5, came))
    assert failure_of(response.receive_eof()).after_content is bool(came)
