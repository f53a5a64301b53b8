"""Recorded streams of real providers: every one ends once, in order, and the same at any split."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path
from typing import Any

import pytest
from tests.helpers import answer_of, feed, laws_of_order, recorded

from deltawire.events import Failed, Finished
from deltawire.registry import PROVIDERS

THOROUGH = os.environ.get("DELTAWIRE_PROFILE") == "thorough"
MEDIA_TYPES = {
    ".sse": "text/event-stream",
    ".ndjson": "application/x-ndjson",
    ".json": "application/json",
    ".bin": "application/vnd.amazon.eventstream",
}
# Gemini 1.0 said STOP with every chunk, and no token counts before the last: a polite end behind any proves as much.
STOP_EVERYWHERE = re.compile(rb'"finishReason": "STOP"(?s:.)*"finishReason": "STOP"')
ERRORS = ("UNEXPECTED_TOOL_CALL", "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "ERROR", "error")


def cuts_of(body: bytes) -> list[Any]:
    """Frame by frame as providers send, in a few pieces, in many, and byte by byte."""
    chance = random.Random(len(body))
    frames = [match.end() for match in re.finditer(rb"\r?\n\r?\n|\n", body)]
    some = [sorted(chance.sample(range(len(body)), min(len(body), count))) for count in (1, 7, 40)]
    return [frames, *some, range(len(body))] if len(body) < 40_000 else [frames, *some]


def hold(row: dict[str, Any], body: bytes) -> None:
    provider = row["dialect"] if row["dialect"] in PROVIDERS else "openai-chat"
    media_type = row.get("content_type") or MEDIA_TYPES[Path(row["file"]).suffix]
    options: dict[str, Any] = {"status": row.get("http_status") or 200, "headers": {"content-type": media_type}}
    whole = feed(provider, body, **options)
    laws_of_order(whole)
    for cuts in cuts_of(body):
        assert feed(provider, body, cuts, **options) == whole, row["file"]
    if isinstance(whole[-1], Finished) and not (provider == "gemini" and STOP_EVERYWHERE.search(body)):
        for place in [place for cuts in cuts_of(body)[:4] for place in cuts]:
            part = feed(provider, body[:place], **options)
            laws_of_order(part)
            assert isinstance(part[-1], Failed) or answer_of(part) == answer_of(whole), (row["file"], place)
    words = row.get("finish") or ()
    bad = row.get("has_error") or any(word in ERRORS or str(word).startswith("blocked:") for word in words)
    if words and not bad and not row.get("hand_edited"):
        assert not isinstance(whole[-1], Failed), row["file"]
    if row["dialect"] == "http-error":
        assert [type(event) for event in whole] == [Failed], row["file"]


def test_a_sample_keeps_every_promise(streams: Path) -> None:
    for row in recorded(streams)[::40]:
        if row["dialect"] != "eventstream-vectors":
            hold(row, (streams / row["file"]).read_bytes())


@pytest.mark.skipif(not THOROUGH, reason="takes minutes: DELTAWIRE_PROFILE=thorough runs it")
def test_all_keep_every_promise(streams: Path) -> None:
    for row in recorded(streams):
        if row["dialect"] != "eventstream-vectors":
            hold(row, (streams / row["file"]).read_bytes())
