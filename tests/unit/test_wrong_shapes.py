"""A known field of another shape than the API's is told of: what it holds is never dropped in silence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deltawire.event_dict import event_to_dict
from deltawire.events import Failed
from deltawire.response import parser

MARK = "a mark of our own"
OBJECT, LIST = {"z": MARK}, [MARK]


def chat(**delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta}]}


def said(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", "item_id": "i", "output_index": 0, "content_index": 0, **fields}


def gemini(*parts: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": list(parts)}}]}


def step(**delta: Any) -> dict[str, Any]:
    return {"event_type": "step.delta", "index": 0, "delta": delta}


def candidate(**fields: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": [{"text": "a"}]}, **fields}]}


def news(kind: str, **interaction: Any) -> dict[str, Any]:
    return {"event_type": f"interaction.{kind}", "interaction": interaction}


def partial(**piece: Any) -> dict[str, Any]:
    return gemini({"functionCall": {"name": "f", "partialArgs": [{"jsonPath": "$.a", **piece}]}})


CASES = [
    ("openai-chat", {"choices": OBJECT}),
    ("openai-chat", {"choices": MARK}),
    ("openai-chat", {"choices": [{"index": 0, "message": LIST}]}),
    ("openai-chat", chat(tool_calls=[{"index": 0, "function": MARK}])),
    ("openai-chat", chat(tool_calls=[{"index": 0, "custom": LIST}])),
    ("openai-chat", chat(content=[{"type": "thinking", "thinking": OBJECT}])),
    ("openai-chat", chat(content=[{"type": "thinking", "thinking": [LIST]}])),
    ("openai-chat", chat(content=[{"type": "thinking", "thinking": [{"type": "text", "text": OBJECT}]}])),
    ("openai-responses", said("output_text.delta", delta=OBJECT)),
    ("openai-responses", said("reasoning_summary_text.delta", delta=LIST)),
    ("openai-responses", said("output_text.done", text=OBJECT)),
    ("openai-responses", said("refusal.done", refusal=LIST)),
    ("openai-responses", said("function_call_arguments.done", arguments=OBJECT)),
    ("openai-responses", said("output_item.added", item=MARK)),
    ("openai-responses", said("output_item.done", item=LIST)),
    ("openai-responses", said("created", response=MARK)),
    ("openai-responses", said("audio.delta", delta=OBJECT)),
    ("openai-responses", said("image_generation_call.partial_image", partial_image_b64=LIST)),
    ("gemini", {"candidates": [MARK]}),
    ("gemini", gemini({"text": "a", "thoughtSignature": OBJECT})),
    ("gemini", gemini({"functionCall": {"name": "f", "partialArgs": MARK}})),
    ("gemini", partial(stringValue=OBJECT)),
    ("gemini-interactions", {"event_type": "step.start", "index": 0, "step": MARK}),
    ("gemini-interactions", {"event_type": "interaction.created", "interaction": LIST}),
    ("gemini-interactions", {"event_type": "step.delta", "index": 0, "delta": MARK}),
    ("gemini-interactions", step(type="text", text=OBJECT)),
    ("gemini-interactions", step(type="image", data=LIST)),
    ("gemini-interactions", step(type="thought_summary", content=MARK)),
    ("gemini-interactions", step(type="thought_summary", content={"type": "text", "text": LIST})),
    ("gemini-interactions", step(type="thought_signature", signature=OBJECT)),
    ("gemini-interactions", step(type="text_annotation_delta", annotations=OBJECT)),
    ("cohere", {"type": "content-delta", "index": 0, "delta": MARK}),
    ("cohere", {"type": "content-delta", "index": 0, "delta": {"message": LIST}}),
    ("cohere", {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": {"function": MARK}}}}),
    ("cohere", {"type": "message-end", "delta": {"finish_reason": OBJECT}}),
    ("openai-chat", {"id": OBJECT, **chat(content="a")}),
    ("openai-chat", {"model": LIST, **chat(content="a")}),
    ("openai-responses", said("completed", response={"status": "completed", "usage": LIST})),
    ("openai-responses", said("completed", response={"status": "completed", "output": OBJECT})),
    ("openai-responses", said("completed", response={"status": "completed", "output": [LIST]})),
    ("openai-responses", said("created", response={"id": OBJECT, "status": "in_progress"})),
    ("gemini", {"responseId": OBJECT, **candidate()}),
    ("gemini", {"modelVersion": LIST, **candidate()}),
    ("gemini", candidate(citationMetadata=MARK)),
    ("gemini", candidate(citationMetadata={"citations": OBJECT})),
    ("gemini", candidate(groundingMetadata=LIST)),
    ("gemini", candidate(groundingMetadata={"groundingChunks": MARK})),
    ("gemini", candidate(groundingAttributions=OBJECT)),
    ("gemini", candidate(logprobsResult=LIST)),
    ("gemini", candidate(logprobsResult={"chosenCandidates": OBJECT})),
    ("gemini", candidate(logprobsResult={"chosenCandidates": LIST})),
    ("gemini", candidate(continuationToken=OBJECT)),
    ("gemini-interactions", news("status_update", status=OBJECT)),
    ("gemini-interactions", {"event_type": "interaction.status_update", "status": LIST}),
    ("gemini-interactions", {"event_type": "interaction.status_update", "continuation_token": OBJECT}),
    ("gemini-interactions", news("completed", continuation_token=LIST)),
    ("gemini-interactions", news("completed", usage=LIST)),
    ("gemini-interactions", news("completed", steps=OBJECT)),
    ("gemini-interactions", news("created", id=OBJECT)),
    ("gemini-interactions", {"event_type": "step.stop", "index": 0, "usage": MARK}),
    ("gemini-interactions", {"event_type": "step.stop", "index": 0, "metadata": LIST}),
    ("gemini-interactions", step(type="image", mime_type=OBJECT, data="aGk=")),
    ("cohere", {"type": "message-start", "id": OBJECT}),
    ("cohere", {"type": "content-start", "index": 0, "delta": {"message": {"content": LIST}}}),
    ("cohere", {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": LIST}}),
    ("bedrock", {"contentBlockDelta": {"delta": {"reasoningContent": {"redactedContent": OBJECT}}}}),
]


@pytest.mark.parametrize(("provider", "payload"), CASES)
def test_a_field_of_another_shape_vanished(provider: str, payload: Any) -> None:
    response = parser(provider)
    events = response.receive_payload(payload) + response.receive_eof()
    assert MARK in json.dumps([event_to_dict(event) for event in events if not isinstance(event, Failed)])


def test_a_value_under_a_path_that_is_no_text_spoils_the_call() -> None:
    events = parser("gemini").receive_payload(partial(stringValue=LIST))
    assert [event.complete for event in events if hasattr(event, "complete")] == [False]
