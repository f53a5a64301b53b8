"""Which provider's schema a body speaks, told by its first bytes."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from .foreign import foreign_schema
from .partial_json import PartialJson
from .payload import as_list, as_object, as_text, is_list, is_object

__all__ = ["sniff"]

_LOOKED_AT = 4096
_BOM = b"\xef\xbb\xbf"
_WHITE_SPACE = b" \t\r\n"
_PRELUDE = 12

_LINE_END = re.compile(r"\r\n|\r|\n")
# The headers `:event-type` and `:exception-type` of an AWS message: name, type 7 (text), two bytes of length, text.
_EVENT_TYPE = re.compile(rb":event-type\x07..([A-Za-z-]+)", re.DOTALL)
_EXCEPTION_TYPE = re.compile(rb":exception-type\x07..([A-Za-z]+)|:error-code\x07", re.DOTALL)
_CONVERSE = frozenset({"messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop"})

# Values of `type`, `event_type` or an SSE event's name, beyond those that open a stream.
_BY_TYPE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("ping", "message_stop", "content_block_stop"), "anthropic"),
        **dict.fromkeys(
            ("content-end", "tool-call-delta", "tool-call-end", "citation-start", "citation-end", "message-end"),
            "cohere",
        ),
        **dict.fromkeys(_CONVERSE, "bedrock"),
    }
)
_BY_TYPE_PREFIX = (
    ("response.", "openai-responses"),
    ("interaction.", "gemini-interactions"),
    ("step.", "gemini-interactions"),
)
# Keys that one schema has and no other.
_BY_KEY = (
    ("bedrock", _CONVERSE),
    ("bedrock", frozenset({"stopReason", "contentBlockIndex", "__type", "Message"})),
    ("bedrock-invoke", frozenset({"generation", "outputText", "completion", "amazon-bedrock-invocationMetrics"})),
    ("gemini", frozenset({"candidates", "promptFeedback", "usageMetadata", "modelVersion"})),
    ("openai-chat", frozenset({"choices", "x_groq", "system_fingerprint", "prompt_filter_results"})),
)
_BY_ID_PREFIX = (("chatcmpl", "openai-chat"), ("resp_", "openai-responses"), ("msg_", "anthropic"))


def sniff(first_bytes: bytes | bytearray | memoryview, content_type: str | None = None) -> str | None:
    """The name of the provider whose parser reads a body that begins so; None if nothing fits.

    `first_bytes` may be cut anywhere; more than 4 KiB are not looked at. `content_type` is the response's Content-Type
    and decides only where the bytes leave it open. The name is that of a schema (`openai-chat` for every server that
    speaks it). It is a suggestion: use it where a body's origin is not known, and name the provider where it is.
    Never raises on any bytes.
    """
    head = bytes(first_bytes[:_LOOKED_AT]).removeprefix(_BOM).lstrip(_WHITE_SPACE)
    if head[:1] in (b"\x00", b"\x01"):
        return _of_messages(head) or None
    text = head.decode("utf-8", "ignore")
    if text.startswith(("{", "[")):
        payloads, names = _documents(text), list[str]()
    else:
        payloads, names = _events(text)
    found = _first(map(_of_payload, payloads)) or _first(map(_of_type, names))
    if not found and text.startswith("{") and "ndjson" in (content_type or "").lower():
        found = "ollama"
    return found or None


def _first(names: Iterable[str]) -> str:
    return next((name for name in names if name), "")


def _of_messages(head: bytes) -> str:
    """Of the AWS event stream: by the type of its events."""
    if len(head) < _PRELUDE or zlib.crc32(head[:8]) != int.from_bytes(head[8:_PRELUDE], "big"):
        return ""
    types = [name.decode() for name in _EVENT_TYPE.findall(head)]
    if "chunk" in types:
        return "bedrock-invoke"
    is_converse = "metadata" in types or not _CONVERSE.isdisjoint(types)
    return "bedrock" if is_converse or _EXCEPTION_TYPE.search(head) else ""


def _documents(text: str) -> list[Any]:
    """The first value of JSON text or of newline-delimited JSON, as far as it has come; the items of an array."""
    value = _value(text)
    return value if is_list(value) else [value]


def _events(text: str) -> tuple[list[Any], list[str]]:
    """The payloads of server-sent events and the events' names, the last of both perhaps cut."""
    payloads: list[Any] = []
    names: list[str] = []
    data: list[str] = []
    for line in [*_LINE_END.split(text), ""]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
        elif name == "event":
            names.append(value)
        elif name == "error":
            payloads.append({"error": _value(value) or value})
        elif not line and data:
            joined = "\n".join(data)
            data.clear()
            payloads.append({"object": "chat."} if joined.strip() == "[DONE]" else _value(joined))
    return payloads, names


def _value(text: str) -> Any:
    json = PartialJson()
    json.feed(text)
    return json.value


def _of_payload(payload: Any) -> str:
    if not is_object(payload):
        return ""
    return (
        _of_error(payload)
        or _of_completion(payload)
        or foreign_schema(payload)
        or _of_type(as_text(payload.get("type")))
        or _of_type(as_text(payload.get("event_type")))
        or next((name for name, keys in _BY_KEY if not keys.isdisjoint(payload)), "")
        or _of_rest(payload)
    )


def _of_type(kind: str) -> str:
    named = _BY_TYPE.get(kind) or foreign_schema({"type": kind})
    return named or next((name for prefix, name in _BY_TYPE_PREFIX if kind.startswith(prefix)), "")


def _of_completion(payload: dict[str, Any]) -> str:
    """Of a text completion: those that are not chats are read where Bedrock's older models are."""
    fields = ("choices", "outputs", "results", "generations")
    items = [as_object(item) for field in fields for item in as_list(payload.get(field))]
    if as_text(payload.get("object")).startswith("chat."):
        return ""
    # Together says `text` beside the delta of a chat.
    texts = [item.get("text", item.get("outputText")) for item in items if item.keys().isdisjoint({"delta", "message"})]
    return "bedrock-invoke" if any(isinstance(text, str) for text in texts) else ""


def _of_rest(payload: dict[str, Any]) -> str:
    identifier, said = as_text(payload.get("id")), payload.keys()
    if isinstance(payload.get("created_at"), str) and not said.isdisjoint({"message", "response", "thinking", "done"}):
        return "ollama"
    if as_text(payload.get("object")).startswith("chat."):
        return "openai-chat"
    by_id = next((name for prefix, name in _BY_ID_PREFIX if identifier.startswith(prefix)), "")
    if by_id:
        return by_id
    return "bedrock" if is_object(as_object(payload.get("output")).get("message")) else _of_flat_error(payload)


def _of_error(payload: dict[str, Any]) -> str:
    """Of a payload that is an error, by its form."""
    error, kind = payload.get("error"), payload.get("type")
    if kind == "error":
        return "anthropic" if is_object(error) and "sequence_number" not in payload else "openai-responses"
    if isinstance(error, str) and error:
        return "openai-chat" if "code" in payload else "ollama"
    if not is_object(error) or not error or not payload.keys() <= {"error", "id", "user_id", "request_id", "provider"}:
        return ""
    # Google's error model: cloud.google.com/apis/design/errors#error_model
    is_google = isinstance(error.get("code"), int) and as_text(error.get("status")).isupper()
    return "gemini" if is_google else "openai-chat"


def _of_flat_error(payload: dict[str, Any]) -> str:
    if payload.get("object") == "error" or "detail" in payload:
        return "openai-chat"
    if not as_text(payload.get("message")):
        return ""
    if "code" in payload or "type" in payload:
        return "openai-chat"
    return "cohere" if "id" in payload else "bedrock"
