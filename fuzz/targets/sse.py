"""Server-sent events. Allowed: the frames of the standard's algorithm, written down a second time here, and the one
that is pending at the end; with a limit, `too_large` and fewer frames. The quick way gives what the general way
gives."""

from __future__ import annotations

import re
from collections.abc import Hashable

from deltawire.failures import FailureKind
from deltawire.framing import SSEDecoder, SSEFrame
from deltawire.framing.sse import SSEBlock

from ..harness import Choices, Target, allowed, same
from .framers import LIMITS, UNLIMITED, at_any_split

ALLOWED = {FailureKind.TOO_LARGE}
_LINE_END = re.compile(rb"\r\n|\r|\n")


def check(data: bytes) -> Hashable:
    choices = Choices(data)
    limit = choices.of(LIMITS) if choices.flag(3) else UNLIMITED
    frames, decoder = at_any_split(lambda: SSEDecoder(limit), data, choices)
    allowed(decoder.failure, ALLOWED)
    expected = interpreted(data)
    same(frames, expected if decoder.failure is None else expected[: len(frames)], "frames")
    quick = SSEDecoder(limit)
    blocks = [block for piece in choices.pieces(data) for block in _taken(quick, piece)] + quick.end_blocks()
    same(quick.failure, decoder.failure, "failure on the quick way")
    plain = [block if isinstance(block, str) else block.frame().data for block in blocks if _is_data(block)]
    same(plain, [frame.data for frame in frames], "data on the quick way")
    kinds = tuple("plain" if isinstance(block, str) else block.kind for block in blocks[:6])
    return (kinds, bool(decoder.failure))


def _taken(decoder: SSEDecoder, piece: bytes) -> list[SSEBlock | str]:
    if decoder.append(piece):
        return []
    frame = decoder.feed_one(piece)
    return decoder.feed_blocks(piece) if frame is None else [frame]


def interpreted(data: bytes) -> list[SSEFrame]:
    """The frames by the algorithm of WHATWG HTML, section 9.2.6, on the whole text at once."""
    stream = _Stream()
    *lines, rest = _LINE_END.split(data.removeprefix(b"\xef\xbb\xbf"))
    for line in lines:
        stream.line(line)
    stream.line(rest) if rest else None
    stream.dispatch(terminated=False)
    return stream.frames


class _Stream:
    def __init__(self) -> None:
        self.frames: list[SSEFrame] = []
        self.data: list[bytes] = []
        self.event, self.last_id = "", ""
        self.retry: int | None = None

    def line(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value[1:] if value[:1] == b" " else value
        if not line:
            self.dispatch(terminated=True)
        elif name == b"data":
            self.data.append(value)
        elif name == b"event":
            self.event = value.decode("utf-8", "replace")
        elif name == b"id" and b"\0" not in value:
            self.last_id = value.decode("utf-8", "replace")
        elif name == b"retry" and re.fullmatch(rb"[0-9]{1,9}", value):
            self.retry = int(value)

    def dispatch(self, *, terminated: bool) -> None:
        if self.data:
            text = b"\n".join(self.data).decode("utf-8", "replace")
            self.frames.append(SSEFrame(self.event or "message", text, self.last_id, self.retry, terminated))
        self.data, self.event, self.retry = [], "", None


def _is_data(block: SSEBlock | str) -> bool:
    return isinstance(block, str) or block.kind == "data"


TARGET = Target("sse", check, "sse")
