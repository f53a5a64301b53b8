"""Whole answers in bytes that are framed oddly: line ends, comments, byte order marks, huge lines."""

from __future__ import annotations

import gzip
import json

from deltawire.framing.event_stream import encode_message
from tests.interop.wall.kit import Kit
from tests.interop.wall.kits import ANTHROPIC, GEMINI, KITS, OLLAMA
from tests.interop.wall.openai_kits import CHAT, RESPONSES
from tests.interop.wall.row import Row, error, open_row, whole_text

_KIND = "Framing"
_SEPARATORS = "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg"
_HUGE = "x" * 3_000_000


def rows() -> list[Row]:
    """All of them."""
    more = {"lines": _lines, "events": _events, "messages": _messages}
    return [row for kit in KITS for row in [*_all(kit), *more[kit.framing](kit)]] + _special()


def _all(kit: Kit) -> list[Row]:
    whole = kit.whole
    return [
        whole_text(_KIND, "one byte at a time", kit, *(whole[place : place + 1] for place in range(len(whole)))),
        whole_text(
            _KIND,
            "a piece of text of 3 MB in one frame",
            kit,
            kit.body(*kit.with_text(_HUGE, "!")) + kit.trailer,
            text=_HUGE + "!",
        ),
        open_row(
            _KIND,
            "compressed by gzip, which no header says",
            kit,
            gzip.compress(whole, mtime=0),
            ends="Failed(wrong_media)",
        ),
    ]


def _text(kit: Kit) -> list[Row]:
    whole = kit.whole
    separated = kit.with_text(_SEPARATORS, "!")
    # Control characters must be escaped inside JSON; the separators of Unicode need not be.
    raw = b"".join(kit.frame(json.dumps(payload, ensure_ascii=False)) for payload in separated)
    if kit.named:
        raw = b"".join(kit.frame(payload) for payload in separated)
    crlf = whole.replace(b"\n", b"\r\n")
    return [
        whole_text(_KIND, "a byte order mark first", kit, b"\xef\xbb\xbf" + whole),
        whole_text(_KIND, "CRLF line ends", kit, crlf),
        whole_text(
            _KIND,
            "CRLF line ends, cut between CR and LF",
            kit,
            *crlf.replace(b"\r\n", b"\r\0\n").split(b"\0"),
        ),
        whole_text(
            _KIND,
            "U+2028, U+2029 and U+0085 unescaped in the text",
            kit,
            raw + kit.trailer,
            text=_SEPARATORS + "!",
        ),
        whole_text(
            _KIND,
            "`text/plain` as the media type",
            kit,
            whole,
            headers=(("content-type", "text/plain"),),
            notes=("wrong_content_type",),
        ),
        whole_text(
            _KIND,
            "`charset=iso-8859-1`, and text beyond ASCII in UTF-8",
            kit,
            kit.body(*kit.with_text("Zürich ✅", "!")) + kit.trailer,
            headers=(("content-type", f"{kit.media_type}; charset=iso-8859-1"),),
            text="Zürich ✅!",
            notes=("wrong_content_type",),
        ),
    ]


def _messages(kit: Kit) -> list[Row]:
    frames = [kit.frame(payload) for payload in kit.text]
    hello, second, rest = b"".join(frames[:2]), frames[2], b"".join(frames[3:])
    in_payload = bytearray(second)
    in_payload[-6] ^= 1
    in_length = bytearray(second)
    in_length[3] ^= 1
    extra = encode_message({":event-type": "somethingNew", ":message-type": "event", "x-new": 7}, b"{}")
    strange = encode_message({":message-type": "somethingNew"}, b"")
    ends, other, note = "Failed(malformed)", "Failed(wrong_media)", ("wrong_content_type",)
    return [
        open_row(_KIND, "a bit of a payload is wrong", kit, hello + in_payload + rest, ends=ends, text="Hello"),
        open_row(_KIND, "a bit of a length is wrong", kit, hello + in_length + rest, ends=ends, text="Hello"),
        whole_text(_KIND, "a message of an unknown event, with a header more", kit, hello + extra + second + rest),
        whole_text(_KIND, "a message of an unknown type", kit, hello + strange + second + rest),
        open_row(_KIND, "server-sent events in place of messages", kit, CHAT.whole, ends=other, notes=note),
    ]


def _lines(kit: Kit) -> list[Row]:
    return [
        *_text(kit),
        whole_text(_KIND, "blank lines between the lines", kit, b"\n" + kit.whole.replace(b"\n", b"\n\n\r\n")),
        whole_text(
            _KIND,
            "two objects on one line",
            kit,
            kit.frame(" ".join(json.dumps(payload) for payload in kit.text)),
        ),
    ]


def _events(kit: Kit) -> list[Row]:
    frames = [kit.frame(payload) for payload in kit.text]
    pretty = b"".join(_pretty(kit, payload) for payload in kit.text)
    odd = b"".join(b"id: 7\nretry: 500\nx-field: y\n" + frame for frame in frames)
    found = [
        *_text(kit),
        whole_text(_KIND, "CR line ends", kit, kit.whole.replace(b"\n", b"\r")),
        whole_text(_KIND, "no space after `data:`", kit, kit.whole.replace(b"data: ", b"data:")),
        whole_text(
            _KIND,
            "comments before and between the frames",
            kit,
            b": hi\n\n" + b": on\n\n".join(frames) + b":\n\n" + kit.trailer,
        ),
        whole_text(_KIND, "JSON over several `data:` lines", kit, pretty + kit.trailer),
        whole_text(_KIND, "frames without data between the others", kit, b"data:\n\n".join(frames) + kit.trailer),
        whole_text(_KIND, "`id:`, `retry:` and an unknown field in every frame", kit, odd + kit.trailer),
    ]
    if kit.named:
        bare = b"".join(kit.frame(json.dumps(payload)) for payload in kit.text)
        found.append(whole_text(_KIND, "events without names", kit, bare + kit.trailer))
    return found


def _pretty(kit: Kit, payload: dict[str, object]) -> bytes:
    name = f"event: {payload['type']}\n" if kit.named else ""
    lines = json.dumps(payload, indent=1).split("\n")
    return (name + "".join(f"data: {line}\n" for line in lines) + "\n").encode()


def _special() -> list[Row]:
    array = json.dumps(GEMINI.text, indent=2).encode()
    return [
        whole_text(
            _KIND,
            "one streamed JSON array in place of events",
            GEMINI,
            array,
            headers=(("content-type", "application/json"),),
            why="what the endpoint sends without `alt=sse`",
        ),
        whole_text(
            _KIND,
            "a byte order mark first, in front of a frame with text",
            CHAT,
            b"\xef\xbb\xbf" + CHAT.body(*CHAT.text[1:]) + CHAT.trailer,
        ),
        open_row(
            _KIND,
            "a piece of text of 17 MB in one frame",
            CHAT,
            CHAT.body(*CHAT.with_text("x" * 17_000_000, "!")) + CHAT.trailer,
            ends="Failed(too_large)",
            why="the limit of one frame is 16 MiB unless the caller sets another",
        ),
        open_row(
            _KIND,
            "events of another dialect: Anthropic's",
            CHAT,
            ANTHROPIC.whole,
            ends="Failed(wrong_media)",
        ),
        open_row(_KIND, "events of another dialect: Chat's", ANTHROPIC, CHAT.whole, ends="Failed(wrong_media)"),
        open_row(_KIND, "events of another dialect: Chat's", RESPONSES, CHAT.whole, ends="Failed(wrong_media)"),
        error(
            _KIND,
            "the field `error:` in place of `data:`, as llama.cpp has sent it",
            CHAT,
            CHAT.body(*CHAT.text[:2])
            + b'error: {"code":500,"message":"It failed","type":"server_error"}\n\n'
            + CHAT.trailer,
            ends="Failed(server)",
            text="Hello",
        ),
        open_row(
            _KIND,
            "events in place of lines",
            OLLAMA,
            b"".join(b"data: " + OLLAMA.frame(p) + b"\n" for p in OLLAMA.text),
            ends="stop",
            text="Hello there",
            notes=("wrong_content_type",),
        ),
    ]
