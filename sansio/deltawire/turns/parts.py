"""The parts of a message that go back to the model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from ..arguments import read_arguments
from ..message import MediaPart, MessagePart, ReasoningPart, RefusalPart, TextPart, ToolCallPart
from ..payload import PayloadError, as_object, compact_json, decode_json, is_object
from ..think_tags import TagPair

__all__ = [
    "all_spoken",
    "arguments_text",
    "arguments_value",
    "plain_parts",
    "spoken",
    "usable_parts",
    "without_blank_texts",
]

_DEEPEST = 256


def usable_parts(parts: Iterable[MessagePart], in_band: TagPair | None) -> list[MessagePart]:
    """The parts without incomplete calls, and with in-band reasoning as text between these tags, or without it."""
    found = [part for part in parts if not isinstance(part, ToolCallPart) or part.complete]
    if not any(isinstance(part, ReasoningPart) and part.in_band for part in found):
        return found
    return [_without_tags(part, in_band) for part in found]


def _without_tags(part: MessagePart, in_band: TagPair | None) -> MessagePart:
    # An item of the Responses API holds the text as it came, tags and reasoning too.
    native = None if as_object(part.native).get("type") == "message" else part.native
    if isinstance(part, ReasoningPart) and part.in_band:
        text = "" if in_band is None else f"{in_band.open}{part.text}{in_band.close}"
        return TextPart(text, part.citations, part.opaque, native)
    return part if native is part.native else attrs.evolve(part, native=native)


def plain_parts(parts: Iterable[MessagePart]) -> list[MessagePart]:
    """What every schema can say of another one's message: its texts and calls, without anything of its provider's."""
    plain: list[MessagePart] = []
    texts: list[str] = []
    for part in parts:
        texts.append(spoken(part))
        if isinstance(part, ToolCallPart):
            plain += [*_joined(texts), _plain_call(part)]
            texts.clear()
    return plain + _joined(texts)


def _joined(texts: list[str]) -> list[MessagePart]:
    text = "".join(texts)
    return [TextPart(text)] if text else []


def _plain_call(call: ToolCallPart) -> ToolCallPart:
    if call.kind == "other":
        # OpenAI's own client tools: what they were asked, as the arguments of a function of that name.
        call = attrs.evolve(call, kind="function", arguments=compact_json(arguments_value(call)))
    return attrs.evolve(call, native=None, opaque=(), citations=())


def spoken(part: MessagePart) -> str:
    """What the part says to the user: its text, its refusal, or the transcript of its voice."""
    if isinstance(part, TextPart | RefusalPart):
        return part.text
    if isinstance(part, MediaPart) and part.kind == "transcript":
        return "".join(part.data)
    return ""


def all_spoken(parts: Iterable[MessagePart]) -> str:
    """What the parts say to the user, in order."""
    return "".join(map(spoken, parts))


def without_blank_texts(parts: Iterable[MessagePart]) -> list[MessagePart]:
    """The parts, but texts of nothing but white space go to the end of the text before them, else to the beginning of
    the text behind; those that stand alone are left out."""
    kept: list[MessagePart] = []
    run: list[TextPart] = []
    for part in parts:
        if isinstance(part, TextPart):
            run.append(part)
        else:
            kept += [*_with_blanks(run), part]
            run = []
    return kept + _with_blanks(run)


def _with_blanks(run: list[TextPart]) -> list[MessagePart]:
    groups: list[list[TextPart]] = []
    spoken = False
    for part in run:
        blank = not part.text.strip()
        if not groups or (spoken and not blank):
            groups.append([])
            spoken = False
        groups[-1].append(part)
        spoken = spoken or not blank
    owners = [next((part for part in group if part.text.strip()), None) for group in groups]
    return [
        attrs.evolve(owner, text=all_spoken(group))
        for owner, group in zip(owners, groups, strict=True)
        if owner is not None
    ]


def arguments_value(call: ToolCallPart) -> dict[str, Any]:
    """The arguments as an object, for schemas that have them so; free text stands under the name `input`.

    Raises ValueError for a function whose arguments are no object: no parser calls that complete.
    """
    if call.kind == "function":
        return read_arguments(call.arguments, complete=call.complete, kind=call.kind, depth=_DEEPEST)
    try:
        value = decode_json(call.arguments, _DEEPEST) if call.kind == "other" else None
    except PayloadError:
        value = None
    return value if is_object(value) else {"input": call.arguments}


def arguments_text(call: ToolCallPart) -> str:
    """The arguments as JSON text: a function's as the model wrote them, `{}` if it wrote none."""
    if call.kind != "function":
        return compact_json(arguments_value(call))
    return "{}" if call.arguments.strip() in ("", "null") else call.arguments
