"""A request that any HTTP client can send."""

from __future__ import annotations

import attrs

from .credentials import HoldsSecrets, header_secrets, hide, shown_headers, shown_url

__all__ = ["Request"]


@attrs.frozen(repr=False)
class Request(HoldsSecrets):
    """Method, URL, headers and body, ready to send as they are. Its repr shows neither credentials nor the body.

    The HTTP client adds Host and Content-Length, must not follow redirects, and must not add an Accept-Encoding.
    """

    method: str
    """`POST`."""
    url: str
    """The absolute URL, ASCII, percent-encoded."""
    headers: tuple[tuple[str, str], ...]
    """The headers in order, names as the vendors write them, values ASCII."""
    body: bytes
    """JSON in UTF-8."""

    def header(self, name: str) -> str | None:
        """The value of the header of this name, in any case, or None."""
        return next((value for other, value in self.headers if other.lower() == name.lower()), None)

    def __repr__(self) -> str:
        headers = shown_headers(self.headers)
        shown = f"{self.method!r}, {shown_url(self.url)!r}, headers={headers!r}, body=<{len(self.body)} bytes>"
        text = f"Request({shown})"
        return hide(text, header_secrets(self.headers))
