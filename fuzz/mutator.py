"""Random changes to inputs, for when Atheris is not there."""

from __future__ import annotations

import random
from collections.abc import Callable

from .harness import FOLDER

LONGEST = 4096


def dictionary() -> list[bytes]:
    """The words of `dictionary.txt`, which is in libFuzzer's format."""
    lines = (FOLDER / "dictionary.txt").read_text("utf-8").splitlines()
    quoted = [line.strip()[1:-1] for line in lines if line.startswith('"')]
    return [word.encode().decode("unicode_escape").encode("latin-1") for word in quoted]


class Mutator:
    """Makes new inputs out of those that are known."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._words = dictionary()
        self._ways: tuple[Callable[[bytes, bytes], bytes], ...] = (
            *(self._flip, self._replace, self._insert, self._insert_word, self._insert_word),
            *(self._delete, self._double, self._move, self._cut, self._splice),
        )

    def mutated(self, known: list[bytes]) -> bytes:
        """One of the known inputs after a few changes."""
        pick = self._random.choice
        data = pick(known)
        for _ in range(self._random.choice((1, 1, 2, 3, 5))):
            data = pick(self._ways)(data, pick(known))
        return data[:LONGEST]

    def _place(self, data: bytes) -> int:
        return self._random.randrange(len(data) + 1)

    def _slice(self, data: bytes) -> tuple[int, int]:
        start = self._place(data)
        return start, start + self._random.choice((1, 2, 4, 8, 16, 32, 64, 200))

    def _flip(self, data: bytes, _: bytes) -> bytes:
        if not data:
            return data
        place = self._random.randrange(len(data))
        return data[:place] + bytes([data[place] ^ 1 << self._random.randrange(8)]) + data[place + 1 :]

    def _replace(self, data: bytes, _: bytes) -> bytes:
        start, end = self._slice(data)
        return data[:start] + self._random.randbytes(min(end, len(data)) - start) + data[end:]

    def _insert(self, data: bytes, _: bytes) -> bytes:
        place = self._place(data)
        return data[:place] + self._random.randbytes(self._random.randrange(1, 5)) + data[place:]

    def _insert_word(self, data: bytes, _: bytes) -> bytes:
        start, end = self._slice(data)
        end = start if self._random.randrange(2) else end
        return data[:start] + self._random.choice(self._words) + data[end:]

    def _delete(self, data: bytes, _: bytes) -> bytes:
        start, end = self._slice(data)
        return data[:start] + data[end:]

    def _double(self, data: bytes, _: bytes) -> bytes:
        start, end = self._slice(data)
        times = self._random.choice((1, 1, 1, 8))
        return data[:end] + data[start:end] * (times - 1) + data[start:]

    def _move(self, data: bytes, _: bytes) -> bytes:
        start, end = self._slice(data)
        rest = data[:start] + data[end:]
        place = self._place(rest)
        return rest[:place] + data[start:end] + rest[place:]

    def _cut(self, data: bytes, _: bytes) -> bytes:
        return data[: self._place(data)]

    def _splice(self, data: bytes, other: bytes) -> bytes:
        return data[: self._place(data)] + other[self._place(other) :]
