"""One provider's stream to another's: a parser and an encoder as one stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast, get_args

from .encode import Encoder, Lost
from .events import Event, Failed, Finished
from .failures import Failure, FailureKind
from .limits import Limits
from .policy.events import Cancelled, ContextOverflow, Paused, PolicyEvent
from .policy.host_events import HostEvent
from .response import parser
from .think import ThinkOptions

__all__ = ["Translator", "stream_event", "translate"]

_EVENTS = get_args(Event)


class Translator:
    """Turns the bytes of one response in one provider's dialect into those of another. Copyable and picklable.

    Send what each call gives. Between two equal names the bytes pass as they are; a stream that breaks off gets the
    dialect's error behind them.
    """

    def __init__(
        self,
        source: str,
        target: str,
        *,
        id: str | None = None,  # noqa: A002 - the field's word
        created: int | None = None,
        model: str | None = None,
        usage: bool = True,
        array: bool = False,
        limits: Limits | None = None,
        think: str | ThinkOptions | None = None,
        redact: Iterable[str] = (),
    ) -> None:
        """`source` is any provider name of `parser`, `target` one of `ENCODABLE`. `limits`, `think` and `redact` are
        options of `parser`, all others of `Encoder`. Raises ValueError for an unknown name."""
        self._parser = parser(source, limits=limits, think=think, redact=redact)
        self._encoder = Encoder(target, id=id, created=created, model=model, usage=usage, array=array)
        self._same = source == target
        self.terminal: Finished | Failed | None = None
        """How the source ended, None while it goes on."""

    @property
    def media_type(self) -> str:
        """The Content-Type of the target's stream."""
        return self._encoder.media_type

    @property
    def lost(self) -> tuple[Lost, ...]:
        """What the target could not say so far."""
        return self._encoder.lost

    @property
    def ended(self) -> bool:
        """True once the target's stream is closed."""
        return self.terminal is not None

    def feed(self, data: bytes) -> bytes:
        """The source's next bytes, split anywhere, to the target's. Raises UsageError after the source's end."""
        events = self._parser.receive_data(data)
        if self._same:
            self._note_end(events)
            return data
        return self._encoded(events)

    def end(self) -> bytes:
        """The source's body ended cleanly: what closes the target's stream. Idempotent."""
        return self._ended(self._parser.receive_eof())

    def error(self, failure: Failure) -> bytes:
        """The source's body ended badly, as `failure` says: what closes the target's stream, its dialect's error
        unless the answer was proved complete. Idempotent."""
        return self._ended(self._parser.receive_error(failure))

    def keep_alive(self) -> bytes:
        """What shows the client that the stream lives: see `Encoder.keep_alive`. Not between equal names, where a
        frame may be half sent."""
        return b"" if self._same else self._encoder.keep_alive()

    def _ended(self, events: list[Event]) -> bytes:
        if not self._same:
            return self._encoded(events)
        self._note_end(events)
        if events and isinstance(events[-1], Failed):
            # Whatever of a frame is out is closed first.
            return b"\n\n" + self._encoder.fail(events[-1].error)
        return b""

    def _encoded(self, events: list[Event]) -> bytes:
        self._note_end(events)
        return b"".join([self._encoder.feed(event) for event in events])

    def _note_end(self, events: list[Event]) -> None:
        if events and isinstance(events[-1], Finished | Failed):
            self.terminal = events[-1]


def translate(source: str, target: str, **options: Any) -> Translator:
    """A stage from the stream of one provider to another's. `options` are those of `Translator`. Raises ValueError for
    an unknown name."""
    return Translator(source, target, **options)


def stream_event(event: Event | PolicyEvent | HostEvent) -> Event | None:
    """An event of a session or a host as one that an `Encoder` takes; None for one that is no part of a response.

    A context overflow, a cancel and a pause become failures: the answer was not completed.
    """
    match event:
        case ContextOverflow():
            return Failed(event.error)
        case Cancelled():
            return Failed(Failure(FailureKind.PROVIDER, "The request was cancelled", code="cancelled", retryable=False))
        case Paused():
            return Failed(Failure(FailureKind.PROVIDER, "The request was paused", code="paused", retryable=False))
        case _:
            return cast("Event", event) if isinstance(event, _EVENTS) else None
