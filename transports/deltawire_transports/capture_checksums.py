"""Checksums of AWS event-stream messages in which bytes were replaced.

A message is a length of four bytes, another four, the checksum of these eight, headers and payload, and the CRC-32 of
all before it as its last four bytes (docs.aws.amazon.com, Transcribe, "Event stream encoding").
"""

from __future__ import annotations

import zlib

__all__ = ["MessageChecksums"]

_LENGTH_BYTES = 4
_SHORTEST_MESSAGE = 16


class MessageChecksums:
    """Goes along a body of such messages and makes each checksum fit what was replaced before it.

    A checksum that was wrong stays wrong. What is no message is left as it is from there on.
    """

    def __init__(self) -> None:
        self._lost = False
        self._begin()

    def _begin(self) -> None:
        self._length = b""
        self._left = 0
        self._sums = (0, 0)
        self._repaired = 0

    def feed(self, original: bytes, replaced: bytes) -> bytes:
        """Takes the next bytes as they came and as they are now, equally many; gives them with fitting checksums."""
        done: list[bytes] = []
        place = 0
        while place < len(original) and not self._lost:
            size = self._step()
            done.append(self._take(original[place : place + size], replaced[place : place + size]))
            place += size
        return b"".join([*done, replaced[place:]])

    def _step(self) -> int:
        """How many bytes are of one sort from here."""
        if len(self._length) < _LENGTH_BYTES:
            return _LENGTH_BYTES - len(self._length)
        return self._left or _LENGTH_BYTES - self._repaired

    def _take(self, original: bytes, replaced: bytes) -> bytes:
        if len(self._length) == _LENGTH_BYTES and not self._left:
            return self._repair(replaced)
        self._sums = (zlib.crc32(original, self._sums[0]), zlib.crc32(replaced, self._sums[1]))
        if len(self._length) < _LENGTH_BYTES:
            self._length += original
            if len(self._length) == _LENGTH_BYTES:
                self._left = int.from_bytes(self._length, "big") - 2 * _LENGTH_BYTES
                self._lost = self._left < _SHORTEST_MESSAGE - 2 * _LENGTH_BYTES
        else:
            self._left -= len(original)
        return replaced

    def _repair(self, checksum: bytes) -> bytes:
        before, after = (sum_.to_bytes(_LENGTH_BYTES, "big")[self._repaired :] for sum_ in self._sums)
        self._repaired += len(checksum)
        if self._repaired == _LENGTH_BYTES:
            self._begin()
        return bytes(stored ^ was ^ now for stored, was, now in zip(checksum, before, after, strict=False))
