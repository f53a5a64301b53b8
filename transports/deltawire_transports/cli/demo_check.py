"""What the demo's server asks of a second turn: everything as the first answer had it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from deltawire.payload import as_list, is_object

from ..replay import Exchange, ProviderRules, Reply, Rules, provider_rules
from .demo_loops import ToolLoop

__all__ = ["loop_rules"]

# What the providers say, or nearly so.
_STATE_FAULTS = {
    "anthropic": "messages.1.content.0: Invalid `signature` in `thinking` block",
    "bedrock-invoke": "messages.1.content.0: Invalid `signature` in `thinking` block",
    "bedrock": "The model returned the following errors: messages.1.content.0: Invalid `signature` in `thinking` block",
    "gemini": "Function call is missing a thought_signature in functionCall parts.",
    "gemini-openai": "Function call is missing a thought_signature in functionCall parts.",
    "gemini-interactions": "A thought is missing its signature, or it was changed.",
    "openai-responses": "The encrypted content for item rs_1 could not be verified.",
    "deepseek": "The reasoning_content in the thinking mode must be passed back to the API.",
}
_ID_FIELDS = ("tool_call_id", "call_id", "tool_use_id", "toolUseId")


def loop_rules(loop: ToolLoop, rules: ProviderRules, key: str) -> Rules:
    """What the provider refuses of any request, and then of the loop's second turn."""
    general = provider_rules(rules, key=key)

    def refuse(exchange: Exchange) -> Reply | None:
        refusal = general(exchange)
        if refusal is not None:
            return refusal
        history = (exchange.payload() or {}).get(loop.history)
        fault = _fault(loop, as_list(history))
        return None if fault is None else rules.error(exchange, 400, fault)

    return refuse


def _fault(loop: ToolLoop, history: list[Any]) -> str | None:
    """What is wrong with the conversation, None if nothing is. It begins with one message of the user's."""
    if len(history) <= 1:
        return None
    turn, results = history[1 : 1 + len(loop.turn)], history[1 + len(loop.turn) :]
    texts = set(_texts(turn))
    if not texts.issuperset(loop.state):
        return _STATE_FAULTS.get(loop.provider, "The reasoning of the turn before is missing or was changed.")
    called = _ids(turn, ("id", *_ID_FIELDS))
    if not called.issuperset(loop.calls) or (loop.calls and _ids(results, _ID_FIELDS) != set(loop.calls)):
        return f"The results must refer to the calls of the turn before: {', '.join(loop.calls)}."
    if turn != list(loop.turn):
        return "The turn before was changed."
    return None if results else "The calls of the turn before have no results."


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if is_object(value) else as_list(value)
    return [text for each in inner for text in _texts(each)]


def _ids(value: Any, fields: tuple[str, ...]) -> set[str]:
    own = {value[field] for field in fields if isinstance(value.get(field), str)} if is_object(value) else set[str]()
    inner = value.values() if is_object(value) else as_list(value)
    return own.union(*(_ids(each, fields) for each in inner))
