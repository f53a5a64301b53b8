"""Answers in the bytes of each provider, and refusals over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import Phase, find, settings

from deltawire.events import Failed
from deltawire.framing import SSEDecoder
from deltawire.response import parser
from deltawire.sniffing import sniff
from deltawire.testing import Answer, Call, Reasoning, Style, Text, payloads_of, wire
from deltawire.testing.error_replies import error_replies
from deltawire.testing.wire import content_type

SAYS = Answer((Reasoning(("hm",)), Text(("Hel", "lo")), Call("c1", "find", ('{"q":', "1}"))), usage=(3, 4))
SCHEMAS = (
    *("anthropic", "bedrock", "bedrock-invoke", "cohere", "gemini", "gemini-interactions", "ollama"),
    *("openai-chat", "openai-responses"),
)


def test_an_answer_knows_its_text_reasoning_and_calls() -> None:
    assert (SAYS.text, SAYS.reasoning, [call.arguments for call in SAYS.calls]) == ("Hello", "hm", ['{"q":1}'])


@pytest.mark.parametrize(
    ("pieces", "value"), [(('{"q":', "1}"), {"q": 1}), (("{",), {}), ((), {}), (("[1]",), {}), (("null",), {})]
)
def test_a_call_knows_its_arguments_as_an_object(pieces: tuple[str, ...], value: Any) -> None:
    assert Call("c", "find", pieces).arguments_object == value


@pytest.mark.parametrize("provider", SCHEMAS)
def test_a_body_is_known_by_its_first_bytes(provider: str) -> None:
    assert sniff(wire(provider, SAYS)) == provider


@pytest.mark.parametrize("provider", SCHEMAS)
def test_fields_that_nobody_knows_stand_in_every_payload(provider: str) -> None:
    body = wire(provider, SAYS, Style(extra={"x_vendor": "\u2028"}, escaped=True))
    assert provider.startswith("bedrock") or body.isascii()
    payloads = payloads_of(provider, SAYS, Style(extra={"x_vendor": 1}))
    objects = [payload for payload in payloads if isinstance(payload, dict)]
    inside = [next(iter(payload.values())) if provider == "bedrock" else payload for payload in objects]
    assert all(payload["x_vendor"] == 1 for payload in inside)


@pytest.mark.parametrize("vendor", ["anthropic", "openai-chat", "cohere", "bedrock"])
def test_an_error_of_invoke_model_is_a_message_of_its_own(vendor: Any) -> None:
    style = Style(vendor=vendor, extra={"x": 1})
    *_, last = payloads_of("bedrock-invoke", Answer((Text(("a",)),), error="slow down"), style)
    assert last == {"throttlingException": {"message": "slow down"}}


def test_an_event_stream_is_written_in_the_style_of_its_server() -> None:
    answer = Answer((Text(("né",)),))
    plain = wire("anthropic", answer)
    assert plain.startswith(b"event: message_start\ndata: {")
    assert b"ping" not in plain
    style = Style(newline="\r", named=False, byte_order_mark=True, spaced=True, keep_alives=frozenset({0, 2}))
    other = wire("anthropic", answer, style)
    assert other.startswith(b'\xef\xbb\xbf: keep-alive\r\rdata: {"type": "message_start", ')
    assert b"event:" not in other
    assert b"\n" not in other
    assert b'data: {"type": "ping"}\r\r: keep-alive\r\r' in other
    decoder = SSEDecoder()
    assert len(decoder.feed(other)) == len(SSEDecoder().feed(plain)) + 1


def test_json_lines_end_with_a_line_feed_and_live_by_blank_lines() -> None:
    style = Style(newline="\r", byte_order_mark=True, keep_alives=frozenset({1}))
    first, blank, *_ = wire("ollama", SAYS, style).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    assert (json.loads(first)["model"], blank) == ("tiny-1", b"")
    assert wire("ollama", SAYS, Style(newline="\r\n")).count(b"\r\n") == len(payloads_of("ollama", SAYS))


def test_gemini_streams_an_array_too() -> None:
    style = Style(array=True, newline="\r\n", keep_alives=frozenset({1}), spaced=True)
    assert json.loads(wire("gemini", SAYS, style)) == payloads_of("gemini", SAYS)
    assert content_type("gemini", style) == "application/json; charset=UTF-8"
    assert content_type("gemini") == content_type("anthropic", style) == "text/event-stream"


@pytest.mark.parametrize(
    ("provider", "terminated"),
    [("openai-chat", True), ("cohere", True), ("gemini-interactions", True), ("gemini", False)],
)
def test_a_terminator_is_sent_where_the_format_knows_one(provider: str, terminated: bool) -> None:
    assert (b"[DONE]" in wire(provider, SAYS)) is terminated
    assert b"[DONE]" not in wire(provider, SAYS, Style(terminator=False))


@pytest.mark.parametrize("provider", [*SCHEMAS, "groq"])
@pytest.mark.parametrize("status", [204, 302, 429, 503])
def test_refusals_end_in_a_failure_of_their_status(provider: str, status: int) -> None:
    drawn = settings(phases=[Phase.generate], max_examples=2_000, database=None)
    said, headers, body = find(error_replies(provider), lambda reply: reply[0] == status, settings=drawn)
    response = parser(provider)
    events = response.receive_head(said, headers) + response.receive_data(body) + response.receive_eof()
    assert isinstance(events[-1], Failed)
    assert events[-1].error.status == status
    assert dict(headers).get("Location", "") == ("https://example.org/login" if status == 302 else "")
    assert body == b"" or status != 204


def test_a_word_that_is_no_finish_is_refused() -> None:
    word: Any = "tool_calls"
    with pytest.raises(ValueError, match="finish is one of stop, length, content_filter, not 'tool_calls'"):
        Answer(finish=word)
