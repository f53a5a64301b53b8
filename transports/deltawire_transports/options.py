"""The keywords of a stream, as types: for wrappers that pass them on with `**options: Unpack[StreamOptions]`."""

from __future__ import annotations

import ssl
from typing import Any, Literal, TypeAlias, TypedDict

from deltawire import Event, Limits
from deltawire.payload import Loads
from deltawire.policy import CancellationToken, PolicyEvent, RetryPolicy, Timeouts
from deltawire.policy.question import Extra, Messages, Tools
from deltawire.requests import Options
from deltawire.think import ThinkOptions

__all__ = ["Errors", "SessionOptions", "StreamEvent", "StreamOptions"]

StreamEvent: TypeAlias = Event | PolicyEvent
"""What iterating over a stream gives: what its parsers say, and what its session does about it."""

Errors: TypeAlias = Literal["raise", "events"]
"""Whether iteration raises StreamError behind a terminal event that is a failure, or just ends."""


class SessionOptions(TypedDict, total=False):
    """The keywords that a stream passes on to its `StreamSession`."""

    messages: Messages | None
    """The conversation so far; a mapping from provider names gives each provider its own."""
    tools: Tools
    """What the model may call: `Tool` records or the provider's own objects; a mapping gives each its own."""
    options: Options | None
    """Longest answer, reasoning, stop words, tool choice, in one form for all providers. What it has no field for, such
    as a temperature, goes into `extra`."""
    extra: Extra | None
    """Fields of the request's body as they are; if every key is a provider's name, the fields for each."""
    system: object
    """The system prompt: text, or the provider's own form."""
    policy: RetryPolicy | None
    """How often a target is asked, and how long to wait in between."""
    timeouts: Timeouts | None
    """The clocks, in seconds."""
    limits: Limits | None
    """How large what comes may be, in bytes, levels and calls."""
    think: str | ThinkOptions | None
    """Where think blocks may stand in the text; None for what suits the provider."""
    loads: Loads | None
    """Another JSON decoder: takes text, raises ValueError."""
    raw: bool
    """True for a `Raw` event with each payload."""
    id_prefix: str | None
    """Begins the ids of calls that the server gave none."""


class StreamOptions(SessionOptions, total=False):
    """The keywords of `open_stream`."""

    token: CancellationToken | None
    """Ends the stream when it is cancelled or paused, from any thread."""
    pool: Any
    """A pool of httpcore or httpcore2 to take connections from: blocking or asynchronous, as the shim."""
    ssl_context: ssl.SSLContext | None
    """What is trusted, for the shim's own pool; the system's certificates if None."""
    errors: Errors
    """`"raise"`, unless you say `"events"`."""
