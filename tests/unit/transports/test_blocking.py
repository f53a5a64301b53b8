"""The blocking shim against the replay server: every outcome is a typed event or a StreamError."""

from __future__ import annotations

import json
import threading
import time
import traceback
from typing import Any

import httpcore
import pytest
from tests.replay_client import held_back

import deltawire
from deltawire.policy import CancellationToken, Cancelled, Paused, RetryAttempt, RetryPolicy, Timeouts
from deltawire.requests import ConfigurationError, Target
from deltawire_transports.blocking import Stream, complete, open_stream
from deltawire_transports.replay import ReplayServer, Reply, json_reply, pace, provider_rules

KEY = "sk-canary-4711"
ONCE = RetryPolicy(max_attempts=1)
PATIENT = RetryPolicy(max_attempts=2, initial_delay=0.01, max_delay=0.02, rate_limit_floor=0.01)


def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
    payload = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


ANSWER = chunk({"content": "Hel"}) + chunk({"content": "lo"}) + chunk({}, "stop") + b"data: [DONE]\n\n"


def opened(server: ReplayServer, **options: Any) -> Stream:
    target = Target("openai-chat", "m", KEY, server.base_url + "/v1")
    return open_stream(target, "hi", **{"policy": ONCE, "errors": "events", **options})


def played(reply: Reply, **options: Any) -> list[Any]:
    with ReplayServer(reply) as server, opened(server, **options) as stream:
        return list(stream)


def failure(reply: Reply, **options: Any) -> deltawire.Failure:
    last = played(reply, **options)[-1]
    assert isinstance(last, deltawire.Failed), last
    return last.error


class TestAnAnswer:
    def test_arrives_whole_and_the_server_was_asked_as_the_vendor_wants(self) -> None:
        with ReplayServer(Reply(pace(ANSWER)), rules=provider_rules("openai-chat", key=KEY)) as server:
            with opened(server) as stream:
                events = list(stream)
            (exchange,) = server.record
        assert isinstance(events[-1], deltawire.Finished)
        assert stream.message().text == "Hello"
        assert stream.status == 200
        assert stream.headers["content-type"] == "text/event-stream"
        assert exchange.header("accept-encoding") == "identity"
        assert exchange.payload() is not None
        assert exchange.path == "/v1/chat/completions"

    def test_comes_as_text_too(self) -> None:
        with ReplayServer(Reply(ANSWER)) as server, opened(server) as stream:
            assert "".join(stream.text()) == "Hello"

    def test_comes_as_one_message(self) -> None:
        with ReplayServer(Reply(ANSWER)) as server:
            target = Target("openai-chat", "m", KEY, server.base_url + "/v1")
            assert complete(target, "hi").finish_reason is deltawire.FinishReason.STOP

    def test_comes_through_a_pool_of_the_callers(self) -> None:
        with httpcore.ConnectionPool() as pool, ReplayServer(Reply(ANSWER)) as server:
            for _ in range(2):
                with opened(server, pool=pool) as stream:
                    assert "".join(stream.text()) == "Hello"
            assert len(server.record) == 2
            assert len(pool.connections) <= 1

    def test_ends_although_the_server_keeps_the_socket_open(self) -> None:
        with ReplayServer(Reply(ANSWER, end="hold")) as server:
            begun = time.monotonic()
            with opened(server, timeouts=Timeouts(finish_grace=30)) as stream:
                events = list(stream)
            assert time.monotonic() - begun < 5
            assert isinstance(events[-1], deltawire.Finished)
            assert server.record[0].client_closed.wait(5)


class TestEndsBadly:
    def test_cut_inside_the_chunked_body(self) -> None:
        error = failure(Reply(chunk({"content": "Hel"}), end="cut"))
        assert error.kind is deltawire.FailureKind.TRUNCATED
        assert error.after_content

    def test_cut_where_the_connection_is_the_only_end(self) -> None:
        assert failure(Reply(chunk({"content": "Hel"}), framing="close")).kind is deltawire.FailureKind.TRUNCATED

    def test_reset(self) -> None:
        reply = Reply([(0, chunk({"content": "Hel"})), (0.1, b"")], end="reset")
        assert failure(reply).kind is deltawire.FailureKind.READ

    @pytest.mark.parametrize("end", ["silent", "hold"])
    def test_a_silent_server(self, end: Any) -> None:
        body = () if end == "silent" else ((0, chunk({"content": "Hel"})),)
        timeouts = Timeouts(local_first_byte=0.15, silence=0.15, finish_grace=0.1)
        error = failure(Reply(body, end=end), timeouts=timeouts)
        assert error.kind is deltawire.FailureKind.STALLED

    def test_nobody_listens(self) -> None:
        with ReplayServer(Reply(ANSWER)) as server:
            target = Target("openai-chat", "m", KEY, server.base_url + "/v1")
        with open_stream(target, "hi", policy=ONCE, errors="events") as stream:
            last = list(stream)[-1]
        assert last.error.kind is deltawire.FailureKind.CONNECT

    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            (json_reply(401, {"error": {"message": f"wrong key {KEY}"}}), "authentication"),
            (json_reply(404, {"error": {"message": "no such model", "code": "model_not_found"}}), "not_found"),
            (Reply(b"<html><title>Oops</title></html>", headers={"Content-Type": "text/html"}), "wrong_media"),
            (Reply(b"\x1f\x8b\x08\x00", headers={"Content-Encoding": "gzip"}), "wrong_media"),
            (Reply(b""), "empty"),
            (Reply(b"", status=302, headers={"Location": "https://elsewhere.example/"}), "redirect"),
            (json_reply(200, {"error": {"message": "out of tokens", "code": "insufficient_quota"}}), "quota"),
        ],
        ids=["401", "404", "html", "gzip", "empty", "redirect", "json-error-on-200"],
    )
    def test_each_gets_its_kind(self, reply: Reply, kind: str) -> None:
        error = failure(reply)
        assert error.kind.value == kind
        assert KEY not in f"{error!r} {error}"

    def test_429_keeps_the_wait_that_the_server_asks_for(self) -> None:
        error = failure(json_reply(429, {"error": {"message": "slow down"}}, {"Retry-After": "12"}))
        assert (error.kind.value, error.retry_after, error.status) == ("rate_limit", 12.0, 429)

    def test_raises_behind_the_terminal_event_unless_asked_not_to(self) -> None:
        with ReplayServer(json_reply(401, {"error": {"message": "no"}})) as server:
            with opened(server, errors="raise") as stream:
                seen: list[Any] = []
                with pytest.raises(deltawire.StreamError) as caught:
                    seen.extend(stream)
            assert caught.value.failure.kind is deltawire.FailureKind.AUTHENTICATION
            assert next(iter(stream), None) is None

    def test_refuses_another_word_for_errors(self) -> None:
        with ReplayServer(Reply(ANSWER)) as server, pytest.raises(ValueError, match="errors is"):
            opened(server, errors="ignore")


class TestTriesAgain:
    def test_before_content_and_says_so(self) -> None:
        replies = [json_reply(503, {"error": {"message": "busy"}}), Reply(ANSWER)]
        with ReplayServer(replies) as server, opened(server, policy=PATIENT) as stream:
            events = list(stream)
            assert len(server.record) == 2
        assert any(isinstance(event, RetryAttempt) for event in events)
        assert isinstance(events[-1], deltawire.Finished)
        assert stream.message().text == "Hello"
        assert len(stream.attempts) == 2

    def test_more_than_can_be_held_of_an_attempt_that_failed_is_not_in_the_message(self) -> None:
        counts = [
            {"id": "first", "model": "m", "choices": [], "usage": {"prompt_tokens": count}} for count in range(400)
        ]
        first = b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in counts)
        with (
            ReplayServer([Reply(first, end="reset"), Reply(ANSWER)]) as server,
            opened(server, policy=PATIENT) as stream,
        ):
            seen = []
            for event in stream:
                if isinstance(event, RetryAttempt):
                    assert (stream.message().id, stream.message().usage is None) == ("first", False)
                seen.append(type(event))
            message = stream.message()
        assert seen.count(deltawire.UsageUpdate) > 256
        assert RetryAttempt in seen
        assert (message.id, message.text, message.usage) == ("c", "Hello", None)

    def test_never_after_content(self) -> None:
        with ReplayServer([Reply(chunk({"content": "Hel"}), end="cut"), Reply(ANSWER)]) as server:
            with opened(server, policy=PATIENT) as stream:
                events = list(stream)
            assert len(server.record) == 1
        assert isinstance(events[-1], deltawire.Failed)


class TestLeaving:
    @pytest.mark.parametrize("leave", ["break", "close", "exception"])
    def test_early_closes_the_socket_and_the_server_sees_it(self, leave: str) -> None:
        with ReplayServer(Reply(chunk({"content": "Hel"}), end="hold")) as server:
            begun = time.monotonic()
            try:
                with opened(server) as stream:
                    for event in stream:
                        if isinstance(event, deltawire.TextDelta):
                            break
                    if leave == "exception":
                        raise KeyError(leave)
                    if leave == "close":
                        stream.close()
                        stream.close()
            except KeyError:
                pass
            assert server.record[0].client_closed.wait(5)
            assert time.monotonic() - begun < 5
        assert stream.message().text == "Hel"

    def test_by_cancel_from_another_thread_ends_a_silent_read(self) -> None:
        with ReplayServer(Reply(chunk({"content": "Hel"}), end="hold")) as server, opened(server) as stream:
            events: list[Any] = []
            for event in stream:
                events.append(event)
                if isinstance(event, deltawire.TextDelta):
                    threading.Timer(0.05, stream.cancel).start()
            assert isinstance(events[-1], Cancelled)
            assert server.record[0].client_closed.wait(5)

    def test_by_cancel_of_a_stream_that_nobody_reads_shows_at_the_server(self) -> None:
        with ReplayServer(Reply(chunk({"content": "Hel"}), end="hold")) as server, opened(server) as stream:
            server.wait_for_requests(1)
            next(event for event in stream if isinstance(event, deltawire.TextDelta))
            stream.cancel()
            assert server.record[0].client_closed.wait(5)

    def test_by_a_token_that_pauses(self) -> None:
        token = CancellationToken()
        with ReplayServer(Reply((), end="silent")) as server, opened(server, token=token) as stream:
            threading.Timer(0.05, token.pause).start()
            assert isinstance(list(stream)[-1], Paused)

    def test_during_the_wait_for_another_try_ends_at_once(self) -> None:
        policy = RetryPolicy(max_attempts=2, initial_delay=30.0, max_delay=30.0)
        busy = json_reply(503, {"error": {"message": "busy"}})
        with ReplayServer(busy) as server, opened(server, policy=policy) as stream:
            begun = time.monotonic()
            for event in stream:
                if isinstance(event, RetryAttempt):
                    threading.Timer(0.05, stream.cancel).start()
            assert isinstance(event, Cancelled)
            assert time.monotonic() - begun < 5

    def test_leaves_no_thread_behind(self) -> None:
        before = threading.active_count()
        with ReplayServer(Reply(chunk({"content": "Hel"}), end="hold")) as server:
            for _ in range(5):
                with opened(server) as stream:
                    next(iter(stream))
        deadline = time.monotonic() + 2
        while threading.active_count() > before and time.monotonic() < deadline:
            time.sleep(0.01)
        assert threading.active_count() <= before

    def test_by_close_of_another_thread_ends_the_iteration(self) -> None:
        with ReplayServer(Reply(chunk({"content": "Hel"}), end="hold")) as server, opened(server) as stream:
            next(event for event in stream if isinstance(event, deltawire.TextDelta))
            threading.Timer(0.05, stream.close).start()
            assert isinstance(list(stream)[-1], Cancelled)
            assert server.record[0].client_closed.wait(5)

    def test_while_it_connects_waits_for_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("deltawire_transports._connection._JOIN_SECONDS", 30)
        held = threading.Event()

        class Nowhere(httpcore.NetworkBackend):
            def connect_tcp(self, *args: Any, **options: Any) -> Any:
                held.wait(30)
                raise httpcore.ConnectError

        with httpcore.ConnectionPool(network_backend=Nowhere()) as pool:
            begun = time.monotonic()
            with open_stream(Target("ollama", "m"), "hi", pool=pool, errors="events"):
                pass
            assert time.monotonic() - begun < 5
            held.set()

    def test_to_connect_longer_than_allowed_is_a_failure_though_the_network_stack_waits(self) -> None:
        held = threading.Event()

        class Slow(httpcore.NetworkBackend):
            def connect_tcp(self, *args: Any, **options: Any) -> Any:
                held.wait(30)
                raise httpcore.ConnectError

        options: Any = {"policy": ONCE, "errors": "events", "timeouts": Timeouts(connect=0.02)}
        with httpcore.ConnectionPool(network_backend=Slow()) as pool:
            begun = time.monotonic()
            with open_stream(Target("ollama", "m"), "hi", pool=pool, **options) as stream:
                last = list(stream)[-1]
            assert time.monotonic() - begun < 5
            held.set()
        assert (last.error.kind.value, last.error.retryable) == ("connect", True)
        assert last.error.message == "No connection to 127.0.0.1:11434: timed out"

    def test_not_at_all_is_a_resource_warning(self) -> None:
        with ReplayServer(Reply(chunk({"content": "Hel"}), end="hold")) as server:
            stream = opened(server)
            server.wait_for_requests(1)
            connection = stream._connection
            with pytest.warns(ResourceWarning, match="was not closed"):
                del stream
            assert connection is not None
            connection.close()
            assert server.record[0].client_closed.wait(5)


class TestOneOwner:
    def test_a_second_thread_is_refused(self) -> None:
        with ReplayServer(Reply(chunk({"content": "Hel"}), end="hold")) as server, opened(server) as stream:
            next(event for event in stream if isinstance(event, deltawire.TextDelta))
            reader = threading.Thread(target=list, args=(stream,))
            reader.start()
            while not stream._iterating.locked():
                time.sleep(0.001)
            with pytest.raises(deltawire.UsageError, match="one thread or task"):
                next(stream)
            stream.cancel()
            reader.join(2)
            assert not reader.is_alive()

    def test_a_pool_of_the_other_kind_is_refused(self) -> None:
        with pytest.raises(TypeError, match="blocking takes a ConnectionPool"):
            open_stream(Target("ollama", "m"), "hi", pool=httpcore.AsyncConnectionPool())

    def test_what_build_request_raises_passes_and_leaves_nothing_open(self) -> None:
        with ReplayServer(Reply(ANSWER)) as server, pytest.raises(TypeError):
            opened(server, messages=[{"role": "user", "content": object()}])


class TestBackPressure:
    def test_at_most_one_read_is_ahead_of_the_consumer(self) -> None:
        body = chunk({"content": "x" * 8000}) * 2_000
        pieces = pace(body, split_points=range(0, len(body), 65_536))
        with ReplayServer(Reply(pieces)) as server, opened(server) as stream:
            next(event for event in stream if isinstance(event, deltawire.TextDelta))
            assert held_back(server.record[0]) < len(body)
            assert stream._inbox.qsize() == 0


class TestTheKey:
    def test_is_in_no_repr_error_or_traceback(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("DEBUG")
        shown: list[str] = []
        replies = [json_reply(401, {"error": {"message": f"bad key {KEY}"}}), json_reply(500, {"error": KEY})]
        with ReplayServer(replies) as server:
            for _ in replies:
                with opened(server, errors="raise") as stream:
                    try:
                        shown.extend(map(repr, stream))
                    except deltawire.StreamError as error:
                        shown += [repr(error), str(error), "".join(traceback.format_exception(error))]
                    shown += [repr(stream), repr(stream.session), repr(stream.message()), repr(stream.attempts)]
        assert KEY not in "".join(shown) + caplog.text

    @pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}\r\n", f"{KEY}é", f" {KEY}"])
    def test_with_a_stray_character_is_refused_without_being_shown(self, key: str) -> None:
        target = Target("openai-chat", "m", key, "http://127.0.0.1:9/v1")
        with open_stream(target, "hi", errors="events") as stream:
            last = list(stream)[-1]
        assert last.error.kind is deltawire.FailureKind.UNCONFIGURED
        assert "key" in last.error.message
        assert KEY not in f"{last!r} {last.error} {target!r}"

    def test_missing_is_a_setting_that_is_named(self) -> None:
        with open_stream(Target("openai-chat", "m"), "hi", errors="events") as stream:
            last = list(stream)[-1]
        assert last.error.kind is deltawire.FailureKind.UNCONFIGURED
        assert "OPENAI_API_KEY" in last.error.message

    def test_configuration_errors_carry_a_failure(self) -> None:
        with pytest.raises(ConfigurationError) as caught:
            Target("openai", "text-embedding-3-small", KEY)
        assert caught.value.failure.kind is deltawire.FailureKind.UNCONFIGURED
