"""The servers that speak the Chat Completions schema, and what each does differently.

A dialect is a row of facts, without behaviour. The parser reads how the server counts, repeats and names things; the
request builder reads where the server is, which key it wants and which fields it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

__all__ = ["DIALECTS", "REASONING_STYLES", "Dialect"]

REASONING_STYLES = frozenset(
    {
        "reasoning_effort",  # a word on a scale, nothing else
        "reasoning",  # {"reasoning": {"enabled", "effort", "max_tokens"}}
        "reasoning_switch",  # {"reasoning": {"enabled"}} beside reasoning_effort
        "thinking",  # {"thinking": {"type": "enabled" | "disabled"}} beside reasoning_effort
        "enable_thinking",  # enable_thinking and thinking_budget
        "template_switch",  # {"chat_template_kwargs": {"enable_thinking"}} beside reasoning_effort
        "template",  # everything inside chat_template_kwargs
        "none",  # no field at all
    }
)
"""The values of `Dialect.reasoning_style`."""


def _read_only(words: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(words))


@attrs.frozen
class Dialect:
    """One server or vendor of the Chat Completions schema. Frozen, hashable and picklable."""

    name: str
    """The provider name that a parser or a target is made with."""
    base_url: str | None
    """Where the vendor's own SDK points by default, version path included; None where the user must say it."""
    key_variables: tuple[str, ...] = ()
    """Environment variables that hold the key, the vendor's first choice first."""
    key_required: bool = True
    """False for servers that usually run on the user's own machine."""
    stream_options: bool = True
    """True if the server takes `stream_options`; the others send usage unasked or answer 422."""
    reasoning_outside_output: bool = False
    """True if `completion_tokens` leaves `reasoning_tokens` out, so that the two must be added."""
    repeats_placeholder_reasoning: bool = False
    """True if the server sends the same placeholder as reasoning in every chunk while the model thinks."""
    finish_words: Mapping[str, str] = attrs.field(
        factory=dict[str, str], converter=_read_only, hash=False, repr=lambda words: repr(dict(words))
    )
    """The vendor's own finish words to a value of `FinishReason`, or to `error`."""
    max_tokens_field: str = "max_tokens"
    """The request field that limits the answer's tokens."""
    reasoning_style: str = "reasoning_effort"
    """How a request asks for reasoning: a value of `REASONING_STYLES`."""
    default_effort: str | None = None
    """The effort that means "think" where the server would not think unasked; None where it thinks by itself."""
    base_url_variable: str | None = None
    """Environment variable from which the vendor's own SDK takes the base URL."""

    def __reduce__(self) -> tuple[Any, ...]:
        # A mapping proxy cannot be pickled, and parsers that hold a dialect can.
        values = attrs.asdict(self, recurse=False) | {"finish_words": dict(self.finish_words)}
        return type(self), tuple(values.values())


def _table(rows: Iterable[Dialect]) -> Mapping[str, Dialect]:
    return MappingProxyType({row.name: row for row in rows})


# Anthropic's and Gemini's finish words reach the client through gateways that do not translate them.
_ANTHROPIC_WORDS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "refusal",
    "pause_turn": "paused",
}
_GEMINI_WORDS = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "MALFORMED_FUNCTION_CALL": "error",
}

DIALECTS: Mapping[str, Dialect] = _table(
    [
        Dialect(
            "openai-chat",
            "https://api.openai.com/v1",
            ("OPENAI_API_KEY",),
            max_tokens_field="max_completion_tokens",
            default_effort="medium",
            base_url_variable="OPENAI_BASE_URL",
        ),
        Dialect(
            "azure",
            None,
            ("AZURE_OPENAI_API_KEY", "AZURE_API_KEY"),
            max_tokens_field="max_completion_tokens",
            default_effort="medium",
            base_url_variable="AZURE_OPENAI_ENDPOINT",
        ),
        # Reasoning beside the output: github.com/UKGovernmentBEIS/inspect_ai/issues/5528;
        # "Thinking..." in every chunk: github.com/vercel/ai/issues/7330.
        Dialect(
            "grok",
            "https://api.x.ai/v1",
            ("XAI_API_KEY",),
            reasoning_outside_output=True,
            repeats_placeholder_reasoning=True,
            max_tokens_field="max_completion_tokens",
        ),
        Dialect(
            "groq",
            "https://api.groq.com/openai/v1",
            ("GROQ_API_KEY",),
            max_tokens_field="max_completion_tokens",
            base_url_variable="GROQ_BASE_URL",
        ),
        Dialect(
            "openrouter",
            "https://openrouter.ai/api/v1",
            ("OPENROUTER_API_KEY",),
            finish_words={"error": "error"},
            reasoning_style="reasoning",
        ),
        Dialect(
            "deepseek",
            "https://api.deepseek.com",
            ("DEEPSEEK_API_KEY",),
            finish_words={"insufficient_system_resource": "error"},
            reasoning_style="thinking",
        ),
        # Unknown request fields are 422 at Mistral; usage comes unasked.
        Dialect(
            "mistral",
            "https://api.mistral.ai/v1",
            ("MISTRAL_API_KEY",),
            stream_options=False,
            finish_words={"model_length": "length", "error": "error"},
            default_effort="high",
        ),
        Dialect(
            "together",
            "https://api.together.xyz/v1",
            ("TOGETHER_API_KEY",),
            finish_words={"eos": "stop", "eos_token": "stop", "stop_sequence": "stop"},
            reasoning_style="reasoning_switch",
            base_url_variable="TOGETHER_BASE_URL",
        ),
        Dialect("fireworks", "https://api.fireworks.ai/inference/v1", ("FIREWORKS_API_KEY",)),
        Dialect(
            "cerebras",
            "https://api.cerebras.ai/v1",
            ("CEREBRAS_API_KEY",),
            max_tokens_field="max_completion_tokens",
            base_url_variable="CEREBRAS_BASE_URL",
        ),
        # Usage and citations come with every chunk unasked: docs.perplexity.ai, stream mode.
        Dialect(
            "perplexity",
            "https://api.perplexity.ai",
            ("PERPLEXITY_API_KEY", "PPLX_API_KEY"),
            stream_options=False,
            reasoning_outside_output=True,
        ),
        Dialect(
            "dashscope",
            "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            ("DASHSCOPE_API_KEY",),
            reasoning_style="enable_thinking",
        ),
        Dialect(
            "moonshot",
            "https://api.moonshot.ai/v1",
            ("MOONSHOT_API_KEY",),
            reasoning_style="thinking",
        ),
        Dialect(
            "zai",
            "https://api.z.ai/api/paas/v4",
            ("ZAI_API_KEY", "Z_AI_API_KEY"),
            finish_words={
                "sensitive": "content_filter",
                "network_error": "error",
                "model_context_window_exceeded": "length",
            },
            reasoning_style="thinking",
        ),
        Dialect(
            "gemini-openai",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
            finish_words=_GEMINI_WORDS,
            default_effort="medium",
        ),
        Dialect(
            "litellm",
            "http://localhost:4000/v1",
            ("LITELLM_API_KEY", "LITELLM_PROXY_API_KEY"),
            key_required=False,
            finish_words=_ANTHROPIC_WORDS | _GEMINI_WORDS,
            base_url_variable="LITELLM_PROXY_API_BASE",
        ),
        Dialect(
            "vllm",
            "http://localhost:8000/v1",
            ("VLLM_API_KEY",),
            key_required=False,
            finish_words={"abort": "error", "error": "error"},
            reasoning_style="template_switch",
        ),
        Dialect(
            "sglang",
            "http://localhost:30000/v1",
            ("SGLANG_API_KEY",),
            key_required=False,
            finish_words={"abort": "error"},
            reasoning_style="template_switch",
        ),
        Dialect(
            "llama-cpp",
            "http://localhost:8080/v1",
            ("LLAMA_API_KEY",),
            key_required=False,
            reasoning_style="template",
        ),
        Dialect("lmstudio", "http://localhost:1234/v1", ("LMSTUDIO_API_KEY", "LM_API_TOKEN"), key_required=False),
        Dialect(
            "ollama-openai",
            "http://localhost:11434/v1",
            ("OLLAMA_API_KEY",),
            key_required=False,
            base_url_variable="OLLAMA_HOST",
        ),
    ]
)
"""Every dialect by its name. All speak the schema of `openai-chat`, the first row."""
