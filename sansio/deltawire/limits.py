"""How much of one response may be held in memory, and how deep it may nest."""

from __future__ import annotations

import attrs

__all__ = ["Limits"]

MEBIBYTE = 1024 * 1024
_DEEPEST = 256


@attrs.frozen
class Limits:
    """The limits of one response. Each passes at its value; one over ends the stream with `Failed(too_large)`.

    The verdict of a limit depends on the bytes alone, never on how the network split them. Below 0 is a ValueError.
    """

    frame_bytes: int = attrs.field(default=16 * MEBIBYTE, validator=attrs.validators.ge(0))
    """Bytes of one frame (an SSE event, an NDJSON line, an array element, an AWS message, a whole document), from its
    first byte to its last one before the line end that closes it. Line ends inside an SSE frame count one byte each."""
    error_body_bytes: int = attrs.field(default=64 * 1024, validator=attrs.validators.ge(0))
    """Bytes read of a body whose HTTP status is 400 or above; what comes after them is dropped."""
    json_depth: int = attrs.field(default=128, validator=[attrs.validators.ge(0), attrs.validators.le(_DEEPEST)])
    """Levels of arrays and objects in one payload, and in the arguments of one tool call. ValueError above 256: what
    works on values recursively, the decoder first, must stay below the interpreter's recursion limit."""
    tool_calls: int = attrs.field(default=1024, validator=attrs.validators.ge(0))
    """Client tool calls of one response, over all its choices."""
    tool_argument_bytes: int = attrs.field(default=16 * MEBIBYTE, validator=attrs.validators.ge(0))
    """UTF-8 bytes of the arguments of the calls that are open at one time."""
    event_stream_header_bytes: int = attrs.field(default=128 * 1024, validator=attrs.validators.ge(0))
    """Bytes of the headers of one AWS event-stream message."""
