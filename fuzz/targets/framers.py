"""What holds for every framer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..harness import Choices, same

LIMITS = (1, 10, 60, 500)
UNLIMITED = 1 << 30


def framed(framer: Any, pieces: list[bytes]) -> list[Any]:
    """The frames of the pieces, those at the end among them."""
    frames = [frame for piece in pieces for frame in framer.feed(piece)]
    return frames + framer.end()


def at_any_split(make: Callable[[], Any], data: bytes, choices: Choices) -> tuple[list[Any], Any]:
    """The frames and the framer, after a look that the split changes nothing and that an end is an end."""
    whole, in_pieces = make(), make()
    frames = framed(whole, [data])
    same(framed(in_pieces, choices.pieces(data)), frames, "frames in pieces")
    same(in_pieces.failure, whole.failure, "failure in pieces")
    same(whole.end(), [], "frames behind the end")
    return frames, whole
