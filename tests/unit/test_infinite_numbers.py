"""A number beyond a double (`1e400`) is JSON, and an infinity in Python: whatever is written again is strict JSON."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from deltawire.encode import ENCODABLE
from deltawire.encode.encoder import Encoder
from deltawire.event_dict import event_from_dict, event_to_dict
from deltawire.events import Event, Metadata, ToolCallFinished
from deltawire.parsing import parse
from deltawire.payload import compact_json, is_finite

BODIES = {
    "openai-chat": 'data: {"x":1e400,"choices":[{"delta":{"content":[1e400],"tool_calls":[{"function":{"name":"f",'
    '"arguments":{"n":-1e400}}}]},"finish_reason":"stop"}],"usage":{"cost":1e400,"total_time":1e400}}\n\n',
    "openai-responses": 'data: {"type":"response.completed","response":{"id":"r","temperature":1e400,"output":[{"type":'
    '"function_call","call_id":"c","name":"f","arguments":{"n":-1e400}}],"usage":{"cost":1e400}}}\n\n',
    "anthropic": 'data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"c","name":"f",'
    '"input":{"n":-1e400}},"x":1e400}\n\n'
    'data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":1e400}}\n\n',
    "gemini": 'data: {"x":1e400,"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"n":-1e400}}}]},'
    '"avgLogprobs":-1e400,"finishReason":"STOP"}]}\n\n',
    "gemini-interactions": 'data: {"event_type":"step.start","index":0,"step":{"type":"function_call","name":"f",'
    '"arguments":{"n":-1e400}},"x":1e400}\n\ndata: {"event_type":"interaction.completed","interaction":{}}\n\n',
    "ollama": '{"x":1e400,"message":{"tool_calls":[{"function":{"name":"f","arguments":{"n":-1e400}}}]},"done":true,'
    '"done_reason":"stop"}\n',
    "cohere": 'data: {"type":"tool-call-start","index":0,"x":1e400,"delta":{"message":{"tool_calls":{"function":'
    '{"name":"f","arguments":{"n":-1e400}}}}}}\n\ndata: {"type":"message-end","delta":{"finish_reason":""}}\n\n',
}


def refuse(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


def strict(text: str) -> Any:
    return json.loads(text, parse_constant=refuse)


def events_of(provider: str) -> list[Event]:
    return parse(provider, BODIES[provider].encode())


@pytest.mark.parametrize("provider", BODIES)
def test_events_were_no_strict_json(provider: str) -> None:
    events = events_of(provider)
    assert any(not is_finite(event.payload) for event in events if isinstance(event, Metadata))
    for event in events:
        text = json.dumps(event_to_dict(event), allow_nan=False)
        assert type(event_from_dict(strict(text))) is type(event)


@pytest.mark.parametrize("provider", BODIES)
def test_arguments_that_came_as_a_value_were_no_json(provider: str) -> None:
    (call,) = [event for event in events_of(provider) if isinstance(event, ToolCallFinished)]
    assert (call.complete, call.arguments) == (True, '{"n":-1e999}')
    assert strict(call.arguments) == {"n": -float("inf")}


@pytest.mark.parametrize("target", ["anthropic", "gemini", "ollama", "openai-chat", "openai-responses"])
@pytest.mark.parametrize("provider", BODIES)
def test_encoders_write_no_infinity(provider: str, target: str) -> None:
    assert target in ENCODABLE
    encoder = Encoder(target)
    body = b"".join(encoder.feed(event) for event in events_of(provider) if not encoder.ended) + encoder.end()
    documents = re.findall(r"^(?:data: )?(\{.*\})\r?$", body.decode(), re.MULTILINE)
    assert documents
    for document in documents:
        strict(document)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (float("inf"), "1e999"),
        ([-float("inf"), 1.5], "[-1e999,1.5]"),
        (float("nan"), "null"),
        ({"Infinity": "NaN", "a": float("inf")}, '{"Infinity":"NaN","a":1e999}'),
        ({'a\\"': 'Infinity "NaN\\', "b": -float("inf")}, '{"a\\\\\\"":"Infinity \\"NaN\\\\","b":-1e999}'),
        ("Infinity", '"Infinity"'),
    ],
)
def test_compact_json_is_strict(value: Any, text: str) -> None:
    assert compact_json(value) == text
    strict(text)


@pytest.mark.parametrize(
    ("value", "finite"),
    [
        (1.5, True),
        (None, True),
        ("inf", True),
        ({"a": [1, {"b": 2.5}]}, True),
        (float("nan"), False),
        ({"a": [1, {"b": -float("inf")}]}, False),
        ((1, float("inf")), False),
    ],
)
def test_is_finite(value: Any, finite: bool) -> None:
    assert is_finite(value) is finite
