"""The text of a tool call's arguments as an object, strictly: nothing is repaired and nothing is guessed."""

from __future__ import annotations

from typing import Any

from .limits import Limits
from .payload import PayloadError, decode_json, is_object

__all__ = ["parses_as_arguments", "read_arguments"]


def _is_blank(text: str) -> bool:
    # A call without parameters: nothing at all (OpenAI, Anthropic), or `null` from gateways.
    return text.strip() in ("", "null")


def parses_as_arguments(text: str, depth: int, *, blank: bool = True) -> bool:
    """True if the text is exactly one JSON object, `null`, or blank where `blank` allows it."""
    if _is_blank(text):
        return blank or bool(text.strip())
    try:
        return is_object(decode_json(text, depth))
    except PayloadError:
        return False


def read_arguments(text: str, *, complete: bool, kind: str, depth: int = Limits().json_depth) -> dict[str, Any]:
    """The object that the arguments of a complete function call are; raises ValueError for any other call."""
    if not complete:
        raise ValueError("the call is incomplete: its arguments may be cut or damaged")
    if kind != "function":
        raise ValueError(f"the arguments of a call of kind {kind!r} are text, not an object")
    if _is_blank(text):
        return {}
    value = decode_json(text, depth)
    if not is_object(value):
        raise ValueError("the arguments are no JSON object")
    return value
