"""What a caller hands over, as bytes of our own."""

from __future__ import annotations

__all__ = ["as_bytes"]


def as_bytes(data: bytes | bytearray | memoryview) -> bytes:
    """The bytes, copied unless they cannot change. Raises TypeError for anything else, a number and a text included."""
    # Not `bytes(data)`, which makes a number so many zeros (https://docs.python.org/3/library/stdtypes.html#bytes).
    return data if type(data) is bytes else bytes(memoryview(data))
