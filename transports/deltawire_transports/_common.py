"""What both shims share, without IO of its own: keywords, errors to failures, proxies, the extensions of a request."""

from __future__ import annotations

import errno
import os
import random
import socket
import ssl
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import attrs

from deltawire import Failure, FailureKind
from deltawire.policy import Plan, StreamSession
from deltawire.requests import Target

from .options import Errors, SessionOptions, StreamOptions

__all__ = [
    "AFTER_WHICH_A_STREAM_MAY_BE_LEFT",
    "Errors",
    "LeftError",
    "ProxyAddress",
    "SessionOptions",
    "StreamOptions",
    "checked_pool",
    "failure_of",
    "open_session",
    "proxy_for",
    "request_extensions",
]


def open_session(plan: Plan | Target, prompt: str | None, options: SessionOptions) -> StreamSession:
    """The session of a stream; its waits before another try vary, so that clients do not come back together.

    Raises TypeError for a keyword that no stream has, and says where a field of the request's body goes.
    """
    for name in options:
        if name not in SessionOptions.__annotations__:
            hint = f"what all providers have goes into options, another field of the body into extra={{{name!r}: …}}"
            raise TypeError(f"a stream has no keyword {name!r}: {hint}")
    return StreamSession(plan, prompt, jitter=random.random, **options)


def checked_pool(pool: Any, method: str, ssl_context: ssl.SSLContext | None) -> Any:
    """The caller's pool, which must have `method`. Raises TypeError for one of the other kind."""
    if pool is not None and not hasattr(pool, method):
        raise TypeError(f"the pool has no {method}: blocking takes a ConnectionPool, aio an AsyncConnectionPool")
    if pool is not None and ssl_context is not None:
        raise TypeError("a pool has its own ssl_context")
    return pool


class LeftError(Exception):
    """The stream was closed while its request was on the way; raised inside the network stack to turn it back."""


# Raising at these steps of a request, and only there, leaves a pool as it should be: at others httpcore holds a
# connection that it would not give back.
AFTER_WHICH_A_STREAM_MAY_BE_LEFT = (
    ".connect_tcp.started",
    ".connect_tcp.complete",
    ".start_tls.started",
    ".start_tls.complete",
    ".send_request_headers.started",
)

# By name, so that httpcore and its continuation httpcore2 are both understood.
_CONNECTING = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol", "ConnectionNotAvailable"}
)
_TIMEOUTS = frozenset({"ReadTimeout", "WriteTimeout"})


def failure_of(error: BaseException, *, connected: bool, url: str) -> Failure:
    """What an exception of a request to `url` means. The exception's own text is left out: it may hold a header."""
    name = type(error).__name__
    if name == "ProxyError":
        return Failure(FailureKind.CONNECT, f"The proxy refused the connection ({_status_of(error)})", retryable=False)
    if name in _CONNECTING or (not connected and isinstance(error, OSError)):
        trusted = not any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))
        return Failure(FailureKind.CONNECT, f"No connection to {_place_of(url)}: {_reason(error)}", retryable=trusted)
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
    if isinstance(error, ImportError) and error.name:
        message = f"A connection of this kind needs the package {error.name.partition('.')[0]}, which is not installed"
        return Failure(FailureKind.UNCONFIGURED, message)
    return Failure(FailureKind.READ, f"The connection broke: {_reason(error)}")


def _place_of(url: str) -> str:
    """Host and port, without a name and password before them."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _status_of(error: BaseException) -> str:
    """The status that a proxy answered with; its own words are left out."""
    status = str(error)[:3]
    return f"HTTP {status}" if status.isdigit() else "no answer that could be used"


def _causes(error: BaseException) -> list[BaseException]:
    """The exception and what it came from; of several tries the first."""
    causes = [error]
    while len(causes) < 10:
        last: Any = causes[-1]
        tries: Any = getattr(last, "exceptions", None)
        inner = tries[0] if tries else last.__cause__ or last.__context__
        if inner is None:
            break
        causes.append(inner)
    return causes


def _reason(error: BaseException) -> str:
    """The system's words for what happened, without any part of the request."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the server's certificate is not trusted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError) and cause.reason:
            return f"TLS failed: {cause.reason.replace('_', ' ').lower()}"
        if isinstance(cause, OSError) and cause.strerror:
            # Event loops put addresses into the text; the numbers of name resolution are not the system's.
            number = 0 if isinstance(cause, socket.gaierror) else cause.errno or 0
            return os.strerror(number) if number in errno.errorcode else cause.strerror
    return {
        "ConnectTimeout": "timed out",
        "TimeoutError": "timed out",
        "PoolTimeout": "no connection of the pool became free",
    }.get(type(error).__name__, type(error).__name__)


@attrs.frozen
class ProxyAddress:
    """A proxy and who asks it."""

    url: str
    """Scheme, host and port."""
    auth: tuple[str, str] | None = attrs.field(default=None, repr=False)
    """User and password, if the URL held them."""


def proxy_for(url: str, proxies: Mapping[str, str] | None = None) -> ProxyAddress | None:
    """The proxy that the environment names for this URL, None for none; `no_proxy` is kept."""
    parts = urlsplit(url)
    found = urllib.request.getproxies() if proxies is None else proxies
    proxy = found.get(parts.scheme) or found.get("all")
    if not proxy or urllib.request.proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    split = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    auth = None if split.username is None else (unquote(split.username), unquote(split.password or ""))
    return ProxyAddress(f"{split.scheme}://{split.netloc.rpartition('@')[2]}", auth)


def request_extensions(connect_timeout: float | None, trace: Callable[..., Any]) -> dict[str, Any]:
    """The extensions of a request: only connecting is timed here, silence is the session's to judge."""
    timeout = {"connect": connect_timeout, "pool": connect_timeout, "read": None, "write": connect_timeout}
    return {"timeout": timeout, "trace": trace}
