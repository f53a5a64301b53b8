"""Payloads to the bytes of a body, in each framing."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

from ...framing.event_stream import encode_message
from ...payload import is_object
from ..answer import Style

__all__ = ["array", "carried", "event_stream", "lines", "messages"]

_BOM = "\ufeff"


def _json(value: Any, style: Style) -> str:
    separators = (", ", ": ") if style.spaced else (",", ":")
    return json.dumps(value, ensure_ascii=style.escaped, separators=separators)


def _event_name(payload: Any) -> str:
    if not is_object(payload):
        return ""
    return str(payload.get("type") or payload.get("event_type") or "")


def event_stream(payloads: Iterable[Any], style: Style) -> bytes:
    """Server-sent events; payloads that are text stand as they are, such as `[DONE]`. Signs of life are comments."""
    end = style.newline
    frames = [_BOM if style.byte_order_mark else ""]
    for number, payload in enumerate(payloads):
        if number in style.keep_alives:
            frames.append(f": keep-alive{end}{end}")
        name = _event_name(payload)
        if style.named and name:
            frames.append(f"event: {name}{end}")
        data = payload if isinstance(payload, str) else _json(payload, style)
        frames.append(f"data: {data}{end}{end}")
    return "".join(frames).encode()


def lines(payloads: Iterable[Any], style: Style) -> bytes:
    """JSON lines. Signs of life are blank lines."""
    end = "\r\n" if style.newline == "\r\n" else "\n"
    frames = [_BOM if style.byte_order_mark else ""]
    for number, payload in enumerate(payloads):
        if number in style.keep_alives:
            frames.append(end)
        frames.append(_json(payload, style) + end)
    return "".join(frames).encode()


def array(payloads: Iterable[Any], style: Style) -> bytes:
    """One JSON array, the commas on lines of their own as Gemini sends them. Signs of life are white space."""
    end = style.newline
    elements: list[str] = []
    for number, payload in enumerate(payloads):
        alive = " " if number in style.keep_alives else ""
        elements.append(alive + json.dumps(payload, ensure_ascii=style.escaped, indent=2 if style.spaced else None))
    bom = _BOM if style.byte_order_mark else ""
    return f"{bom}[{f'{end},{end}'.join(elements)}{end}]{end}".encode()


def messages(payloads: Iterable[Any], style: Style) -> bytes:
    """AWS event-stream messages of payloads that are written `{kind: event}`. There are no signs of life."""
    return b"".join(_message(kind, event, style) for payload in payloads for kind, event in payload.items())


def carried(payloads: Iterable[Any], style: Style) -> bytes:
    """AWS event-stream messages that carry payloads of another schema, as InvokeModel sends them."""
    frames: list[bytes] = []
    for payload in payloads:
        kind = next(iter(payload))
        if kind.endswith("Exception"):
            frames.append(_message(kind, payload[kind], style))
        else:
            inner = base64.b64encode(_json(payload, style).encode()).decode()
            frames.append(_message("chunk", {"bytes": inner, "p": "abcdef"}, style))
    return b"".join(frames)


def _message(kind: str, event: Any, style: Style) -> bytes:
    message_type = "exception" if kind.endswith("Exception") else "event"
    headers = {f":{message_type}-type": kind, ":content-type": "application/json", ":message-type": message_type}
    return encode_message(headers, _json(event, style).encode())
