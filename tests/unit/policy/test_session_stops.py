"""What a session holds before the content, and what is left when it is stopped."""

from __future__ import annotations

from typing import Any

import pytest
from tests.policy_driver import FINISH, PING, START, Driver, chunk, error, frame, target, text, usage

from deltawire.events import ResponseStarted, ToolCallDelta, ToolCallFinished
from deltawire.failures import Failure, FailureKind
from deltawire.policy import Plan, RetryPolicy, StreamSession
from deltawire.requests import Target

REFUSED = Failure(FailureKind.CONNECT, "Connection refused")


def driver(*targets: Target, **options: Any) -> Driver:
    primary, *fallbacks = targets or (target(),)
    return Driver(StreamSession(Plan(primary, fallbacks), "hi", **options))


class TestPreamble:
    def test_is_held_until_content(self) -> None:
        run = driver().start()
        assert run.data(START, usage(3)) == []
        assert run.data(text("a"))[:2] == ["ResponseStarted", "UsageUpdate"]

    def test_heartbeats_pass_at_once(self) -> None:
        run = driver().start()
        assert run.data(START, PING) == ["Heartbeat"]

    def test_is_flushed_before_a_terminal_event(self) -> None:
        run = driver().start()
        run.head()
        run.data(START)
        assert run.data(error("bad", type="invalid_request_error")) == [
            "CloseRequest",
            "ResponseStarted",
            "Failed",
            "Stop",
        ]

    @pytest.mark.parametrize("count", [256, 257])
    def test_of_more_than_256_events_is_released(self, count: int) -> None:
        run = driver().start()
        run.data(START)
        said = run.data(b"".join(usage(number + 1) for number in range(count - 1)))
        assert len(said) == (count if count > 256 else 0)
        held = 0 if count > 256 else 256
        assert len(run.data(usage(1000))) == held + 1
        assert not run.session.committed

    def test_of_more_than_a_mebibyte_is_released(self) -> None:
        run = driver().start()
        assert run.data(frame({"id": "r", "choices": [], "provider": "x" * 1_000_000})) == []
        assert run.data(frame({"id": "r", "choices": [], "provider": "y" * 60_000})) == [
            "ResponseStarted",
            "Metadata",
            "Metadata",
        ]

    def test_of_a_target_that_is_given_up_is_dropped(self) -> None:
        run = driver(target(), target("groq"), policy=RetryPolicy.never()).start()
        run.data(START)
        run.eof()
        run.data(START, text("a"))
        assert [event.provider for event in run.of(ResponseStarted)] == ["groq"]

    def test_of_another_attempt_is_measured_anew(self) -> None:
        run = driver().start()
        for _attempt in range(2):
            assert run.data(frame({"id": "r", "choices": [], "provider": "x" * 900_000})) == []
            run.eof()
            run.wait()
        assert "Metadata" not in run.names

    def test_that_was_released_does_not_forbid_a_retry(self) -> None:
        run = driver().start()
        run.data(START, *(usage(number + 1) for number in range(300)))
        assert run.eof() == ["CloseRequest", "RetryAttempt"]
        assert run.last.usage.input_tokens == 300
        run.wait()
        run.data(START)
        assert run.data(text("a")) == ["ResponseStarted", "TextDelta"]


class TestCancelAndPause:
    @pytest.mark.parametrize("how", ["cancel", "pause"])
    def test_before_the_start(self, how: str) -> None:
        run = driver()
        assert getattr(run, how)() == [f"{how}led".title() if how == "cancel" else "Paused", "Stop"]
        assert run.run("start", run.session.start) == []

    @pytest.mark.parametrize(("how", "event"), [("cancel", "Cancelled"), ("pause", "Paused")])
    def test_while_a_request_is_open(self, how: str, event: str) -> None:
        run = driver().start()
        run.head()
        run.data(text("a"))
        assert getattr(run, how)() == ["CloseRequest", event, "Stop"]
        assert getattr(run, how)() == []
        assert run.data(text("b")) == []

    def test_between_two_attempts(self) -> None:
        run = driver().start()
        run.error(REFUSED)
        assert run.cancel() == ["Cancelled", "Stop"]
        assert run.timer(60) == []

    def test_flushes_what_was_held(self) -> None:
        run = driver().start()
        run.data(START)
        assert run.cancel() == ["CloseRequest", "ResponseStarted", "Cancelled", "Stop"]

    def test_calls_that_were_begun_end_incomplete(self) -> None:
        run = driver().start()
        call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": '{"a":1}'}}
        run.data(chunk({"tool_calls": [call]}))
        assert run.cancel() == ["CloseRequest", "ToolCallFinished", "Cancelled", "Stop"]
        (finished,) = run.of(ToolCallFinished)
        assert not finished.complete
        assert finished.arguments == "".join(delta.arguments for delta in run.of(ToolCallDelta))

    def test_calls_end_incomplete_although_the_answer_was_complete(self) -> None:
        run = driver(target("anthropic")).start()
        block = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
        run.data(
            frame({"type": "message_start", "message": {"id": "m", "model": "m"}}),
            frame({"type": "content_block_start", "index": 0, "content_block": block}),
            frame({"type": "message_delta", "delta": {"stop_reason": "tool_use"}}),
        )
        assert run.cancel() == ["CloseRequest", "ToolCallFinished", "Cancelled", "Stop"]
        assert not run.of(ToolCallFinished)[0].complete

    def test_calls_that_nobody_saw_are_not_mentioned(self) -> None:
        run = driver().start()
        run.data(text("a"), chunk({"tool_calls": [{"index": 0, "function": {"name": "f"}}]}))
        assert "ToolCallStarted" not in run.names
        assert run.cancel() == ["CloseRequest", "Cancelled", "Stop"]

    def test_an_answer_that_was_complete_is_still_cancelled(self) -> None:
        run = driver().start()
        run.data(text("a"), FINISH)
        assert run.cancel() == ["CloseRequest", "Cancelled", "Stop"]
