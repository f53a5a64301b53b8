"""Servers that speak the schema in their own way, each as it was observed."""

from __future__ import annotations

import pytest
from tests.helpers import codes, failure_of, message_of, of_kind
from tests.messages_wire import (
    NAME,
    OVERLOADED,
    PING,
    STOP,
    Payload,
    begin,
    call,
    change,
    events_of,
    finished,
    open_call,
    open_text,
    open_thinking,
    part_of_input,
    sse,
    start,
    stop,
    talk,
    text,
    thinking,
    whole,
)

from deltawire.events import (
    Finished,
    FinishReason,
    Heartbeat,
    Malformed,
    OpaqueState,
    ReasoningDelta,
    TextDelta,
    ToolCallFinished,
    Unknown,
)
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.parsing import parse


def last_call(*payloads: Payload) -> ToolCallFinished:
    return of_kind(events_of(*payloads), ToolCallFinished)[-1]


class TestZai:
    def test_counts_come_at_the_end(self) -> None:
        # github.com/zai-org/GLM-5/issues/139
        zeros = {"input_tokens": 0, "output_tokens": 0}
        counts = {"input_tokens": 8, "output_tokens": 5, "cache_read_input_tokens": 64}
        usage = events_of(begin(usage=zeros), PING, *talk("a"), change(usage=counts), STOP)[-1].usage
        assert (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens) == (72, 5, 64)

    def test_the_start_is_signed(self) -> None:
        # github.com/MadAppGang/claudish/issues/102
        blocks = [open_thinking(0, signature="c2lnbmVk"), thinking(0, "hm"), stop(0), *talk("a", index=1)]
        events = events_of(*whole(PING, *blocks))
        assert of_kind(events, OpaqueState) == [OpaqueState("signature", "c2lnbmVk")]
        assert of_kind(events, Heartbeat) == [Heartbeat("ping")]

    def test_input_is_an_array(self) -> None:
        # github.com/zai-org/zai-coding-plugins/issues/14
        found = last_call(*whole(open_call(0, input=[{"q": 1}]), stop(0), reason="tool_use"))
        assert (found.arguments, found.complete) == ('[{"q":1}]', False)
        assert not last_call(*whole(*call('[{"q":1}]'), reason="tool_use")).complete

    @pytest.mark.parametrize(
        ("said", "kind"),
        [
            ({"code": "1302", "message": "[1302][High concurrency][2026-1]"}, FailureKind.RATE_LIMIT),
            ({"code": "500", "message": "[500][Internal error][2026-2]", "type": "api_error"}, FailureKind.SERVER),
        ],
    )
    def test_errors_have_a_code_of_digits(self, said: Payload, kind: FailureKind) -> None:
        assert failure_of(events_of(begin(), {"type": "error", "error": said})).kind is kind

    @pytest.mark.parametrize("value", ["*", "."])
    def test_values_that_are_no_json(self, value: str) -> None:
        # github.com/qbit-ai/qbit/pull/149
        assert not last_call(*whole(*call('{"a":', value, "}"), reason="tool_use")).complete

    def test_a_torn_frame_with_the_next_on_the_same_line(self) -> None:
        # github.com/zai-org/GLM-5/issues/66
        frames = [sse(payload, names=False) for payload in whole(*talk("a", "b"))]
        torn = frames[2][:30] + frames[3]
        events = parse(NAME, b"".join([*frames[:2], torn, *frames[4:]]))
        assert [event.raw for event in of_kind(events, Malformed)] == [frames[2][6:30]]
        assert of_kind(events, TextDelta) == [TextDelta("b")]
        assert (events[-1].reason, events[-1].damaged) == (FinishReason.STOP, True)


class TestMiniMax:
    def test_counts_are_null(self) -> None:
        # github.com/NousResearch/hermes-agent/issues/60683
        events = events_of(begin(usage=None), *talk("a"), {**change(), "usage": None}, STOP)
        assert events[-1] == finished(FinishReason.STOP, "end_turn")

    def test_a_stream_that_never_terminates_is_complete_once_its_reason_is_known(self) -> None:
        # github.com/MiniMax-AI/MiniMax-M2/issues/109
        events = events_of(begin(), *talk("a"), change(), PING, PING)
        assert codes(events) == [NoteCode.MISSING_TERMINATOR]
        assert isinstance(events[-1], Finished)

    def test_arguments_are_cut(self) -> None:
        # github.com/AstrBotDevs/AstrBot/pull/6763
        assert not last_call(*whole(*call('{"path": "/tmp/a", "conte'), reason="tool_use")).complete


class TestMoonshot:
    def test_a_turn_of_several_messages_is_not_glued_together(self) -> None:
        # github.com/Significant-Gravitas/AutoGPT/pull/12882
        events = events_of(*whole(*talk("a")), begin(id="msg_2"), *talk("b"), change(), STOP)
        assert message_of(events).text == "a"


class TestDeepSeek:
    def test_another_model_answers_than_was_asked(self) -> None:
        assert events_of(begin(model="deepseek-chat"), *talk("a"), change(), STOP)[-1].model == "deepseek-chat"


class TestOllama:
    def test_thinking_is_never_signed(self) -> None:
        events = events_of(*whole(start(0, "thinking", thinking=""), thinking(0, "hm"), stop(0), *talk("a", index=1)))
        assert of_kind(events, ReasoningDelta, OpaqueState) == [ReasoningDelta("hm")]

    def test_input_comes_in_one_delta(self) -> None:
        assert last_call(*whole(*call('{"q":1}'), reason="tool_use")).arguments_object() == {"q": 1}

    def test_an_error_that_it_swallows_is_a_stream_that_was_cut(self) -> None:
        assert failure_of(events_of(begin(), open_text(0), text(0, "a"))).kind is FailureKind.TRUNCATED


class TestVLLM:
    def test_the_first_fragment_is_lost(self) -> None:
        # github.com/vllm-project/vllm/pull/34887
        assert not last_call(*whole(*call('city": "Oslo"}'), reason="tool_use")).complete

    def test_ids_of_another_schema(self) -> None:
        events = events_of(begin(id="chatcmpl-1"), *talk("a"), change(), STOP)
        assert events[0].id == "chatcmpl-1"
        assert isinstance(events[-1], Finished)


class TestLlamaCpp:
    def test_starts_without_input_and_signature(self) -> None:
        # github.com/ggml-org/llama.cpp/pull/22960
        blocks = [start(0, "thinking", thinking=""), thinking(0, "hm"), stop(0)]
        blocks += [start(1, "tool_use", id="x", name="find"), part_of_input(1, '{"q":1}'), stop(1)]
        events = events_of(*whole(*blocks, reason="tool_use"))
        assert message_of(events).reasoning == "hm"
        assert message_of(events).tool_calls[0].arguments_object() == {"q": 1}

    @pytest.mark.parametrize("lost", [1, 2], ids=["without the start", "without the start and the block's"])
    def test_the_opening_events_are_lost(self, lost: int) -> None:
        events = events_of(*whole(*talk("a"))[lost:])
        assert codes(events)[-1] is NoteCode.MISSING_START
        assert message_of(events).text == "a"
        assert events[-1].reason is FinishReason.STOP


class TestSGLang:
    def test_text_in_an_open_call(self) -> None:
        # github.com/sgl-project/sglang/issues/24293
        blocks = [open_call(0), part_of_input(0, '{"q":'), text(0, "hm"), part_of_input(0, "1}"), stop(0)]
        found = message_of(events_of(*whole(*blocks, reason="tool_use")))
        assert (found.text, found.tool_calls[0].arguments_object()) == ("hm", {"q": 1})

    def test_its_own_timeout(self) -> None:
        said = {"type": "error", "error": {"type": "request_timeout_error", "message": "Request timed out"}}
        assert failure_of(events_of(begin(), said)).kind is FailureKind.TIMEOUT


class TestOthers:
    def test_omlx_skips_an_index(self) -> None:
        # github.com/jundot/omlx/issues/1353
        events = events_of(*whole(*talk("a"), *call('{"q":1}', index=2), reason="tool_use"))
        assert of_kind(events, ToolCallFinished)[0].position == 2
        assert codes(events) == []

    def test_litellm_loses_the_input(self) -> None:
        # github.com/BerriAI/litellm/issues/25561: nothing shows that there was any.
        assert last_call(*whole(*call(), reason="tool_use")).arguments == ""

    def test_a_gateway_says_end_turn_after_calls(self) -> None:
        # github.com/raullenchai/Rapid-MLX/pull/826
        events = events_of(*whole(*call("{}"), reason="end_turn"))
        assert events[-1] == finished(FinishReason.TOOL_CALLS, "end_turn")

    def test_a_gateway_sends_thoughts_again_as_text(self) -> None:
        # github.com/kekzl/imp/issues/1553: passed on as sent.
        found = message_of(events_of(*whole(open_thinking(0), thinking(0, "hm"), stop(0), *talk("hm", index=1))))
        assert (found.reasoning, found.text) == ("hm", "hm")

    def test_a_gateway_counts_tokens_of_an_answer_without_blocks(self) -> None:
        events = events_of(*whole(usage={"output_tokens": 40}))
        assert codes(events) == [NoteCode.EMPTY_ANSWER]

    def test_a_gateway_without_an_error_event(self) -> None:
        body = sse(begin(), *talk("a")) + b'data: {"error":"upstream connect error"}\n\ndata: [DONE]\n\n'
        assert failure_of(parse(NAME, body)).message == "upstream connect error"

    def test_a_proxy_puts_bare_json_behind_the_frames(self) -> None:
        body = sse(begin(), *talk("a")) + b'{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}'
        assert failure_of(parse(NAME, body)).kind is FailureKind.OVERLOADED

    def test_vertex_adds_events_of_its_own(self) -> None:
        events = events_of(begin(), {"type": "vertex_event", "x": 1}, *talk("a"), change(), STOP)
        assert of_kind(events, Unknown) == [Unknown({"type": "vertex_event", "x": 1})]

    def test_the_last_event_may_be_an_error_after_half_a_call(self) -> None:
        # github.com/Alcova-AI/adk-anthropic-go/pull/32
        events = events_of(begin(), *talk("a"), open_call(1), part_of_input(1, '{"q"'), OVERLOADED)
        assert (failure_of(events).kind, failure_of(events).after_content) == (FailureKind.OVERLOADED, True)
