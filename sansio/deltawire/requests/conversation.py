"""What is to be said, before it has the form of a provider."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, TypeGuard

import attrs

__all__ = ["Conversation", "Options", "Tool", "ToolLike"]

NO_PARAMETERS: Mapping[str, Any] = {"type": "object", "properties": {}}
_TOOL_KEYS = frozenset({"name", "description", "parameters", "strict"})
_SYSTEM_ROLES = frozenset({"system", "developer"})


@attrs.frozen
class Tool:
    """A function that the model may ask for, in no provider's form."""

    name: str
    """What the model calls it."""
    description: str = ""
    """What it does, for the model."""
    parameters: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    """JSON Schema of the arguments, an object; None for a function without any."""
    strict: bool | None = None
    """True to have the provider enforce the schema where it can; None for each provider's loose mode."""

    @property
    def schema(self) -> dict[str, Any]:
        """The schema of the arguments, that of an empty object if there are none."""
        return dict(self.parameters or NO_PARAMETERS)


ToolLike: TypeAlias = Tool | Mapping[str, Any]
"""A tool, a mapping with the keys of one, or a provider's own tool."""


def _stop_words(stop: str | Iterable[str] | None) -> tuple[str, ...]:
    if stop is None:
        return ()
    return (stop,) if isinstance(stop, str) else tuple(stop)


@attrs.frozen
class Options:
    """What to ask for beyond the text. None leaves the choice to the provider; nothing is sent for it."""

    max_tokens: int | None = None
    """The most tokens of the answer."""
    thinking: bool | int | None = None
    """True or False switches reasoning on or off; a number is a budget in tokens.

    Where an API has no budget, a number counts as an effort (up to 1,024 low, up to 8,192 medium, else high), and
    where it has a switch only, as on.
    """
    effort: str | None = None
    """none, minimal, low, medium, high, xhigh or max, as far as the model knows them."""
    tool_choice: str | Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    """auto, none, required, or the name of the tool that must be called; a mapping is the provider's own form."""
    parallel_tool_calls: bool | None = None
    """False asks for one call at a time."""
    stop: tuple[str, ...] = attrs.field(default=(), converter=_stop_words)
    """Texts at which the answer ends; one string or several."""

    @property
    def budget(self) -> int | None:
        """The reasoning budget in tokens, if there is one."""
        return None if isinstance(self.thinking, bool) else self.thinking or None

    @property
    def thinks(self) -> bool | None:
        """True or False if reasoning is asked for or forbidden, None if nothing is said."""
        if self.thinking is not None:
            return bool(self.thinking)
        return None if self.effort is None else self.effort != "none"

    @property
    def level(self) -> str | None:
        """The effort: the one given, else the one that the budget stands for."""
        if self.effort is not None or self.budget is None:
            return self.effort
        if self.budget <= 1_024:
            return "low"
        return "medium" if self.budget <= 8_192 else "high"


@attrs.frozen
class Conversation:
    """One request's content: messages in order, the system text, the tools and the options."""

    messages: tuple[Any, ...]
    system: Any
    """Text, or the provider's own form of a system prompt; None for none."""
    tools: tuple[ToolLike, ...]
    options: Options

    @property
    def own_tools(self) -> list[Tool]:
        """The tools that have no provider's form yet."""
        return [tool for tool in self.tools if isinstance(tool, Tool)]

    @property
    def one_call_at_a_time(self) -> bool:
        """True if there are tools and parallel calls of them are forbidden."""
        return bool(self.tools) and self.options.parallel_tool_calls is False

    def system_and_rest(self) -> tuple[list[Any], list[Any]]:
        """The system prompt, then the messages without the plain system messages that went into it.

        For providers that keep the system prompt beside the messages. The parts are texts, or the provider's own.
        """
        system = _parts(self.system)
        rest: list[Any] = []
        for message in self.messages:
            plain = plain_text(message)
            if plain is not None and plain[0] in _SYSTEM_ROLES:
                system.append(plain[1])
            else:
                rest.append(message)
        return system, rest


def _is_several(value: Any) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    return isinstance(value, list | tuple)


def _parts(system: Any) -> list[Any]:
    if _is_several(system):
        return [*system]
    return [system] if system else []


def is_mapping(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """True for any mapping."""
    return isinstance(value, Mapping)


def plain_text(message: Any) -> tuple[str, str] | None:
    """Role and text of a message that is nothing else, the one form that every provider's can be made from."""
    if not is_mapping(message) or message.keys() != {"role", "content"}:
        return None
    role, text = message["role"], message["content"]
    return (role, text) if isinstance(role, str) and isinstance(text, str) else None


def read_tool(tool: ToolLike) -> ToolLike:
    """A mapping with a tool's keys and no others becomes a Tool; another one stays as it is. TypeError for the rest."""
    if not isinstance(tool, Tool | Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - a function, mostly
        raise TypeError(f"a tool is a Tool or a mapping, not {type(tool).__name__}; tools are a list of them")
    if isinstance(tool, Tool) or "name" not in tool or not tool.keys() <= _TOOL_KEYS:
        return tool
    return Tool(tool["name"], tool.get("description") or "", tool.get("parameters"), tool.get("strict"))
