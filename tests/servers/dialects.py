"""The dialects of aimock: where each is, and what the mock leaves out or says in another way than its provider."""

from __future__ import annotations

from typing import Any, Literal

import attrs

from deltawire.requests import Target

__all__ = ["CHAT", "DIALECTS", "KEY", "Dialect"]

KEY = "sk-canary-4711"


@attrs.frozen
class Dialect:
    """One of them."""

    provider: str
    model: str
    path: str = ""
    """What stands behind the server's address in the base URL."""
    name: str = ""
    """What it is called in tests, if not as its provider."""
    fields: dict[str, Any] = attrs.field(factory=dict[str, Any])
    """More fields of the target."""
    reasoning: Literal["told", "left out", "as text", "elsewhere"] = "told"
    """What the mock makes of a fixture's reasoning. Elsewhere: in a field that the provider does not have."""
    plan: str = ""
    """What the mock says before calls, of its own."""
    ids: bool = True
    """False if the calls come without the ids of the fixture."""
    usage: bool = True
    """False if the counts of the fixture are not told."""
    length: bool = True
    """False if the finish reason of the fixture is not told."""

    def target(self, base_url: str, **fields: Any) -> Target:
        """This dialect at a server."""
        options: dict[str, Any] = {"api_key": KEY, "base_url": base_url + self.path, **self.fields, **fields}
        return Target(self.provider, self.model, **options)

    def __str__(self) -> str:
        return self.name or self.provider


_CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
_AWS = {"region": "us-east-1"}

CHAT = Dialect("openai-chat", "gpt-5-mini", "/v1")
DIALECTS = [
    CHAT,
    Dialect("openai-responses", "gpt-5-mini", "/v1", length=False),
    Dialect("anthropic", "claude-sonnet-4-5"),
    Dialect("gemini", "gemini-2.5-flash"),
    Dialect("gemini", "gemini-2.5-flash", "/v1", "vertex", {"project": "p", "region": "us-central1", "bearer": True}),
    Dialect("gemini-interactions", "gemini-2.5-flash", reasoning="left out", length=False),
    Dialect("ollama", "qwen3", reasoning="elsewhere", ids=False, usage=False, length=False),
    Dialect("bedrock", _CLAUDE, fields=_AWS),
    Dialect("bedrock-invoke", _CLAUDE, fields=_AWS),
    Dialect("cohere", "command-a-reasoning-08-2025", reasoning="as text", plan="I will use the requested tool."),
    Dialect("azure", "gpt-5-mini", fields={"api_version": "2024-10-21"}),
    Dialect("openrouter", "openai/gpt-5-mini", "/api/v1"),
]
