"""Which of OpenAI's two streaming schemas a model answers in."""

from __future__ import annotations

import re

from .credentials import unconfigured

__all__ = ["chat_or_responses"]

CHAT = "openai-chat"
RESPONSES = "openai-responses"

# By the lists of model names in the openai package, version 3.52.0. The first match counts.
_NEITHER = (
    (re.compile(r"embedding"), "an embedding model: it gives vectors, not a stream of text"),
    (re.compile(r"moderation"), "a moderation model: it classifies text and writes none"),
    (re.compile(r"^dall-e|gpt-image|chatgpt-image"), "an image model: it answers on the images endpoint"),
    (re.compile(r"^sora"), "a video model: it answers on the videos endpoint"),
    (re.compile(r"^tts-|-tts\b"), "a speech model: it reads text aloud on the audio endpoint"),
    (re.compile(r"^whisper|transcribe|-translate\b"), "a transcription model: it answers on the audio endpoint"),
    (re.compile(r"realtime|^gpt-live"), "a realtime model: it speaks over WebSocket or WebRTC only"),
    (re.compile(r"^(?:davinci|babbage)-|^gpt-3\.5-turbo-instruct"), "a model of the old completions endpoint"),
)
_RESPONSES_ONLY = re.compile(
    r"^(?:gpt-|o\d).*(?:-pro\b|deep-research|codex|-cyber\b|daybreak|rosalind)|^codex-|^computer-use"
)
_CHAT_ONLY = re.compile(r"search-preview|audio|^chatgpt-|^gpt-oss|^gpt-[34]")
# Reasoning models show their reasoning in Responses only.
_REASONING = re.compile(r"^o\d|^gpt-(?:[5-9]|\d\d)")


def _bare_name(model: str) -> str:
    name = model.strip().lower().removeprefix("ft:")
    return name.rpartition("/")[2].partition(":")[0]


def why_neither(model: str) -> str | None:
    """Why an OpenAI model of this name streams neither Chat Completions nor Responses; None if it may."""
    name = _bare_name(model)
    for pattern, reason in _NEITHER:
        if pattern.search(name):
            return f"{model} is {reason}"
    return None


def chat_or_responses(model: str) -> str:
    """The provider name for an OpenAI model: `openai-chat` or `openai-responses`.

    Reasoning models go to Responses, where their reasoning can be seen; models that only one of the two has go there;
    unknown names go to Chat, which every compatible server speaks. `openai/` and `ft:` before a name are understood.

    Raises ConfigurationError with the reason if the model fits neither, such as an embedding, speech, image or
    moderation model.
    """
    reason = why_neither(model)
    if reason is not None:
        raise unconfigured("openai", reason)
    name = _bare_name(model)
    if _RESPONSES_ONLY.search(name):
        return RESPONSES
    if _CHAT_ONLY.search(name):
        return CHAT
    return RESPONSES if _REASONING.search(name) else CHAT
