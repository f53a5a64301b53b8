"""What exceptions of the network mean, and which proxy the environment names."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from typing import Any

import httpcore
import pytest

from deltawire.requests import Target
from deltawire_transports._common import failure_of, open_session, proxy_for


def caused(error: Exception, *causes: BaseException) -> Exception:
    """The error with a chain of causes."""
    last: BaseException = error
    for cause in causes:
        last.__cause__ = cause
        last = cause
    return error


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] (_ssl.c:1006)")
    error.verify_message = "self-signed certificate"
    return error


REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('10.0.0.1', 443)")
GROUP = ExceptionGroup("multiple connection attempts failed", [REFUSED, OSError("x")])


@pytest.mark.parametrize(
    ("error", "connected", "kind", "words"),
    [
        (caused(httpcore.ConnectError("secret"), REFUSED), False, "connect", os.strerror(errno.ECONNREFUSED)),
        (caused(httpcore.ConnectError(), OSError("all"), GROUP), False, "connect", os.strerror(errno.ECONNREFUSED)),
        (caused(httpcore.ConnectError(), socket.gaierror(-2, "Name not known")), False, "connect", "Name not known"),
        (caused(httpcore.ConnectError(), untrusted()), False, "connect", "not trusted: self-signed certificate"),
        (httpcore.ConnectTimeout(), False, "connect", "timed out"),
        (httpcore.PoolTimeout(), False, "connect", "no connection of the pool became free"),
        (httpcore.ProxyError("403 secret"), False, "connect", "The proxy refused the connection (HTTP 403)"),
        (httpcore.ProxyError("secret"), False, "connect", "no answer that could be used"),
        (httpcore.UnsupportedProtocol("ftp"), False, "connect", "UnsupportedProtocol"),
        (PermissionError(errno.EACCES, "x"), False, "connect", os.strerror(errno.EACCES)),
        (httpcore.ReadTimeout(), True, "stalled", "timed out"),
        (httpcore.WriteTimeout(), True, "stalled", "timed out"),
        (httpcore.RemoteProtocolError("peer closed without sending complete message body"), True, "truncated", "body"),
        (httpcore.RemoteProtocolError("disconnected without sending a response."), True, "read", "without an answer"),
        (httpcore.RemoteProtocolError("illegal status line secret"), True, "malformed", "broke the HTTP protocol"),
        (httpcore.LocalProtocolError("Illegal header value b'secret'"), True, "invalid_request", "no valid HTTP"),
        (caused(httpcore.ReadError("secret"), OSError(errno.ECONNRESET, "x")), True, "read", "reset"),
        (ImportError("no secret", name="socksio.x"), False, "unconfigured", "the package socksio"),
        (ValueError("secret"), True, "read", "ValueError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_exception_has_its_kind_and_keeps_its_own_text(error: Any, connected: bool, kind: str, words: str) -> None:
    failure = failure_of(error, connected=connected, url="http://me:secret@host:1/v1?key=secret")
    assert failure.kind.value == kind
    assert words in failure.message
    assert "secret" not in repr(failure)
    assert "10.0.0.1" not in repr(failure)


def test_a_circle_of_causes_ends() -> None:
    one, two = httpcore.ReadError("x"), ValueError("y")
    one.__cause__, two.__cause__ = two, one
    assert failure_of(one, connected=True, url="http://host").message == "The connection broke: ReadError"


@pytest.mark.parametrize(
    ("url", "proxies", "found"),
    [
        ("https://api.example/v1", {}, None),
        ("https://api.example/v1", {"https": "http://proxy:3128"}, ("http://proxy:3128", None)),
        ("https://api.example/v1", {"https": "proxy:3128"}, ("http://proxy:3128", None)),
        ("https://api.example/v1", {"http": "http://proxy:3128"}, None),
        ("http://api.example/v1", {"http": "http://proxy:3128"}, ("http://proxy:3128", None)),
        ("https://api.example/v1", {"all": "socks5://proxy:1080"}, ("socks5://proxy:1080", None)),
        ("https://a.b/", {"https": "http://me:p%40ss@proxy:1"}, ("http://proxy:1", ("me", "p@ss"))),
        ("https://a.b/", {"https": "http://me@proxy:1"}, ("http://proxy:1", ("me", ""))),
    ],
)
def test_the_proxy_of_an_address(url: str, proxies: dict[str, str], found: Any) -> None:
    proxy = proxy_for(url, proxies)
    assert (None if proxy is None else (proxy.url, proxy.auth)) == found
    assert "p@ss" not in repr(proxy)


def test_a_connection_that_fails_names_its_place() -> None:
    failure = failure_of(httpcore.ConnectTimeout(), connected=False, url="https://me:word@[::1]:8443/v1?key=k")
    assert failure.message == "No connection to [::1]:8443: timed out"


def test_a_keyword_that_no_stream_has_is_refused_with_the_place_for_it() -> None:
    options: Any = {"temperature": 1}
    with pytest.raises(TypeError, match=r"no keyword 'temperature': .* into extra=\{'temperature': …\}"):
        open_session(Target("ollama", "m"), "hi", options)


@pytest.mark.parametrize(
    ("no_proxy", "used"), [("api.example", False), (".example", False), ("api.example:8443", False), ("other", True)]
)
def test_addresses_that_the_environment_leaves_out(no_proxy: str, used: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", no_proxy)
    assert (proxy_for("https://user@api.example:8443/v1") is not None) is used
