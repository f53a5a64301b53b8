"""What is asked, for every target of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, cast

import attrs

from ..dialects import DIALECTS
from ..failures import Failure, FailureKind
from ..requests import ConfigurationError, Options, Request, Target, ToolLike, build_request
from ..requests.vendors import VENDORS

__all__ = ["Extra", "Messages", "Question", "Tools"]

Messages: TypeAlias = Iterable[Any] | Mapping[str, Iterable[Any]]
"""Messages that go to every provider, or a mapping from provider names to that provider's own messages."""

Tools: TypeAlias = Iterable[ToolLike] | Mapping[str, Iterable[ToolLike]]
"""Tools that go to every provider, or a mapping from provider names to that provider's own tools."""

Extra: TypeAlias = Mapping[str, Any]
"""Fields of the request's body; if every key is a provider's name, the fields for each provider."""

_NAMES = frozenset({"openai", *VENDORS})


def _kept(name: str, value: Any) -> Any:
    """The value with its iterables read once, for several attempts; a mapping must be one by provider."""
    if not isinstance(value, Mapping):
        return tuple(value)
    mapping = cast("Mapping[str, Iterable[Any]]", value)
    stray = [key for key in mapping if key not in _NAMES]
    if stray:
        raise ValueError(f"{name} is a mapping, so its keys must be provider names; {stray[0]!r} is none")
    return {key: tuple(values) for key, values in mapping.items()}


def _messages(value: Messages) -> Any:
    return _kept("messages", value)


def _tools(value: Tools) -> Any:
    return _kept("tools", value)


@attrs.frozen
class Question:
    """One conversation to go on with, in a form for each target. Raises ValueError for a mapping by other names."""

    prompt: str | None = None
    """The user's text, after the messages."""
    messages: Any = attrs.field(default=(), converter=_messages)
    """See `Messages`."""
    tools: Any = attrs.field(default=(), converter=_tools)
    """See `Tools`."""
    system: Any = None
    """The system prompt: text, or the provider's own form."""
    options: Options | None = None
    """What to ask for beyond the text."""
    extra: Extra | None = None
    """See `Extra`."""

    def request(self, target: Target) -> Request:
        """The request to `target`. Raises as `build_request` does, and ConfigurationError if it has no messages."""
        extra = self.extra
        if extra and all(name in _NAMES for name in extra):
            extra = _for_provider(extra, target.provider)
        return build_request(
            target,
            self.prompt,
            messages=self._own("messages", self.messages, target.provider),
            tools=self._own("tools", self.tools, target.provider),
            options=self.options,
            extra=extra,
            system=self.system,
        )

    @staticmethod
    def _own(name: str, values: Any, provider: str) -> Any:
        if not isinstance(values, Mapping):
            return values
        own = _for_provider(cast("Mapping[str, Any]", values), provider)
        if own is None:
            message = f"The {name} have no entry for {provider!r}"
            raise ConfigurationError(Failure(FailureKind.UNCONFIGURED, message, provider=provider, retryable=False))
        return own


def _for_provider(values: Mapping[str, Any], provider: str) -> Any:
    """The value under the provider's name, else under the name that stands for several."""
    shared = (
        ("openai-chat", "openai") if provider in DIALECTS else ("openai",) if provider == "openai-responses" else ()
    )
    return next((values[name] for name in (provider, *shared) if name in values), None)
