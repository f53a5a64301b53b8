"""A message as the assistant's turn of the next request, and the results of its calls behind it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..message import Message, MessageChoice, MessagePart
from ..think_tags import TagPair
from .anthropic import anthropic_results, anthropic_turn
from .chat import chat_results, chat_turn
from .cohere import cohere_chat_results, cohere_chat_turn, cohere_results, cohere_turn
from .converse import converse_results, converse_turn
from .families import Family, comes_from, family_of
from .gemini import gemini_results, gemini_turn
from .interactions import interactions_results, interactions_turn
from .ollama import ollama_results, ollama_turn
from .parts import plain_parts, usable_parts
from .responses import responses_results, responses_turn
from .result import ToolResult

__all__ = ["assistant_turn", "tool_results"]


def assistant_turn(
    message: Message, provider: str, choice: int = 0, *, model: str = "", in_band: TagPair | None = None
) -> list[dict[str, Any]]:
    """One choice of a message in the provider's own form, for the next request: put it behind the messages before it,
    and `tool_results` behind it. Empty if nothing is left that the provider would take.

    What the provider wants back stands where it came, byte for byte: signatures, encrypted and redacted reasoning,
    `reasoning_details`, compactions, items of its own tools. Of a message that another schema or dialect gave, only
    the texts and the calls go: state means nothing to anyone but whoever made it. A continuation token is no part of a
    turn: it stands in `opaque` of the last part, and belongs into the request itself.

    Incomplete calls stay out: they cannot have been run, and an API refuses a call without a result. So does
    reasoning from between think tags, as servers' own chat templates leave it out, unless `in_band` gives the tags to
    put around it (see `THINK_TAGS`). `model` is the model to be asked; for `bedrock-invoke` it tells whose schema that
    is, which the message alone shows for Anthropic, Nova and Cohere mostly.

    Raises ValueError for a provider that does not exist, and for a complete function call that no parser made: one
    whose arguments are no object.
    """
    parts = _choice(message, choice).parts
    if not model and message.provider == provider:
        model = message.model
    family = family_of(provider, parts, model)
    foreign = not comes_from(message, parts, provider, family)
    usable = usable_parts(parts, in_band)
    return _turn(family, plain_parts(usable) if foreign else usable, provider, foreign=foreign)


def tool_results(results: Iterable[ToolResult], provider: str, *, model: str = "") -> list[dict[str, Any]]:
    """The results of a turn's calls in the provider's own form: one message for all of them where the schema has it so,
    else one for each. Give them in the order of the calls, every call one; none gives an empty list.

    `provider` and `model` are as for `assistant_turn`, so that ids that an API would refuse are replaced alike.

    Raises ValueError for a provider that does not exist, a call that is not complete, and two results of one call.
    """
    found = list(results)
    calls = [result.call for result in found]
    for call in calls:
        if not call.complete:
            raise ValueError(f"the call {call.id!r} of {call.name!r} is incomplete: no turn holds it")
    if len({call.id for call in calls}) < len(calls):
        raise ValueError("two results have the same call: each call has one")
    family = family_of(provider, calls, model)
    return _results(family, found, provider) if found else []


def _choice(message: Message, index: int) -> MessageChoice:
    return next((choice for choice in message.choices if choice.index == index), MessageChoice(index))


def _turn(family: Family, parts: list[MessagePart], provider: str, *, foreign: bool) -> list[dict[str, Any]]:
    match family:
        case Family.CHAT:
            return chat_turn(parts, provider, foreign=foreign)
        case Family.RESPONSES:
            return responses_turn(parts)
        case Family.ANTHROPIC:
            return anthropic_turn(parts)
        case Family.GEMINI:
            return gemini_turn(parts, foreign=foreign)
        case Family.INTERACTIONS:
            return interactions_turn(parts)
        case Family.OLLAMA:
            return ollama_turn(parts)
        case Family.CONVERSE:
            return converse_turn(parts)
        case Family.COHERE:
            return cohere_turn(parts)
        case Family.COHERE_CHAT:  # pragma: no branch - the last of the families, as type checkers see
            return cohere_chat_turn(parts)


def _results(family: Family, results: list[ToolResult], provider: str) -> list[dict[str, Any]]:
    match family:
        case Family.CHAT:
            return chat_results(results, provider)
        case Family.RESPONSES:
            return responses_results(results)
        case Family.ANTHROPIC:
            return anthropic_results(results)
        case Family.GEMINI:
            return gemini_results(results)
        case Family.INTERACTIONS:
            return interactions_results(results)
        case Family.OLLAMA:
            return ollama_results(results)
        case Family.CONVERSE:
            return converse_results(results)
        case Family.COHERE:
            return cohere_results(results)
        case Family.COHERE_CHAT:  # pragma: no branch - the last of the families, as type checkers see
            return cohere_chat_results(results)
