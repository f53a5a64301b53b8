"""`deltawire demo --tools`: with each provider two turns and a tool between them, over real HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rich.console import Console

from deltawire import Finished, Message
from deltawire.payload import is_list, is_object
from deltawire.requests import Target
from deltawire.turns import ToolResult, assistant_turn, tool_results

from ..blocking import open_stream
from ..replay import PROVIDER_RULES, Exchange, ProviderRules, ReplayServer, Reply, pace
from .demo_check import loop_rules
from .demo_frames import MEDIA_TYPES, frames
from .demo_loops import CITY, LOOPS, PROMPT, RESULT, TOOL, Payloads, ToolLoop
from .demo_picture import growing, labelled, picture
from .view import StreamView

__all__ = ["Tamper", "play_loop", "play_loops", "with_changed_state"]

_KEY = "demo-key"

Tamper = Callable[[list[Any]], list[Any]]
"""Changes the second request's turn and results, to see what the server says."""


def play_loops(console: Console, seconds_per_frame: float) -> bool:
    """Plays every loop, and one whose signature was changed; True if all went as it should."""
    went_well = [play_loop(loop, console, seconds_per_frame)[0] for loop in LOOPS]
    signed = next(loop for loop in LOOPS if loop.provider == "anthropic")
    console.print("Once more, with the last character of a signature changed on its way back:", style="dim")
    accepted, _ = play_loop(signed, console, 0.0, with_changed_state(signed))
    console.print("That was refused on purpose: state goes back byte for byte, or not at all.", style="dim")
    return all(went_well) and not accepted


def play_loop(
    loop: ToolLoop, console: Console, seconds_per_frame: float, tamper: Tamper | None = None
) -> tuple[bool, ReplayServer]:
    """Plays both turns and shows them: whether the second was accepted, and the server, closed, with its record."""
    console.print(f"{loop.provider} · {loop.what}", style="bold")
    rules = _rules(loop.provider)
    with ReplayServer(_script(loop, seconds_per_frame), rules=loop_rules(loop, rules, _KEY)) as server:
        base_url = server.base_url + ("/v1" if rules.path == PROVIDER_RULES["openai-chat"].path else "")
        target = Target(loop.provider, loop.model, _KEY, base_url)
        messages: list[Any] = [{"role": "user", "content": PROMPT}]
        asked, message = _ask(target, messages, console)
        if not asked:
            return False, server
        results = [ToolResult(call, _weather(**call.arguments_object())) for call in message.tool_calls]
        for result in results:
            console.print(labelled("result", result.output))
        turn = assistant_turn(message, loop.provider, model=loop.model)
        turn += tool_results(results, loop.provider, model=loop.model)
        console.print(labelled("goes back", f"the turn with {loop.what}"))
        accepted, _ = _ask(target, messages + (turn if tamper is None else tamper(turn)), console)
    return accepted, server


def _weather(city: str) -> str:
    return RESULT if city == CITY else f"nobody knows the weather in {city}"


def _rules(provider: str) -> ProviderRules:
    return PROVIDER_RULES.get(provider, PROVIDER_RULES["openai-chat"])


def _script(loop: ToolLoop, seconds_per_frame: float) -> Callable[[Exchange], Reply]:
    media_type = MEDIA_TYPES.get(loop.provider, "text/event-stream")

    def reply(payloads: Payloads) -> Reply:
        body = b"".join(frames(loop.provider, payloads))
        return Reply(pace(body, seconds_per_frame), headers={"Content-Type": media_type})

    replies = (reply(loop.first), reply(loop.second))

    def answer(exchange: Exchange) -> Reply:
        return replies[len((exchange.payload() or {}).get(loop.history, ())) > 1]

    return answer


def _ask(target: Target, messages: list[Any], console: Console) -> tuple[bool, Message]:
    """One request; shows what comes, and gives whether an answer was finished, and the message."""
    view = StreamView()
    with growing(console) as live:
        begun = time.monotonic()
        with open_stream(target, messages=messages, tools=[TOOL], errors="events") as stream:
            for event in stream:
                view.feed(event, time.monotonic() - begun)
                if live is not None:
                    live.update(picture(view))
            message = stream.message()
    if live is None:
        console.print(picture(view))
    return isinstance(view.terminal, Finished), message


def with_changed_state(loop: ToolLoop) -> Tamper:
    """Changes the last character of every piece of state."""
    changed = {state: state[:-1] + "x" for state in loop.state}

    def tamper(value: Any) -> Any:
        if isinstance(value, str):
            return changed.get(value, value)
        if is_list(value):
            return [tamper(each) for each in value]
        return {name: tamper(each) for name, each in value.items()} if is_object(value) else value

    return tamper
