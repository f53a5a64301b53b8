"""Media and opaque bytes of Converse: base64 in JSON, and again where botocore has decoded them."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from ...events import MediaDelta
from ...payload import as_object, as_text

__all__ = ["joined_base64", "media_delta"]


def joined_base64(pieces: list[str]) -> str:
    """The base64 of the blobs that `pieces` are the base64 of, one behind the other."""
    if not any("=" in piece for piece in pieces[:-1]):
        return "".join(pieces)
    try:
        blobs = [base64.b64decode(piece, validate=True) for piece in pieces]
    except (binascii.Error, ValueError):
        return "".join(pieces)
    return base64.b64encode(b"".join(blobs)).decode("ascii")


def media_delta(kind: str, native: dict[str, Any], source: Any, part: int) -> MediaDelta | None:
    """The event of a media source; None if it holds nothing."""
    data = as_text(as_object(source).get("bytes"))
    uri = as_text(as_object(as_object(source).get("s3Location")).get("uri"))
    if not data and not uri:
        return None
    media_format = as_text(native.get("format"))
    media_type = f"{kind}/{media_format}" if media_format else None
    return MediaDelta(kind, media_type, data or None, uri or None, 0, part)
