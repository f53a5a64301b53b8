"""What may have been meant by the name of a provider that does not exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

__all__ = ["did_you_mean"]

_BOTH_OF_OPENAI = ("openai-chat", "openai-responses")
# Companies, clouds and models by which people call the providers, where the letters alone lead elsewhere or nowhere.
_OTHER_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("openai", "chatgpt", "gpt"), _BOTH_OF_OPENAI),
        **dict.fromkeys(("claude",), ("anthropic",)),
        **dict.fromkeys(("google", "google-genai", "vertex", "vertex-ai", "vertexai"), ("gemini",)),
        **dict.fromkeys(("aws", "amazon", "converse"), ("bedrock",)),
        **dict.fromkeys(("azure-openai", "microsoft"), ("azure",)),
        **dict.fromkeys(("xai", "x-ai"), ("grok",)),
        **dict.fromkeys(("qwen", "alibaba"), ("dashscope",)),
        **dict.fromkeys(("kimi",), ("moonshot",)),
        **dict.fromkeys(("glm", "zhipu"), ("zai",)),
    }
)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The question to put behind a message about an unknown `name`: `; did you mean 'anthropic'?`, or `""`.

    Only names of `known` are proposed. Raises TypeError for a name that is no text.
    """
    if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers need no type checker
        raise TypeError(f"a provider is given by its name, a str, not {type(name).__name__}")
    names = tuple(known)
    plain = name.lower().replace("_", "-").replace(" ", "-")
    meant = [other for other in _OTHER_WORDS.get(plain, ()) if other in names]
    found = ([plain] if plain in names else meant) or difflib.get_close_matches(plain, names, 1)
    return f"; did you mean {' or '.join(map(repr, found))}?" if found else ""
