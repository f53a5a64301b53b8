"""One request of a session and the response to it."""

from __future__ import annotations

from typing import Any

import attrs

from ..events import Event, Note, ToolCallDelta, ToolCallFinished, ToolCallStarted
from ..failures import Failure, FailureKind
from ..limits import Limits
from ..notes import NoteCode
from ..payload import Loads
from ..requests import Request, Target
from ..requests.credentials import header_secrets
from ..requests.urls import is_local
from ..requests.vendors import VENDORS
from ..response import ResponseParser, parser
from ..think import ThinkOptions

__all__ = ["Exchange", "ParserOptions"]

# A shorter value is no key, but the dummy that a local server wants; masking it would garble every message.
_SHORTEST_SECRET = 4


@attrs.frozen
class ParserOptions:
    """How the responses are parsed: the options of `parser` that a caller may choose."""

    limits: Limits | None = None
    think: str | ThinkOptions | None = None
    loads: Loads | None = None
    raw: bool = False
    id_prefix: str | None = None

    def parser(self, provider: str, secrets: tuple[str, ...]) -> ResponseParser:
        """The parser of one response, which keeps the secrets out of what it reports."""
        return parser(
            provider,
            limits=self.limits,
            think=self.think,
            loads=self.loads,
            raw=self.raw,
            redact=[secret for secret in secrets if len(secret) >= _SHORTEST_SECRET],
            id_prefix=self.id_prefix,
        )


class Exchange:
    """A request that is open, and the parser of its response, which shows none of the `secrets`."""

    def __init__(self, target: Target, request: Request, options: ParserOptions, secrets: tuple[str, ...]) -> None:
        self.target = target
        self.local = not VENDORS[target.provider].key_required or is_local(request.url)
        """True if the server runs on the user's machine, or is of a kind that usually does."""
        self.parser = options.parser(target.provider, (*secrets, *header_secrets(request.headers)))
        self.erroneous = False
        """True once the status said that the body is an error's."""

    def conclude(self, grace: float | None) -> list[Event] | None:
        """The end of a response that has rested for `grace` seconds; None if it must go on.

        An error is what came of it so far, and an answer that is proved complete is complete.
        """
        if self.erroneous:
            return self.parser.receive_error(Failure(FailureKind.STALLED, "The body of the error did not end"))
        if not self.parser.can_finish:
            return None
        note: Any = Note(NoteCode.PAUSED_FOR_FINISH, f"nothing came for {grace or 0:g} seconds")
        return [note, *self.parser.receive_eof()]

    def abandon(self) -> list[Event]:
        """The rest of the tool calls that were begun and are open: they end here, and none of them is complete."""
        events = self.parser.receive_error(Failure(FailureKind.READ, "The caller stopped the stream"))
        begun = {(event.choice, event.index) for event in events if isinstance(event, ToolCallStarted)}
        return [
            attrs.evolve(event, complete=False) if isinstance(event, ToolCallFinished) else event
            for event in events
            if isinstance(event, ToolCallDelta | ToolCallFinished) and (event.choice, event.index) not in begun
        ]
