"""Limits of a whole response: each passes at its value, and one over it is one typed failure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.helpers import (
    ANTHROPIC,
    CHAT,
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
    texts,
)

from deltawire.events import (
    Event,
    Finished,
    Heartbeat,
    Malformed,
    ToolCallFinished,
)
from deltawire.failures import Failure, FailureKind
from deltawire.limits import Limits

BEFORE, AFTER = sse(chat_text("Hello")), sse(chat_text(" there"), chat(finish="stop"), "[DONE]")


def events_of(body: bytes, provider: str = "openai-chat", **options: Any) -> list[Event]:
    events = split_invariant(provider, body, [1, 40, 99, 180], **options)
    laws_of_order(events)
    return events


class TestLimits:
    """At any split, with what came before the limit."""

    @staticmethod
    def too_large(events: list[Event]) -> Failure:
        error = failure_of(events)
        assert error.kind is FailureKind.TOO_LARGE
        assert not error.retryable
        return error

    def test_of_frame_bytes(self) -> None:
        frame = sse(chat_text("x" * 300))
        size = len(frame) - 2
        assert len(texts(events_of(BEFORE + frame + AFTER, limits=Limits(frame_bytes=size)))) == 311
        error = self.too_large(events_of(BEFORE + frame + AFTER, limits=Limits(frame_bytes=size - 1)))
        assert (error.code, error.provider, error.after_content) == ("frame_bytes", "openai-chat", True)
        assert f"{size - 1:,} bytes" in error.message

    def test_of_frame_bytes_for_documents(self) -> None:
        body = json.dumps(chat(choices=[{"index": 0, "message": {"content": "a"}, "finish_reason": "stop"}])).encode()
        assert isinstance(events_of(body, limits=Limits(frame_bytes=len(body)))[-1], Finished)
        assert self.too_large(events_of(body, limits=Limits(frame_bytes=len(body) - 1))).code == "frame_bytes"

    @pytest.mark.parametrize("provider", ["openai-chat", "anthropic"])
    @pytest.mark.parametrize("allowed", [0, 1, 2])
    def test_of_tool_calls(self, provider: str, allowed: int) -> None:
        body = (CHAT if provider == "openai-chat" else ANTHROPIC)["two parallel calls"]
        events = events_of(body, provider, limits=Limits(tool_calls=allowed), status=200, headers={"request-id": "r"})
        if allowed == 2:
            assert isinstance(events[-1], Finished)
        else:
            error = self.too_large(events)
            assert (error.code, error.provider, error.request_id) == ("tool_calls", provider, "r")
            assert len(of_kind(events, ToolCallFinished)) == allowed

    @pytest.mark.parametrize("provider", ["openai-chat", "anthropic"])
    def test_of_tool_argument_bytes(self, provider: str) -> None:
        arguments = ['{"city":', ' "Kö', 'ln"}']
        size = len("".join(arguments).encode())
        if provider == "openai-chat":
            pieces = [chat_call(0, piece) for piece in arguments]
            body = sse(chat_call(0, "", "f", "c"), *pieces, chat(finish="tool_calls"), "[DONE]")
        else:
            body = sse(message_start(), *call_block(0, "f", *arguments), *message_end("tool_use"), events=True)
        headers = {"x-request-id": "r"}
        whole = events_of(body, provider, limits=Limits(tool_argument_bytes=size), status=200, headers=headers)
        assert [call.complete for call in of_kind(whole, ToolCallFinished)] == [True]
        events = events_of(body, provider, limits=Limits(tool_argument_bytes=size - 1), status=200, headers=headers)
        error = self.too_large(events)
        assert (error.code, error.provider, error.request_id) == ("tool_argument_bytes", provider, "r")
        assert [call.complete for call in of_kind(events, ToolCallFinished)] == [False]

    def test_of_tool_argument_bytes_at_the_end_of_the_body_never_raise(self) -> None:
        block = call_block(0, "f")[0]
        block["content_block"]["input"] = {"a": "x" * 50}
        delta, _ = message_end("tool_use")
        broken = Failure(FailureKind.READ, "reset")
        for end in (None, broken):
            events = events_of(
                sse(message_start(), block, delta), "anthropic", limits=Limits(tool_argument_bytes=9), broken=end
            )
            assert self.too_large(events).code == "tool_argument_bytes"
        half = sse(chat_call(0, '{"a": "x#', "f", "c")).replace(b"#", b"\\ud83d")
        for end in (None, broken):
            events = events_of(half, limits=Limits(tool_argument_bytes=8), broken=end)
            assert failure_of(events).kind in (FailureKind.TRUNCATED, FailureKind.READ)
            assert of_kind(events, ToolCallFinished)[0].arguments == '{"a": "x\ufffd'

    def test_of_depth(self) -> None:
        # The frame of a call's fragment: object, choices, choice, delta, calls, call, function.
        for depth, damaged in ((7, False), (6, True)):
            events = events_of(CHAT["two parallel calls"], limits=Limits(json_depth=depth))
            assert bool(of_kind(events, Malformed)) is damaged

    def test_count_no_keep_alives(self) -> None:
        body = b": still here\n\n" * 200 + CHAT["text"]
        limits = Limits(frame_bytes=200)
        events = feed("openai-chat", body, limits=limits)
        assert isinstance(events[-1], Finished)
        assert len(of_kind(events, Heartbeat)) == 200
        assert feed("openai-chat", body, range(len(body)), limits=limits) == events
