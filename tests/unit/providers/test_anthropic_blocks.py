"""Every content block: what it says with its start, with deltas and at its end."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import message_of, of_kind
from tests.messages_wire import (
    SOURCE,
    Payload,
    begin,
    content_of,
    delta,
    events_of,
    natives,
    open_thinking,
    signed,
    start,
    stop,
    talk,
    text,
    thinking,
    whole,
)

from deltawire.events import (
    Citation,
    MediaDelta,
    Metadata,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    TextDelta,
    Unknown,
)
from deltawire.message import ReasoningPart, TextPart


class TestText:
    def test_it_may_begin_with_text_and_sources(self) -> None:
        block = {"type": "text", "text": "So", "citations": [SOURCE]}
        assert content_of(start(0, **block), text(0, " it is"), stop(0)) == [
            TextDelta("So"),
            Citation(SOURCE),
            TextDelta(" it is"),
            PartFinished("text", block),
        ]

    @pytest.mark.parametrize("fields", [{}, {"citations": None}, {"text": None}, {"text": 7, "citations": "none"}])
    def test_it_may_begin_with_less(self, fields: dict[str, Any]) -> None:
        assert content_of(start(0, "text", **fields), text(0, "a"), stop(0)) == [
            TextDelta("a"),
            PartFinished("text", {"type": "text", **fields}),
        ]

    def test_an_empty_one_is_a_part_without_text(self) -> None:
        assert content_of(*talk(), *talk("a", index=1)) == [
            PartFinished("text", {"type": "text", "text": ""}),
            TextDelta("a", part=1),
            PartFinished("text", {"type": "text", "text": ""}, part=1),
        ]


class TestThinking:
    def test_the_signature_comes_at_the_end_and_stands_in_the_block(self) -> None:
        assert content_of(open_thinking(0), thinking(0, "hm"), thinking(0, " so"), signed(0, "c2ln"), stop(0)) == [
            ReasoningDelta("hm"),
            ReasoningDelta(" so"),
            OpaqueState("signature", "c2ln"),
            PartFinished("reasoning", {"type": "thinking", "thinking": "", "signature": "c2ln"}),
        ]

    def test_thinking_that_is_not_shown_has_its_signature_only(self) -> None:
        events = events_of(*whole(open_thinking(0), signed(0, "c2ln"), stop(0), *talk("a", index=1)))
        assert not of_kind(events, ReasoningDelta)
        state = OpaqueState("signature", "c2ln")
        native = {"type": "thinking", "thinking": "", "signature": "c2ln"}
        assert message_of(events).parts[0] == ReasoningPart("", opaque=(state,), native=native)

    def test_it_may_begin_with_thoughts_and_without_a_signature(self) -> None:
        assert content_of(start(0, "thinking", thinking="hm"), thinking(0, "!"), stop(0)) == [
            ReasoningDelta("hm"),
            ReasoningDelta("!"),
            PartFinished("reasoning", {"type": "thinking", "thinking": "hm"}),
        ]

    def test_the_message_keeps_the_thoughts_and_their_signature_together(self) -> None:
        blocks = [open_thinking(0), thinking(0, "hm"), signed(0, "c2ln"), stop(0), *talk("a", index=1)]
        first, second = message_of(events_of(*whole(*blocks))).parts
        assert isinstance(first, ReasoningPart)
        assert (first.text, first.opaque) == ("hm", (OpaqueState("signature", "c2ln"),))
        assert isinstance(second, TextPart)
        assert second.text == "a"

    def test_redacted_thinking_goes_back_byte_for_byte(self) -> None:
        block = {"type": "redacted_thinking", "data": "b3BhcXVl+/=="}
        assert content_of(start(0, **block), stop(0)) == [
            OpaqueState("redacted", "b3BhcXVl+/=="),
            PartFinished("reasoning", block),
        ]

    @pytest.mark.parametrize("data", [None, "", 7], ids=str)
    def test_redacted_thinking_without_data_is_only_a_block(self, data: Any) -> None:
        block = {"type": "redacted_thinking", "data": data}
        assert content_of(start(0, **block), stop(0)) == [PartFinished("reasoning", block)]


class TestBlocksThatSayAllWithTheirStart:
    def test_a_file_for_the_container(self) -> None:
        block = {"type": "container_upload", "file_id": "file_1"}
        assert content_of(start(0, **block), stop(0)) == [
            MediaDelta("file", None, None, "file_1"),
            PartFinished("container_upload", block),
        ]

    def test_a_file_without_an_id(self) -> None:
        assert content_of(start(0, "container_upload"), stop(0))[0] == MediaDelta("file", None, None, None)

    def test_another_model_takes_over(self) -> None:
        trigger = {"type": "refusal", "category": "cyber"}
        block = {"type": "fallback", "from": {"model": "claude-small"}, "to": {"model": "claude-large"}}
        events = events_of(*whole(*talk("a"), start(1, **block, trigger=trigger), stop(1), *talk("b", index=2)))
        assert of_kind(events, PartFinished)[1] == PartFinished("fallback", {**block, "trigger": trigger}, part=1)
        assert events[-1].model == "claude-large"

    def test_it_is_told_when_the_stream_is_cut(self) -> None:
        events = events_of(begin(), start(0, "fallback", to={"model": "claude-large"}))
        assert events[-2] == Metadata({"part": 0, "type": "fallback", "to": {"model": "claude-large"}})

    @pytest.mark.parametrize("to", [None, "claude-large", {}, {"model": None}], ids=str)
    def test_a_model_that_is_not_named_changes_nothing(self, to: Any) -> None:
        assert events_of(*whole(start(0, "fallback", to=to), stop(0)))[-1].model == "claude-small"

    def test_a_block_of_no_known_type(self) -> None:
        block = {"type": "hologram", "data": [1], "signature": "c2ln"}
        assert content_of(start(0, **block), stop(0)) == [
            Unknown(block),
            OpaqueState("signature", "c2ln"),
            PartFinished("hologram", block),
        ]

    @pytest.mark.parametrize("block", [{}, {"type": None}, {"type": 7, "text": "a"}], ids=str)
    def test_a_block_of_no_type(self, block: Payload) -> None:
        started = {"type": "content_block_start", "index": 0, "content_block": block}
        assert content_of(started, stop(0)) == [Unknown(block), PartFinished("", block)]


NULLS: Payload = {"content": None, "encrypted_content": None}


class TestCompaction:
    def test_the_summary_comes_with_a_delta(self) -> None:
        said = {"content": "So far: ✓", "encrypted_content": "ZW5j"}
        block = {"type": "compaction", **said, "signature": "c2ln"}
        events = content_of(
            start(0, "compaction", **NULLS), delta(0, "compaction_delta", **said), signed(0, "c2ln"), stop(0)
        )
        assert events == [
            OpaqueState("signature", "c2ln"),
            OpaqueState("encrypted", "ZW5j"),
            PartFinished("compaction", block),
        ]

    def test_it_may_come_whole(self) -> None:
        block = {"type": "compaction", "content": "So far", "encrypted_content": "ZW5j", "tool_changes": []}
        assert content_of(start(0, **block), stop(0)) == [
            OpaqueState("encrypted", "ZW5j"),
            PartFinished("compaction", block),
        ]

    def test_one_that_failed_is_sent_back_as_well(self) -> None:
        failed = {"type": "compaction", **NULLS}
        assert content_of(start(0, **failed), delta(0, "compaction_delta", **NULLS), stop(0)) == [
            PartFinished("compaction", failed)
        ]

    def test_pieces_of_a_summary_are_joined(self) -> None:
        pieces = [delta(0, "compaction_delta", content=piece) for piece in ("So", "", " far")]
        events = content_of(start(0, "compaction", **NULLS), *pieces, stop(0))
        assert natives(events) == [{"type": "compaction", "content": "So far", "encrypted_content": None}]

    def test_a_summary_from_the_start_is_replaced(self) -> None:
        again = delta(0, "compaction_delta", content="Now")
        assert natives(content_of(start(0, "compaction", content="Then"), again, stop(0)))[0]["content"] == "Now"

    def test_what_came_of_it_is_told_when_the_stream_is_cut(self) -> None:
        events = events_of(begin(), start(0, "compaction", **NULLS), delta(0, "compaction_delta", content="So"))
        assert of_kind(events, Metadata) == [
            Metadata({"part": 0, "type": "compaction", "content": "So", "encrypted_content": None})
        ]
