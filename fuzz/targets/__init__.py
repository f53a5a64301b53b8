"""Every target by its name."""

from __future__ import annotations

from ..harness import Target
from . import document, event_stream, json_array, lines, ndjson, parsers, partial_json, session, sse, think

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        lines.TARGET,
        sse.TARGET,
        ndjson.TARGET,
        json_array.TARGET,
        event_stream.TARGET,
        document.TARGET,
        think.TARGET,
        partial_json.TARGET,
        *parsers.TARGETS,
        session.TARGET,
    )
}
