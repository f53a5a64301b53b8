"""Events as the reply of a replay server: a mock of any provider that there is an encoder for."""

from __future__ import annotations

from collections.abc import Iterable

from deltawire import Encoder, Event

from .replay_script import Reply

__all__ = ["encoded_reply"]


def encoded_reply(
    provider: str, events: Iterable[Event], *, seconds_per_event: float = 0.0, created: int | None = None
) -> Reply:
    """A reply that streams the events in the provider's dialect, each a piece of its own.

    `events` are those of one response, whoever emitted them; without a terminal one the stream ends in the dialect's
    error. `seconds_per_event` is the wait before each piece, `created` as for `Encoder`. Raises ValueError for a
    provider without an encoder.
    """
    encoder = Encoder(provider, created=created)
    pieces = [encoder.feed(event) for event in events if not encoder.ended]
    pieces.append(encoder.end())
    body = tuple((seconds_per_event, piece) for piece in pieces if piece)
    return Reply(body, headers={"Content-Type": encoder.media_type})
