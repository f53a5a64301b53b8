"""The streams of the demo: who is asked, what each answer is made of, and when its pieces come."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from typing import Any

import attrs

from ..replay import Ending, Reply
from .demo_bodies import calls, cut_answer, greeting, grounded_answer, local_answer, summarised_answer
from .demo_frames import MEDIA_TYPES

__all__ = ["Answer", "Scene", "scenes"]

_BUSY = {"type": "error", "error": {"type": "rate_limit_error", "message": "Too many requests, slow down."}}


@attrs.frozen
class Answer:
    """One response: its pieces with the seconds before each, and how it ends."""

    provider: str
    model: str
    pieces: tuple[tuple[float, bytes], ...]
    status: int = 200
    end: Ending = "clean"
    connect: float = 0.004
    """Seconds until the connection stands."""
    delay: float = 0.1
    """Seconds from the request to the headers."""
    retry_after: float | None = None
    """What the answer asks to wait."""

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(piece for _, piece in self.pieces)

    def reply(self, pace: float, hint: float) -> Reply:
        """What a server sends: all pauses times `pace`, the wait that it asks for times `hint`."""
        media_type = "application/json" if self.status >= 400 else MEDIA_TYPES.get(self.provider, "text/event-stream")
        headers = {"Content-Type": media_type}
        if self.retry_after is not None:
            headers["Retry-After-Ms"] = f"{self.retry_after * hint * 1000:g}"
        pieces = tuple((seconds * pace, piece) for seconds, piece in self.pieces)
        return Reply(pieces, self.status, headers, end=self.end, delay=self.delay * pace)


@attrs.frozen
class Scene:
    """One stream of the demo: its answers in the order of the requests."""

    title: str
    prompt: str
    answers: tuple[Answer, ...]

    @property
    def provider(self) -> str:
        """Who is asked first."""
        return self.answers[0].provider

    @property
    def targets(self) -> tuple[tuple[str, str], ...]:
        """(provider, model) of everybody who is asked, once each."""
        return tuple(dict.fromkeys((answer.provider, answer.model) for answer in self.answers))

    @property
    def cut(self) -> bool:
        """True if the last answer breaks off."""
        return self.answers[-1].end == "cut"


def scenes(seed: int = 1) -> tuple[Scene, ...]:
    """All scenes; the pauses and the places of heartbeats are those of the seed."""
    dice = random.Random(seed)  # noqa: S311 - for the looks of it
    chat = _paced(dice, "openai-chat", "demo-chat", calls(), beats=2, opening=0.35)
    busy = Answer("anthropic", "demo-claude", ((0.01, _error(_BUSY)),), status=429, delay=0.08, retry_after=0.6)
    claude = _paced(dice, "anthropic", "demo-claude", greeting(), opening=0.2)
    responses = _paced(dice, "openai-responses", "demo-responses", summarised_answer(), opening=0.3)
    gemini = _paced(dice, "gemini", "demo-gemini", grounded_answer(), opening=0.5, wait=0.12)
    silent = _stalled(dice, "openrouter", "demo-routed")
    local = _paced(dice, "ollama", "demo-small", local_answer(), opening=0.25)
    bedrock = _paced(dice, "bedrock", "demo-nova", cut_answer(), opening=0.4, wait=0.07, end="cut")
    return (
        Scene("two parallel tool calls", "What is the weather in Zürich and Tokyo?", (chat,)),
        Scene("refused at first, asked again", "Say hello to the world.", (busy, claude)),
        Scene("a summary of the reasoning", "How do streams end?", (responses,)),
        Scene("thoughts and text", "How long does sunlight take to us?", (gemini,)),
        Scene("stalled, handed to the fallback", "Is anybody there?", (silent, local)),
        Scene("a connection that is cut", "What is the answer?", (bedrock,)),
    )


def _error(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload).encode()


def _paced(
    dice: random.Random,
    provider: str,
    model: str,
    frames: tuple[bytes, ...],
    *,
    opening: float,
    wait: float = 0.045,
    beats: int = 0,
    end: Ending = "clean",
) -> Answer:
    """An answer whose frames come one by one after waits around `wait`, the first after `opening`."""
    pieces: list[tuple[float, bytes]] = [(opening / (beats + 1), b": the server thinks\n\n") for _ in range(beats)]
    for number, frame in enumerate(frames):
        seconds = opening / (beats + 1) if number == 0 else wait * dice.choice((0.4, 0.7, 1.0, 1.3, 2.0))
        pieces += _cut_in_a_character(round(seconds, 4), frame)
    return Answer(provider, model, tuple(pieces), end=end, delay=round(dice.uniform(0.05, 0.12), 4))


def _stalled(dice: random.Random, provider: str, model: str) -> Answer:
    """Signs of life, and then nothing."""
    waits = [round(dice.uniform(0.15, 0.25), 4) for _ in range(3)]
    return Answer(provider, model, tuple((wait, b": PROCESSING\n\n") for wait in waits), end="hold")


def _cut_in_a_character(seconds: float, frame: bytes) -> Iterable[tuple[float, bytes]]:
    """The frame, in two pieces where it has a character of several bytes: networks cut anywhere."""
    wide = next((place + 1 for place, byte in enumerate(frame) if byte >= 0xC3), None)
    if wide is None or not _is_text(frame):
        return [(seconds, frame)]
    return [(seconds, frame[:wide]), (0.0, frame[wide:])]


def _is_text(frame: bytes) -> bool:
    return frame[:1] in (b"d", b"e", b"{", b":")
