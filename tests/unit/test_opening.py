"""The first significant byte decides the framing; the Content-Type only explains."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.provider_laws import PLACES, bytewise, cut

from deltawire.event_stream_reader import EventStreamReader
from deltawire.events import Event, Failed, Note
from deltawire.failures import FailureKind
from deltawire.limits import Limits
from deltawire.ndjson_reader import NDJSONReader
from deltawire.notes import NoteCode
from deltawire.opening import Opening, open_body, payload_reader
from deltawire.providers.base import ProviderOptions
from deltawire.readers import DocumentReader, FrameReader, JSONArrayReader, ReaderOptions
from deltawire.redaction import Redactor
from deltawire.registry import provider_row
from deltawire.sse_reader import SSEReader

BOM = b"\xef\xbb\xbf"
ZSTD = b"\x28\xb5\x2f\xfd\x04\x00"
AWS = b"\x00\x00\x00\x10"


def opened(chunks: list[bytes]) -> tuple[bytes | None, bytes]:
    """What the opening gives once it has decided, with all that follows; and what is held at the end if not."""
    opening = Opening()
    for number, chunk in enumerate(chunks):
        found = opening.feed(chunk)
        if found is not None:
            return found + b"".join(chunks[number + 1 :]), b""
    return None, opening.end()


@pytest.mark.parametrize(
    ("body", "significant"),
    [
        pytest.param(b"data: x", b"data: x", id="text"),
        pytest.param(BOM + b"data: x", b"data: x", id="byte order mark"),
        pytest.param(BOM + BOM + b"d", BOM + b"d", id="a second one stays"),
        pytest.param(BOM + b" \r\n\t{}", b"{}", id="white space behind it"),
        pytest.param(b"\n\n" + BOM + b"{", BOM + b"{", id="white space before it"),
        pytest.param(BOM[:2] + b"x", BOM[:2] + b"x", id="half a byte order mark"),
        pytest.param(b"\x0b{}", b"\x0b{}", id="white space that is none in JSON"),
        pytest.param(b"\x1f\x8b", b"\x1f\x8b", id="gzip"),
        pytest.param(b"\x1fa", b"\x1fa", id="half a magic number"),
        pytest.param(b"(\xb5/x", b"(\xb5/x", id="three quarters of a magic number"),
        pytest.param(b" xa", b"xa", id="a letter that begins a magic number"),
    ],
)
def test_the_first_significant_bytes_decide_at_any_split(body: bytes, significant: bytes) -> None:
    assert opened([body]) == opened(bytewise(body)) == (significant, b"")
    for place in range(len(body)):
        assert opened([body[:place], b"", body[place:]]) == (significant, b"")


@pytest.mark.parametrize(
    ("body", "held"),
    [
        *((b"", b""), (b" \n", b""), (BOM, b""), (BOM[:1], b""), (BOM[:2], b""), (BOM + b"\n", b"")),
        *((b"x", b"x"), (b"\x1f", b"\x1f"), (b"\n(\xb5/", b"(\xb5/")),
    ],
)
def test_what_decides_nothing_is_held(body: bytes, held: bytes) -> None:
    assert opened([body]) == opened(bytewise(body)) == (None, held)


def test_white_space_is_never_kept() -> None:
    opening = Opening()
    for _ in range(1_000):
        assert opening.feed(b" \n") is None
    assert opening.feed(b"d") == b"d"


@given(st.lists(st.sampled_from([BOM, b"\xef", b" ", b"\n", b"\x1f", b"x", b"(\xb5", b"{", b"d"]), max_size=6), PLACES)
def test_no_split_changes_the_decision(pieces: list[bytes], places: list[int]) -> None:
    body = b"".join(pieces)
    assert opened(cut(body, places)) == opened([body])


def opened_body(
    data: bytes, provider: str = "openai-chat", content_type: str | None = None, **options: Any
) -> tuple[FrameReader | None, list[Event]]:
    events: list[Event] = []
    row = provider_row(provider)
    schema = row.schema(ProviderOptions(provider, **options))
    return open_body(data, row, content_type, schema, ReaderOptions(Limits()), events), events


@pytest.mark.parametrize(
    ("provider", "data", "kind"),
    [
        ("openai-chat", b"data: {}", SSEReader),
        ("openai-chat", b": hi", SSEReader),
        ("openai-chat", b"anything", SSEReader),
        ("openai-chat", b"\xff\xfe", SSEReader),
        ("openai-chat", AWS, SSEReader),
        ("openai-chat", b"{", DocumentReader),
        ("openai-chat", b"[", JSONArrayReader),
        ("anthropic", b"{", DocumentReader),
        ("ollama", b"{", NDJSONReader),
        ("ollama", b"[", JSONArrayReader),
        ("ollama", b"data: {}", SSEReader),
        ("bedrock", AWS, EventStreamReader),
        ("bedrock", b"\x01", EventStreamReader),
        ("bedrock", b"{", DocumentReader),
        ("bedrock", b"data: {}", SSEReader),
    ],
)
def test_the_reader_follows_from_the_first_byte(provider: str, data: bytes, kind: type) -> None:
    reader, events = opened_body(data, provider)
    assert type(reader) is kind
    assert events == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(gzip.compress(b"data: {}"), "compressed", id="gzip"),
        pytest.param(ZSTD, "compressed", id="zstd"),
        *(
            pytest.param(zlib.compress(b"data", level), "compressed", id=f"zlib level {level}")
            for level in (0, 2, 6, 9)
        ),
        pytest.param(b"<!doctype html>", "HTML or XML", id="HTML"),
        pytest.param(b"<?xml", "HTML or XML", id="XML"),
    ],
)
def test_other_media_are_refused_at_once(data: bytes, said: str) -> None:
    reader, events = opened_body(data, content_type="text/html; key=secret", redactor=Redactor(("secret",)))
    assert reader is None
    [failed] = events
    assert isinstance(failed, Failed)
    assert failed.error.kind is FailureKind.WRONG_MEDIA
    assert said in failed.error.message
    assert "(Content-Type: text/html; key=[redacted]" in failed.error.message
    assert failed.error.provider == "openai-chat"


def test_a_refusal_without_content_type_names_none() -> None:
    [failed] = opened_body(b"<html>")[1]
    assert isinstance(failed, Failed)
    assert failed.error.message == "The body is HTML or XML, not a model's answer"


@pytest.mark.parametrize(
    ("data", "content_type", "noted"),
    [
        (b"data: x", None, False),
        (b"data: x", "", False),
        (b"data: x", "text/event-stream", False),
        (b"data: x", "Text/Event-Stream; Charset=UTF-8", False),
        (b"data: x", 'text/event-stream; charset="utf8"; x=y', False),
        (b"data: x", "text/event-stream; charset=iso-8859-1", True),
        (b"data: x", "application/json", True),
        (b"data: x", "text/plain; charset=utf-8", True),
        (b"{", "application/json", False),
        (b"{", "application/problem+json; charset=utf-8", False),
        (b"{", "text/event-stream", True),
        (b"[", "application/json", False),
        (b"[", "text/event-stream", True),
    ],
)
def test_a_content_type_that_says_otherwise_is_noted(data: bytes, content_type: str | None, noted: bool) -> None:
    reader, events = opened_body(data, content_type=content_type)
    assert reader is not None
    assert events == ([Note(NoteCode.WRONG_CONTENT_TYPE, content_type or "")] if noted else [])


@pytest.mark.parametrize(
    ("content_type", "noted"), [("application/x-ndjson", False), ("application/json", False), ("text/plain", True)]
)
def test_newline_delimited_json_has_several_names(content_type: str, noted: bool) -> None:
    assert bool(opened_body(b"{", "ollama", content_type)[1]) is noted


@pytest.mark.parametrize(("provider", "kind"), [("anthropic", FrameReader), ("bedrock", EventStreamReader)])
def test_decoded_payloads_need_no_framing(provider: str, kind: type) -> None:
    row = provider_row(provider)
    assert type(payload_reader(row, row.schema(ProviderOptions(provider)), ReaderOptions(Limits()))) is kind
