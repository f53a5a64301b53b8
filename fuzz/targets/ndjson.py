"""JSON lines. Allowed: what stands between LFs without the white space around it, blank lines and one byte order mark
left out; with a limit, `too_large` and fewer lines. The quick way gives what the general way gives."""

from __future__ import annotations

from collections.abc import Hashable

from deltawire.failures import FailureKind
from deltawire.framing import NDJSONDecoder

from ..harness import Choices, Target, allowed, same
from .framers import LIMITS, UNLIMITED, at_any_split

ALLOWED = {FailureKind.TOO_LARGE}
_WHITE_SPACE = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"


def check(data: bytes) -> Hashable:
    choices = Choices(data)
    limit = choices.of(LIMITS) if choices.flag(3) else UNLIMITED
    frames, decoder = at_any_split(lambda: NDJSONDecoder(limit), data, choices)
    allowed(decoder.failure, ALLOWED)
    expected = interpreted(data)
    same(frames, expected if decoder.failure is None else expected[: len(frames)], "frames")
    quick = NDJSONDecoder(limit)
    lines = [line for piece in choices.pieces(data) for line in _taken(quick, piece)] + quick.end()
    same(quick.failure, decoder.failure, "failure on the quick way")
    same([line.encode() if isinstance(line, str) else line for line in lines], frames, "lines on the quick way")
    return (*(frame[:1] for frame in frames[:6]), bool(decoder.failure))


def _taken(decoder: NDJSONDecoder, piece: bytes) -> list[bytes | str]:
    if decoder.append(piece):
        return []
    line = decoder.feed_one(piece)
    return [line] if line else decoder.feed_texts(piece)


def interpreted(data: bytes) -> list[bytes]:
    """The lines, from the whole body at once."""
    lines: list[bytes] = []
    for line in data.split(b"\n"):
        bare = (line if lines else line.removeprefix(_BOM)).strip(_WHITE_SPACE)
        lines += [bare] if bare else []
    return lines


TARGET = Target("ndjson", check, "ndjson")
