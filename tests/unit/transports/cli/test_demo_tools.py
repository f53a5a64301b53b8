"""`deltawire demo --tools`: two turns with every provider, and a server that looks at the second."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

import deltawire
from deltawire_transports.cli import demo_tools
from deltawire_transports.cli.demo_check import loop_rules
from deltawire_transports.cli.demo_frames import frames
from deltawire_transports.cli.demo_loops import ANSWER, LOOPS, RESULT, ToolLoop
from deltawire_transports.cli.demo_tools import Tamper, play_loop, with_changed_state
from deltawire_transports.cli.main import deltawire as command
from deltawire_transports.replay import PROVIDER_RULES, Exchange, ReplayServer

each_loop = pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.provider)
with_state = pytest.mark.parametrize("loop", [loop for loop in LOOPS if loop.state], ids=lambda loop: loop.provider)
with_ids = pytest.mark.parametrize("loop", [loop for loop in LOOPS if loop.calls], ids=lambda loop: loop.provider)

ERRORS: dict[str, Callable[[Any], str]] = {
    "anthropic": lambda body: body["error"]["message"] if body["type"] == "error" else "",
    "gemini": lambda body: body["error"]["message"] if body["error"]["status"] == "INVALID_ARGUMENT" else "",
    "gemini-interactions": lambda body: body["error"]["message"],
    "ollama": lambda body: body["error"],
    "bedrock": lambda body: body["message"],
    "bedrock-invoke": lambda body: body["message"],
    "cohere": lambda body: body["message"],
}


def openai_message(body: Any) -> str:
    return body["error"]["message"] if body["error"]["type"] == "invalid_request_error" else ""


def played(loop: ToolLoop, tamper: Tamper | None = None) -> tuple[bool, ReplayServer, str]:
    file = io.StringIO()
    accepted, server = play_loop(loop, Console(file=file, width=200), 0.0, tamper)
    return accepted, server, file.getvalue()


def history(exchange: Exchange, loop: ToolLoop) -> list[Any]:
    return (exchange.payload() or {})[loop.history]


def refusal(loop: ToolLoop, tamper: Tamper) -> str:
    """What the server says to the tampered turn, in the provider's own shape."""
    accepted, server, shown = played(loop, tamper)
    first, second = server.record
    assert not accepted
    assert first.reply is not None
    assert second.reply is not None
    assert (first.reply.status, second.reply.status) == (200, 400)
    body = json.loads(b"".join(piece for _, piece in second.reply.body))
    message = ERRORS.get(loop.provider, openai_message)(body)
    assert message
    assert f"FAILED     invalid_request: {message}" in shown
    return message


def replaced(value: Any, before: str, after: str) -> Any:
    return json.loads(json.dumps(value).replace(json.dumps(before), json.dumps(after)))


def test_all_providers_are_played_and_it_exits_well() -> None:
    result = CliRunner().invoke(command, ["demo", "--tools", "--fast"])
    assert result.exit_code == 0, result.output
    for loop in LOOPS:
        assert f"{loop.provider} · {loop.what}\n" in result.output
    assert result.output.count(f"text       {ANSWER}") == len(LOOPS)
    assert result.output.count(f"result     {RESULT}") == len(LOOPS) + 1
    assert result.output.count("FAILED") == 1
    assert "Invalid `signature` in `thinking` block" in result.output
    assert "\x1b" not in result.output


def test_every_schema_is_played() -> None:
    assert {loop.provider for loop in LOOPS} >= PROVIDER_RULES.keys()
    assert len({loop.provider for loop in LOOPS}) == len(LOOPS)


@each_loop
def test_the_second_request_carries_the_turn_byte_for_byte(loop: ToolLoop) -> None:
    accepted, server, shown = played(loop)
    assert accepted
    first, second = server.record
    assert len(history(first, loop)) == 1
    said, *sent = history(second, loop)
    assert said == history(first, loop)[0]
    assert tuple(sent[: len(loop.turn)]) == loop.turn
    assert RESULT in json.dumps(sent[len(loop.turn) :], ensure_ascii=False)
    for state in loop.state:
        forms = [json.dumps(state, ensure_ascii=ascii_only).encode() for ascii_only in (True, False)]
        assert any(form in second.body for form in forms)
    assert ANSWER in shown


@with_state
def test_state_that_was_changed_is_refused(loop: ToolLoop) -> None:
    message = refusal(loop, with_changed_state(loop))
    assert "refer to the calls" not in message
    for state in loop.state:
        assert refusal(loop, lambda turn, state=state: replaced(turn, state, state[1:])) == message


@with_state
def test_state_that_is_missing_is_refused(loop: ToolLoop) -> None:
    def dropped(value: Any) -> Any:
        if isinstance(value, dict):
            kept = {name: dropped(each) for name, each in value.items() if each not in loop.state}
            return {name: each for name, each in kept.items() if not (each == {} and value[name] != {})}
        return [dropped(each) for each in value] if isinstance(value, list) else value

    assert refusal(loop, dropped) == refusal(loop, with_changed_state(loop))


@with_ids
def test_ids_that_do_not_match_are_refused(loop: ToolLoop) -> None:
    (identifier,) = loop.calls
    turns = len(loop.turn)
    expected = f"The results must refer to the calls of the turn before: {identifier}."
    assert refusal(loop, lambda turn: replaced(turn, identifier, "other")) == expected
    assert refusal(loop, lambda turn: turn[:turns] + replaced(turn[turns:], identifier, "other")) == expected
    assert refusal(loop, lambda turn: turn[:turns]) == expected


@each_loop
def test_anything_else_that_was_changed_is_refused(loop: ToolLoop) -> None:
    assert refusal(loop, lambda turn: replaced(turn, "weather", "climate")) == "The turn before was changed."


def test_a_turn_without_results_is_refused_where_there_are_no_ids() -> None:
    (loop,) = (loop for loop in LOOPS if not loop.calls)
    assert refusal(loop, lambda turn: turn[:1]) == "The calls of the turn before have no results."


@pytest.mark.parametrize("loses", ["a turn", "nothing of the tampered one"])
def test_it_exits_badly_if_the_server_and_the_client_disagree(loses: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if loses == "a turn":
        monkeypatch.setattr(demo_tools, "assistant_turn", lambda *_, **__: [{"role": "assistant", "content": "Hi"}])
    else:
        monkeypatch.setattr(demo_tools, "with_changed_state", lambda _: None)
    assert CliRunner().invoke(command, ["demo", "--tools", "--fast"]).exit_code == 1


def test_a_first_turn_that_fails_has_no_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_tools, "_KEY", "")
    accepted, server, shown = played(LOOPS[0])
    assert not accepted
    assert server.record == []
    assert "FAILED     unconfigured" in shown


def test_a_request_that_is_refused_anyway_says_why() -> None:
    rules = loop_rules(LOOPS[0], PROVIDER_RULES["openai-chat"], "another key")
    exchange = Exchange("POST", "/v1/chat/completions", "", (("authorization", "Bearer demo-key"),), b"{}")
    reply = rules(exchange)
    assert reply is not None
    assert reply.status == 401


def test_a_terminal_shows_it_growing() -> None:
    file = io.StringIO()
    accepted, _ = play_loop(LOOPS[0], Console(file=file, force_terminal=True, width=120), 0.0)
    assert accepted
    assert "\x1b[" in file.getvalue()
    assert ANSWER in file.getvalue()


@each_loop
def test_the_bodies_are_what_they_say(loop: ToolLoop) -> None:
    for payloads, reason in ((loop.first, "tool_calls"), (loop.second, "stop")):
        events = deltawire.parse(loop.provider, b"".join(frames(loop.provider, payloads)))
        end = events[-1]
        assert isinstance(end, deltawire.Finished)
        assert end.reason.value == reason
        assert not [event for event in events if isinstance(event, deltawire.Unknown | deltawire.Malformed)]
