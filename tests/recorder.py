"""A schema that shows what readers hand over, and readers for it."""

from __future__ import annotations

from typing import Any

from deltawire.events import Event, Finished, FinishReason
from deltawire.limits import Limits
from deltawire.providers.base import Provider, ProviderOptions
from deltawire.readers import FrameReader, ReaderOptions
from deltawire.redaction import Redactor


class Recorder(Provider):
    """Shows each payload as `Unknown`, and whether its characters were replaced; `{"end": ...}` ends the answer."""

    proof = "end"
    can_finish = False

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        self.unknown(payload | ({"mend": True} if self.calls.mend else {}), events)
        if "end" in payload:
            self.ended = True
            events.append(Finished(FinishReason.STOP))

    def receive_document(self, payload: dict[str, Any], events: list[Event]) -> None:
        self.receive({"document": payload}, events)

    def receive_done(self, events: list[Event]) -> None:
        self.ended = True
        events.append(Finished(FinishReason.UNKNOWN))


def reader_of(kind: type[FrameReader] = FrameReader, **options: Any) -> FrameReader:
    limits = options.pop("limits", Limits())
    provider = Recorder(ProviderOptions("recorder", limits, redactor=Redactor(options.pop("redact", ()))))
    provider.request_id = "req"
    return kind(provider, ReaderOptions(limits, **options))


def taken(data: bytes, *, terminated: bool = True, **options: Any) -> list[Event]:
    events: list[Event] = []
    reader_of(**options).take(data, events, terminated=terminated)
    return events


def read(kind: type[FrameReader], chunks: list[bytes], **options: Any) -> list[Event]:
    reader = reader_of(kind, **options)
    events: list[Event] = []
    for chunk in chunks:
        if not reader.provider.ended:
            reader.feed(chunk, events)
    if not reader.provider.ended:
        reader.end(events)
    return events


DONE = Finished(FinishReason.UNKNOWN)
