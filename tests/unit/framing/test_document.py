"""One JSON document as a body, at any split."""

from __future__ import annotations

import copy
import pickle
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.provider_laws import PLACES, bytewise, cut

from deltawire.framing.document import DocumentDecoder
from deltawire.framing.lines import too_large

BODIES = st.lists(
    st.sampled_from([b"{", b"}", b"[", b"]", b'"', b"\\", b" ", b"\r\n", b"a:1,", "é".encode(), b"\xff"]), max_size=14
).map(b"".join)


def read(chunks: list[bytes], limit: int = 1_000) -> DocumentDecoder:
    decoder = DocumentDecoder(limit)
    for chunk in chunks:
        assert decoder.feed(chunk) == []
    return decoder


@pytest.mark.parametrize(
    ("body", "document", "closed"),
    [
        pytest.param(b'{"a": 1}', [b'{"a": 1}'], True, id="object"),
        pytest.param(b"[1]", [b"[1]"], True, id="array"),
        pytest.param(b' \r\n{"a": [1]}\t\n', [b'{"a": [1]}'], True, id="white space around it"),
        pytest.param('{"a": "}é"}'.encode(), ['{"a": "}é"}'.encode()], True, id="bracket in a string"),
        pytest.param(b'{"a": ', [b'{"a":'], False, id="open"),
        pytest.param(b'{"a": "\\"}', [b'{"a": "\\"}'], False, id="open string"),
        pytest.param(b"{}{}", [b"{}{}"], True, id="more behind it"),
        pytest.param(b"\x0c{}\x0b", [b"\x0c{}\x0b"], True, id="white space that JSON does not have"),
        pytest.param(b" \n", [], False, id="white space only"),
        pytest.param(b"", [], False, id="nothing"),
    ],
)
def test_a_document_is_given_whole_at_its_end(body: bytes, document: list[bytes], closed: bool) -> None:
    for chunks in ([body], bytewise(body)):
        decoder = read(chunks)
        assert decoder.closed is closed
        assert decoder.end() == document
        assert decoder.end() == []


@given(BODIES, PLACES, st.integers(0, 20))
def test_no_split_changes_the_document_nor_the_verdict(body: bytes, places: list[int], limit: int) -> None:
    whole, in_pieces = read([body], limit), read(cut(body, places), limit)
    assert whole.failure == in_pieces.failure
    assert whole.failure or whole.closed == in_pieces.closed
    assert whole.end() == in_pieces.end()


@pytest.mark.parametrize("place", range(8))
def test_a_body_passes_at_the_limit_and_no_longer(place: int) -> None:
    body = b'{"a": 1}'
    assert read(cut(body, [place]), 8).failure is None
    decoder = read(cut(body, [place]), 7)
    assert decoder.failure == too_large("frame_bytes", 7, "The document")
    assert decoder.feed(b"more") == []
    assert decoder.end() == []


def test_what_may_be_whole_is_visible() -> None:
    decoder = DocumentDecoder()
    decoder.feed(b'{"a": ')
    assert decoder.pending == b""
    decoder.feed(b'"' + b"x" * 100 + b'"}')
    assert decoder.pending == b"x" * 62 + b'"}'
    decoder.feed(bytearray(b" \n"))
    assert decoder.pending == b"x" * 60 + b'"} \n'


def test_memory_follows_the_body_however_small_the_chunks() -> None:
    decoder = DocumentDecoder()
    tracemalloc.start()
    for _ in range(20_000):
        decoder.feed(b"{}")
    document, peak = decoder.end(), tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(document[0]) == 40_000
    assert peak < 3 * 40_000 + 10_000


@given(BODIES, st.integers(0, 20), st.sampled_from(["pickle", "deepcopy"]))
def test_a_copy_goes_on_like_the_original(body: bytes, place: int, way: str) -> None:
    original = read([body[:place]])
    copied = pickle.loads(pickle.dumps(original)) if way == "pickle" else copy.deepcopy(original)
    rest = [(one.feed(body[place:]), one.closed, one.pending, one.end()) for one in (original, copied)]
    assert rest[0] == rest[1]
