"""The schema of a body by its first bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bedrock_frames import CALLS, GROUNDED, TALK, body_of, chunks_of, frame
from tests.bedrock_objects import CHAT, CLAUDE, NOVA
from tests.provider_laws import JSON

from deltawire.framing.event_stream import encode_message
from deltawire.sniffing import sniff

RESPONSES = [
    {"type": "response.created", "response": {"id": "resp_1", "object": "response"}, "sequence_number": 0},
    {"type": "response.completed", "response": {"id": "resp_1", "object": "response"}, "sequence_number": 1},
]
GEMINI = [{"candidates": [{"content": {"parts": [{"text": "a"}], "role": "model"}}], "modelVersion": "gemini"}]
INTERACTIONS = [{"interaction": {"id": "v1", "object": "interaction"}, "event_type": "interaction.created"}]
OLLAMA = [
    {
        "model": "m",
        "created_at": "2026-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": "a"},
        "done": False,
    },
    {"model": "m", "created_at": "2026-01-01T00:00:01Z", "message": {"content": ""}, "done": True},
]
COHERE = [
    {"id": "r", "type": "message-start", "delta": {"message": {"role": "assistant"}}},
    {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}},
]


def sse(payloads: list[Any], names: bool = False) -> bytes:
    name = "event: {}\n" if names else ""
    return "".join(name.format(item.get("type")) + f"data: {json.dumps(item)}\n\n" for item in payloads).encode()


def ndjson(payloads: list[Any]) -> bytes:
    return "".join(json.dumps(payload) + "\n" for payload in payloads).encode()


def document(payload: Any, **options: Any) -> bytes:
    return json.dumps(payload, **options).encode()


BODIES = {
    "openai-chat": sse(CHAT[:-1]),
    "openai-responses": sse(RESPONSES, names=True),
    "anthropic": sse(CLAUDE, names=True),
    "gemini": sse(GEMINI),
    "gemini-interactions": sse(INTERACTIONS),
    "ollama": ndjson(OLLAMA),
    "bedrock": body_of(TALK),
    "bedrock-invoke": chunks_of(CLAUDE),
    "cohere": sse(COHERE),
}


@pytest.mark.parametrize(("name", "body"), BODIES.items(), ids=BODIES.keys())
class TestStreams:
    def test_the_schema_of_a_stream(self, name: str, body: bytes) -> None:
        assert sniff(body) == name
        assert sniff(bytearray(body)) == name
        assert sniff(memoryview(body)) == name

    def test_a_body_cut_anywhere_is_never_taken_for_another(self, name: str, body: bytes) -> None:
        found = [sniff(body[:length]) for length in range(len(body) + 1)]
        assert set(found) <= {name, None}
        first = found.index(name)
        assert found[first:].count(None) == 0

    def test_a_byte_order_mark_and_white_space_are_passed_over(self, name: str, body: bytes) -> None:
        if name.startswith("bedrock"):
            return
        assert sniff(b"\xef\xbb\xbf\r\n " + body) == name

    def test_line_ends_are_no_matter(self, name: str, body: bytes) -> None:
        if name.startswith("bedrock"):
            return
        assert sniff(body.replace(b"\n", b"\r\n")) == name
        assert sniff(body.replace(b"\n", b"\r")) == name


@pytest.mark.parametrize(
    ("body", "name"),
    [
        pytest.param(body_of(CALLS[3:]), "bedrock", id="converse from the middle"),
        pytest.param(body_of(GROUNDED[-1:]), "bedrock", id="the last message of converse"),
        pytest.param(body_of(TALK)[:12], None, id="prelude of a message"),
        pytest.param(chunks_of(NOVA), "bedrock-invoke", id="nova through invoke"),
        pytest.param(frame("throttlingException", {"message": "No."}, "exception"), "bedrock", id="exception"),
        pytest.param(
            encode_message({":message-type": "error", ":error-code": "InternalFailure"}, b""), "bedrock", id="error"
        ),
        pytest.param(frame("Records", b"a,b,c"), None, id="events of another service"),
        pytest.param(b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b", None, id="no checksum"),
        pytest.param(sse([TALK[0]]), "bedrock", id="converse as server-sent events"),
        pytest.param(b"event: message_start\ndata: {", "anthropic", id="event name alone"),
        pytest.param(b"event: response.created\n", "openai-responses", id="event name of responses"),
        pytest.param(b"event: interaction.created\ndata:", "gemini-interactions", id="event name of interactions"),
        pytest.param(b"event: content-delta\n\n", "cohere", id="event name of cohere"),
        pytest.param(b": waiting\n\n" + sse(CHAT[:1]), "openai-chat", id="comments first"),
        pytest.param(b'data: {"type": "ping"}\n\n', "anthropic", id="ping first"),
        pytest.param(b"data: [DONE]\n\n", "openai-chat", id="done alone"),
        pytest.param(b'data: {"choices": [], "prompt_filter_results": []}\n\n', "openai-chat", id="azure's filters"),
        pytest.param(b'data: {\ndata: "candidates": []}\n\n', "gemini", id="data of several lines"),
        pytest.param(b'data: {"id": "chatcmpl-1", "obj', "openai-chat", id="id of chat"),
        pytest.param(b'data: {"id": "msg_1", "ty', "anthropic", id="id of a message"),
        pytest.param(document(GEMINI, indent=2), "gemini", id="array"),
        pytest.param(document(GEMINI, indent=2)[:60], "gemini", id="array cut"),
        pytest.param(
            document([{"error": {"code": 400, "message": "No.", "status": "INVALID_ARGUMENT"}}]),
            "gemini",
            id="array of an error",
        ),
        pytest.param(
            document({"object": "chat.completion", "choices": []}, indent=1), "openai-chat", id="chat document"
        ),
        pytest.param(
            document({"id": "resp_1", "object": "response", "output": []}), "openai-responses", id="responses document"
        ),
        pytest.param(
            document({"type": "message", "role": "assistant", "content": []}), "anthropic", id="anthropic document"
        ),
        pytest.param(document(GEMINI[0], indent=4), "gemini", id="gemini document"),
        pytest.param(
            document({"output": {"message": {"content": []}}, "stopReason": "x"}), "bedrock", id="converse document"
        ),
        pytest.param(document({"generation": "a", "stop_reason": "stop"}), "bedrock-invoke", id="llama document"),
        pytest.param(
            document({"outputs": [{"text": "a", "stop_reason": "stop"}]}), "bedrock-invoke", id="mistral document"
        ),
        pytest.param(document({"results": [{"outputText": "a"}]}), "bedrock-invoke", id="titan document"),
        pytest.param(
            sse([{"object": "text_completion", "choices": [{"text": "a"}]}]), "bedrock-invoke", id="text completion"
        ),
        pytest.param(sse([{"choices": [{"text": "a", "delta": {"content": "a"}}]}]), "openai-chat", id="together"),
        pytest.param(
            document({"error": {"message": "No.", "type": "x", "code": None}}), "openai-chat", id="error of openai"
        ),
        pytest.param(
            document({"type": "error", "error": {"type": "overloaded_error"}}), "anthropic", id="error of anthropic"
        ),
        pytest.param(
            b'data: {"type":"error","code":"x","message":"No.","sequence_number":3}\n\n',
            "openai-responses",
            id="error of responses",
        ),
        pytest.param(
            document({"error": {"code": 503, "message": "No.", "status": "UNAVAILABLE"}}),
            "gemini",
            id="error of gemini",
        ),
        pytest.param(document({"error": "model not found"}), "ollama", id="error of ollama"),
        pytest.param(document({"code": "x", "error": "No."}), "openai-chat", id="error of xai"),
        pytest.param(document({"id": "1", "message": "No."}), "cohere", id="error of cohere"),
        pytest.param(document({"message": "No."}), "bedrock", id="error of bedrock"),
        pytest.param(document({"__type": "ThrottlingException"}), "bedrock", id="error of aws"),
        pytest.param(document({"object": "error", "message": "No."}), "openai-chat", id="error of vllm"),
        pytest.param(document({"message": "No.", "code": "x", "param": None}), "openai-chat", id="error of cerebras"),
        pytest.param(document({"detail": [{"msg": "No."}]}), "openai-chat", id="error of a fastapi server"),
        pytest.param(b'event: error\ndata: {"error": {"message": "No."}}\n\n', "openai-chat", id="error event"),
        pytest.param(b'error: {"code": 500, "message": "No.", "status": "INTERNAL"}\n\n', "gemini", id="error field"),
    ],
)
def test_bodies(body: bytes, name: str | None) -> None:
    assert sniff(body) == name


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \r\n",
        b"\xef\xbb\xbf",
        b"<html><body>",
        b"\x1f\x8b\x08",
        b"Bad Gateway",
        b"{}",
        b"[]",
        b"{",
        b"[{",
        b'{"song": "la"}',
        b"data: la\n\n",
        b"data: {}\n\n",
        b": ping\n\n",
        b"null",
        b"[1, 2]",
        b"\xff\xfe",
    ],
    ids=repr,
)
def test_nothing_fits(body: bytes) -> None:
    assert sniff(body) is None


@pytest.mark.parametrize(
    ("body", "content_type", "name"),
    [
        (b'{"mod', "application/x-ndjson", "ollama"),
        (b'{"mod', "application/json", None),
        (b"\x00\x00", "application/vnd.amazon.eventstream", None),
        (ndjson(OLLAMA), "text/event-stream", "ollama"),
        (sse(CLAUDE), "application/x-ndjson", "anthropic"),
    ],
)
def test_the_content_type_decides_only_what_the_bytes_leave_open(
    body: bytes, content_type: str | None, name: str | None
) -> None:
    assert sniff(body, content_type) == name


def test_only_the_first_4_kib_are_looked_at() -> None:
    assert sniff(b": waiting\n\n" * 1_000 + sse(CHAT)) is None


@given(st.binary(max_size=300), st.sampled_from([b"", b"{", b"[", b"data: {", b"\x00", b"\x01\x00", b"event: "]))
def test_no_bytes_raise(rest: bytes, first: bytes) -> None:
    assert sniff(first + rest) in {*BODIES, None}


@given(
    st.dictionaries(
        st.sampled_from(
            ["type", "event_type", "error", "object", "id", "choices", "candidates", "created_at", "message", "outputs"]
        ),
        JSON,
    )
)
def test_no_payload_raises(payload: dict[str, Any]) -> None:
    assert sniff(json.dumps(payload).encode()) in {*BODIES, None}
    assert sniff(sse([payload])) in {*BODIES, None}


def test_nearly_every_recorded_stream_is_told(streams: Path) -> None:
    misses, told = [], 0
    for line in (streams / "manifest.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        name = {"mistral": "openai-chat"}.get(row["dialect"], row["dialect"])
        if name in BODIES:
            found = sniff((streams / row["file"]).read_bytes()[:4096])
            told += found == name
            misses += [] if found == name else [(row["file"], found)]
    assert told > 0
    assert told >= 0.99 * (told + len(misses)), misses
