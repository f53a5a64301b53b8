"""LiteLLM's `thinking_blocks`: signatures that the next request wants back."""

from __future__ import annotations

from typing import Any

import pytest
from tests.chat_chunks import chunk, events_of, message, of, said_beside

from deltawire.events import Metadata, Note, OpaqueState, PartFinished, ReasoningDelta
from deltawire.notes import NoteCode
from deltawire.turns import assistant_turn

STOP = chunk({}, "stop")
SEALED = {"type": "thinking", "thinking": "Let me see", "signature": "c2ln"}
REDACTED = {"type": "redacted_thinking", "data": "gAAA"}


def thought(thinking: str, signature: str | None = "", **fields: Any) -> dict[str, Any]:
    block = {"type": "thinking", "thinking": thinking, "signature": signature}
    return chunk({"reasoning_content": thinking, "thinking_blocks": [block], **fields})


STREAM = [thought("Let me"), thought(" see", None), thought("", "c2ln"), chunk({"content": "Hi"}), STOP]


def test_signatures_of_thinking_blocks_were_metadata_only() -> None:
    events = events_of(*STREAM, provider="litellm")
    assert of(events, OpaqueState) == [OpaqueState("signature", "c2ln")]
    assert of(events, PartFinished) == [PartFinished("reasoning", {"thinking_blocks": [SEALED]})]
    assert not any("thinking_blocks" in event.payload for event in of(events, Metadata))
    (turn,) = assistant_turn(message(events), "litellm")
    assert turn == {
        "role": "assistant",
        "content": "Hi",
        "reasoning_content": "Let me see",
        "thinking_blocks": [SEALED],
    }


def test_text_and_its_block_are_said_once() -> None:
    events = events_of(*STREAM)
    assert [event.text for event in of(events, ReasoningDelta)] == ["Let me", " see"]
    assert of(events, Note) == []


def test_blocks_alone_are_reasoning() -> None:
    block = {"type": "thinking", "thinking": "Hm", "signature": "c2ln"}
    events = events_of(chunk({"thinking_blocks": [block]}), STOP)
    assert [event.text for event in of(events, ReasoningDelta)] == ["Hm"]


def test_other_text_in_a_block_is_noted() -> None:
    block = {"type": "thinking", "thinking": "another", "signature": ""}
    events = events_of(chunk({"reasoning_content": "one", "thinking_blocks": [block]}), STOP)
    assert [event.text for event in of(events, ReasoningDelta)] == ["one"]
    assert of(events, Note) == [Note(NoteCode.REPEATED_REASONING, "another")]


def test_redacted_blocks_come_whole_and_end_the_one_before() -> None:
    parts = [thought("a"), chunk({"thinking_blocks": [REDACTED]}), thought("b", "c2ln"), thought("c", "Yw=="), STOP]
    events = events_of(chunk({"content": "Hi"}), *parts, provider="litellm")
    assert of(events, OpaqueState) == [
        OpaqueState("redacted", "gAAA", part=1),
        OpaqueState("signature", "c2ln", part=1),
        OpaqueState("signature", "Yw==", part=1),
    ]
    (end,) = of(events, PartFinished)
    sealed = [
        {"type": "thinking", "thinking": "b", "signature": "c2ln"},
        {"type": "thinking", "thinking": "c", "signature": "Yw=="},
    ]
    open_block = {"type": "thinking", "thinking": "a", "signature": ""}
    assert end.native == {"thinking_blocks": [open_block, REDACTED, *sealed]}
    (turn,) = assistant_turn(message(events), "litellm")
    # One without its signature would be refused.
    assert turn["thinking_blocks"] == [REDACTED, *sealed]


def test_a_signature_behind_the_text_begins_no_part_of_its_own() -> None:
    parts = [thought("a"), chunk({"content": "Hi"}), thought("", "c2ln"), chunk({"content": "!"}), STOP]
    events = events_of(*parts)
    assert of(events, OpaqueState) == [OpaqueState("signature", "c2ln", part=0)]
    assert message(events).text == "Hi!"
    assert [type(part).__name__ for part in message(events).parts] == ["ReasoningPart", "TextPart"]


def test_the_other_details_of_a_choice_stay_beside_them() -> None:
    detail = {"type": "reasoning.text", "text": "a", "index": 0}
    events = events_of(thought("a", "c2ln", reasoning_details=[detail]), STOP)
    (end,) = of(events, PartFinished)
    assert end.native == {
        "reasoning_details": [detail],
        "thinking_blocks": [{"type": "thinking", "thinking": "a", "signature": "c2ln"}],
    }


def test_an_empty_list_says_nothing() -> None:
    events = events_of(chunk({"content": "a"}), chunk({"content": "b", "thinking_blocks": []}), STOP)
    assert message(events).text == "ab"
    assert said_beside(events) == []


@pytest.mark.parametrize("inner", [5, {"type": "song", "tune": "la"}, ["a"]], ids=repr)
def test_thinking_of_another_shape_is_noted(inner: Any) -> None:
    content = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}, inner]}]
    events = events_of(chunk({"content": content}), chunk({"content": "Hi"}), STOP, provider="mistral")
    assert [event.text for event in of(events, ReasoningDelta)] == ["Hm"]
    assert [note.code for note in of(events, Note)] == [NoteCode.UNMAPPED_SHAPE]


@pytest.mark.parametrize("inner", [None, "", {"type": "text", "text": ""}, []], ids=repr)
def test_thinking_that_is_nothing_is_not(inner: Any) -> None:
    content = [{"type": "thinking", "thinking": inner}]
    events = events_of(chunk({"content": content}), chunk({"content": "Hi"}), STOP, provider="mistral")
    assert of(events, ReasoningDelta) == []
    assert of(events, Note) == []
