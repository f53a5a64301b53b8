"""Recorded streams of real providers through every pair of dialects: what comes out says what went in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.encode_laws import TARGETS, assert_accounted, assert_same_answer
from tests.helpers import laws_of_order, recorded

from deltawire import Encoder, Translator, parse, translate
from deltawire.registry import PROVIDERS

THOROUGH = os.environ.get("DELTAWIRE_PROFILE") == "thorough"
NO_STREAM = ("eventstream-vectors", "http-error")


def streams_of(folder: Path) -> list[tuple[str, bytes]]:
    """Dialect and body of each recorded stream of an answer."""
    return [
        (row["dialect"] if row["dialect"] in PROVIDERS else "openai-chat", (folder / row["file"]).read_bytes())
        for row in recorded(folder)
        if row["dialect"] not in NO_STREAM
    ]


def translated(stage: Translator, body: bytes, size: int = 1000) -> bytes:
    pieces = [stage.feed(body[place : place + size]) for place in range(0, len(body), size)]
    return b"".join(pieces) + stage.end()


def hold(source: str, body: bytes, targets: tuple[str, ...] = TARGETS) -> None:
    before = parse(source, body)
    for target in targets:
        stage = translate(source, target)
        out = translated(stage, body)
        after: list[Any] = parse(target, out, think="off" if source != target else None)
        laws_of_order(after)
        if source == target:
            assert out.startswith(body)
            hold_encoded(before, target)
        else:
            assert_same_answer(before, target, after)
            assert_accounted(before, stage.lost, after)


def hold_encoded(before: list[Any], target: str) -> None:
    """The same dialect through its encoder, which is more than bytes that pass."""
    encoder = Encoder(target)
    after = parse(target, b"".join(map(encoder.feed, before)), think="off")
    assert_same_answer(before, target, after)
    assert_accounted(before, encoder.lost, after)


def test_a_sample_says_the_same_in_every_dialect(streams: Path) -> None:
    for source, body in streams_of(streams)[::25]:
        if len(body) < 200_000:
            hold(source, body)


@pytest.mark.skipif(not THOROUGH, reason="takes ten seconds: DELTAWIRE_PROFILE=thorough runs it")
def test_all_say_the_same_in_every_dialect(streams: Path) -> None:
    for source, body in streams_of(streams):
        hold(source, body)
