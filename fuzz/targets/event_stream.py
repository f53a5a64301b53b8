"""AWS event-stream messages. Allowed: the messages whose two checksums match, up to the first that breaks the format;
then `malformed`, `truncated`, or with a limit `too_large`. What was decoded encodes to a message that decodes to it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Hashable
from typing import Any

from deltawire.failures import FailureKind
from deltawire.framing import EventStreamDecoder
from deltawire.framing.event_stream import encode_message

from ..harness import Choices, Target, allowed, same
from .framers import LIMITS, UNLIMITED, at_any_split

ALLOWED = {FailureKind.TOO_LARGE, FailureKind.MALFORMED, FailureKind.TRUNCATED}
_PRELUDE = struct.Struct(">III")
_MOST_MENDED = 64


def check(data: bytes) -> Hashable:
    choices = Choices(data)
    if not choices.flag(4):
        data = with_checksums(data)
    limits = (choices.of(LIMITS), choices.of(LIMITS)) if choices.flag(3) else (UNLIMITED, UNLIMITED)
    messages, decoder = at_any_split(lambda: EventStreamDecoder(*limits), data, choices)
    allowed(decoder.failure, ALLOWED)
    same(len(messages) <= _sound(data), True, f"at most {_sound(data)} messages")
    for message in messages:
        again = EventStreamDecoder().feed(encode_message(message.headers, message.payload))
        same([(each.headers, each.payload) for each in again], [(message.headers, message.payload)], "encoded again")
    kinds: tuple[Any, ...] = tuple(message.message_type is not None for message in messages[:4])
    return (kinds, decoder.failure and (decoder.failure.kind, decoder.failure.message[:60]))


def with_checksums(data: bytes) -> bytes:
    """The data with the checksums put right wherever messages seem to stand: chance alone never finds one."""
    parts: list[bytes] = []
    for _ in range(_MOST_MENDED):
        if len(data) < 16:
            break
        total = int.from_bytes(data[:4])
        prelude = data[:8] + zlib.crc32(data[:8]).to_bytes(4)
        if not 16 <= total <= len(data):
            data = prelude + data[12:]
            break
        message = prelude + data[12 : total - 4]
        parts.append(message + zlib.crc32(message).to_bytes(4))
        data = data[total:]
    return b"".join([*parts, data])


def _sound(data: bytes) -> int:
    """How many whole messages with right checksums stand at the beginning."""
    count = 0
    while len(data) >= 16:
        total, _, checksum = _PRELUDE.unpack_from(data)
        if checksum != zlib.crc32(data[:8]) or not 16 <= total <= len(data):
            break
        if zlib.crc32(data[: total - 4]) != int.from_bytes(data[total - 4 : total]):
            break
        data = data[total:]
        count += 1
    return count


TARGET = Target("event_stream", check, "event_stream")
