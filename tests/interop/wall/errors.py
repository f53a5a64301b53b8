"""Errors: inside a response of status 200, and by another status."""

from __future__ import annotations

import json

from tests.interop.memory import LOGIN, LOGIN_PAGE
from tests.interop.wall.kit import Kit
from tests.interop.wall.kits import ANTHROPIC, BEDROCK, COHERE, GEMINI, KITS, OLLAMA
from tests.interop.wall.openai_kits import CHAT, CREATED, RESPONSES, event, response
from tests.interop.wall.row import Row, error, open_row, whole_text

_INSIDE, _STATUS = "Errors under status 200", "Other statuses"
_AS_HTML = (("content-type", "text/html"),)
_AS_JSON = (("content-type", "application/json"),)
_KINDS = {
    "openai-chat": "server",
    "openai-responses": "server",
    "anthropic": "overloaded",
    "gemini": "overloaded",
    "ollama": "server",
    "cohere": "server",
    "bedrock": "rate_limit",
}
_KEY = {"message": "Incorrect API key provided", "type": "invalid_request_error", "code": "invalid_api_key"}
_REFUSED = {
    "openai-chat": json.dumps({"error": _KEY}).encode(),
    "openai-responses": json.dumps({"error": _KEY}).encode(),
    "anthropic": b'{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
    "gemini": b'{"error":{"code":401,"message":"Request had invalid credentials","status":"UNAUTHENTICATED"}}',
    "ollama": b'{"error":"unauthorized"}',
    "cohere": b'{"id":"r-1","message":"invalid api token"}',
    "bedrock": b'{"message":"The security token included in the request is invalid"}',
}
_WORDS = b"the upstream is not reachable"


def rows() -> list[Row]:
    """All of them."""
    return [row for kit in KITS for row in [*_inside(kit), *_status(kit)]] + _special()


def _inside(kit: Kit) -> list[Row]:
    hello = kit.body(*kit.text[: kit.first_text])
    ends = f"Failed({_KINDS[kit.dialect]})"
    bare = json.dumps(kit.document or kit.error).encode()
    lines = json.dumps(kit.error, indent=2).encode()
    one = ("one_document",) if kit.document else ()
    as_json = ("unterminated_frame",) if kit.lines else one
    as_stream = as_json if kit.lines else ("wrong_content_type", *one)
    found = [
        error(
            _INSIDE,
            "an error after the first piece of text",
            kit,
            hello + kit.frame(kit.error),
            ends=ends,
            text="Hello",
        ),
        error(
            _INSIDE,
            "an error, then the usual end",
            kit,
            hello + kit.frame(kit.error) + kit.body(*kit.text[kit.second_text :]) + kit.trailer,
            ends=ends,
            text="Hello",
        ),
        error(
            _INSIDE,
            "an error as the first frame",
            kit,
            kit.frame(kit.error),
            ends=ends,
            notes=("missing_start",) if kit is COHERE else (),
        ),
        error(
            _INSIDE,
            "a bare JSON error, sent as JSON",
            kit,
            bare,
            ends=ends,
            headers=_AS_JSON,
            notes=as_json,
        ),
        error(_INSIDE, "a bare JSON error, sent as a stream", kit, bare, ends=ends, notes=as_stream),
        error(_INSIDE, "a page of HTML", kit, LOGIN_PAGE, ends="Failed(wrong_media)", headers=_AS_HTML),
        error(_INSIDE, "a page of HTML, sent as a stream", kit, LOGIN_PAGE, ends="Failed(wrong_media)"),
        error(
            _INSIDE,
            "a line of plain words",
            kit,
            _WORDS,
            ends="Failed(empty)",
            notes=("wrong_content_type",) if kit.framing != "events" else (),
            why="no field of an event stream: nothing came but `raw`",
        ),
        error(_INSIDE, "an empty body", kit, ends="Failed(empty)"),
        error(_INSIDE, "white space only", kit, b"\n\n \r\n", ends="Failed(empty)"),
    ]
    if kit.framing == "events" and not kit.document:
        what = "a bare JSON error over several lines, after text"
        found.append(error(_INSIDE, what, kit, hello + lines, ends=ends, text="Hello"))
    return found


def _status(kit: Kit) -> list[Row]:
    return [
        error(_STATUS, "204 without a body", kit, ends="Failed(empty)", status=204),
        error(
            _STATUS,
            "302 to a page where one signs in",
            kit,
            ends="Failed(redirect)",
            status=302,
            headers=(("location", f"http://in.memory{LOGIN}"),),
        ),
        error(
            _STATUS,
            "401 with JSON",
            kit,
            _REFUSED[kit.dialect],
            ends="Failed(authentication)",
            status=401,
            headers=_AS_JSON,
        ),
        error(_STATUS, "429 with an empty body", kit, ends="Failed(rate_limit)", status=429),
        error(
            _STATUS,
            "500 with the error as an event",
            kit,
            kit.frame(kit.error),
            ends=f"Failed({_KINDS[kit.dialect]})",
            status=500,
        ),
        error(_STATUS, "502 with a page of HTML", kit, LOGIN_PAGE, ends="Failed(server)", status=502, headers=_AS_HTML),
    ]


def _special() -> list[Row]:
    hello = CHAT.body(*CHAT.text[:2])
    flat = {"type": "error", "code": "server_error", "message": "The server had an error", "param": None}
    failed = response("failed", error={"code": "server_error", "message": "The server had an error"})
    opened = RESPONSES.body(*RESPONSES.text[:5])
    message = {"role": "assistant", "content": "Hello there"}
    whole = {
        "id": "chat-1",
        "object": "chat.completion",
        "created": 1,
        "model": "small-1",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
    }
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}, "modelVersion": "small-3", "responseId": "r-1"}
    document = json.dumps(
        ANTHROPIC.text[0]["message"] | {"content": [{"type": "text", "text": "Hello there"}], "stop_reason": "end_turn"}
    ).encode()
    return [
        error(
            _INSIDE,
            "an event named `error` with its message at the top",
            CHAT,
            hello + b'event: error\ndata: {"message":"The server had an error","code":500}\n\n' + CHAT.trailer,
            ends="Failed(server)",
            text="Hello",
        ),
        error(
            _INSIDE,
            "an event named `error` with plain words",
            CHAT,
            hello + b"event: error\ndata: the upstream timed out\n\n",
            ends="Failed(timeout)",
            text="Hello",
        ),
        error(
            _INSIDE,
            "an error that is a text",
            CHAT,
            hello + CHAT.frame({"error": "The server had an error"}) + CHAT.trailer,
            ends="Failed(provider)",
            text="Hello",
        ),
        error(
            _INSIDE,
            "the reason `error` for the end",
            CHAT,
            hello
            + CHAT.body(CHAT.text[3] | {"choices": [{"index": 0, "delta": {}, "finish_reason": "error"}]})
            + CHAT.trailer,
            ends="Failed(provider)",
            text="Hello",
        ),
        error(
            _INSIDE,
            "an error with its fields at the top",
            RESPONSES,
            opened + RESPONSES.frame(flat),
            ends="Failed(server)",
            text="Hello",
        ),
        error(
            _INSIDE,
            "`response.failed`",
            RESPONSES,
            opened + RESPONSES.frame(event("failed", response=failed)),
            ends="Failed(server)",
            text="Hello",
        ),
        error(
            _INSIDE,
            "`response.failed` right after the opening",
            RESPONSES,
            RESPONSES.body(CREATED, event("failed", response=failed)),
            ends="Failed(server)",
        ),
        error(
            _INSIDE,
            "an error event without a name",
            ANTHROPIC,
            ANTHROPIC.body(*ANTHROPIC.text[:3]) + b"data: " + json.dumps(ANTHROPIC.error).encode() + b"\n\n",
            ends="Failed(overloaded)",
            text="Hello",
        ),
        error(
            _INSIDE,
            "a reason for the end that means an error",
            GEMINI,
            GEMINI.body(GEMINI.text[0], _word("MALFORMED_FUNCTION_CALL")),
            ends="Failed(model_output)",
            text="Hello",
        ),
        open_row(
            _INSIDE,
            "the prompt is blocked, there is no candidate",
            GEMINI,
            GEMINI.frame(blocked),
            ends="Failed(content_filter)",
        ),
        whole_text(
            _INSIDE,
            "the whole answer as one JSON document",
            CHAT,
            json.dumps(whole).encode(),
            headers=_AS_JSON,
            notes=("one_document",),
        ),
        whole_text(
            _INSIDE,
            "the whole answer as one JSON document",
            ANTHROPIC,
            document,
            headers=_AS_JSON,
            notes=("one_document",),
        ),
        error(
            _STATUS,
            "429 with `retry-after: 86400`",
            CHAT,
            json.dumps({"error": {"message": "Slow down", "type": "requests", "code": "rate_limit_exceeded"}}).encode(),
            ends="Failed(rate_limit)",
            status=429,
            headers=(*_AS_JSON, ("retry-after", "86400")),
        ),
        error(
            _STATUS,
            "429, the quota is used up",
            CHAT,
            b'{"error":{"message":"Check your plan","type":"insufficient_quota","code":"insufficient_quota"}}',
            ends="Failed(quota)",
            status=429,
            headers=_AS_JSON,
        ),
        error(
            _STATUS,
            "429 with JSON",
            ANTHROPIC,
            b'{"type":"error","error":{"type":"rate_limit_error","message":"Too many requests"}}',
            ends="Failed(rate_limit)",
            status=429,
            headers=_AS_JSON,
        ),
        error(
            _STATUS,
            "429 with JSON",
            GEMINI,
            b'{"error":{"code":429,"message":"Too many requests","status":"RESOURCE_EXHAUSTED"}}',
            ends="Failed(rate_limit)",
            status=429,
            headers=_AS_JSON,
        ),
        error(
            _STATUS,
            "429 with JSON",
            BEDROCK,
            b'{"message":"Too many requests, please wait"}',
            ends="Failed(rate_limit)",
            status=429,
            headers=(*_AS_JSON, ("x-amzn-errortype", "ThrottlingException")),
        ),
        error(
            _STATUS,
            "400, the prompt is too long",
            CHAT,
            json.dumps(
                {"error": {"message": "too long", "type": "invalid_request_error", "code": "context_length_exceeded"}}
            ).encode(),
            ends="Failed(context_overflow)",
            status=400,
            headers=_AS_JSON,
        ),
        error(
            _STATUS,
            "529, overloaded",
            ANTHROPIC,
            json.dumps(ANTHROPIC.error).encode(),
            ends="Failed(overloaded)",
            status=529,
            headers=_AS_JSON,
        ),
        error(
            _STATUS,
            "404, no such model",
            OLLAMA,
            b'{"error":"model \'m\' not found"}',
            ends="Failed(not_found)",
            status=404,
            headers=_AS_JSON,
        ),
    ]


def _word(reason: str) -> dict[str, object]:
    last = GEMINI.text[2]
    return last | {"candidates": [last["candidates"][0] | {"finishReason": reason}]}
