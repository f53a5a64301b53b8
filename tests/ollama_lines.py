"""Lines of Ollama, written by hand, and what tests ask of their events."""

from __future__ import annotations

import json
from typing import Any

from deltawire.events import Event, Metadata, ResponseStarted
from deltawire.parsing import parse
from deltawire.testing import laws_of_order

CLOCK = "2026-03-01T10:00:00Z"
STARTED = ResponseStarted("", "tiny", "ollama")
BORN = Metadata({"created_at": CLOCK})


def chat(message: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": "", **(message or {})}
    return {"model": "tiny", "created_at": CLOCK, "message": message, "done": False, **fields}


def generate(response: str = "", **fields: Any) -> dict[str, Any]:
    return {"model": "tiny", "created_at": CLOCK, "response": response, "done": False, **fields}


def call(name: str, arguments: Any, **fields: Any) -> dict[str, Any]:
    return {"function": {"index": 0, "name": name, "arguments": arguments}, **fields}


DONE = {"done": True, "done_reason": "stop"}
COUNTED = {
    **DONE,
    "total_duration": 900,
    "load_duration": 10,
    "prompt_eval_count": 26,
    "prompt_eval_duration": 20,
    "eval_count": 5,
    "eval_duration": 60,
}

TALK = [
    chat({"thinking": "hm"}),
    chat({"thinking": " so"}),
    chat({"thinking": ""}),
    chat({"content": "Hel"}),
    chat({"content": "lo"}, created_at="2026-03-01T10:00:01Z"),
    chat(),
    chat({"content": "!"}),
    chat(**COUNTED),
]
CALLS = [
    chat({"content": "Let me look."}),
    chat({"tool_calls": [call("find", {"q": "x"}, id="call_a"), call("find", {"q": "é"}, id="call_b")]}),
    chat({"tool_calls": [call("now", {})]}),
    chat(**COUNTED),
]
STORY = [
    generate(thinking="hm"),
    generate(thinking=" so"),
    generate("Once"),
    generate(" upon"),
    generate("", **COUNTED, context=[1, 2, 3]),
]
CLOUD = [
    chat({"content": "a"}, remote_model="big", remote_host="https://ollama.com:443"),
    chat({"content": "b"}, remote_model="big", remote_host="https://ollama.com:443"),
    chat({"content": "c"}, remote_model="other", remote_host="https://ollama.com:443"),
    chat(**DONE, remote_model="big", remote_host="https://ollama.com:443"),
]
RICH = [
    chat({"thinking": "hm", "content": "a"}, logprobs=[{"token": "a", "logprob": -0.1}]),
    chat({"content": "b"}, logprobs=[{"token": "b", "logprob": -0.2}]),
    chat({"content": "b"}, logprobs=[{"token": "b", "logprob": -0.2}]),
    chat({"images": ["aGk="], "tool_name": "x"}),
    chat({"content": "c", "tool_calls": [call("f", {"n": 1.5, "b": [True, None]})]}, **COUNTED),
]
FAILING = [chat({"content": "a"}), {"error": "an error was encountered while running the model: unexpected EOF"}]
FIXTURES = [TALK, CALLS, STORY, CLOUD, RICH, FAILING]


def body_of(payloads: list[dict[str, Any]], end: str = "\n") -> bytes:
    return "".join(json.dumps(payload, ensure_ascii=False) + end for payload in payloads).encode()


def events_of(*payloads: dict[str, Any], **options: Any) -> list[Event]:
    events = parse("ollama", body_of(list(payloads)), **options)
    laws_of_order(events)
    return events
