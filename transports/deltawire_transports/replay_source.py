"""Anything that can be served, as a replay server: what the fixture `deltawire_replay` is made of."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast

from deltawire import sniff
from deltawire.testing import HttpReply
from deltawire.testing.wire import content_type

from .capture import NotACaptureError, read_capture
from .capture_replies import capture_script
from .replay import PROVIDER_RULES, Ending, ReplayServer, Reply, Script, pace, provider_rules

__all__ = ["Replay", "Source", "replays", "script_of"]

Source: TypeAlias = bytes | list[bytes] | tuple[bytes, ...] | HttpReply | str | Path | Script
"""What can be served: a body, its pieces, a reply that a strategy drew, a file, or a script."""


class Replay(Protocol):
    """Starts servers that play a source."""

    def __call__(
        self,
        source: Source,
        *,
        provider: str | None = None,
        key: str | None = None,
        end: Ending = "clean",
        seconds_per_frame: float = 0.0,
        speed: float = math.inf,
    ) -> ReplayServer:
        """Serves `source` to any number of requests until the test ends, and gives the running server.

        Its `base_url` is scheme, host and port; its `record` holds the requests. With `provider` a request that the
        provider would refuse is refused (another path, no key, with `key` another one), and the body gets the
        provider's Content-Type; without, every request is answered. A body ends as `end` says (see `Reply.end`) and
        waits `seconds_per_frame` at each frame; the pauses of a capture are divided by `speed`. Each call starts a
        server of its own. A property test, which Hypothesis refuses such a fixture, has `replays()`.

        Raises OSError for a file that cannot be read, and CaptureError for a capture that cannot be served.
        """
        ...


@contextmanager
def replays() -> Generator[Replay]:
    """A `Replay` whose servers end with the context."""
    with ExitStack() as servers:

        def serve(
            source: Source,
            *,
            provider: str | None = None,
            key: str | None = None,
            end: Ending = "clean",
            seconds_per_frame: float = 0.0,
            speed: float = math.inf,
        ) -> ReplayServer:
            script = script_of(source, provider=provider, end=end, seconds_per_frame=seconds_per_frame, speed=speed)
            rules = provider_rules(provider, key=key) if provider and provider in PROVIDER_RULES else None
            return servers.enter_context(ReplayServer(script, rules=rules))

        yield serve


def script_of(
    source: Source,
    *,
    provider: str | None = None,
    end: Ending = "clean",
    seconds_per_frame: float = 0.0,
    speed: float = math.inf,
) -> Script:
    """What a replay server plays for such a source; the arguments, seconds among them, are those of `Replay`."""
    if isinstance(source, str | Path):
        try:
            return capture_script(read_capture(source), speed=speed)
        except NotACaptureError:
            source = Path(source).read_bytes()
    if isinstance(source, HttpReply):
        pieces = tuple((0.0, chunk) for chunk in source.chunks)
        return Reply(pieces, source.status, source.headers, end="cut" if source.broken else end)
    if isinstance(source, bytes):
        pieces = pace(source, seconds_per_frame)
        return Reply(pieces, headers={"Content-Type": _content_type(source, provider)}, end=end)
    chunks = _chunks(source)
    if chunks is None:
        return cast("Script", source)
    pieces = tuple((seconds_per_frame, chunk) for chunk in chunks)
    return Reply(pieces, headers={"Content-Type": _content_type(b"".join(chunks), provider)}, end=end)


def _chunks(source: Any) -> list[bytes] | None:
    """The pieces of a body; None for anything else, such as a list of replies."""
    if not isinstance(source, list | tuple):
        return None
    items = cast("Sequence[Any]", source)
    chunks = [item for item in items if isinstance(item, bytes)]
    return chunks if len(chunks) == len(items) else None


def _content_type(body: bytes, provider: str | None) -> str:
    return content_type(provider or sniff(body) or "openai-chat")
