"""The one provider that only carries others: each payload is an object of the model vendor's own schema."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from ...events import Event, Finished, UsageUpdate
from ...failures import Failure
from ...foreign import foreign_schema
from ...payload import as_list, as_object, as_text, is_object
from ..base import Provider, ProviderOptions
from .cohere_chat import CohereChat, is_cohere_chat
from .completions import TextCompletions, is_completion
from .metrics import METRICS, is_annotated, with_metrics

__all__ = ["BedrockInvoke"]

_NOVA = frozenset({"messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop"})
_ANTHROPIC = frozenset({"message", "ping", "content_block_stop", "message_stop"})
# Schemas that have a place of their own for reasoning; Cohere's and the rest speak it in the text, if at all.
_WITH_REASONING = frozenset({"anthropic", "nova", "cohere"})


class BedrockInvoke(Provider):
    """One response of InvokeModelWithResponseStream: payloads as the `bytes` of each chunk decode to.

    The first payload that shows its schema chooses among `ProviderOptions.schemas` (`anthropic`, `nova`, `openai-chat`,
    `cohere`) and the older ones of this package. From then on that schema maps the payloads and says what proves the
    answer complete; here only Bedrock's own fields are taken off them.
    """

    proof: ClassVar[str] = "the vendor's own end of the answer"

    def __init__(self, options: ProviderOptions) -> None:
        super().__init__(options)
        self._options = options
        self._schema: Provider | None = None
        self._renames = False

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Hands one payload on."""
        schema = self._schema or self._choose(payload, events)
        if schema is None:
            return
        if self._renames:
            payload = _as_chunk(payload)
        if is_annotated(payload):
            self._receive_annotated(schema, payload, events)
        else:
            schema.receive(payload, events)
        self.ended = schema.ended

    def receive_document(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Hands a whole answer on."""
        schema = self._schema or self._choose(payload, events)
        if schema is not None:
            schema.receive_document(_as_chunk(payload, "message"), events)
            self.ended = schema.ended
        elif not self.ended:
            self.fail_with(payload, events)

    def receive_done(self, events: list[Event]) -> None:
        """`[DONE]`, which some vendors' servers send."""
        if self._schema is not None:
            self._schema.receive_done(events)
            self.ended = self._schema.ended

    @property
    def can_finish(self) -> bool:
        """True if the vendor's schema says so."""
        return self._schema is not None and self._schema.can_finish

    def end(self, events: list[Event], raw: str | None = None, *, seen: bool = False) -> None:
        """Ends the vendor's answer; a clean end after its last word needs no `[DONE]` here."""
        schema = self._schema
        if schema is None:
            super().end(events, raw, seen=seen)
            return
        if schema.can_finish:
            schema.receive_done(events)
        if not schema.ended:
            schema.end(events, raw, seen=seen)
        self.ended = schema.ended

    def abort(self, failure: Failure, events: list[Event]) -> None:
        """As every provider, by the vendor's schema."""
        if self._schema is None:
            super().abort(failure, events)
            return
        self._schema.abort(failure, events)
        self.ended = self._schema.ended

    def fail(self, failure: Failure, events: list[Event]) -> None:
        """Closes what the vendor's schema holds open, and ends."""
        if self._schema is None:
            super().fail(failure, events)
            return
        self._schema.fail(failure, events)
        self.ended = True

    def damage(self) -> None:
        """A frame was lost."""
        super().damage()
        if self._schema is not None:
            self._schema.damage()

    def _choose(self, payload: dict[str, Any], events: list[Event]) -> Provider | None:
        name = _schema_name(payload)
        known = dict[str, type[Provider]](self._options.schemas)
        known |= {"completions": TextCompletions, "cohere-chat": CohereChat}
        if name in known:
            return self._begin_schema(name, known[name], payload)
        if payload.get("error") or payload.get("__type") or as_text(payload.get("message") or payload.get("Message")):
            self.fail_with(payload, events)
        elif is_annotated(payload):
            self.describe({key: value for key, value in payload.items() if key != "p"}, events)
        else:
            self.unknown(payload, events)
        return None

    def _begin_schema(self, name: str, schema: type[Provider], payload: dict[str, Any]) -> Provider:
        chosen = self._schema = schema(self._options)
        chosen.request_id = self.request_id
        chosen.calls.mend = self.calls.mend
        # What the parser looks at while payloads are mapped.
        self.calls, self.choices = chosen.calls, chosen.choices
        self.in_band = name not in _WITH_REASONING
        if self.damaged:
            chosen.damage()
        for event in self._early:
            chosen.tell(event, [])
        self._early.clear()
        self._renames = name == "openai-chat" and _needs_renaming(payload)
        return chosen

    def _receive_annotated(self, schema: Provider, payload: dict[str, Any], events: list[Event]) -> None:
        if isinstance(schema, TextCompletions | CohereChat):
            schema.receive(payload, events)
            return
        schema.describe({key: value for key, value in payload.items() if key.startswith("amazon-bedrock-")}, events)
        rest = {key: value for key, value in payload.items() if not key.startswith("amazon-bedrock-")}
        if rest.keys() - {"p"}:
            schema.receive(rest, events)
        usage = with_metrics(schema.usage, as_object(payload.get(METRICS)))
        if usage is None or usage == schema.usage:
            return
        schema.usage = usage
        if not schema.ended:
            schema.tell(UsageUpdate(usage), events)
        else:
            # The vendor's last word came with the counts.
            last = events[-1]
            events[-1:] = [UsageUpdate(usage), attrs.evolve(last, usage=usage) if isinstance(last, Finished) else last]


def _schema_name(payload: dict[str, Any]) -> str:
    """The schema that the payload shows, `""` if none."""
    kind = as_text(payload.get("type"))
    if kind in _ANTHROPIC or (kind == "error" and is_object(payload.get("error"))):
        return "anthropic"
    if not payload.keys().isdisjoint(_NOVA) or is_object(as_object(payload.get("output")).get("message")):
        return "nova"
    if is_cohere_chat(payload):
        return "cohere-chat"
    if is_completion(payload):
        return "completions"
    return foreign_schema(payload)


def _needs_renaming(payload: dict[str, Any]) -> bool:
    choice = as_object(next(iter(as_list(payload.get("choices"))), None))
    return bool(choice) and ("delta" not in choice or ("stop_reason" in choice and "finish_reason" not in choice))


def _as_chunk(payload: dict[str, Any], message: str = "delta") -> dict[str, Any]:
    """Mistral's chat on Bedrock says `message` for a delta and `stop_reason` for a finish reason
    (docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-mistral-chat-completion.html)."""
    names = {"message": message, "stop_reason": "finish_reason"}
    choices = [
        {names.get(key, key) if names.get(key) not in choice else key: value for key, value in choice.items()}
        if is_object(choice)
        else choice
        for choice in as_list(payload.get("choices"))
    ]
    return {**payload, "choices": choices} if "choices" in payload else payload
