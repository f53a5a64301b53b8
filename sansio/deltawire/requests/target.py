"""A target: one model at one provider, with what it takes to ask it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Self, TypeAlias

import attrs

from .credentials import MASK, HeaderPairs, HoldsSecrets, header_pairs, header_secrets, hide, shown_headers, shown_url
from .models import chat_or_responses
from .vendors import VENDORS

__all__ = ["Signer", "Target"]

Signer: TypeAlias = Callable[[str, str, tuple[tuple[str, str], ...], bytes], HeaderPairs]
"""Signs a request: takes method, URL, headers and body, gives all headers to send, signature included."""

_REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


def _optional_pairs(headers: HeaderPairs | None) -> tuple[tuple[str, str], ...]:
    return header_pairs(headers or ())


@attrs.frozen(repr=False)
class Target(HoldsSecrets):
    """One model at one provider. The key never shows in its repr, and it refuses to be pickled.

    `provider` is the name of a provider or dialect; `openai` stands for whichever of `openai-chat` and
    `openai-responses` fits the model, and raises ConfigurationError if neither does. What is wrong with the rest is
    said by `build_request`, so that a fallback can take over.
    """

    provider: str
    """The name that the parser of the answer is made with."""
    model: str
    """The model as the provider names it; at Azure the deployment, at Bedrock the model id or an ARN."""
    api_key: str | None = None
    """The key, or a token if `bearer` is set."""
    base_url: str | None = None
    """What the vendor's own SDK means by it: OpenAI and its dialects with `/v1`, Anthropic, Gemini, Cohere and Ollama
    without; a missing or doubled one is mended. None for the vendor's own address."""
    headers: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_optional_pairs)
    """More headers, as pairs or a mapping; they replace ours of the same name, that of the key included."""
    organization: str | None = None
    """OpenAI: the organization to bill."""
    project: str | None = None
    """OpenAI: the project; Gemini and Anthropic: the Google Cloud project, which means Vertex AI, with `region`."""
    api_version: str | None = None
    """Anthropic: the `anthropic-version`; Azure: the `api-version`, a date for the classic paths; Gemini: `v1beta`."""
    region: str | None = None
    """Bedrock and Vertex AI: the region."""
    bearer: bool = False
    """The key is a token for `Authorization: Bearer` where the provider would take it in a header of its own:
    ANTHROPIC_AUTH_TOKEN, a Microsoft Entra token, a Google OAuth token."""
    signer: Signer | None = None
    """Signs the finished request in place of a key, AWS SigV4 for one. Called for every attempt."""

    def __attrs_post_init__(self) -> None:
        if self.provider == "openai":
            object.__setattr__(self, "provider", chat_or_responses(self.model))

    @classmethod
    def from_env(cls, provider: str, model: str, env: Mapping[str, str], base_url: str | None = None) -> Self:
        """The target that the vendor's own SDK would take from these environment variables; empty ones do not count.

        `env` is `os.environ` or any mapping: the core reads no environment by itself. A missing key is an error only
        once a request is built. Raises ConfigurationError as the constructor does.
        """

        def first(names: tuple[str, ...]) -> str | None:
            return next((env[name] for name in names if env.get(name)), None)

        if provider == "openai":
            provider = chat_or_responses(model)
        vendor = VENDORS.get(provider)
        if vendor is None:
            return cls(provider, model, base_url=base_url)
        key = first(vendor.key_variables)
        token = first(vendor.bearer_variables) if key is None else None
        at_openai = provider in {"openai-chat", "openai-responses"}
        return cls(
            provider,
            model,
            api_key=key or token,
            bearer=token is not None,
            base_url=base_url or first(vendor.base_url_variables),
            organization=first(("OPENAI_ORG_ID",)) if at_openai else None,
            project=first(("OPENAI_PROJECT_ID",)) if at_openai else None,
            api_version=first(("OPENAI_API_VERSION",)) if provider == "azure" else None,
            region=first(_REGION_VARIABLES) if provider.startswith("bedrock") else None,
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """The key and the values of credential headers: what must not occur in anything that is shown."""
        return tuple(str(secret) for secret in (self.api_key, *header_secrets(self.headers)) if secret)

    def header(self, name: str) -> str | None:
        """The value of the last of the extra headers of this name, in any case, or None."""
        return next((value for other, value in reversed(self.headers) if other.lower() == name.lower()), None)

    def __repr__(self) -> str:
        shown = [f"{self.provider!r}, {self.model!r}"]
        if self.api_key is not None:
            shown.append(f"api_key={MASK!r}")
        if self.base_url is not None:
            shown.append(f"base_url={shown_url(self.base_url)!r}")
        if self.headers:
            shown.append(f"headers={shown_headers(self.headers)!r}")
        for name in ("organization", "project", "api_version", "region"):
            value: str | None = getattr(self, name)
            if value is not None:
                shown.append(f"{name}={value!r}")
        if self.bearer:
            shown.append("bearer=True")
        if self.signer is not None:
            shown.append("signer=...")
        return hide(f"Target({', '.join(shown)})", self.secrets)
