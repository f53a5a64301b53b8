"""How an answer of Ollama ends: done, cut, in one object, with an error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.helpers import failure_of, message_of, of_kind
from tests.ollama_lines import BORN, CALLS, CLOCK, DONE, STARTED, STORY, TALK, body_of, chat, events_of
from tests.provider_laws import of_chunks

from deltawire.events import ChoiceFinished, Finished, FinishReason, Heartbeat, Malformed, Metadata, Note, Unknown
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.response import parser
from deltawire.testing import laws_of_order


class TestEnd:
    @pytest.mark.parametrize(
        ("word", "reason"),
        [
            ("stop", FinishReason.STOP),
            ("length", FinishReason.LENGTH),
            ("load", FinishReason.OTHER),
            ("unload", FinishReason.OTHER),
            ("novel", FinishReason.OTHER),
        ],
    )
    def test_done_reasons(self, word: str, reason: FinishReason) -> None:
        events = events_of(chat({"content": "a"}), chat(done=True, done_reason=word))
        assert events[-2:] == [ChoiceFinished(reason, word), Finished(reason, word, None, "tiny")]

    @pytest.mark.parametrize(
        "fields", [{}, {"done_reason": ""}, {"done_reason": None}], ids=["absent", "empty", "null"]
    )
    def test_no_done_reason_is_unknown_and_never_guessed(self, fields: dict[str, Any]) -> None:
        events = events_of(chat({"content": "a"}), chat(done=True, **fields))
        assert events[-1] == Finished(FinishReason.UNKNOWN, None, None, "tiny")
        assert not of_kind(events, ChoiceFinished)

    def test_tool_calls_as_a_reason_without_a_call_is_noted(self) -> None:
        events = events_of(chat({"content": "a"}), chat(done=True, done_reason="tool_calls"))
        assert NoteCode.FINISH_WITHOUT_CALLS in [note.code for note in of_kind(events, Note)]
        assert events[-1].reason is FinishReason.STOP

    @pytest.mark.parametrize(("word", "kind"), [("error", FailureKind.PROVIDER), ("abort", FailureKind.SERVER)])
    def test_a_reason_that_means_an_error_fails(self, word: str, kind: FailureKind) -> None:
        error = failure_of(events_of(chat({"content": "a"}), chat(done=True, done_reason=word)))
        assert (error.kind, error.code, error.after_content) == (kind, word, True)

    def test_done_is_the_end_at_once(self) -> None:
        response = parser("ollama")
        events = response.receive_data(body_of(TALK))
        assert isinstance(events[-1], Finished)
        assert response.receive_data(body_of(TALK)) == []
        assert response.receive_eof() == []

    def test_content_after_done_is_dropped(self) -> None:
        assert events_of(*TALK, chat({"content": "late"}), {"error": "late"}) == events_of(*TALK)

    @pytest.mark.parametrize("lines", [[], [b"\n", b" \r\n"]], ids=["no byte", "blank lines"])
    def test_an_empty_body_is_empty(self, lines: list[bytes]) -> None:
        assert failure_of(of_chunks(parser("ollama"), lines)).kind is FailureKind.EMPTY

    @pytest.mark.parametrize("count", range(1, len(TALK)))
    def test_a_stream_without_its_done_line_is_truncated(self, count: int) -> None:
        error = failure_of(events_of(*TALK[:count]))
        assert (error.kind, error.after_content) == (FailureKind.TRUNCATED, True)

    def test_a_cut_in_the_done_line_is_truncated_and_shows_it(self) -> None:
        body = body_of(TALK)
        error = failure_of(parse("ollama", body[:-20]))
        assert error.kind is FailureKind.TRUNCATED
        assert '"done": true' in error.raw

    def test_done_false_proves_nothing(self) -> None:
        assert failure_of(events_of(chat({"content": "a"}, done_reason="stop"))).kind is FailureKind.TRUNCATED

    @pytest.mark.parametrize("done", [1, "true", None, {}])
    def test_only_true_is_done(self, done: Any) -> None:
        events = events_of(chat({"content": "a"}), chat(done=done, done_reason="stop"))
        assert failure_of(events).kind is FailureKind.TRUNCATED

    def test_a_done_line_without_line_feed_counts_at_a_clean_end(self) -> None:
        response = parser("ollama")
        events = response.receive_data(body_of(TALK).rstrip())
        assert not of_kind(events, Finished)
        assert response.can_finish
        events += response.receive_eof()
        assert NoteCode.UNTERMINATED_FRAME in [note.code for note in of_kind(events, Note)]
        assert [event for event in events if not isinstance(event, Note)] == events_of(*TALK)

    def test_an_answer_that_says_nothing_is_noted(self) -> None:
        assert Note(NoteCode.EMPTY_ANSWER) in events_of(chat(**DONE))

    def test_a_lost_line_is_damage(self) -> None:
        body = body_of(TALK[:1]) + b'{"model":"tiny","mess\n' + body_of(TALK[1:])
        events = parse("ollama", body)
        assert len(of_kind(events, Malformed)) == 1
        assert events[-1].damaged

    def test_two_objects_in_one_line_are_both_taken(self) -> None:
        body = body_of([chat({"content": "a"}), chat({"content": "b"})], end="") + b"\n" + body_of([chat(**DONE)])
        assert message_of(parse("ollama", body)).text == "ab"


class TestOneObject:
    @pytest.mark.parametrize("end", ["\n", ""], ids=["with line feed", "without"])
    @pytest.mark.parametrize("fixture", [TALK, CALLS, STORY], ids=["talk", "calls", "story"])
    def test_a_whole_answer_makes_the_message_of_the_stream(self, fixture: list[dict[str, Any]], end: str) -> None:
        streamed = message_of(events_of(*fixture))
        holders = [line.get("message", line) for line in fixture]
        said = {
            name: "".join(holder.get(name) or "" for holder in holders) for name in ("thinking", "content", "response")
        }
        entries = [entry for holder in holders for entry in holder.get("tool_calls") or ()]
        spoken = {name: text for name, text in said.items() if text} | ({"tool_calls": entries} if entries else {})
        whole = dict(fixture[-1])
        if "message" in whole:
            whole["message"] = {"role": "assistant", "content": "", **spoken}
        else:
            whole |= spoken
        document = message_of(of_chunks(parser("ollama"), [body_of([whole], end)]))
        assert document == streamed

    @pytest.mark.parametrize("reason", ["load", "unload"])
    def test_an_answer_to_a_request_that_moves_the_model(self, reason: str) -> None:
        line = {"model": "tiny", "created_at": CLOCK, "response": "", "done": True, "done_reason": reason}
        assert parse("ollama", body_of([line], end="")) == [
            Note(NoteCode.UNTERMINATED_FRAME, f"{len(json.dumps(line))} bytes"),
            STARTED,
            BORN,
            ChoiceFinished(FinishReason.OTHER, reason),
            Note(NoteCode.EMPTY_ANSWER),
            Finished(FinishReason.OTHER, reason, None, "tiny"),
        ]

    def test_a_rendered_prompt_has_no_end_and_is_whole(self) -> None:
        rendered = {"rendered_template": "<s>hi", "image_count": 1}
        events = events_of(chat(_debug_info=rendered))
        assert Metadata({"_debug_info": rendered, "created_at": CLOCK}) in events
        assert events[-1] == Finished(FinishReason.UNKNOWN, None, None, "tiny")

    def test_a_rendered_prompt_beside_an_answer_proves_nothing(self) -> None:
        events = events_of(chat({"content": "a"}, _debug_info={"rendered_template": "hi"}))
        assert failure_of(events).kind is FailureKind.TRUNCATED

    def test_the_media_type_of_one_object_is_no_surprise(self) -> None:
        response = parser("ollama")
        response.receive_head(200, [("Content-Type", "application/json; charset=utf-8")])
        events = response.receive_data(body_of(TALK))
        assert not of_kind(events, Note)


class TestErrors:
    @pytest.mark.parametrize(
        ("line", "kind", "status"),
        [
            pytest.param(
                {"error": "an error was encountered while running the model: unexpected EOF"},
                FailureKind.SERVER,
                500,
                id="runner",
            ),
            pytest.param({"error": "unexpected EOF"}, FailureKind.SERVER, 500, id="cloud cut"),
            pytest.param(
                {"error": "error parsing tool call: raw='{\"a\":', err=unexpected end of JSON input"},
                FailureKind.MODEL_OUTPUT,
                None,
                id="tool call of the model",
            ),
            pytest.param(
                {"StatusCode": 502, "Status": "502 Bad Gateway", "error": "upstream went away"},
                FailureKind.SERVER,
                502,
                id="status of a cloud model",
            ),
            pytest.param(
                {"StatusCode": 503, "Status": "503 Service Unavailable", "error": ""},
                FailureKind.OVERLOADED,
                503,
                id="status with a blank error",
            ),
            pytest.param(
                {"StatusCode": 401, "Status": "401 Unauthorized", "signin_url": "https://ollama.com/connect"},
                FailureKind.AUTHENTICATION,
                401,
                id="sign in",
            ),
            pytest.param(
                {"error": "unauthorized", "signin_url": "u"}, FailureKind.AUTHENTICATION, 401, id="unauthorized"
            ),
            pytest.param(
                {"error": 'model "x" not found, try pulling it first'}, FailureKind.NOT_FOUND, 404, id="model"
            ),
            pytest.param({"error": {"message": "slow down", "code": 429}}, FailureKind.RATE_LIMIT, 429, id="object"),
            pytest.param({"message": "slow down", "code": 429}, FailureKind.RATE_LIMIT, 429, id="flat"),
        ],
    )
    @pytest.mark.parametrize("before", [[], TALK[:4]], ids=["first", "after content"])
    def test_error_lines_fail(
        self, before: list[dict[str, Any]], line: dict[str, Any], kind: FailureKind, status: int | None
    ) -> None:
        for end in ("\n", ""):
            events = parse("ollama", body_of(before) + body_of([line], end))
            laws_of_order(events)
            error = failure_of(events)
            assert (error.kind, error.status, error.after_content) == (kind, status, bool(before))
            assert json.loads(error.raw) == line

    def test_the_message_of_an_error_line_is_the_providers(self) -> None:
        assert failure_of(events_of({"error": "model runner crashed"})).message == "model runner crashed"

    @pytest.mark.parametrize("blank", [None, "", False])
    def test_a_blank_error_on_a_healthy_line_is_none(self, blank: Any) -> None:
        assert message_of(events_of(chat({"content": "a"}, error=blank), chat(**DONE))).complete

    def test_the_key_is_never_shown(self) -> None:
        error = failure_of(events_of({"error": "bad key sk-secret-key"}, redact=["sk-secret-key"]))
        assert "sk-secret-key" not in repr(error)

    @pytest.mark.parametrize(
        ("payload", "schema"),
        [
            ({"object": "chat.completion.chunk", "choices": [{"delta": {"content": "a"}}]}, "openai-chat"),
            ({"type": "message_start", "message": {"id": "m"}}, "anthropic"),
            ({"type": "response.created", "response": {"id": "r"}}, "openai-responses"),
            ({"candidates": [{"content": {}}]}, "gemini"),
            ({"type": "message-start", "id": "c"}, "cohere"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_another_schema_is_named(self, payload: dict[str, Any], schema: str) -> None:
        error = failure_of(events_of(payload))
        assert error.kind is FailureKind.WRONG_MEDIA
        assert repr(schema) in error.message

    def test_another_schema_after_content_is_unknown(self) -> None:
        stray = {"object": "chat.completion.chunk", "choices": []}
        events = events_of(chat({"content": "a"}), stray, chat(**DONE))
        assert Unknown(stray) in events
        assert isinstance(events[-1], Finished)

    def test_server_sent_events_of_a_proxy_are_understood(self) -> None:
        body = b"".join(b"data: " + line + b"\n\n" for line in body_of(TALK).splitlines()) + b"data: [DONE]\n\n"
        assert parse("ollama", b": hi\n\n" + body) == [Heartbeat("comment"), *events_of(*TALK)]
