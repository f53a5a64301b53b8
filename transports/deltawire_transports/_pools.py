"""Connection pools of a stream's own: the environment's proxy, the system's certificates, HTTP/1.1 and no more."""

from __future__ import annotations

import ssl
from typing import Any

import anyio.to_thread
import httpcore

from ._common import ProxyAddress, proxy_for

__all__ = ["own_async_pool", "own_pool"]


def own_pool(url: str, ssl_context: ssl.SSLContext | None) -> httpcore.ConnectionPool:
    """A pool of one connection for one request to `url`."""
    proxy = proxy_for(url)
    if ssl_context is None and _needs_certificates(url, proxy):
        ssl_context = ssl.create_default_context()
    return httpcore.ConnectionPool(**_options(proxy, ssl_context))


async def own_async_pool(url: str, ssl_context: ssl.SSLContext | None) -> httpcore.AsyncConnectionPool:
    """The same for an event loop, which must not wait while the certificates are read."""
    proxy = proxy_for(url)
    if ssl_context is None and _needs_certificates(url, proxy):
        ssl_context = await anyio.to_thread.run_sync(ssl.create_default_context, abandon_on_cancel=True)
    return httpcore.AsyncConnectionPool(**_options(proxy, ssl_context))


def _needs_certificates(url: str, proxy: ProxyAddress | None) -> bool:
    return url.startswith("https:") or (proxy is not None and proxy.url.startswith("https:"))


def _options(proxy: ProxyAddress | None, ssl_context: ssl.SSLContext | None) -> dict[str, Any]:
    options: dict[str, Any] = {"ssl_context": ssl_context, "max_connections": 1, "http1": True, "http2": False}
    if proxy is not None:
        proxy_context = ssl_context if proxy.url.startswith("https:") else None
        options["proxy"] = httpcore.Proxy(proxy.url, auth=proxy.auth, ssl_context=proxy_context)
    return options
