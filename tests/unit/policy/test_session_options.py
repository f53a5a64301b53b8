"""What a session is given reaches the request, the parser and what it tells."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.policy_driver import FINISH, START, Driver, chunk, target, text

from deltawire.events import Failed, Note, Raw, ReasoningDelta, TextDelta, ToolCallFinished, Unknown
from deltawire.failures import Failure, FailureKind
from deltawire.limits import Limits
from deltawire.notes import NoteCode
from deltawire.policy import Outcome, Plan, StreamSession, Timeouts
from deltawire.policy.attempts import Attempt
from deltawire.policy.preamble import weight
from deltawire.policy.question import Question
from deltawire.policy.refusals import with_endpoints
from deltawire.requests import Options

RESET = Failure(FailureKind.READ, "Connection reset")
NOTE = Note(NoteCode.MISSING_TERMINATOR, "")


def driver(**options: Any) -> Driver:
    return Driver(StreamSession(target(), **{"prompt": "hi"} | options)).start()


def body_of(run: Driver) -> dict[str, Any]:
    assert run.open is not None
    body: dict[str, Any] = json.loads(run.open.request.body)
    return body


class TestTheRequest:
    def test_has_the_system_prompt_the_options_and_the_extra_fields(self) -> None:
        body = body_of(driver(system="Be brief.", options=Options(max_tokens=7), extra={"seed": 3}))
        assert body["messages"][0]["content"] == "Be brief."
        assert 7 in (body.get("max_tokens"), body.get("max_completion_tokens"))
        assert body["seed"] == 3

    @pytest.mark.parametrize("name", ["messages", "tools"])
    def test_has_messages_and_tools_by_providers_names_only(self, name: str) -> None:
        with pytest.raises(ValueError, match=rf"^{name} is a mapping, so its keys must be .* 'nobody' is none"):
            Question("hi", **{name: {"nobody": []}})


class TestTheParser:
    def test_splits_reasoning_as_asked(self) -> None:
        run = driver(think="off")
        run.head()
        run.data(text("<think>a</think>b"))
        assert run.of(TextDelta) == [TextDelta("<think>a</think>b")]
        run = driver(think="anywhere")
        run.head()
        run.data(text("b<think>a</think>"))
        assert run.of(ReasoningDelta)

    def test_has_the_limits_the_decoder_and_the_prefix(self) -> None:
        run = driver(limits=Limits(frame_bytes=10), loads=json.loads)
        run.head()
        run.data(START)
        run.eof()
        assert run.session.attempts[0].failure is not None
        assert run.session.attempts[0].failure.code == "frame_bytes"
        seen: list[Any] = []

        def loads(data: Any) -> Any:
            seen.append(data)
            return json.loads(data)

        run = driver(raw=True, loads=loads, id_prefix="mine")
        run.head()
        run.data(chunk({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": "{}"}}]}), FINISH)
        run.eof()
        assert seen
        assert run.of(Raw)
        assert run.of(ToolCallFinished)[0].id.startswith("mine")


class TestWhatIsTold:
    @pytest.mark.parametrize(("how", "outcome"), [("cancel", Outcome.CANCELLED), ("pause", Outcome.PAUSED)])
    @pytest.mark.parametrize("place", ["opening", "streaming", "backoff"])
    def test_is_how_it_was_stopped(self, how: str, outcome: Outcome, place: str) -> None:
        run = driver()
        if place == "streaming":
            run.head()
            run.data(START, text("a"))
        elif place == "backoff":
            run.error(RESET)
        getattr(run, how)()
        assert run.outcome is outcome
        assert run.session.outcome is outcome

    def test_is_whom_every_attempt_asked(self) -> None:
        run = Driver(StreamSession(Plan(target(), [target("groq", "small")]), "hi")).start()
        run.head(401)
        run.data(b"{}")
        run.eof()
        first, second = run.session.attempts
        assert (first.number, first.attempt, first.provider, first.model) == (1, 1, "openai-chat", "m")
        assert second == Attempt(2, 1, "groq", "small")

    def test_is_who_kept_it_waiting(self) -> None:
        run = driver(timeouts=Timeouts(first_byte=3))
        run.wait()
        failure = run.session.attempts[0].failure
        assert failure is not None
        assert (failure.kind, failure.provider) == (FailureKind.STALLED, "openai-chat")

    def test_is_how_long_it_waited_behind_the_proof(self) -> None:
        run = driver(timeouts=Timeouts(finish_grace=1.5))
        run.head()
        run.data(START, text("a"), FINISH)
        run.reading()
        run.wait()
        assert [note.detail for note in run.of(Note) if note.code is NoteCode.PAUSED_FOR_FINISH] == [
            "nothing came for 1.5 seconds"
        ]

    def test_is_not_put_off_behind_the_proof_by_events_that_nobody_knows(self) -> None:
        run = driver(timeouts=Timeouts(finish_grace=1.5))
        run.head()
        run.data(START, text("a"), FINISH)
        run.reading()
        due = run.session.deadline
        run.now += 1
        run.data(b'data: {"object":"keep-alive"}\n\n')
        assert type(run.events[-1]) is Unknown
        run.reading()
        assert run.session.deadline == due

    def test_is_nothing_of_a_wait_for_an_attempt_that_is_over(self) -> None:
        run = driver(timeouts=Timeouts(silence=3, status_every=None, finish_grace=None))
        run.head()
        run.data(START, text("a"), attempt=1)
        run.reading(attempt=7)
        assert run.session.deadline is None
        run.reading(attempt=1)
        assert run.session.deadline == run.now + 3

    @pytest.mark.parametrize("end", [".", "!", "?", ""])
    def test_is_one_sentence_behind_the_other(self, end: str) -> None:
        said = Failure(FailureKind.NOT_FOUND, f"This is not a chat model{end}")
        whole = with_endpoints(said, target()).message
        assert whole.startswith(f"This is not a chat model{end or '.'} It was asked at /v1/chat/completions; ")
        assert "'openai-responses' asks at /v1/responses." in whole


def test_the_weight_of_an_event_is_that_of_all_its_texts() -> None:
    plain = weight(Failed(Failure(FailureKind.READ, "")))
    assert weight(Failed(Failure(FailureKind.READ, "x" * 10))) == plain + 10
    assert weight(["a", ["bc", {"def": ["ghij", 5]}]]) == 1 + 2 + 1 + 3 + 1 + 4 + 1 + 5 + 1
    assert weight(NOTE) == 1 + 1 + len(NOTE.code) + 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"timeouts": 5}, "timeouts is a Timeouts record, not int"),
        ({"policy": 3}, "policy is a RetryPolicy record, not int"),
    ],
    ids=["timeouts", "policy"],
)
def test_a_number_is_no_record(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        StreamSession(target(), "hi", **wrong)
