"""Blocked prompts: what promptFeedback means before, behind and beside an answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.gemini_chunks import broken, chunk, end_of, events_of, failure_of, metadata_of, response, sse, text
from tests.helpers import of_kind

from deltawire.events import FinishReason, Note, UsageUpdate
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.response import parser

BLOCKED = {"promptFeedback": {"blockReason": "SAFETY", "blockReasonMessage": "Not this"}}


class TestBlockedPrompts:
    @pytest.mark.parametrize(
        "word",
        ["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "MODEL_ARMOR", "JAILBREAK", "NEW_WORD"],
    )
    def test_a_blocked_prompt_without_an_answer_fails(self, word: str) -> None:
        error = failure_of({"promptFeedback": {"blockReason": word}})
        assert (error.kind, error.code, error.retryable) == (FailureKind.CONTENT_FILTER, word, False)
        assert word in error.message

    def test_usage_in_later_chunks_is_kept(self) -> None:
        events = events_of(BLOCKED, {"usageMetadata": {"promptTokenCount": 4}, "modelVersion": "m"})
        assert of_kind(events, UsageUpdate)[0].usage.input_tokens == 4
        assert events[-1].error.message == "The prompt was blocked: SAFETY (Not this)"
        assert json.loads(events[-1].error.raw) == BLOCKED["promptFeedback"]
        assert metadata_of(events) == [BLOCKED]

    def test_a_blocked_prompt_cannot_finish(self) -> None:
        response_parser = parser("gemini")
        response_parser.receive_data(sse([BLOCKED]))
        assert not response_parser.can_finish

    def test_a_candidate_without_content_changes_nothing(self) -> None:
        assert failure_of(BLOCKED, response({"index": 0})).kind is FailureKind.CONTENT_FILTER

    def test_an_answer_after_all_counts(self) -> None:
        assert end_of(BLOCKED, chunk(text("a"), finish="STOP")).reason is FinishReason.STOP

    def test_an_answer_that_is_cut_is_truncated(self) -> None:
        assert failure_of(BLOCKED, chunk(text("a"))).kind is FailureKind.TRUNCATED

    def test_a_block_behind_text_was_a_cut_answer(self) -> None:
        error = failure_of(chunk(text("a")), BLOCKED)
        assert (error.kind, error.code, error.after_content) == (FailureKind.CONTENT_FILTER, "SAFETY", True)

    def test_a_block_beside_text_is_the_reason_too(self) -> None:
        assert failure_of(chunk(text("a")) | BLOCKED).kind is FailureKind.CONTENT_FILTER

    def test_a_block_behind_text_counts_when_the_connection_breaks(self) -> None:
        assert broken(sse([chunk(text("a")), BLOCKED]))[-1].error.kind is FailureKind.CONTENT_FILTER

    @pytest.mark.parametrize("word", ["BLOCKED_REASON_UNSPECIFIED", "BLOCK_REASON_UNSPECIFIED", 0, None, ""])
    def test_an_unspecified_block_is_not_confirmed(self, word: Any) -> None:
        assert failure_of({"promptFeedback": {"blockReason": word}}).kind is FailureKind.TRUNCATED

    def test_a_block_counts_when_the_connection_breaks(self) -> None:
        events = broken(sse([BLOCKED]))
        assert events[-1].error.kind is FailureKind.CONTENT_FILTER
        assert [note.code for note in of_kind(events, Note)] == [NoteCode.UNCLEAN_END]
