"""Calls from their fragments: what they may cost, and how many fragments there may be."""

from __future__ import annotations

import json

import pytest

from deltawire.events import Event, ToolCallDelta, ToolCallFinished
from deltawire.failures import FailureKind
from deltawire.limits import Limits
from deltawire.tool_calls import LimitPassedError, ToolCall, ToolCalls


def begun(calls: ToolCalls, name: str = "f", identifier: str = "a", choice: int = 0) -> ToolCall:
    """A call with its name and id, not started yet."""
    call = calls.begin(choice, 0)
    calls.name(call, name, identifier)
    return call


class TestLimits:
    @pytest.mark.parametrize("per_choice", [True, False])
    def test_calls_count_over_all_choices(self, per_choice: bool) -> None:
        calls = ToolCalls(Limits(tool_calls=2), None)
        calls.close(calls.begin(0, 0), [])
        calls.begin(int(per_choice), 0)
        with pytest.raises(LimitPassedError) as caught:
            calls.begin(0, 0)
        failure = caught.value.failure
        assert (failure.kind, failure.code, failure.retryable) == (FailureKind.TOO_LARGE, "tool_calls", False)
        assert "tool_calls" in failure.message
        assert failure.message.endswith(": 2")

    @pytest.mark.parametrize(
        ("text", "size"), [("abcd", 4), ("aé", 3), ("é" * 3, 6), ("😀", 4), ("\u2028", 3), ("\ud83d", 3)]
    )
    def test_arguments_count_in_bytes_of_utf8(self, text: str, size: int) -> None:
        calls = ToolCalls(Limits(tool_argument_bytes=size), None)
        calls.append(begun(calls), text, [])
        calls = ToolCalls(Limits(tool_argument_bytes=size - 1), None)
        with pytest.raises(LimitPassedError) as caught:
            calls.append(begun(calls), text, [])
        failure = caught.value.failure
        assert (failure.kind, failure.code, failure.retryable) == (FailureKind.TOO_LARGE, "tool_argument_bytes", False)
        assert f": {size - 1:,} bytes" in failure.message

    def test_half_a_pair_at_the_end_is_told_where_its_call_is(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        calls.mend = True
        call = calls.begin(2, 5)
        calls.name(call, "f", "a")
        calls.append(call, '{"a": "\ud83d', events)
        calls.close(call, events)
        deltas = [event for event in events if isinstance(event, ToolCallDelta)]
        assert "".join(delta.arguments for delta in deltas) == '{"a": "\ufffd'
        assert {(delta.index, delta.choice, delta.part) for delta in deltas} == {(0, 2, 5)}

    def test_arguments_count_over_the_open_calls(self) -> None:
        calls = ToolCalls(Limits(tool_argument_bytes=10), None)
        first, second = begun(calls), begun(calls, identifier="b")
        calls.append(first, "123456", [])
        calls.append(second, "1234", [])
        with pytest.raises(LimitPassedError):
            calls.append(second, "5", [])
        calls.close(first, [])
        calls.append(second, "123456", [])
        with pytest.raises(LimitPassedError):
            calls.append(second, "7", [])

    def test_what_passes_the_limit_is_neither_kept_nor_told(self) -> None:
        calls, events = ToolCalls(Limits(tool_argument_bytes=2), None), list[Event]()
        call = begun(calls)
        calls.start(call, events)
        calls.append(call, "{", events)
        with pytest.raises(LimitPassedError):
            calls.append(call, '"é', events)
        calls.append(call, "}", events)
        calls.close(call, events)
        assert events[1:] == [
            ToolCallDelta(0, "{"),
            ToolCallDelta(0, "}"),
            ToolCallFinished(0, "a", "f", "{}", complete=True),
        ]

    def test_half_a_pair_at_the_end_raises_nothing_at_the_limit(self) -> None:
        calls, events = ToolCalls(Limits(tool_argument_bytes=2), None), list[Event]()
        calls.mend = True
        call = begun(calls)
        calls.append(call, "{}\ud83d", events)
        calls.close_all(events, proper=False)
        assert events[-1] == ToolCallFinished(0, "a", "f", "{}\ufffd", complete=False)
        second = begun(calls, identifier="b")
        calls.append(second, "{}", events)
        with pytest.raises(LimitPassedError):
            calls.append(second, " ", events)

    def test_the_error_can_be_printed(self) -> None:
        calls = ToolCalls(Limits(tool_calls=0), None)
        with pytest.raises(LimitPassedError, match="tool_calls"):
            calls.begin(0, 0)


class TestFull:
    @pytest.mark.parametrize(
        ("pieces", "full"),
        [([], False), (["{"], False), (["{", "}"], True), (["[1]", " "], True), (["{}", "x"], False), (["1"], False)],
    )
    def test_arguments_are_full_when_one_object_or_array_is_closed(self, pieces: list[str], full: bool) -> None:
        calls = ToolCalls(Limits(), None)
        call = begun(calls)
        for piece in pieces:
            calls.append(call, piece, [])
        assert call.full is full

    def test_it_is_known_at_every_moment(self) -> None:
        calls = ToolCalls(Limits(), None)
        call = begun(calls)
        seen: list[bool] = []
        for piece in '{"a":"}"}':
            calls.append(call, piece, [])
            seen.append(call.full)
        assert seen == [False] * 8 + [True]

    def test_a_value_is_full_as_it_came(self) -> None:
        call = ToolCall(0, 0, 0, whole=True)
        assert call.full


class TestManyFragments:
    """Fragments are joined in blocks: of that nothing shows."""

    ARGUMENTS = json.dumps({"x": "abé" * 3_500})

    @pytest.mark.parametrize("look", [None, 0, 4_095, 4_096, 9_000], ids=lambda look: f"full asked for at {look}")
    def test_block_by_block_the_text_stays_the_same(self, look: int | None) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        call = begun(calls)
        calls.start(call, events)
        assert len(self.ARGUMENTS) > 2 * 4_096
        for number, character in enumerate(self.ARGUMENTS):
            if number == look:
                assert not call.full
            calls.append(call, character, events)
        assert call.full
        assert len(call.fragments) < 4_096
        assert call.arguments() == self.ARGUMENTS
        calls.close(call, events)
        assert events[-1] == ToolCallFinished(0, "a", "f", self.ARGUMENTS, complete=True)
        assert "".join(event.arguments for event in events if isinstance(event, ToolCallDelta)) == self.ARGUMENTS

    def test_full_is_found_behind_blocks_that_were_joined_before_anybody_asked(self) -> None:
        calls = ToolCalls(Limits(), None)
        call = begun(calls)
        for character in "[" + " " * 5_000:
            calls.append(call, character, [])
        assert not call.full
        calls.append(call, "]", [])
        assert call.full

    def test_limits_count_them_all(self) -> None:
        calls = ToolCalls(Limits(tool_argument_bytes=5_000), None)
        call = begun(calls)
        for _ in range(5_000):
            calls.append(call, "x", [])
        with pytest.raises(LimitPassedError):
            calls.append(call, "x", [])
        calls.close(call, [])
        calls.append(begun(calls, identifier="b"), "x" * 5_000, [])
