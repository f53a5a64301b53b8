"""Messages to make turns of: from payloads as a provider sends them, and from turns read again as whole answers."""

from __future__ import annotations

import json
from typing import Any

from deltawire.accumulator import Accumulator
from deltawire.events import Event
from deltawire.message import Message
from deltawire.parsing import parse
from deltawire.response import parser
from deltawire.turns.families import Family


def accumulated(events: list[Event]) -> Message:
    """The message of these events."""
    accumulator = Accumulator()
    accumulator.feed_all(events)
    return accumulator.message()


def message_of(provider: str, *payloads: Any, **options: Any) -> Message:
    """The message of an answer that came as these payloads."""
    response = parser(provider, **options)
    events = [event for payload in payloads for event in response.receive_payload(payload)]
    return accumulated(events + response.receive_eof())


def _message(turn: list[dict[str, Any]]) -> dict[str, Any]:
    (message,) = turn
    return message


def whole_answer(family: Family, turn: list[dict[str, Any]]) -> dict[str, Any]:
    """The turn as the document with which its API would have answered in place of a stream."""
    match family:
        case Family.CHAT:
            choice = {"index": 0, "message": _message(turn), "finish_reason": "stop"}
            return {"id": "x", "object": "chat.completion", "model": "m", "choices": [choice]}
        case Family.RESPONSES:
            return {"id": "x", "object": "response", "status": "completed", "model": "m", "output": turn}
        case Family.ANTHROPIC:
            head = {"type": "message", "id": "x", "model": "m", "stop_reason": "end_turn", "usage": {}}
            return head | _message(turn)
        case Family.GEMINI:
            candidate = {"index": 0, "content": _message(turn), "finishReason": "STOP"}
            return {"candidates": [candidate], "modelVersion": "m"}
        case Family.INTERACTIONS:
            return {"id": "x", "status": "completed", "model": "m", "steps": turn}
        case Family.OLLAMA:
            head = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "done": True, "done_reason": "stop"}
            return head | {"message": _message(turn)}
        case Family.CONVERSE:
            return {"output": {"message": _message(turn)}, "stopReason": "end_turn"}
        case Family.COHERE:
            return {"id": "x", "message": _message(turn), "finish_reason": "COMPLETE"}
        case Family.COHERE_CHAT:
            said = _message(turn)
            calls = {"tool_calls": said["tool_calls"]} if "tool_calls" in said else {}
            return {"generation_id": "x", "text": said["message"], "finish_reason": "COMPLETE"} | calls


def read_again(provider: str, family: Family, turn: list[dict[str, Any]]) -> Message:
    """The message that our parser finds in the turn."""
    document = json.dumps(whole_answer(family, turn)).encode()
    return accumulated(parse(provider, document, think="off"))
