"""Chat Completions or Responses, by the name of the model."""

from __future__ import annotations

import pytest

from deltawire.failures import FailureKind
from deltawire.requests import ConfigurationError, chat_or_responses

CHAT = [
    "gpt-4o", "gpt-4o-mini-2024-07-18", "gpt-4.1", "gpt-4", "gpt-3.5-turbo", "chatgpt-4o-latest",
    "gpt-audio-mini", "gpt-4o-audio-preview", "gpt-4o-search-preview", "gpt-oss-120b", "openai/gpt-oss-20b",
    "ft:gpt-4o-mini:acme::abc", "llama-3.3-70b-instruct", "gemini-2.5-pro", "deepseek-v3", "",
]  # fmt: skip
RESPONSES = [
    "gpt-5", "gpt-5-mini", "gpt-5.5-2026-04-23", "gpt-6-astra", "gpt-10", "o1", "o3-mini", "o4-mini-2025-04-16",
    "o1-pro", "o3-pro-2025-06-10", "gpt-5-pro", "gpt-5-codex", "gpt-5.1-codex-max", "codex-mini-latest",
    "o4-mini-deep-research", "computer-use-preview", "gpt-6-cyber", "gpt-rosalind-research", "openai/gpt-5.5",
    "GPT-5", "ft:o4-mini:acme::abc",
]  # fmt: skip
NEITHER = [
    ("text-embedding-3-small", "embedding"),
    ("omni-moderation-latest", "moderation"),
    ("text-moderation-stable", "moderation"),
    ("dall-e-3", "image"),
    ("gpt-image-1.5", "image"),
    ("chatgpt-image-latest", "image"),
    ("sora-2-pro", "video"),
    ("tts-1-hd", "speech"),
    ("gpt-4o-mini-tts", "speech"),
    ("whisper-1", "transcription"),
    ("gpt-4o-transcribe-diarize", "transcription"),
    ("gpt-realtime", "realtime"),
    ("gpt-4o-realtime-preview", "realtime"),
    ("davinci-002", "completions endpoint"),
    ("gpt-3.5-turbo-instruct", "completions endpoint"),
    ("openai/text-embedding-3-large", "embedding"),
]


@pytest.mark.parametrize("model", CHAT)
def test_model_of_chat_completions(model: str) -> None:
    assert chat_or_responses(model) == "openai-chat"


@pytest.mark.parametrize("model", RESPONSES)
def test_model_of_responses(model: str) -> None:
    assert chat_or_responses(model) == "openai-responses"


@pytest.mark.parametrize(("model", "kind"), NEITHER)
def test_model_of_neither_is_refused_with_the_reason(model: str, kind: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        chat_or_responses(model)
    assert caught.value.failure.kind is FailureKind.UNCONFIGURED
    assert model in caught.value.failure.message
    assert kind in caught.value.failure.message
