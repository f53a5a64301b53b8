"""The response object that the first and the last events hold: what it says of the answer, and how that ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from ...events import Event, FinishReason
from ...failures import FailureKind
from ...notes import NoteCode
from ...payload import as_list, as_object, as_text, is_list, is_object
from .item_events import ItemMapper
from .kinds import ENDINGS, INCOMPLETE_REASONS
from .usage import uncounted

if TYPE_CHECKING:
    from .responses import OpenAIResponses

__all__ = ["Lifecycle"]

_RESPONSE_KEYS = frozenset({"id", "object", "model", "output", "usage", "error"})
_STATES = frozenset(ENDINGS.values())


class Lifecycle:
    """Maps the snapshots of one response."""

    def __init__(self, provider: OpenAIResponses, items: ItemMapper) -> None:
        self._provider = provider
        self._items = items

    def snapshot(self, response: dict[str, Any], events: list[Event]) -> None:
        """Maps the response as it stands, but for its output: ids, counts, and the echo of the request, once."""
        provider = self._provider
        provider.start(response.get("id"), response.get("model"), events)
        usage = response.get("usage")
        if is_object(usage):
            provider.count(usage, events)
            wrong = uncounted(usage)
            if wrong:
                provider.note_once(NoteCode.USAGE_NOT_A_NUMBER, wrong, events)
        elif usage is not None:
            provider.unmapped("usage", usage, events)
        tools = [as_object(tool) for tool in as_list(response.get("tools"))]
        if tools:
            names = (as_text(tool.get("name")) for tool in tools if tool.get("type") == "custom")
            provider.custom_tools = frozenset(names)
            places = (as_object(tool.get("environment")).get("type") for tool in tools if tool.get("type") == "shell")
            provider.shell_in_container = any(as_text(place).startswith("container") for place in places)
        provider.describe({key: value for key, value in response.items() if key not in _RESPONSE_KEYS}, events)

    def end(self, word: str, response: dict[str, Any], events: list[Event]) -> None:
        """Maps the response at its end; `word` is the status that the event's name speaks of, `""` if it has none.

        The response's own status counts: vLLM sent answers that were cut as `response.completed`
        (github.com/vllm-project/vllm/issues/45386).
        """
        self.snapshot(response, events)
        error = response.get("error")
        reason = as_text(as_object(response.get("incomplete_details")).get("reason"))
        state = as_text(response.get("status"))
        if state not in _STATES:
            state = word
        if state == "completed" and (error or reason):
            state = "failed" if error else "incomplete"
        proved = state in ("completed", "incomplete")
        output = response.get("output")
        if output is not None and not is_list(output):
            self._provider.unmapped("output", output, events)
        self._items.take_output(as_list(output), events, failing=not proved)
        if proved:
            self._finish(state, reason, events)
        elif state:
            self._fail(state, reason, error, events)

    def _finish(self, state: str, reason: str, events: list[Event]) -> None:
        provider = self._provider
        cut = state == "incomplete"
        self._items.let_go(events, cut=cut)
        if cut:
            finish = INCOMPLETE_REASONS.get(reason, FinishReason.OTHER)
        elif provider.refused and not provider.calls.any_complete(0):
            finish = FinishReason.REFUSAL
        else:
            finish = FinishReason.STOP
        provider.finish_choice(provider.choice(0), finish, reason if cut and reason else state, events)
        provider.finish(events)

    def _fail(self, state: str, reason: str, error: Any, events: list[Event]) -> None:
        provider = self._provider
        if error:
            provider.fail_with({"error": error}, events)
            return
        kind = FailureKind.CONTENT_FILTER if reason == "content_filter" else FailureKind.PROVIDER
        failure = provider.failure(kind, f"The response ended as {state!r}", code=reason or state)
        # Whoever cancelled it does not want it again.
        provider.fail(attrs.evolve(failure, retryable=failure.retryable and state != "cancelled"), events)
