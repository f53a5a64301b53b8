"""What a parser promises for any bytes at all: it never raises, ends once, keeps the laws of order, at any split."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers import CHAT, SAMPLES, feed, laws_of_order
from tests.provider_laws import PLACES

from deltawire.events import Failed, Finished
from deltawire.failures import Failure, FailureKind
from deltawire.limits import Limits
from deltawire.registry import PROVIDERS
from deltawire.response import parser

BROKEN = Failure(FailureKind.READ, "reset")
SCHEMAS = sorted({row.schema: name for name, row in reversed(PROVIDERS.items())}.values())
PIECES = st.sampled_from(
    [
        *(
            b"data: ",
            b"event: error\n",
            b": c\n",
            b"error: x\n",
            b"id: 1\n",
            b"[DONE]",
            b"\n",
            b"\n\n",
            b"\r\n\r\n",
            b"\r",
        ),
        *(b'{"id":"r","choices":[{"index":0,"delta":{"content":"a"}}]}', b'{"choices":[{"finish_reason":"stop"}]}'),
        *(b'{"type":"message_start","message":{"id":"m"}}', b'{"type":"message_stop"}', b'{"error":{"message":"e"}}'),
        *(b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\ud83d"}}', b'{"done":true}'),
        *(b'{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}', b"[", b"]", b"{", b"}", b","),
        *(
            b'"',
            b"\\",
            b"null",
            b"5",
            b"<html>",
            b"\x1f\x8b",
            b"\xef\xbb\xbf",
            b"\xff",
            b"\xf0\x9f",
            b"\0\0\0\x10",
            b" ",
        ),
    ]
)
BODIES = st.lists(PIECES, max_size=14).map(b"".join) | st.binary(max_size=80)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "raw": st.just(True),
        "think": st.sampled_from(["off", "leading", "anywhere", "inside"]),
        "limits": st.builds(
            Limits,
            frame_bytes=st.integers(0, 400),
            error_body_bytes=st.integers(0, 40),
            json_depth=st.integers(0, 9),
            tool_calls=st.integers(0, 2),
            tool_argument_bytes=st.integers(0, 20),
        ),
        "redact": st.just(("Hello", "type")),
        "id_prefix": st.just("mine"),
        "status": st.sampled_from([200, 201, 204, 302, 401, 429, 500, 529]),
        "headers": st.just([("content-type", "text/event-stream"), ("retry-after", "2"), ("x-request-id", "r")]),
        "broken": st.just(BROKEN),
    },
)


@st.composite
def damaged_samples(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good stream with slices cut out, doubled, moved or overwritten, or its end cut off."""
    provider, _, body = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(0, 3))):
        here, there = sorted(draw(st.tuples(st.integers(0, len(body)), st.integers(0, len(body)))))
        if draw(st.booleans()):
            there = min(there, here + 6)
        piece = body[here:there]
        match draw(st.sampled_from(["drop", "double", "flip", "end", "overwrite", "move"])):
            case "drop":
                body = body[:here] + body[there:]
            case "double":
                body = body[:there] + piece + body[there:]
            case "flip":
                body = body[:here] + bytes(byte ^ 0x21 for byte in piece[:3]) + body[here + len(piece[:3]) :]
            case "end":
                body = body[:there]
            case "overwrite":
                body = body[:here] + draw(BODIES) + body[there:]
            case _:
                body = piece + body[:here] + body[there:]
    return provider, body


def hold(provider: str, body: bytes, places: list[int], options: dict[str, Any]) -> None:
    whole = feed(provider, body, **options)
    assert feed(provider, body, places, **options) == whole
    assert feed(provider, body, range(len(body)), **options) == whole
    laws_of_order(whole)


@given(st.sampled_from(SCHEMAS), BODIES, PLACES, OPTIONS)
def test_any_bytes_at_any_split(provider: str, body: bytes, places: list[int], options: dict[str, Any]) -> None:
    hold(provider, body, places, options)


@given(damaged_samples(), PLACES, OPTIONS)
def test_damaged_streams_at_any_split(sample: tuple[str, bytes], places: list[int], options: dict[str, Any]) -> None:
    hold(*sample, places, options)


@given(damaged_samples(), st.integers(0, 1_000), OPTIONS)
def test_a_copy_goes_on_like_the_original_and_knows_its_end(
    sample: tuple[str, bytes], place: int, options: dict[str, Any]
) -> None:
    provider, body = sample
    options = {name: value for name, value in options.items() if name not in ("status", "headers", "broken")}
    original = parser(provider, **options)
    original.receive_data(body[:place])
    first, second = pickle.loads(pickle.dumps(original)), copy.deepcopy(original)
    assert original.ended or original.can_finish is isinstance(copy.deepcopy(original).receive_eof()[-1], Finished)
    rests = [one.receive_data(body[place:]) + one.receive_eof() for one in (original, first, second)]
    assert rests[0] == rests[1] == rests[2]


@given(damaged_samples(), st.integers(0, 1_000))
def test_a_cut_stream_is_no_success_unless_it_was_proved(sample: tuple[str, bytes], place: int) -> None:
    provider, body = sample
    response = parser(provider)
    events = response.receive_data(body[:place])
    proved = response.ended or response.can_finish
    events += response.receive_eof()
    assert proved or isinstance(events[-1], Failed)


@pytest.mark.parametrize("place", range(0, len(CHAT["text"]), 5))
def test_a_stream_that_breaks_anywhere_keeps_what_came(place: int) -> None:
    response = parser("openai-chat")
    events = response.receive_data(CHAT["text"][:place])
    rest = response.receive_error(BROKEN)
    laws_of_order(events + rest)
    assert events == feed("openai-chat", CHAT["text"])[: len(events)]
