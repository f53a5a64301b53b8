"""The bodies of HTTP errors in their many forms."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.error_document import error_document

BODIES: dict[str, tuple[bytes, Any]] = {
    "object": (b' {"error": {"message": "x"}}\n', {"error": {"message": "x"}}),
    "array": (b'[{"error": {"code": 429}}]', [{"error": {"code": 429}}]),
    "byte order mark": (b'\xef\xbb\xbf{"error": "x"}', {"error": "x"}),
    "blank lines first": (b'\r\n\r\n\n{"error": "x"}', {"error": "x"}),
    "cut off": (b'{"error":{"message":"Too many requests","type":"rate_l', "Too many requests"),
    "broken": (b'{"error"', '{"error"'),
    "too deep": (b"[" * 500 + b"]" * 500, "[" * 500 + "]" * 500),
    "sse": (b'data: {"error": {"message": "x"}}\n\ndata: [DONE]\n\n', {"error": {"message": "x"}}),
    "sse with a name": (b'event: error\r\ndata: {"error": "x"}\r\n\r\n', {"error": "x"}),
    "sse with bare carriage returns": (b'event: error\rdata: {"error": "x"}\r\r', {"error": "x"}),
    "sse after comments": (b': ping\n\n: ping\n\ndata:{"error": "x"}', {"error": "x"}),
    "sse over lines": (b'data: {"error":\ndata: "x"}\n\n', {"error": "x"}),
    "sse field of llama.cpp": (b'error: {"code": 500}\n\n', {"code": 500}),
    "sse of text": (b"data: upstream died\n\n", "upstream died"),
    "sse of nothing": (b": ping\n\ndata: [DONE]\n\n", ": ping\n\ndata: [DONE]"),
    "html": (
        b"<html><head><title>502 Bad Gateway</title></head><body><h1>Oh</h1></body></html>",
        "502 Bad Gateway (HTML page)",
    ),
    "html document": (
        b"<!DOCTYPE html>\n<html lang=en>\n<TITLE class=a>\n Just a moment&hellip; &amp; more </TITLE>",
        "Just a moment&hellip; & more (HTML page)",
    ),
    "html of nginx": (b"<html>\r\n<body><center><h1>413 Too Large</h1></center>", "413 Too Large (HTML page)"),
    "html without a title": (b"<html><body>hm</body></html>", "An HTML page without a title"),
    "html with a blank title": (b"<html><title> </title></html>", "An HTML page without a title"),
    "xml of aws": (
        b"<Response><Error><Code>Throttling</Code><Message>Rate &lt;1&gt;</Message></Error><RequestId>r-1</RequestId>",
        {"code": "Throttling", "message": "Rate <1>", "request_id": "r-1"},
    ),
    "xml of coral": (b"<UnknownOperationException/>", "<UnknownOperationException/>"),
    "text": (b"upstream connect error or disconnect/reset before headers\n", None),
    "empty": (b"", ""),
    "blank": (b" \r\n ", ""),
    "not utf-8": (b"\xff\xfe oh", "\ufffd\ufffd oh"),
}


@pytest.mark.parametrize(("body", "value"), BODIES.values(), ids=BODIES)
def test_each_form_of_body_is_read(body: bytes, value: Any) -> None:
    expected = body.decode().strip() if value is None else value
    found, raw = error_document(body)
    assert found == expected
    assert raw == body.decode("utf-8-sig", "replace")


@given(
    st.binary()
    | st.lists(
        st.sampled_from(
            [b"data:", b"error:", b" {", b"}", b"[", b'"message":"', b"<html>", b"<title>", b"\r", b"\n", b"x"]
        )
    ).map(b"".join)
)
def test_no_body_raises(body: bytes) -> None:
    error_document(body)


@pytest.mark.parametrize(
    "piece",
    [b'{"message":"', b"<title>", b"<html><title ", b"<Code>", b"data: {\n", b"&amp;", b"[", b": \n"],
    ids=repr,
)
def test_no_body_is_expensive(piece: bytes) -> None:
    body = piece * (64 * 1024 // len(piece))
    start = time.process_time()
    error_document(body)
    assert time.process_time() - start < 1
