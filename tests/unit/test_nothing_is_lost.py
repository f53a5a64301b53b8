"""A key that no provider's API names is found again in some event, in whatever object of a payload it stands."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.bodies import BODIES

from deltawire.event_dict import event_to_dict
from deltawire.events import Failed, Raw
from deltawire.response import parser

# Copies, whose keys are told where the object comes whole or first, and why they are copies.
COPIES = {
    # The item as it opens, and its parts: it comes whole when it closes.
    "openai-responses": r"<response\.output_item\.added>\.item|_part\.(added|done)>\.part|"
    # The answer once more, of items that have closed.
    r"<response\.(completed|incomplete|failed)>\.response\.output\[\]",
    # An empty object where the arguments will be, which come in deltas.
    "gemini-interactions": r"<step\.start>\.step<function_call>\.arguments$",
}
FOREIGN = [
    pytest.param(
        "openai-chat",
        {"choices": [{"index": 0, "delta": {"content": "a"}, "message": {"content": "a", "x_vendor": "mark"}}]},
        id="a message beside the delta (Writer)",
    ),
    pytest.param(
        "openai-chat",
        {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "custom": {"name": "f", "x": "mark"}}]}}]},
        id="a custom call",
    ),
    pytest.param(
        "openai-chat",
        {"choices": [{"index": 0, "delta": {"content": [{"type": "text", "text": "a", "x": "mark"}]}}]},
        id="a content part",
    ),
    pytest.param(
        "openai-chat",
        {
            "choices": [
                {"index": 0, "delta": {"images": [{"type": "image_url", "image_url": {"url": "u", "x": "mark"}}]}}
            ]
        },
        id="an image",
    ),
    pytest.param(
        "gemini",
        {"candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "brgs": "mark"}}]}}]},
        id="arguments under a damaged name",
    ),
    pytest.param(
        "gemini",
        {"candidates": [{"content": {"parts": [{"text": "a", "y": 1}, {"text": "b", "y": "mark"}]}}]},
        id="the same key of two pieces of text",
    ),
    pytest.param(
        "gemini", {"candidates": [{"content": {"parts": [{"functionCall": {"x": "mark"}}]}}]}, id="a bare call"
    ),
    pytest.param(
        "bedrock",
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"toolUse": {"input": "{}"}}, "x": "mark"}},
        id="beside a delta",
    ),
    pytest.param(
        "openai-responses",
        {"type": "response.completed", "response": {"status": "completed", "content_filters": [{"blocked": "mark"}]}},
        id="what Azure's filter found",
    ),
    pytest.param(
        "openai-responses",
        {
            "type": "response.completed",
            "response": {
                "status": "completed",
                "usage": {"input_tokens": 1, "input_tokens_details": {"cache_write_tokens_details": {"ttl": "mark"}}},
            },
        },
        id="the kinds of writes to the cache",
    ),
    pytest.param(
        "anthropic",
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "input_transformations": ["mark"]}},
        id="how the input was changed",
    ),
    pytest.param(
        "anthropic",
        {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 1, "fallback_credit": {"token": "mark"}}},
        id="a credit for a fallback",
    ),
]


def paths_of(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object inside a payload, with the way to it."""
    if isinstance(value, list):
        for item in value:
            yield from paths_of(item, f"{path}[]")
    elif isinstance(value, dict):
        kind = value.get("type") or value.get("event_type")
        here = f"{path}<{kind}>" if isinstance(kind, str) else path
        yield here, value
        for key, item in list(value.items()):
            yield from paths_of(item, f"{here}.{key}".lstrip("."))


def lost_paths(provider: str, body: bytes) -> set[str]:
    """Where a key of its own vanishes from the answer."""
    payloads = [event.payload for event in parse_raw(provider, body)]
    return {path for path in {path for path, _ in paths_of(payloads)} if not is_kept(provider, payloads, path)}


def is_kept(provider: str, payloads: list[Any], where: str) -> bool:
    payloads = copy.deepcopy(payloads)
    marks = []
    for path, value in paths_of(payloads):
        if path == where:
            marks.append(f"mark {len(marks)}!")
            value[f"x_vendor_{len(marks)}"] = marks[-1]
    response = parser(provider)
    events = [event for payload in payloads for event in response.receive_payload(payload)]
    said = json.dumps([event_to_dict(event) for event in events + response.receive_eof()])
    return all(mark in said for mark in marks)


def parse_raw(provider: str, body: bytes) -> list[Raw]:
    response = parser(provider, raw=True)
    return [event for event in response.receive_data(body) + response.receive_eof() if isinstance(event, Raw)]


@pytest.mark.parametrize("provider", BODIES)
def test_unknown_keys_of_nested_objects_were_dropped(provider: str) -> None:
    lost = {path for body in BODIES[provider] for path in lost_paths(provider, body)}
    copies = {path for path in lost if re.search(COPIES.get(provider, "(?!)"), path)}
    assert lost == copies


@pytest.mark.parametrize(("provider", "payload"), FOREIGN)
def test_an_unknown_key_was_dropped(provider: str, payload: Any) -> None:
    response = parser(provider)
    events = response.receive_payload(payload) + response.receive_eof()
    assert "mark" in json.dumps([event_to_dict(event) for event in events if not isinstance(event, Failed)])
