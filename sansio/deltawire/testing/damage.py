"""What networks, proxies and broken servers do to bytes, as a strategy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from hypothesis import strategies as st

__all__ = ["damage"]

_Way: TypeAlias = Callable[[st.DrawFn, bytes], bytes]

_KEEP_ALIVES = (b": keep-alive\n\n", b"\n", b"\r\n", b"data:\n\n", b"event: ping\ndata: {}\n\n", b" ")
_SCRAPS = (
    *(b"\xef\xbb\xbf", b"\xff", b"\x00", b"\xc3", b"\xed\xa0\x80", b"\r", b"\n\n"),
    *(b"data: [DONE]\n\n", b"data: {\n\n", b"data: null\n\n", b"{", b"}", b"[", b"]", b'"', b"\\", b"NaN", b"9" * 20),
    *(b"<html>", b"\x1f\x8b", b'{"error":{"message":"x"}}', b"event: error\n"),
)


@st.composite
def damage(draw: st.DrawFn, data: bytes, *, most: int = 3) -> bytes:
    """The data as it may arrive after one to `most` mishaps: cut off, bits flipped, a slice lost, twice or out of
    place, other line ends, a byte order mark, keep-alives between, scraps of something else.

    For bodies that are drawn themselves: `wire_bytes(provider).flatmap(damage)`.
    """
    for _ in range(draw(st.integers(1, most))):
        data = _WAYS[draw(st.sampled_from(sorted(_WAYS)))](draw, data)
    return data


def _place(draw: st.DrawFn, data: bytes) -> int:
    return draw(st.integers(0, len(data)))


def _slice(draw: st.DrawFn, data: bytes) -> tuple[int, int]:
    start = _place(draw, data)
    return start, min(len(data), start + draw(st.integers(1, 40)))


def _cut(draw: st.DrawFn, data: bytes) -> bytes:
    return data[: _place(draw, data)]


def _flip(draw: st.DrawFn, data: bytes) -> bytes:
    if not data:
        return data
    place = draw(st.integers(0, len(data) - 1))
    return data[:place] + bytes([data[place] ^ 1 << draw(st.integers(0, 7))]) + data[place + 1 :]


def _lose(draw: st.DrawFn, data: bytes) -> bytes:
    start, end = _slice(draw, data)
    return data[:start] + data[end:]


def _double(draw: st.DrawFn, data: bytes) -> bytes:
    start, end = _slice(draw, data)
    return data[:end] + data[start:]


def _move(draw: st.DrawFn, data: bytes) -> bytes:
    start, end = _slice(draw, data)
    rest = data[:start] + data[end:]
    place = _place(draw, rest)
    return rest[:place] + data[start:end] + rest[place:]


def _insert(draw: st.DrawFn, data: bytes) -> bytes:
    place = _place(draw, data)
    return data[:place] + draw(st.sampled_from(_SCRAPS) | st.binary(max_size=4)) + data[place:]


def _keep_alive(draw: st.DrawFn, data: bytes) -> bytes:
    ends = [0, *(place + 1 for place, byte in enumerate(data) if byte == ord("\n"))]
    place = draw(st.sampled_from(ends))
    return data[:place] + draw(st.sampled_from(_KEEP_ALIVES)) + data[place:]


def _mark(_draw: st.DrawFn, data: bytes) -> bytes:
    return b"\xef\xbb\xbf" + data


def _line_ends(draw: st.DrawFn, data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", draw(st.sampled_from([b"\r\n", b"\r", b"\n\n", b"\n\r"])))


_WAYS: Mapping[str, _Way] = MappingProxyType(
    {
        "cut": _cut,
        "flip": _flip,
        "lose": _lose,
        "double": _double,
        "move": _move,
        "insert": _insert,
        "keep alive": _keep_alive,
        "byte order mark": _mark,
        "line ends": _line_ends,
    }
)
