"""What both shims share, without IO of its own: errors to failures, proxies, the extensions of a request."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from deltawire import Event, Failed, Failure, FailureKind, StreamError
from deltawire.policy import ContextOverflow

__all__ = ["FailurePolicy", "failure_of", "proxy_for", "request_extensions", "terminal_error"]

READ_BYTES = 64 * 1024

# By name, so that httpcore and its continuation httpcore2 are both understood.
_CONNECTING = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol", "ConnectionNotAvailable"}
)
_TIMEOUTS = frozenset({"ReadTimeout", "WriteTimeout"})


def failure_of(error: Exception, *, connected: bool) -> Failure:
    """What an exception of the connection means. The exception's own text is left out: it may hold a header."""
    name = type(error).__name__
    if name in _CONNECTING or (not connected and isinstance(error, OSError)):
        return Failure(FailureKind.CONNECT, f"No connection could be made: {_reason(error)}")
    if name in _TIMEOUTS:
        return Failure(FailureKind.STALLED, "The connection timed out")
    if name == "RemoteProtocolError":
        if "complete message body" in str(error):
            return Failure(FailureKind.TRUNCATED, "The connection was closed before the body was complete")
        if "without sending a response" in str(error):
            return Failure(FailureKind.READ, "The server closed the connection without an answer")
        return Failure(FailureKind.MALFORMED, "The server broke the HTTP protocol")
    if name == "LocalProtocolError":
        return Failure(FailureKind.INVALID_REQUEST, "The request is no valid HTTP", retryable=False)
    return Failure(FailureKind.READ, f"The connection broke: {_reason(error)}")


def _reason(error: Exception) -> str:
    """The system's words for what happened, without any part of the request."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return {"ConnectTimeout": "timed out", "PoolTimeout": "no connection of the pool became free"}.get(
        type(error).__name__, type(error).__name__
    )


def proxy_for(url: str, proxies: Mapping[str, str] | None = None) -> str | None:
    """The proxy that the environment names for this URL, None for none; `no_proxy` is kept."""
    parts = urlsplit(url)
    found = urllib.request.getproxies() if proxies is None else proxies
    proxy = found.get(parts.scheme) or found.get("all")
    if not proxy or urllib.request.proxy_bypass(parts.netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def request_extensions(connect_timeout: float | None, trace: Callable[..., Any]) -> dict[str, Any]:
    """The extensions of a request: only connecting is timed here, silence is the session's to judge."""
    timeout = {"connect": connect_timeout, "pool": connect_timeout, "read": None, "write": connect_timeout}
    return {"timeout": timeout, "trace": trace}


class FailurePolicy:
    """Whether iteration raises behind a terminal event that is a failure."""

    def __init__(self, errors: str) -> None:
        if errors not in ("raise", "events"):
            raise ValueError(f"errors is 'raise' or 'events', not {errors!r}")
        self._raises = errors == "raise"

    def error_behind(self, terminal: Any) -> StreamError | None:
        """What to raise in place of the end of iteration."""
        return terminal_error(terminal) if self._raises else None


def terminal_error(terminal: Event | Any) -> StreamError | None:
    """The exception for a failure that ended a stream, None for any other end."""
    return StreamError(terminal.error) if isinstance(terminal, Failed | ContextOverflow) else None
