"""How a response ends: what proves it, what breaks it, and copies on the way."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from tests.helpers import (
    ANTHROPIC,
    CHAT,
    CHAT_TEXT,
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
from tests.provider_laws import bytewise

from deltawire.events import Failed, Finished, Note, TextDelta, ToolCallFinished
from deltawire.failures import Failure, FailureKind
from deltawire.notes import NoteCode
from deltawire.registry import PROVIDERS
from deltawire.response import ResponseParser, parser

RESET = Failure(FailureKind.READ, "reset")
NDJSON = b'{"model":"m","message":{"content":"Hi"},"done":false}\n{"done":true,"done_reason":"stop"}\n'
DOCUMENT = b'{"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]}'
HALF_PAIR = b'data: {"a": "\\ud83d"}\n\n'
PROVED = sse(chat_text("a"), chat(finish="stop"))
USED = chat(choices=[], usage={"prompt_tokens": 1})
BODIES = [
    *(CHAT["two parallel calls"], CHAT["think block"], HALF_PAIR + CHAT["reasoning"]),
    *(ANTHROPIC["two parallel calls"], ANTHROPIC["reasoning"], NDJSON, NDJSON[:-3] + b"}\n", b"[" + DOCUMENT + b"]"),
    *(DOCUMENT, b"\0\0\0\x10", b"\xef\xbb\xbf", b"  "),
]


def fed(body: bytes, provider: str = "openai-chat", **options: Any) -> ResponseParser:
    response = parser(provider, **options)
    response.receive_data(body)
    return response


class TestCanFinish:
    @staticmethod
    def truth(response: ResponseParser) -> bool:
        end = copy.deepcopy(response).receive_eof()[-1:]
        return bool(end) and isinstance(end[0], Finished)

    @pytest.mark.parametrize(
        ("provider", "body"),
        [
            pytest.param("openai-chat", CHAT["escaped"], id="openai-chat"),
            pytest.param("openai-chat", sse(CHAT_TEXT[1], chat(finish="stop"), USED, eol="\r\n"), id="CRLF and usage"),
            pytest.param(
                "anthropic",
                sse(message_start(), *text_block(0, "a"), *message_end("end_turn"), events=True),
                id="anthropic",
            ),
            pytest.param("ollama", NDJSON, id="ollama"),
        ],
    )
    def test_is_what_a_clean_end_would_give_at_every_byte(self, provider: str, body: bytes) -> None:
        response = parser(provider)
        said: list[bool] = []
        for byte in bytewise(body):
            said.append(response.can_finish)
            assert said[-1] is self.truth(response)
            response.receive_data(byte)
        assert response.can_finish is not response.ended
        assert True in said

    @pytest.mark.parametrize(
        "tail",
        [
            pytest.param(b'data: {"error": {"message": "late"}}', id="an error"),
            pytest.param(b'data: {"error": "late"}\n  ', id="an error and white space"),
            pytest.param(b'event: error\ndata: "late"', id="an error that is text"),
            pytest.param(b'data: {"error": "late"}\nid: 5', id="an error and another field"),
            pytest.param(b'{"error": "late"}', id="bare JSON"),
            pytest.param(b"error: late", id="a field"),
            pytest.param(b"event: error\ndata: late words", id="an error that may be cut"),
            pytest.param(b"data: [DONE]", id="done"),
            pytest.param(b": comment", id="a comment"),
            pytest.param(b'data: {"choices"', id="cut"),
        ],
    )
    @pytest.mark.parametrize("before", [PROVED, sse(chat_text("a"))])
    def test_looks_at_what_is_held(self, before: bytes, tail: bytes) -> None:
        for chunks in ([tail], bytewise(tail)):
            response = fed(before)
            for chunk in chunks:
                response.receive_data(chunk)
                assert response.can_finish is self.truth(response)

    @pytest.mark.parametrize("body", [b'{"error": "x"}', DOCUMENT + b" data", b"[" + DOCUMENT + b"]"])
    def test_looks_at_documents(self, body: bytes) -> None:
        response = parser("openai-chat")
        for byte in bytewise(body):
            response.receive_data(byte)
            assert response.can_finish is self.truth(response)

    def test_is_false_for_a_status_that_is_an_error(self) -> None:
        response = parser("openai-chat")
        response.receive_head(500)
        response.receive_data(PROVED)
        assert not response.can_finish

    def test_changes_nothing(self) -> None:
        response = parser("openai-chat")
        events = []
        for byte in bytewise(PROVED + CHAT["text"]):
            events += response.receive_data(byte) if response.can_finish in (True, False) else []
        assert events + response.receive_eof() == feed("openai-chat", PROVED + CHAT["text"])


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("way", ["pickle", "deepcopy"])
def test_a_copy_in_mid_stream_goes_on_like_the_original(provider: str, way: str) -> None:
    for number, body in enumerate(BODIES):
        place = len(body) * (number % 3 + 1) // 4
        original = parser(provider, redact=("secret",), think="anywhere")
        original.receive_head(200, {"x-request-id": "req"})
        original.receive_data(body[:place])
        copied = pickle.loads(pickle.dumps(original)) if way == "pickle" else copy.deepcopy(original)
        rest = [one.receive_data(body[place:]) + one.receive_eof() for one in (copied, original)]
        assert rest[0] == rest[1]


class TestCleanEnd:
    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            pytest.param(b"", FailureKind.EMPTY, id="nothing"),
            pytest.param(b" \r\n", FailureKind.EMPTY, id="white space"),
            pytest.param(b"\xef\xbb", FailureKind.EMPTY, id="half a byte order mark"),
            pytest.param(b": hi\n\n", FailureKind.EMPTY, id="a comment"),
            pytest.param(b"x", FailureKind.EMPTY, id="a letter"),
            pytest.param(b"some words\n\nmore words\n\n", FailureKind.EMPTY, id="text"),
            pytest.param(b"data:\n\n", FailureKind.EMPTY, id="an empty frame"),
            pytest.param(b"data: [DONE]\n\n", FailureKind.EMPTY, id="done and nothing else"),
            pytest.param(b"\x1f", FailureKind.EMPTY, id="half of gzip's magic number"),
            pytest.param(b"data: 5\n\n", FailureKind.TRUNCATED, id="a frame that is not JSON"),
            pytest.param(sse(chat({"role": "assistant"})), FailureKind.TRUNCATED, id="before content"),
            pytest.param(sse(chat_text("a")), FailureKind.TRUNCATED, id="after content"),
            pytest.param(sse(chat_text("a")) + b"data: [DON", FailureKind.TRUNCATED, id="in the frame of the proof"),
            pytest.param(DOCUMENT[:-2], FailureKind.TRUNCATED, id="in a document"),
        ],
    )
    def test_without_proof_is_a_failure(self, body: bytes, kind: FailureKind) -> None:
        events = split_invariant("openai-chat", body)
        laws_of_order(events)
        assert failure_of(events).kind is kind

    @pytest.mark.parametrize(
        ("provider", "body"),
        [
            ("openai-chat", b'data: {"id":"r","cho'),
            ("openai-chat", b'event: message\r\ndata: {"id":"r","cho'),
            ("gemini", b'data: {"candidates": [{"content"'),
            ("gemini", b'[{"candidates": [{"content"'),
            ("ollama", b'{"model":"m","mess'),
            ("ollama", b'{"model":"m","message":{"content":"a"},"done":false} {"model":"m"}'),
            ("bedrock", b"\0\0\0\x10\0"),
        ],
    )
    def test_inside_the_first_frame_is_cut_and_not_empty(self, provider: str, body: bytes) -> None:
        assert failure_of(split_invariant(provider, body)).kind is FailureKind.TRUNCATED

    def test_of_a_body_without_any_event_shows_its_first_kibibyte(self) -> None:
        body = "Überlast. ".encode() * 200
        error = failure_of(split_invariant("openai-chat", body, status=200, headers=()))
        assert error.raw == body[:1024].decode("utf-8", "replace")
        assert failure_of(split_invariant("openai-chat", b"x")).raw == "x"
        assert failure_of(split_invariant("openai-chat", b" \n")).raw is None

    def test_shows_no_secret_that_its_first_kibibyte_cuts(self) -> None:
        body = b"x" * 1016 + b"secret-key-4711"
        error = failure_of(split_invariant("openai-chat", body, redact=("secret-key-4711",)))
        assert error.raw == "x" * 1016 + "[redacted]"

    def test_shows_the_frame_that_was_cut(self) -> None:
        error = failure_of(split_invariant("openai-chat", sse(chat_text("a")) + b'data: {"choices": [{"del'))
        assert error.raw == '{"choices": [{"del'

    @pytest.mark.parametrize("tail", [b"", b"data: [DONE]", b"data: [DONE]\n", b": bye\n", b'data: {"choi'])
    def test_with_proof_is_a_success(self, tail: bytes) -> None:
        events = split_invariant("openai-chat", PROVED + tail)
        laws_of_order(events)
        assert isinstance(events[-1], Finished)

    def test_comes_once(self) -> None:
        response = fed(b"")
        assert isinstance(response.receive_eof()[-1], Failed)
        assert response.receive_eof() == response.receive_error(RESET) == []


class TestBadEnd:
    """`receive_error`: what came before is kept, nothing of an unfinished frame is delivered."""

    @pytest.mark.parametrize(
        "before",
        [
            pytest.param(b"", id="before anything"),
            pytest.param(b" \n", id="in white space"),
            pytest.param(b"\x1f", id="in what may be a magic number"),
            pytest.param(sse(chat({"role": "assistant"})), id="before content"),
            pytest.param(sse(chat_text("a")), id="after content"),
            pytest.param(sse(chat_text("a")) + b"data: [DONE]", id="in the frame of the proof"),
            pytest.param(sse(chat_text("a")) + sse(chat(finish="stop"))[:-2], id="before its blank line"),
            pytest.param(DOCUMENT, id="in a document"),
        ],
    )
    def test_is_the_failure_without_proof(self, before: bytes) -> None:
        events = split_invariant("openai-chat", before, broken=RESET)
        laws_of_order(events)
        assert failure_of(events) == Failure(
            FailureKind.READ, "reset", provider="openai-chat", after_content=bool(of_kind(events, TextDelta))
        )

    @pytest.mark.parametrize(
        ("provider", "before"),
        [
            ("openai-chat", PROVED),
            ("openai-chat", PROVED + b'data: {"error": "late"}'),
            ("anthropic", ANTHROPIC["text"].partition(b"event: message_stop")[0]),
        ],
    )
    def test_behind_the_proof_is_a_success_with_a_note(self, provider: str, before: bytes) -> None:
        events = split_invariant(provider, before, broken=RESET)
        laws_of_order(events)
        assert isinstance(events[-1], Finished)
        assert Note(NoteCode.UNCLEAN_END, "reset") in events

    def test_closes_open_calls_as_incomplete(self) -> None:
        before = sse(chat_call(0, '{"a": 1}', "clock", "c0"), chat_call(1, "", "date", "c1"))
        events = split_invariant("openai-chat", before, broken=RESET)
        laws_of_order(events)
        calls = [(call.arguments, call.complete) for call in of_kind(events, ToolCallFinished)]
        assert calls == [('{"a": 1}', False), ("", False)]

    @pytest.mark.parametrize("held", ["<thi", "\ud83d", " "])
    def test_lets_go_of_held_text(self, held: str) -> None:
        frame = sse(chat_text("x")).replace(b'"x"', f'"{held}"'.encode("ascii", "backslashreplace"))
        events = split_invariant("openai-chat", frame, broken=RESET)
        assert texts(events) == held.replace("\ud83d", "\ufffd")
        assert isinstance(events[-1], Failed)

    def test_keeps_what_the_failure_knows_and_hides_secrets(self) -> None:
        broken = Failure(
            FailureKind.TIMEOUT, "no secret-key", 504, "E1", False, 2.0, "proxy", "req-9", "raw secret-key"
        )
        events = feed("openai-chat", sse(chat_text("a")), broken=broken, redact=("secret-key",))
        assert failure_of(events) == Failure(
            FailureKind.TIMEOUT, "no [redacted]", 504, "E1", False, 2.0, "proxy", "req-9", "raw [redacted]", True
        )

    def test_gets_the_request_id_of_the_head(self) -> None:
        events = feed("openai-chat", b"", status=200, headers={"x-request-id": "req-1"}, broken=RESET)
        assert failure_of(events).request_id == "req-1"

    def test_comes_once(self) -> None:
        response = fed(sse(chat_text("a")))
        assert isinstance(response.receive_error(RESET)[-1], Failed)
        assert response.receive_error(RESET) == response.receive_eof() == []
        response = fed(b"")
        assert isinstance(response.receive_eof()[-1], Failed)
        assert response.receive_eof() == response.receive_error(RESET) == []

    def test_behind_the_terminal_event_is_nothing(self) -> None:
        response = fed(CHAT["text"])
        assert response.receive_error(RESET) == []
