"""What the readers of the three APIs share: fields of the right type, texts, calls and their results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from deltawire.message import MessagePart, TextPart, ToolCallPart
from deltawire.payload import is_list, is_object
from deltawire.requests import Tool
from deltawire.turns import ToolResult

from .asked import Answered, RefusedError, Returned, Said, Turn

__all__ = ["Conversation", "flag", "objects", "sampling", "tool", "whole", "word", "words"]


def objects(value: Any, field: str) -> list[dict[str, Any]]:
    """A list of objects; raises RefusedError, naming the field, for anything else. None is an empty list."""
    if value is None:
        return []
    if not is_list(value) or not all(is_object(each) for each in value):
        raise RefusedError.because(f"{field} must be a list of objects")
    return value


def whole(body: Mapping[str, Any], *names: str) -> int | None:
    """The first of the named fields that is set, a positive whole number. Raises RefusedError for anything else."""
    for name in names:
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise RefusedError.because(f"{name} must be a positive whole number")
        return value
    return None


def word(body: Mapping[str, Any], name: str) -> str | None:
    """A field that is text, None if it is not set. Raises RefusedError for anything else."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise RefusedError.because(f"{name} must be a string")
    return value


def flag(body: Mapping[str, Any], name: str) -> bool | None:
    """A field that is true or false, None if it is not set. Raises RefusedError for anything else."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise RefusedError.because(f"{name} must be true or false")
    return value


def words(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A field that is a string or several. Raises RefusedError for anything else."""
    value = body.get(name)
    found = [value] if isinstance(value, str) else value or []
    if not is_list(found) or not all(isinstance(each, str) for each in found):
        raise RefusedError.because(f"{name} must be a string or a list of strings")
    return tuple(found)


def sampling(body: Mapping[str, Any]) -> dict[str, Any]:
    """Temperature and top_p, as far as they are set."""
    return {name: body[name] for name in ("temperature", "top_p") if body.get(name) is not None}


def tool(fields: Mapping[str, Any], schema: str) -> Tool:
    """A function; `schema` names the field of its parameters. Raises RefusedError for one without a name."""
    name, parameters = fields.get("name"), fields.get(schema)
    if not isinstance(name, str) or not name:
        raise RefusedError.because("A tool has no name")
    described = fields.get("description")
    strict = fields.get("strict")
    return Tool(
        name,
        described if isinstance(described, str) else "",
        parameters if is_object(parameters) else None,
        strict if isinstance(strict, bool) else None,
    )


class Conversation:
    """Gathers the turns of a request, and notes what no other schema could be told."""

    def __init__(self) -> None:
        self.only_here: str | None = None
        self._turns: list[Turn] = []
        self._parts: list[MessagePart] = []
        self._results: list[ToolResult] = []
        self._calls: dict[str, ToolCallPart] = {}

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All of them, once everything is read."""
        self._close()
        return tuple(self._turns)

    def keep_here(self, what: str) -> None:
        """Only a target of the client's own schema can be asked this."""
        self.only_here = self.only_here or what

    def text(self, content: Any, kinds: Sequence[str], field: str = "content") -> str:
        """The text of a message's content: a string, or a list of parts with these types. Other parts stay here."""
        if content is None or isinstance(content, str):
            return content or ""
        texts: list[str] = []
        for part in objects(content, field):
            said = part.get("text", part.get("refusal"))
            if part.get("type") in kinds and isinstance(said, str):
                texts.append(said)
            else:
                self.keep_here(f"content of the type {part.get('type')!r}")
        return "".join(texts)

    def say(self, role: str, text: str) -> None:
        """A message of the user or the system."""
        self._close()
        if text:
            self._turns.append(Said(role, text))

    def answer(self, text: str) -> None:
        """Text of the model."""
        self._close_results()
        if text:
            self._parts.append(TextPart(text))

    def call(self, identifier: Any, name: Any, arguments: str, *, custom: bool = False) -> None:
        """A call of the model. Raises RefusedError for one without an id or a name."""
        if not isinstance(identifier, str) or not identifier or not isinstance(name, str) or not name:
            raise RefusedError.because("A tool call has no id or no name")
        self._close_results()
        part = ToolCallPart(
            len(self._calls), identifier, name, arguments, complete=True, kind="custom" if custom else "function"
        )
        self._calls[identifier] = part
        self._parts.append(part)

    def result(self, identifier: Any, output: str, *, is_error: bool = False) -> None:
        """What a call gave back. Raises RefusedError if there was no such call before."""
        call = self._calls.get(identifier) if isinstance(identifier, str) else None
        if call is None:
            raise RefusedError.because("A tool result belongs to no tool call before it")
        self._close_answer()
        self._results.append(ToolResult(call, output, is_error))

    def _close(self) -> None:
        self._close_answer()
        self._close_results()

    def _close_answer(self) -> None:
        if self._parts:
            self._turns.append(Answered(tuple(self._parts)))
            self._parts = []

    def _close_results(self) -> None:
        if self._results:
            self._turns.append(Returned(tuple(self._results)))
            self._results = []
