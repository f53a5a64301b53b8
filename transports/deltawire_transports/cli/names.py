"""Provider names as arguments: checked, suggested, completed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from deltawire.registry import PROVIDERS, provider_row
from deltawire.requests.vendors import VENDORS

__all__ = ["ASKED_PROVIDER", "FALLBACK", "PARSED_PROVIDER", "Fallback", "ProviderName"]


if TYPE_CHECKING:
    _TextType = click.ParamType[str]
    _PairType = click.ParamType[tuple[str, str]]
else:
    _TextType = _PairType = click.ParamType  # no generic class before click 8.2


class ProviderName(_TextType):
    """A provider's or dialect's name; for another one the nearest is suggested."""

    name = "provider"

    def __init__(self, names: tuple[str, ...], aliases: tuple[str, ...] = ()) -> None:
        self._names = names
        self._aliases = aliases

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name itself."""
        if value not in self._names and value not in self._aliases:
            self.fail(_why_not(str(value)), param, ctx)
        return str(value)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """The names that begin so."""
        return [CompletionItem(name) for name in sorted({*self._names, *self._aliases}) if name.startswith(incomplete)]


class Fallback(_PairType):
    """A provider and its model, as NAME:MODEL; models may have colons of their own."""

    name = "fallback"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """The two names."""
        name, _, model = str(value).partition(":")
        if not model:
            self.fail(f"{value!r} is not of the form NAME:MODEL, such as ollama:llama3.2", param, ctx)
        return ASKED_PROVIDER.convert(name, param, ctx), model

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,
        incomplete: str,
    ) -> list[CompletionItem]:
        """The names that begin so; a model is nobody's to guess."""
        return ASKED_PROVIDER.shell_complete(ctx, param, incomplete)


def _why_not(name: str) -> str:
    try:
        provider_row(name)
    except ValueError as error:
        return str(error)
    return f"nobody can ask {name!r}"


PARSED_PROVIDER = ProviderName(tuple(PROVIDERS))
"""A name that a parser is made with."""
ASKED_PROVIDER = ProviderName(tuple(VENDORS), ("openai",))
"""A name that a request is built for; `openai` is Chat or Responses, by the model."""
FALLBACK = Fallback()
"""Whom to ask instead."""
