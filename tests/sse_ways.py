"""The ways through the decoder of server-sent events, which must give the same, and bodies to try them with."""

from __future__ import annotations

from hypothesis import strategies as st

from deltawire.failures import Failure
from deltawire.framing.sse import SSEBlock, SSEDecoder

BOM = b"\xef\xbb\xbf"
PIECES = [
    *(b"data: ", b"data:", b"data", b"event: ", b"event: error", b"event: x\ndata: y", b"event", b"id: 7", b"id: \0"),
    *(b"retry: 5", b"retry:x", b": c", b":", b"error: e", b'{"a":1}', b"{", b"}", b"[DONE]", b"other: z", b"x", b" "),
    *(b"\n", b"\n\n", b"\r", b"\r\n", b"\r\n\r\n", b"data: x\n\n", b"data: y\r\n\r\n", b"data: z\r\r"),
    *(b"dat: {", b"data; [", b"event: a*data: {", b"id: a*data:[", b": data: {"),
    *(BOM, b"\xef", b"\xbb\xbf", "é\u2028".encode(), b"\xff", b"\xf0\x9f\x8c"),
]
BODIES = st.lists(st.sampled_from(PIECES), max_size=16).map(b"".join)
# A chunk to a frame, or nearly: as the network brings them.
CHUNKS = st.lists(
    st.builds(
        lambda lead, data, ending: lead + data + ending,
        st.sampled_from([b"data: ", b"data: ", b"event: a\ndata: ", b"event: a\r\ndata: ", b"event: error\ndata: "]),
        st.sampled_from([b"{}", b"x", b"", b"x\ny", b"x\ry", b"x\n\ndata: y", b"x\n\nevent: b\ndata: y", b"\xff"]),
        st.sampled_from(
            [b"\n\n", b"\n\n", b"\r\n\r\n", b"\r\n\r\n", b"\n", b"\r\r", b"\n\ndata", b"\n\n\n", b"\n\r\n"]
        ),
    )
    | st.sampled_from(PIECES),
    max_size=10,
)
ARBITRARY = st.binary(max_size=60)
LIMITS = st.integers(0, 40)

Blocks = list[SSEBlock | str]


def blocks_by_lines(chunks: list[bytes], limit: int) -> tuple[Blocks, Failure | None]:
    decoder = SSEDecoder(limit)
    blocks: Blocks = []
    for chunk in chunks:
        decoder._feed_lines(decoder._past_bom(chunk), blocks)
    return blocks + decoder.end_blocks(), decoder.failure


def blocks_at_once(chunks: list[bytes], limit: int) -> tuple[Blocks, Failure | None]:
    decoder = SSEDecoder(limit)
    blocks = [block for chunk in chunks for block in decoder.feed_blocks(chunk)]
    return blocks + decoder.end_blocks(), decoder.failure


def blocks_one_by_one(chunks: list[bytes], limit: int) -> tuple[Blocks, Failure | None]:
    """By the quick ways for tiny chunks and for frames that come alone, as the parser tries them."""
    decoder = SSEDecoder(limit)
    blocks: Blocks = []
    for chunk in chunks:
        if decoder.append(chunk):
            continue
        frame = decoder.feed_one(chunk)
        blocks += decoder.feed_blocks(chunk) if frame is None else [frame]
    return blocks + decoder.end_blocks(), decoder.failure


def assert_both_ways_agree(chunks: list[bytes], limit: int = 1_000_000) -> None:
    expected = blocks_by_lines(chunks, limit)
    for found in (blocks_at_once(chunks, limit), blocks_one_by_one(chunks, limit)):
        assert_same_blocks(found, expected)


def assert_same_blocks(found: tuple[Blocks, Failure | None], wanted: tuple[Blocks, Failure | None]) -> None:
    (quick, verdict), (slow, expected) = found, wanted
    assert verdict == expected
    assert len(quick) == len(slow)
    for block, reference in zip(quick, slow, strict=True):
        if isinstance(block, str):
            assert isinstance(reference, SSEBlock)
            assert (reference.kind, reference.data, reference.terminated) == ("data", block.encode(), True)
            assert (reference.event == "error", reference.retry) == (False, None)
        else:
            assert block == reference
