"""Every whole body of ours, by provider: the fixtures of the tests, and the first inputs of the fuzzer."""

from __future__ import annotations

from fuzz.targets import TARGETS

from tests import bedrock_frames, bedrock_objects, cohere_events, gemini_chunks, interactions_events, ollama_lines
from tests.helpers import SAMPLES
from tests.responses_wire import FIXTURES as RESPONSES
from tests.responses_wire import body_of as responses_body

BODIES: dict[str, list[bytes]] = {
    "openai-responses": [responses_body(events) for events in RESPONSES],
    "gemini": [
        write(chunks)
        for chunks in gemini_chunks.FIXTURES.values()
        for write in (gemini_chunks.sse, gemini_chunks.array)
    ],
    "gemini-interactions": [interactions_events.sse(events) for events in interactions_events.FIXTURES.values()],
    "ollama": [ollama_lines.body_of(lines, end) for lines in ollama_lines.FIXTURES for end in ("\n", "\r\n")],
    "cohere": [cohere_events.body_of(events) for events in cohere_events.FIXTURES],
    "bedrock": [bedrock_frames.body_of(events) for events in bedrock_frames.FIXTURES],
    "bedrock-invoke": [bedrock_frames.chunks_of(objects) for objects in bedrock_objects.FIXTURES],
    "anthropic": [],
    "openai-chat": [],
    "grok": [],
    "mistral": [],
}
for _provider, _, _body in SAMPLES:
    BODIES[_provider].append(_body)
for _name, _target in TARGETS.items():
    _kind, _, _provider = _name.partition("-")
    # The fuzzer's inputs for Bedrock are lines.
    if _kind == "parser" and not _provider.startswith("bedrock"):
        BODIES[_provider] += _target.first_inputs()
