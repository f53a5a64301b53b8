"""Recorded streams through a vendor's client and through ours: where the two differ."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from tests.helpers import recorded
from tests.interop.answer import Answer, ours
from tests.interop.clients import Client, Read
from tests.interop.differences import STATED, VERSIONS, Stated
from tests.interop.memory import Reply

MEDIA_TYPES = {
    ".sse": "text/event-stream",
    ".ndjson": "application/x-ndjson",
    ".json": "application/json",
    ".bin": "application/vnd.amazon.eventstream",
}
BAD_WORDS = ("UNEXPECTED_TOOL_CALL", "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "ERROR", "error")


@attrs.frozen
class Difference:
    """One field of one stream that the vendor's client and ours tell differently."""

    client: str
    file: str
    field: str
    """text, reasoning, calls, finish, `usage.` and a count, or `refused` where the client raises."""
    theirs: Any
    ours: Any


def clean(row: dict[str, Any]) -> bool:
    """True if the manifest says that this stream is an answer that ends well."""
    words = row.get("finish") or ()
    bad = any(word in BAD_WORDS or str(word).startswith("blocked:") for word in words)
    # The manifest has no finish words of Interactions; its closing event says as much.
    ended = bool(words) or "interaction.completed" in (row.get("framing") or {}).get("events", ())
    return ended and not bad and not row.get("has_error") and (row.get("http_status") or 200) == 200


def reply_of(row: dict[str, Any], streams: Path) -> Reply:
    """The recorded answer."""
    media_type = row.get("content_type") or MEDIA_TYPES[Path(row["file"]).suffix]
    return Reply(((streams / row["file"]).read_bytes(),), headers=(("content-type", media_type),))


def differences(client: Client, read: Read, row: dict[str, Any], streams: Path) -> Iterator[Difference]:
    """All the differences of one recorded stream, none if the two agree."""
    return of_reply(client, read, row["dialect"], reply_of(row, streams), row["file"])


def of_reply(client: Client, read: Read, dialect: str, reply: Reply, name: str) -> Iterator[Difference]:
    """All the differences of one answer."""
    mine = ours(dialect, reply)
    try:
        with warnings.catch_warnings():  # clients warn of fields that they do not know
            warnings.simplefilter("ignore")
            theirs = read(reply)
    except Exception as error:  # noqa: BLE001 - whatever a vendor's client raises is what is to be told
        yield Difference(client.name, name, "refused", f"{type(error).__name__}: {error}"[:300], None)
        return
    for field, left, right in _fields(client, theirs, mine):
        if left != right:
            yield Difference(client.name, name, field, left, right)


def _fields(client: Client, theirs: Answer, mine: Answer) -> Iterator[tuple[str, Any, Any]]:
    for index in sorted(theirs.choices.keys() | mine.choices.keys()):
        left, right = theirs.choice(index), mine.choice(index)
        yield "text", left.text, right.text
        if client.reasoning:
            yield "reasoning", left.reasoning, right.reasoning
        calls = right.calls if client.ids else [attrs.evolve(call, id=None) for call in right.calls]
        yield "calls", left.calls, calls
        yield "finish", left.finish, right.finish
    usage = theirs.usage
    if usage.get("total", 0) is None and usage["input"] is not None and usage["output"] is not None:
        usage["total"] = usage["input"] + usage["output"]  # what `Usage.total_tokens` is where none is told
    for count, number in usage.items():
        yield f"usage.{count}", number, mine.usage.get(count)


@attrs.define
class Comparison:
    """One client over all the streams that it can read."""

    client: Client
    streams: int = 0
    agreed: int = 0
    stated: list[Difference] = attrs.field(factory=list[Difference])
    unstated: list[Difference] = attrs.field(factory=list[Difference])

    @property
    def vanished(self) -> list[Stated]:
        """What is stated of this client and no longer so. Empty for another version than the one it was stated of."""
        if self.client.version != VERSIONS[self.client.package]:
            return []
        seen = {(difference.file, difference.field) for difference in self.stated}
        return [
            entry for entry in STATED if self.client.name in entry.clients and (entry.file, entry.field) not in seen
        ]


def compare(client: Client, streams: Path) -> Comparison:
    """All clean recorded streams of the client's dialects."""
    read = client.load()
    result = Comparison(client)
    stated = {(name, entry.file, entry.field) for entry in STATED for name in entry.clients}
    for row in recorded(streams):
        if row["dialect"] not in client.dialects or client.endpoint not in row["endpoint"] or not clean(row):
            continue
        found = list(differences(client, read, row, streams))
        result.streams += 1
        result.agreed += not found
        for difference in found:
            known = (difference.client, difference.file, difference.field) in stated
            (result.stated if known else result.unstated).append(difference)
    return result
