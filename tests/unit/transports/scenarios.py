"""What can happen to a stream, as a table that both shims are run through."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import attrs
from tests.shim_bodies import (
    ANTHROPIC,
    CALLS,
    COHERE,
    DONE,
    GEMINI,
    GEMINI_ARRAY,
    HELLO,
    OLLAMA,
    STOP,
    THINKS,
    UMLAUT,
    USAGE,
    WEATHER,
    chunk,
    data,
    text,
)

from deltawire import Limits, ThinkOptions
from deltawire.policy import CancellationToken, Plan, RetryPolicy, Timeouts
from deltawire.requests import Target
from deltawire_transports.replay import ReplayServer, Reply, Script, json_reply, pace

KEY = "sk-canary-4711"
ONCE = RetryPolicy.never()
AGAIN = RetryPolicy(max_attempts=2, initial_delay=0.01, max_delay=0.02, rate_limit_floor=0.01, jitter_factor=0)
LATER = RetryPolicy(max_attempts=2, initial_delay=30, max_delay=30, jitter_factor=0)
BASES = {"openai-chat": "/v1", "openai-responses": "/v1", "grok": "/v1"}


def at(server: ReplayServer, provider: str = "openai-chat", model: str = "m", **fields: Any) -> Target:
    """A target that asks the server."""
    return Target(provider, model, **{"api_key": KEY, "base_url": server.base_url + BASES.get(provider, "")} | fields)


@attrs.frozen
class Scenario:
    """One thing that can happen."""

    name: str
    replies: Script
    end: str
    """The class of the last event."""
    kind: str | None = None
    """The kind of the failure."""
    plan: Callable[[ReplayServer], Plan | Target] = at
    options: dict[str, Any] = attrs.field(factory=dict[str, Any])
    leave: str | None = None
    """What the consumer does: cancel or pause."""
    on: str | None = None
    """The class of the event on which it does it, and `later` if it is a moment after the server was asked."""
    sees_close: bool = False
    """True if the server must see that the client has closed."""
    uneven: bool = False
    """True if how often equal events come is a matter of time."""

    def session(self) -> dict[str, Any]:
        """The keywords of `open_stream`."""
        return {"policy": ONCE, "errors": "events", **self.options}


@attrs.frozen
class Played:
    """What came of a scenario; equal for both shims."""

    events: list[Any]
    message: Any
    status: int | None
    headers: list[str]
    attempts: Any
    outcome: Any
    requests: int


def consumer_leaves(scenario: Scenario, stream: Any, event: Any, server: ReplayServer) -> None:
    """Does what the consumer does upon `event`, at once or from another thread."""
    if scenario.leave is None or scenario.on is None or type(event).__name__ != scenario.on.partition(" ")[0]:
        return
    wish = stream.cancel if scenario.leave == "cancel" else stream.pause
    if scenario.on.endswith("later"):
        threading.Thread(target=_do_later, args=(server, wish)).start()
    else:
        wish()


def _do_later(server: ReplayServer, wish: Callable[[], None]) -> None:
    server.wait_for_requests(1)
    time.sleep(0.03)
    wish()


def two(server: ReplayServer) -> Plan:
    """A target and a fallback of another provider."""
    return Plan(at(server), (at(server, "anthropic", "other"),))


def without_key(server: ReplayServer) -> Plan:
    """A target that is not configured, and a fallback."""
    return Plan(Target("openai-chat", "m"), (at(server, "ollama", "other", api_key=None),))


def nobody(_: ReplayServer) -> Target:
    """A target that nobody listens at."""
    return Target("openai-chat", "m", KEY, "http://127.0.0.1:9/v1")


def provider(name: str) -> Callable[[ReplayServer], Target]:
    """A target of that provider."""
    return lambda server: at(server, name)


def error(status: int, message: str, headers: Any = (), **fields: Any) -> Reply:
    """An error of OpenAI's shape."""
    return json_reply(status, {"error": {"message": message, **fields}}, headers)


BUSY = error(503, "busy")
OVERFLOW = error(400, "This model's maximum context length is 10 tokens.", code="context_length_exceeded")
HOLD = Reply(text("Hel"), end="hold")
CALL_HOLD = Reply(WEATHER, end="hold")
DEAF = Timeouts(local_first_byte=0.25)
STILL = Timeouts(silence=0.1, finish_grace=0.05)
ALL = range(1, 4096)
ODD = range(1, 4096, 7)
HTML = {"Content-Type": "text/html"}
LINES = {"Content-Type": "application/x-ndjson"}
DOCUMENT = {
    "id": "c",
    "model": "m",
    "choices": [{"index": 0, "message": {"content": "Hello"}, "finish_reason": "stop"}],
}
IN_STREAM = data({"error": {"message": "Overloaded", "type": "server_error"}})

SCENARIOS = [
    # Answers, cut every way.
    Scenario("an answer", Reply(HELLO), "Finished"),
    Scenario("an answer frame by frame", Reply(pace(HELLO)), "Finished"),
    Scenario("an answer byte by byte", Reply(pace(UMLAUT, split_points=ALL)), "Finished"),
    Scenario("an answer with a stated length", Reply(HELLO, framing="content-length"), "Finished"),
    Scenario("an answer until the close", Reply(HELLO, framing="close"), "Finished"),
    Scenario("an answer with held socket", Reply(HELLO, end="hold"), "Finished", sees_close=True),
    Scenario("an answer of many reads", Reply(text("x" * 200_000) + STOP), "Finished"),
    Scenario("usage", Reply(text("Hi") + chunk({}, "stop") + USAGE + DONE), "Finished"),
    Scenario("tool calls", Reply(CALLS), "Finished"),
    Scenario("tool calls cut anywhere", Reply(pace(CALLS, split_points=ODD)), "Finished"),
    Scenario("a document", json_reply(200, DOCUMENT), "Finished"),
    Scenario(
        "a finish and then silence",
        Reply(text("Hi") + chunk({}, "stop"), end="hold"),
        "Finished",
        options={"timeouts": STILL},
        sees_close=True,
    ),
    Scenario("a finish and a clean end", Reply(text("Hi") + chunk({}, "stop")), "Finished"),
    # Providers.
    Scenario("anthropic", Reply(ANTHROPIC), "Finished", plan=provider("anthropic")),
    Scenario("anthropic cut", Reply(ANTHROPIC[:-90], end="cut"), "Failed", "truncated", plan=provider("anthropic")),
    Scenario("ollama", Reply(OLLAMA, headers=LINES), "Finished", plan=provider("ollama")),
    Scenario(
        "ollama without its end", Reply(OLLAMA[:-120], headers=LINES), "Failed", "truncated", plan=provider("ollama")
    ),
    Scenario("gemini", Reply(GEMINI), "Finished", plan=provider("gemini")),
    Scenario(
        "gemini as an array",
        Reply(pace(GEMINI_ARRAY, split_points=ODD)),
        "Finished",
        plan=provider("gemini"),
    ),
    Scenario("cohere", Reply(COHERE), "Finished", plan=provider("cohere")),
    Scenario("grok", Reply(HELLO), "Finished", plan=provider("grok")),
    # Options of the parser.
    Scenario("think as it comes", Reply(pace(THINKS)), "Finished"),
    Scenario("think off", Reply(THINKS), "Finished", options={"think": "off"}),
    Scenario("think inside", Reply(text("hmm</think>Hello") + STOP), "Finished", options={"think": "inside"}),
    Scenario("think by options", Reply(THINKS), "Finished", options={"think": ThinkOptions("anywhere")}),
    Scenario("raw", Reply(HELLO), "Finished", options={"raw": True}),
    Scenario("loads", Reply(HELLO), "Finished", options={"loads": json.loads}),
    Scenario(
        "limits",
        Reply(text("x" * 4096) + STOP),
        "Failed",
        "too_large",
        options={"limits": Limits(frame_bytes=2048)},
        sees_close=True,
    ),
    Scenario(
        "an id prefix",
        Reply(WEATHER.replace(b'"id": "call_1", ', b"") + chunk({}, "tool_calls") + DONE),
        "Finished",
        options={"id_prefix": "own"},
    ),
    # Failures.
    Scenario("cut", Reply(text("Hel"), end="cut"), "Failed", "truncated"),
    Scenario("cut in a stated length", Reply(text("Hel"), end="cut", framing="content-length"), "Failed", "truncated"),
    Scenario("closed without proof", Reply(text("Hel"), framing="close"), "Failed", "truncated"),
    Scenario("cut before a byte", Reply((), end="cut"), "Failed", "truncated"),
    Scenario("reset", Reply([(0, text("Hel")), (0.1, b"")], end="reset"), "Failed", "read"),
    Scenario(
        "silent from the start",
        Reply((), end="silent"),
        "Failed",
        "stalled",
        options={"timeouts": DEAF},
        sees_close=True,
    ),
    Scenario("silent after content", HOLD, "Failed", "stalled", options={"timeouts": STILL}, sees_close=True),
    Scenario(
        "heartbeats for ever",
        Reply([(0.02, b": ping\n\n")] * 20, end="hold"),
        "Failed",
        "stalled",
        options={"timeouts": Timeouts(progress=0.1)},
        sees_close=True,
        uneven=True,
    ),
    Scenario(
        "the total time",
        Reply([(0.01, text("x"))] * 100, end="hold"),
        "Failed",
        "timeout",
        options={"timeouts": Timeouts(total=0.3)},
        sees_close=True,
        uneven=True,
    ),
    Scenario("nobody listens", Reply(HELLO), "Failed", "connect", plan=nobody),
    Scenario("a wrong key", error(401, f"Incorrect API key provided: {KEY}"), "Failed", "authentication"),
    Scenario("a rate limit", error(429, "slow down", {"Retry-After": "12"}), "Failed", "rate_limit"),
    Scenario("no such model", error(404, "no such model", code="model_not_found"), "Failed", "not_found"),
    Scenario("html", Reply(b"<html><title>Oops</title></html>", headers=HTML), "Failed", "wrong_media"),
    Scenario("compressed", Reply(b"\x1f\x8b\x08\x00"), "Failed", "wrong_media"),
    Scenario("empty", Reply(b""), "Failed", "empty"),
    Scenario("no content", Reply(b"", status=204), "Failed", "empty"),
    Scenario(
        "a redirect", Reply(b"", status=307, headers={"Location": "https://elsewhere.example/"}), "Failed", "redirect"
    ),
    Scenario("an error in the stream", Reply(text("Hel") + IN_STREAM, end="hold"), "Failed", sees_close=True),
    Scenario(
        "an error whose body never ends",
        Reply(b'{"error": {"mess', status=500, end="hold"),
        "Failed",
        "server",
        options={"timeouts": STILL},
        sees_close=True,
    ),
    Scenario("a context overflow", OVERFLOW, "ContextOverflow", "context_overflow"),
    Scenario("malformed frames between", Reply(text("a") + b"data: {bad\n\n" + text("b") + STOP), "Finished"),
    # Tries again and falls back.
    Scenario("a try more", [BUSY, Reply(HELLO)], "Finished", options={"policy": AGAIN}),
    Scenario(
        "a try more after silence",
        [Reply((), end="silent"), Reply(HELLO)],
        "Finished",
        options={"policy": AGAIN, "timeouts": DEAF},
    ),
    Scenario(
        "a try more after a cut preamble",
        [Reply(chunk({"role": "assistant"}), end="cut"), Reply(HELLO)],
        "Finished",
        options={"policy": AGAIN},
    ),
    Scenario("a try more that fails too", [BUSY, error(500, "no")], "Failed", "server", options={"policy": AGAIN}),
    Scenario(
        "no try after content",
        [Reply(text("Hel"), end="cut"), Reply(HELLO)],
        "Failed",
        "truncated",
        options={"policy": AGAIN},
    ),
    Scenario("a fallback", {"m": error(401, "no"), "other": Reply(ANTHROPIC)}, "Finished", plan=two),
    Scenario(
        "a fallback after tries",
        {"m": [BUSY, BUSY], "other": Reply(ANTHROPIC)},
        "Finished",
        plan=two,
        options={"policy": AGAIN},
    ),
    Scenario("a fallback that fails too", {"m": error(401, "no"), "other": error(529, "full")}, "Failed", plan=two),
    Scenario("a target without a key", {"other": Reply(OLLAMA, headers=LINES)}, "Finished", plan=without_key),
    Scenario("nobody is configured", Reply(HELLO), "Failed", "unconfigured", plan=lambda _: Target("openai-chat", "m")),
    # The consumer leaves.
    Scenario("cancelled before", Reply(HELLO), "Cancelled", options={"token": "cancel"}),
    Scenario("paused before", Reply(HELLO), "Paused", options={"token": "pause"}),
    Scenario(
        "cancelled while silent",
        Reply((), end="silent"),
        "Cancelled",
        leave="cancel",
        on="AttemptStarted later",
        sees_close=True,
    ),
    Scenario(
        "paused while silent",
        Reply((), end="silent"),
        "Paused",
        leave="pause",
        on="AttemptStarted later",
        sees_close=True,
    ),
    Scenario("cancelled on content", HOLD, "Cancelled", leave="cancel", on="TextDelta", sees_close=True),
    Scenario("paused on content", HOLD, "Paused", leave="pause", on="TextDelta", sees_close=True),
    Scenario("cancelled in a silent read", HOLD, "Cancelled", leave="cancel", on="TextDelta later", sees_close=True),
    Scenario("paused in a silent read", HOLD, "Paused", leave="pause", on="TextDelta later", sees_close=True),
    Scenario(
        "cancelled with content queued",
        Reply(text("a") + text("b") + text("c"), end="hold"),
        "Cancelled",
        leave="cancel",
        on="TextDelta",
        sees_close=True,
    ),
    Scenario("cancelled with the end queued", Reply(HELLO), "Finished", leave="cancel", on="TextDelta"),
    Scenario("cancelled in a call", CALL_HOLD, "Cancelled", leave="cancel", on="ToolCallStarted", sees_close=True),
    Scenario("paused in a call", CALL_HOLD, "Paused", leave="pause", on="ToolCallDelta later", sees_close=True),
    Scenario(
        "cancelled in the wait for a try",
        BUSY,
        "Cancelled",
        leave="cancel",
        on="RetryAttempt later",
        options={"policy": LATER},
    ),
    Scenario(
        "paused in the wait for a try", BUSY, "Paused", leave="pause", on="RetryAttempt", options={"policy": LATER}
    ),
]


def token_of(options: dict[str, Any]) -> dict[str, Any]:
    """The options, with a token that is up already in place of its name."""
    name = options.get("token")
    if name is None:
        return options
    token = CancellationToken()
    getattr(token, name)()
    return {**options, "token": token}
