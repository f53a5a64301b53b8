"""Turns of Gemini: parts and steps go back as they came, each with its own signature."""

from __future__ import annotations

from typing import Any

import pytest
from tests.turn_messages import message_of

from deltawire.message import Message
from deltawire.turns import ToolResult, assistant_turn, tool_results

SIGNATURE = "CrEBAdHtim9/+=="


def chunk(*parts: dict[str, Any], **candidate: Any) -> dict[str, Any]:
    content = {"role": "model", "parts": list(parts)}
    return {"candidates": [{"index": 0, "content": content} | candidate], "responseId": "r", "modelVersion": "m"}


def answered(*parts: dict[str, Any]) -> Message:
    return message_of("gemini", *map(chunk, parts), chunk(finishReason="STOP"))


def sent_parts(message: Message) -> list[dict[str, Any]]:
    (turn,) = assistant_turn(message, "gemini")
    assert turn.keys() == {"role", "parts"}
    assert turn["role"] == "model"
    return turn["parts"]


def test_thoughts_text_and_calls_go_back_with_their_signatures() -> None:
    message = answered(
        {"text": "First, ", "thought": True},
        {"text": "think.", "thought": True},
        {"text": "Let me "},
        {"text": "look.", "thoughtSignature": "b25l"},
        {"functionCall": {"id": "f1", "name": "weather", "args": {"city": "Köln"}}, "thoughtSignature": SIGNATURE},
        {"functionCall": {"name": "clock"}},
    )
    assert sent_parts(message) == [
        {"text": "First, think.", "thought": True},
        {"text": "Let me look.", "thoughtSignature": "b25l"},
        {"functionCall": {"id": "f1", "name": "weather", "args": {"city": "Köln"}}, "thoughtSignature": SIGNATURE},
        {"functionCall": {"name": "clock"}},
    ]
    weather, clock = message.tool_calls
    assert tool_results([ToolResult(weather, "rain"), ToolResult(clock, "stopped", is_error=True)], "gemini") == [
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "weather", "response": {"output": "rain"}, "id": "f1"}},
                {"functionResponse": {"name": "clock", "response": {"error": "stopped"}}},
            ],
        }
    ]


@pytest.mark.parametrize(
    "bare", [{"text": "", "thoughtSignature": SIGNATURE}, {"thoughtSignature": SIGNATURE}], ids=["empty text", "alone"]
)
def test_a_signature_that_comes_late_is_attached_or_goes_back_alone(bare: dict[str, Any]) -> None:
    assert sent_parts(answered({"text": "Hi"}, bare)) == [{"text": "Hi", "thoughtSignature": SIGNATURE}]
    signed = {"text": "Hi", "thoughtSignature": "b25l"}
    assert sent_parts(answered(signed, bare)) == [signed, bare]


def test_parts_of_server_tools_and_media_go_back_as_they_came() -> None:
    parts = [
        {"executableCode": {"language": "PYTHON", "code": "1+1"}, "thoughtSignature": SIGNATURE},
        {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "2"}},
        {"toolCall": {"id": "t1", "toolType": "URL_CONTEXT", "args": {"urls": ["x"]}}},
        {"toolResponse": {"id": "t1", "toolType": "URL_CONTEXT", "response": {}}},
        {"inlineData": {"mimeType": "image/png", "data": "AAAA"}, "thoughtSignature": "cGlj"},
    ]
    assert sent_parts(answered(*parts)) == parts


def test_arguments_that_were_streamed_go_back_whole() -> None:
    message = answered(
        {"functionCall": {"name": "f", "willContinue": True}, "thoughtSignature": SIGNATURE},
        {"functionCall": {"partialArgs": [{"jsonPath": "$.city", "stringValue": "Kö"}], "willContinue": True}},
        {"functionCall": {"partialArgs": [{"jsonPath": "$.n", "numberValue": 2}], "willContinue": True}},
        {"functionCall": {}},
    )
    (part,) = sent_parts(message)
    assert part == {"functionCall": {"name": "f", "args": {"city": "Kö", "n": 2}}, "thoughtSignature": SIGNATURE}


def test_arguments_that_came_as_text_go_back_as_an_object() -> None:
    (part,) = sent_parts(answered({"functionCall": {"name": "f", "args": '{"a": 1}'}}))
    assert part == {"functionCall": {"name": "f", "args": {"a": 1}}}


def test_a_call_that_was_cut_stays_out() -> None:
    piece = {"functionCall": {"partialArgs": [{"jsonPath": "$.a", "numberValue": 1}], "willContinue": True}}
    payloads = [chunk({"text": "Hi"}), chunk({"functionCall": {"name": "f", "willContinue": True}}), chunk(piece)]
    assert sent_parts(message_of("gemini", *payloads)) == [{"text": "Hi"}]


def test_thoughts_that_were_cut_stay_out() -> None:
    assert assistant_turn(message_of("gemini", chunk({"text": "hm", "thought": True})), "gemini") == []


def test_a_call_of_another_model_says_that_it_is_not_signed() -> None:
    chunks = {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}
    entries = [{"index": i, "id": f"c{i}", "function": {"name": "f", "arguments": "{}"}} for i in (0, 1)]
    call = {"choices": [{"index": 0, "delta": {"content": "Look:", "tool_calls": entries}}]}
    message = message_of("openai-chat", call, chunks, "[DONE]")
    assert sent_parts(message) == [
        {"text": "Look:"},
        {
            "functionCall": {"name": "f", "args": {}, "id": "c0"},
            "thoughtSignature": "skip_thought_signature_validator",
        },
        {"functionCall": {"name": "f", "args": {}, "id": "c1"}},
    ]


def test_a_text_of_another_model_needs_no_signature() -> None:
    chunks = [{"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}, "[DONE]"]
    assert sent_parts(message_of("openai-chat", *chunks)) == [{"text": "Hi"}]


# Interactions.


def step(index: int, native: dict[str, Any], *deltas: dict[str, Any], stop: bool = True) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = [{"event_type": "step.start", "index": index, "step": native}]
    events += [{"event_type": "step.delta", "index": index, "delta": delta} for delta in deltas]
    return [*events, *([{"event_type": "step.stop", "index": index}] if stop else [])]


def text(said: str, **fields: Any) -> dict[str, Any]:
    return {"type": "text", "text": said} | fields


def interaction(*events: dict[str, Any], status: str = "requires_action") -> Message:
    start = {"event_type": "interaction.created", "interaction": {"id": "i", "model": "m", "status": "in_progress"}}
    end = {"event_type": "interaction.completed", "interaction": {"id": "i", "status": status}}
    return message_of("gemini-interactions", start, *events, end)


def test_steps_go_back_with_texts_summaries_and_signatures() -> None:
    summary = {"type": "thought_summary", "content": text("First, think.")}
    signature = {"type": "thought_signature", "signature": SIGNATURE}
    image = {"type": "image", "mime_type": "image/png", "data": "AAAA"}
    message = interaction(
        *step(0, {"type": "user_input"}, text("hi")),
        *step(1, {"type": "thought"}, summary, signature),
        *step(2, {"type": "model_output"}, text("Let me "), text("look:"), image, text("there")),
        *step(3, {"type": "google_search_call", "id": "g1", "arguments": {"queries": ["x"]}, "signature": "Z3M="}),
        *step(
            4,
            {"type": "function_call", "id": "f1", "name": "weather", "arguments": {}},
            {"type": "arguments_delta", "arguments": '{"city":'},
            {"type": "arguments_delta", "arguments": '"Köln"}'},
        ),
    )
    assert assistant_turn(message, "gemini-interactions") == [
        {"type": "thought", "signature": SIGNATURE, "summary": [text("First, think.")]},
        {"type": "model_output", "content": [text("Let me look:"), image, text("there")]},
        {"type": "google_search_call", "id": "g1", "arguments": {"queries": ["x"]}, "signature": "Z3M="},
        {"type": "function_call", "id": "f1", "name": "weather", "arguments": {"city": "Köln"}},
    ]
    (call,) = message.tool_calls
    for failed in ({}, {"is_error": True}):
        assert tool_results([ToolResult(call, "rain", **failed)], "gemini-interactions") == [
            {"type": "function_result", "call_id": "f1", "name": "weather", "result": "rain"} | failed
        ]


def test_media_go_back_with_what_was_said_of_them() -> None:
    media = [{"type": "image", "uri": "https://example.org/a.png"}, {"type": "audio", "mime_type": "audio/wav"}]
    message = interaction(*step(0, {"type": "model_output"}, *media), status="completed")
    assert assistant_turn(message, "gemini-interactions") == [{"type": "model_output", "content": media}]


def test_an_unsigned_thought_without_a_summary_goes_back_as_it_came() -> None:
    thought = {"type": "thought", "signature": SIGNATURE}
    message = interaction(*step(0, thought), *step(1, {"type": "model_output"}, text("Hi")), status="completed")
    assert assistant_turn(message, "gemini-interactions") == [
        thought,
        {"type": "model_output", "content": [text("Hi")]},
    ]


def test_steps_that_were_cut_go_back_as_far_as_they_were_said() -> None:
    start = {"event_type": "interaction.created", "interaction": {"id": "i", "model": "m"}}
    said = step(0, {"type": "model_output"}, text("Well"), stop=False)
    thought = step(0, {"type": "thought"}, {"type": "thought_summary", "content": text("hm")}, stop=False)
    assert assistant_turn(message_of("gemini-interactions", start, *said), "gemini-interactions") == [
        {"type": "model_output", "content": [text("Well")]}
    ]
    assert assistant_turn(message_of("gemini-interactions", start, *thought), "gemini-interactions") == []
