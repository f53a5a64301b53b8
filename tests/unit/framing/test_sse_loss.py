"""Lines that the standard ignores although they hold a part of the answer: one byte of them is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.provider_laws import bytewise

from deltawire.framing.sse import SSEBlock, SSEDecoder

Blocks = list[SSEBlock | str]
LOST = [
    pytest.param(b'ddata: {"a":1}', id="a byte more"),
    pytest.param(b'dat: {"a":1}', id="a byte less"),
    pytest.param(b'dat\0a: {"a":1}', id="NUL"),
    pytest.param(b'dat\xe1: {"a":1}', id="a byte beyond ASCII"),
    pytest.param(b'Data:{"a":1}', id="another case, and no space"),
    pytest.param(b' data: {"a":1}', id="a space first"),
    pytest.param(b'data : {"a":1}', id="a space before the colon"),
    pytest.param(b'data; {"a":1}', id="another byte for the colon"),
    pytest.param(b'data {"a":1}', id="no colon"),
    pytest.param(b"dat: [DONE]", id="the end mark"),
    pytest.param(b'\xef\xbb\xbfdata: {"a":1}', id="a byte order mark in the middle"),
    pytest.param(b'id: 5*data: {"a":1}', id="behind an id whose line end is wrong"),
    pytest.param(b'retry: 5*data: {"a":1}', id="behind a retry whose line end is wrong"),
    pytest.param(b': c*data: {"a":1}', id="behind a comment whose line end is wrong"),
]
KEPT = [
    *(b"other: x", b"other", b"meta: a {b}", b"a: b: {", b"[server] up", b"INFO [server] up"),
    *(b'id: {"offset":5}', b'id: [{"topic":"a"}]', b"retry: x", b': {"alive":true}', b": data: none"),
]


def blocks_of(chunks: list[bytes]) -> Blocks:
    decoder = SSEDecoder()
    return [block for chunk in chunks for block in decoder.feed_blocks(chunk)] + decoder.end_blocks()


def text_of(block: SSEBlock | str) -> str:
    return block if isinstance(block, str) else block.frame().data


def lost(blocks: Blocks) -> list[bytes]:
    return [block.data for block in blocks if isinstance(block, SSEBlock) and block.kind == "lost"]


@pytest.mark.parametrize("line", LOST)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_damaged_field_line_vanished_silently(line: bytes, end: bytes) -> None:
    body = end.join([b"data: x", b"", line, b"", b"data: y", b"", b""])
    blocks = blocks_of([body])
    assert lost(blocks) == [line]
    assert [text_of(block) for block in (blocks[0], blocks[-1])] == ["x", "y"]
    assert [frame.data for frame in SSEDecoder().feed(body)] == ["x", "y"]
    assert lost(blocks_of(bytewise(body))) == [line]
    for place in range(len(body)):
        assert lost(blocks_of([body[:place], body[place:]])) == [line]


@pytest.mark.parametrize("line", LOST)
def test_a_damaged_line_beside_data_and_at_the_end_is_reported_too(line: bytes) -> None:
    assert lost(blocks_of([b"data: x\n" + line + b"\n\n"])) == [line]
    assert lost(blocks_of([b":\n" + line + b"\ndata: x\n\n"])) == [line]
    assert lost(blocks_of([b"data: x\n\n" + line])) == [line]


@pytest.mark.parametrize("line", KEPT)
def test_other_fields_stay_without_meaning(line: bytes) -> None:
    assert lost(blocks_of([b"data: x\n\n" + line + b"\n\n"])) == []


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_an_event_line_that_swallowed_its_data_vanished_silently(end: bytes) -> None:
    name = b'delta*data: {"a":1}'
    body = b"data: x" + end + end + b"event: " + name + end + end
    for chunks in ([body], bytewise(body)):
        assert lost(blocks_of(chunks)) == [name]


@given(st.binary(max_size=3), st.sampled_from([b"data: ", b"data", b": ", b""]), st.sampled_from([b"{", b"[", b""]))
def test_a_line_holds_one_thing_at_most(before: bytes, name: bytes, value: bytes) -> None:
    line = before.replace(b"\n", b"").replace(b"\r", b"") + name + value
    decoder = SSEDecoder()
    blocks = [block for block in decoder.feed_blocks(line + b"\n\n") if isinstance(block, SSEBlock)]
    assert [block.kind for block in blocks if block.kind in ("data", "bare", "lost")] in (
        [],
        ["data"],
        ["bare"],
        ["lost"],
    )


def test_bare_json_behind_data_was_no_error() -> None:
    body = b'data: {"a":1}\n{\n "error": 5\n}\n\n'
    for chunks in ([body], bytewise(body)):
        blocks = blocks_of(chunks)
        assert blocks == [SSEBlock("data", b'{"a":1}'), SSEBlock("bare", b'{\n "error": 5\n}')]
