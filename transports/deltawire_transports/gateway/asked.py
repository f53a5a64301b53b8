"""What a client asked, apart from whose API it spoke, and what each target of a plan is to be sent for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs

from deltawire import Failure, FailureKind, Message, MessageChoice
from deltawire.message import MessagePart
from deltawire.policy import Plan
from deltawire.requests import Options, Target, Tool
from deltawire.turns import ToolResult, assistant_turn, tool_results
from deltawire.turns.families import Family, family_of

from ..options import SessionOptions

__all__ = ["Answered", "Asked", "RefusedError", "Returned", "Said", "Turn", "plan_for"]


class RefusedError(Exception):
    """The request cannot be passed on; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure

    @classmethod
    def because(cls, message: str) -> RefusedError:
        """An invalid request."""
        return cls(Failure(FailureKind.INVALID_REQUEST, message, retryable=False))


@attrs.frozen
class Said:
    """Text of the user or the system."""

    role: str
    """user or system."""
    text: str


@attrs.frozen
class Answered:
    """What the model said and called before."""

    parts: tuple[MessagePart, ...]


@attrs.frozen
class Returned:
    """What the called tools gave back."""

    results: tuple[ToolResult, ...]


Turn: TypeAlias = Said | Answered | Returned


@attrs.frozen
class Asked:
    """One request of a client: in its own words for targets of the same schema, and in none for all others."""

    dialect: str
    """Whose API the client speaks: openai-chat, openai-responses or anthropic."""
    model: str
    """The model that it named. The plan decides; this is for the log."""
    stream: bool
    """Whether it wants a stream."""
    turns: tuple[Turn, ...]
    """The conversation, for targets of other schemas."""
    tools: tuple[Tool, ...]
    """The functions, for them."""
    options: Options
    """What every target is asked for."""
    sampling: Mapping[str, Any]
    """temperature and top_p, where the client set them."""
    own_messages: Sequence[Any]
    """The messages as they came."""
    own_tools: Sequence[Any]
    """The tools as they came."""
    own_fields: Mapping[str, Any]
    """What else of the body a target of the same schema gets as it came."""
    only_here: str | None = None
    """What no other schema can be asked for; None if all of them can be asked."""
    left_out: tuple[str, ...] = ()
    """Fields that other schemas are not sent."""
    usage: bool = True
    """Whether the client wants the token counts."""


def plan_for(asked: Asked, plan: Plan) -> tuple[Plan, SessionOptions]:
    """The targets that can be asked this, and the keywords of the stream. Raises RefusedError if there is none."""
    spoken = family_of(asked.dialect, ())
    messages: dict[str, Any] = {}
    tools: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    targets: list[Target] = []
    for target in plan.targets:
        family = family_of(target.provider, (), target.model)
        own = family is spoken
        if not own and asked.only_here is not None:
            continue
        targets.append(target)
        name = target.provider
        messages.setdefault(name, asked.own_messages if own else _messages(asked.turns, target))
        tools.setdefault(name, asked.own_tools if own else asked.tools)
        extra.setdefault(name, asked.own_fields if own else _SAMPLING[family](asked.sampling))
    if not targets:
        raise RefusedError.because(f"No target of this gateway can be asked for {asked.only_here}")
    options: SessionOptions = {"messages": messages, "tools": tools, "extra": extra, "options": asked.options}
    return Plan(targets[0], targets[1:]), options


def _messages(turns: Sequence[Turn], target: Target) -> list[Any]:
    messages: list[Any] = []
    for turn in turns:
        match turn:
            case Said(role, text):
                messages.append({"role": role, "content": text})
            case Answered(parts):
                message = Message(choices=(MessageChoice(0, parts),))
                try:
                    messages += assistant_turn(message, target.provider, model=target.model)
                except ValueError:
                    raise RefusedError.because("The arguments of a tool call must be a JSON object") from None
            case Returned(results):
                messages += tool_results(results, target.provider, model=target.model)
    return messages


def _flat(sampling: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sampling)


def _within(field: str, top_p: str = "top_p") -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    names = {"temperature": "temperature", "top_p": top_p}

    def gathered(sampling: Mapping[str, Any]) -> dict[str, Any]:
        return {field: {names[name]: value for name, value in sampling.items()}} if sampling else {}

    return gathered


def _cohere(sampling: Mapping[str, Any]) -> dict[str, Any]:
    # docs.cohere.com/reference/chat-stream calls it `p`.
    return {"p" if name == "top_p" else name: value for name, value in sampling.items()}


_SAMPLING: Mapping[Family, Callable[[Mapping[str, Any]], dict[str, Any]]] = MappingProxyType(
    {
        Family.CHAT: _flat,
        Family.RESPONSES: _flat,
        Family.ANTHROPIC: _flat,
        Family.GEMINI: _within("generationConfig", "topP"),
        Family.INTERACTIONS: _within("generation_config"),
        Family.OLLAMA: _within("options"),
        Family.CONVERSE: _within("inferenceConfig", "topP"),
        Family.COHERE: _cohere,
        Family.COHERE_CHAT: _cohere,
    }
)
