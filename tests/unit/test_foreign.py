"""Whose a stray payload is, by its shape alone."""

from __future__ import annotations

from typing import Any

import pytest
from tests.bodies import BODIES

from deltawire.events import Raw
from deltawire.foreign import foreign_schema
from deltawire.parsing import parse


@pytest.mark.parametrize(
    ("payload", "schema"),
    [
        ({"type": "response.created"}, "openai-responses"),
        ({"object": "response", "output": []}, "openai-responses"),
        ({"type": "message_start", "message": {}}, "anthropic"),
        ({"type": "content_block_delta"}, "anthropic"),
        ({"type": "message", "content": []}, "anthropic"),
        ({"type": "message", "content": "Hello"}, ""),
        ({"type": "content-delta"}, "cohere"),
        ({"object": "chat.completion.chunk"}, "openai-chat"),
        ({"choices": []}, "openai-chat"),
        ({"choices": None}, ""),
        ({"event_type": "interaction.created"}, "gemini-interactions"),
        ({"candidates": []}, "gemini"),
        ({"done": False, "model": "m"}, "ollama"),
        ({"done": False}, ""),
        ({"done": "no", "model": "m"}, ""),
        ({"type": 5, "object": 6, "event_type": 7}, ""),
        ({}, ""),
    ],
    ids=repr,
)
def test_the_shape_says_whose_it_is(payload: dict[str, Any], schema: str) -> None:
    assert foreign_schema(payload) == schema


@pytest.mark.parametrize("provider", ["openai-responses", "anthropic", "cohere", "openai-chat", "gemini", "ollama"])
def test_the_first_payload_of_every_body_says_its_own_provider_or_nothing(provider: str) -> None:
    said = {foreign_schema(event.payload) for body in BODIES[provider] for event in raws(provider, body)[:1]}
    assert provider in said
    assert said <= {provider, ""}


def raws(provider: str, body: bytes) -> list[Raw]:
    return [
        event for event in parse(provider, body, raw=True) if isinstance(event, Raw) and type(event.payload) is dict
    ]
