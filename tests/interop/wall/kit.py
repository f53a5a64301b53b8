"""What is damaged: one answer with text and one with a tool call, as a provider sends them."""

from __future__ import annotations

import json
from typing import Any, Literal

import attrs

from deltawire.framing.event_stream import encode_message

Payload = dict[str, Any]
TEXT = "Hello there"
NAME, ARGUMENTS = "weather", {"city": "Bern"}
ID = "call_1"


def message(name: str, payload: bytes) -> bytes:
    """One message of the AWS event stream: an exception if its name says so, else an event."""
    kind = "exception" if name.endswith("Exception") else "event"
    headers = {f":{kind}-type": name, ":content-type": "application/json", ":message-type": kind}
    return encode_message(headers, payload)


@attrs.frozen(eq=False)
class Kit:
    """A dialect's two answers. Payloads are counted from the start."""

    dialect: str
    title: str
    media_type: str
    text: tuple[Payload, ...]
    """The answer `TEXT`, in two pieces."""
    first_text: int
    """Payloads up to the first piece of it, `Hello`."""
    second_text: int
    """Payloads up to the second piece of it."""
    text_end: int
    """Payloads before the one that says why the answer ends."""
    finish: str
    """The word for it."""
    call: tuple[Payload, ...]
    """The call of `NAME` with `ARGUMENTS`, in two pieces where the dialect sends pieces."""
    first_arguments: int
    """Payloads up to the first piece of the arguments."""
    call_end: int
    """As `text_end`."""
    call_finish: str
    error: Payload
    """A payload by which the provider reports an error of its own."""
    opening: int = 1
    """Payloads before anything of the answer's content."""
    trailer: bytes = b""
    """What closes a whole body."""
    has_id: bool = True
    """False where calls have no ids."""

    document: Payload = attrs.field(factory=dict[str, Any])
    """The provider's error as a whole document, where it is another object than `error`."""
    framing: Literal["events", "lines", "messages"] = "events"
    """Server-sent events, lines of JSON, or messages of the AWS event stream."""

    @property
    def lines(self) -> bool:
        """True for lines of JSON."""
        return self.framing == "lines"

    @property
    def named(self) -> bool:
        """True if events are named by their type."""
        return "type" in self.text[0]

    @property
    def next_name(self) -> str:
        """The name of the payload after the first piece of text, empty where payloads have none."""
        payload = self.text[self.first_text]
        return next(iter(payload)) if self.framing == "messages" else payload["type"] if self.named else ""

    def escaped(self, payload: Payload) -> bytes:
        """One payload on the wire, its JSON in ASCII."""
        if self.framing == "messages":
            [(name, value)] = payload.items()
            return self.frame(json.dumps(value), name=name)
        return self.frame(json.dumps(payload), name=payload["type"] if self.named else "")

    def frame(self, payload: Any, eol: str = "\n", name: str = "") -> bytes:
        """One payload on the wire; text stands for itself, under that name if events have names."""
        text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
        if self.lines:
            return f"{text}{eol}".encode()
        if self.framing == "messages":
            if isinstance(payload, dict):
                [(name, value)] = payload.items()
                text = json.dumps(value, ensure_ascii=False)
            return message(name, text.encode())
        name = payload["type"] if isinstance(payload, dict) and self.named else name
        return f"{f'event: {name}{eol}' if name else ''}data: {text}{eol}{eol}".encode()

    def body(self, *payloads: Any) -> bytes:
        """These payloads on the wire, without the trailer."""
        return b"".join(self.frame(payload) for payload in payloads)

    @property
    def whole(self) -> bytes:
        """The answer with text, undamaged."""
        return self.body(*self.text) + self.trailer

    @property
    def whole_call(self) -> bytes:
        """The answer with the call, undamaged."""
        return self.body(*self.call) + self.trailer

    def with_text(self, first: str, second: str) -> tuple[Payload, ...]:
        """The answer with these two pieces of text."""
        text = json.dumps(self.text)
        for old, new in (("Hello there", first + second), ("Hello", first), (" there", second)):
            text = text.replace(json.dumps(old), json.dumps(new))
        changed: tuple[Payload, ...] = tuple(json.loads(text))
        return changed
