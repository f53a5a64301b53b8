"""Every delta type, with the values that servers send in it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import codes, failure_of, of_kind
from tests.messages_wire import (
    NAME,
    STOP,
    Payload,
    begin,
    change,
    content_of,
    delta,
    events_of,
    natives,
    open_call,
    open_text,
    open_thinking,
    part_of_input,
    signed,
    start,
    stop,
    talk,
    text,
    thinking,
    told,
    whole,
)
from tests.provider_laws import of_payloads

from deltawire.events import (
    Citation,
    Failed,
    Finished,
    Metadata,
    OpaqueState,
    ReasoningDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    Unknown,
)
from deltawire.failures import FailureKind
from deltawire.limits import Limits
from deltawire.response import parser


class TestTextAndThinking:
    @pytest.mark.parametrize("nothing", ["", None])
    def test_an_empty_piece_is_no_event(self, nothing: Any) -> None:
        assert told(begin(), open_text(0), text(0, nothing)) == []
        assert told(begin(), open_thinking(0), thinking(0, "a"), thinking(0, nothing)) == []

    @pytest.mark.parametrize("value", [7, 1.5, True, ["a"], {"text": "a"}], ids=str)
    @pytest.mark.parametrize("said", [text, thinking, signed])
    def test_a_value_that_is_no_text_is_unknown(self, said: Any, value: Any) -> None:
        payload = said(0, value)
        block = open_text(0) if said is text else open_thinking(0)
        assert told(begin(), block, payload) == [Unknown(payload)]

    def test_half_a_surrogate_pair_is_joined_with_its_other_half(self) -> None:
        events = events_of(*whole(open_text(0), text(0, "a\ud83d"), text(0, "\ude00b"), stop(0)))
        assert "".join(event.text for event in of_kind(events, TextDelta)) == "a😀b"


class TestEstimatedTokens:
    """Thinking that is not shown tells how far it is: increments, so that the same number counts twice."""

    def test_each_is_told(self) -> None:
        progress = delta(0, "thinking_delta", thinking="", estimated_tokens=50)
        events = content_of(open_thinking(0), progress, progress, signed(0, "c2ln"), stop(0))
        assert of_kind(events, Metadata) == [Metadata({"part": 0, "estimated_tokens": 50})] * 2
        assert not of_kind(events, ReasoningDelta)

    def test_beside_thoughts(self) -> None:
        both = delta(0, "thinking_delta", thinking="hm", estimated_tokens=2)
        assert content_of(open_thinking(0), both)[:2] == [
            ReasoningDelta("hm"),
            Metadata({"part": 0, "estimated_tokens": 2}),
        ]

    def test_null_says_nothing(self) -> None:
        assert told(begin(), open_thinking(0), delta(0, "thinking_delta", thinking="", estimated_tokens=None)) == []


class TestSignatures:
    def of(self, signature: Any, *pieces: str) -> list[Any]:
        block = start(0, "thinking", thinking="", **({} if signature is None else {"signature": signature}))
        events = content_of(block, thinking(0, "hm"), *(signed(0, piece) for piece in pieces), stop(0))
        native = natives(events)[0].get("signature")
        states = [event.data for event in of_kind(events, OpaqueState)]
        assert states == ([native] if native else [])
        return [native]

    @pytest.mark.parametrize("signature", [None, ""], ids=["no field", "empty"])
    def test_pieces_after_an_empty_start_are_joined(self, signature: Any) -> None:
        assert self.of(signature, "c2ln") == ["c2ln"]
        assert self.of(signature, "c2ln", "bmVk") == ["c2lnbmVk"]

    def test_the_last_one_replaces_what_stood_in_the_start(self) -> None:
        assert self.of("Zmlyc3Q=", "c2ln") == ["c2ln"]
        assert self.of("Zmlyc3Q=", "c2ln", "bmVk") == ["bmVk"]

    @pytest.mark.parametrize("pieces", [[], [""]], ids=["no delta", "an empty delta"])
    def test_the_one_in_the_start_stays(self, pieces: list[str]) -> None:
        assert self.of("Zmlyc3Q=", *pieces) == ["Zmlyc3Q="]

    def test_none_at_all(self) -> None:
        assert self.of("") == [""]
        assert self.of(None, "") == [None]

    def test_what_came_of_it_is_told_when_the_stream_is_cut(self) -> None:
        events = events_of(begin(), open_thinking(0), thinking(0, "hm"), signed(0, "c2ln"))
        assert events[-2] == OpaqueState("signature", "c2ln")
        assert isinstance(events[-1], Failed)

    def test_the_start_of_an_answer_that_is_nothing_else(self) -> None:
        events = of_payloads(parser(NAME), [signed(0, "c2ln"), {"type": "error", "error": {"message": "x"}}])
        assert [type(event).__name__ for event in events] == [
            "Note",
            "Note",
            "ResponseStarted",
            "OpaqueState",
            "Failed",
        ]


class TestCitations:
    @pytest.mark.parametrize(
        "citation",
        [
            {"type": "char_location", "cited_text": "a", "document_index": 0, "start_char_index": 0},
            {"type": "page_location", "cited_text": "a", "document_index": 0, "start_page_number": 1},
            {"type": "content_block_location", "cited_text": "a", "document_index": 0, "start_block_index": 0},
            {"type": "web_search_result_location", "url": "https://a.test", "cited_text": "a"},
            {"type": "search_result_location", "source": "s", "search_result_index": 0},
            {"type": "moon_location", "crater": "Tycho"},
            "a bare name",
        ],
        ids=str,
    )
    def test_each_kind_comes_as_sent(self, citation: Any) -> None:
        said = [open_text(0, citations=[]), text(0, "a"), delta(0, "citations_delta", citation=citation), stop(0)]
        assert content_of(*said)[1] == Citation(citation)

    def test_one_that_is_null_says_nothing(self) -> None:
        assert told(begin(), open_text(0), delta(0, "citations_delta", citation=None)) == []

    def test_the_text_goes_on_behind_it(self) -> None:
        said = [text(0, "a"), text(0, "b"), delta(0, "citations_delta", citation={"x": 1}), text(0, "c")]
        kinds = [type(event) for event in content_of(open_text(0), *said, stop(0))]
        assert kinds[:4] == [TextDelta, TextDelta, Citation, TextDelta]


class TestInputDeltas:
    @pytest.mark.parametrize("fields", [{}, {"partial_json": None}, {"partial_json": ""}], ids=str)
    def test_an_empty_piece_is_no_event(self, fields: dict[str, Any]) -> None:
        assert told(begin(), open_call(0), delta(0, "input_json_delta", **fields)) == []

    def test_a_piece_behind_an_empty_one(self) -> None:
        payloads = [begin(), open_call(0), part_of_input(0, ""), part_of_input(0, '{"a"')]
        assert told(*payloads) == [ToolCallDelta(0, '{"a"')]


class TestUnknownDeltas:
    @pytest.mark.parametrize("kind", ["hologram_delta", "", None, 7, ["text_delta"], "text"], ids=str)
    def test_they_are_kept_and_the_block_goes_on(self, kind: Any) -> None:
        payload = delta(0, kind, text="a")
        events = content_of(open_text(0), text(0, "a"), payload, text(0, "b"), stop(0))
        assert events[1] == Unknown(payload)
        assert of_kind(events, TextDelta) == [TextDelta("a"), TextDelta("b")]

    @pytest.mark.parametrize("value", [None, "text", [1], 7], ids=str)
    def test_a_delta_that_is_no_object(self, value: Any) -> None:
        payload: Payload = {"type": "content_block_delta", "index": 0, "delta": value}
        assert told(begin(), open_text(0), payload) == [Unknown(payload)]


class TestVendorFields:
    def test_they_are_metadata_of_their_part_and_come_when_they_change(self) -> None:
        pieces = [delta(0, "text_delta", text=piece, tone=tone) for piece, tone in zip("abc", "xxy", strict=True)]
        events = content_of(open_text(0), *pieces, stop(0), open_text(1), delta(1, "text_delta", text="d", tone="y"))
        assert of_kind(events, TextDelta, Metadata) == [
            TextDelta("a"),
            Metadata({"part": 0, "tone": "x"}),
            TextDelta("b"),
            TextDelta("c"),
            Metadata({"part": 0, "tone": "y"}),
            TextDelta("d", part=1),
            Metadata({"part": 1, "tone": "y"}),
        ]


class TestWhatIsHeldOfOpenBlocks:
    ROOM = Limits(tool_argument_bytes=8)

    @pytest.mark.parametrize(
        ("block", "piece"),
        [
            (start(0, "server_tool_use", id="s", name="web_search"), part_of_input(0, '"é"')),
            (open_thinking(0), signed(0, "c2ln")),
            (start(0, "compaction", content=None), delta(0, "compaction_delta", content="So f")),
        ],
        ids=["input of a server's tool", "signature", "summary"],
    )
    def test_it_has_a_limit(self, block: Payload, piece: Payload) -> None:
        payloads = whole(block, piece, piece, stop(0), {**block, "index": 1}, {**piece, "index": 1}, stop(1))
        assert isinstance(events_of(*payloads, limits=self.ROOM)[-1], Finished)
        error = failure_of(events_of(*payloads[:4], piece, limits=self.ROOM))
        assert (error.kind, error.code, error.retryable) == (FailureKind.TOO_LARGE, "tool_argument_bytes", False)
        assert "8 bytes" in error.message

    def test_many_small_pieces_stay_in_order(self) -> None:
        text_of_input = '{"a":"' + "".join(chr(97 + number % 26) for number in range(9_000)) + '"}'
        pieces = [part_of_input(0, character) for character in text_of_input]
        events = content_of(start(0, "server_tool_use", id="s", name="run"), *pieces, stop(0))
        assert of_kind(events, ServerToolUsed)[0].payload["input"]["a"] == text_of_input[6:-2]

    def test_nothing_is_kept_of_blocks_that_have_ended(self) -> None:
        response = parser(NAME)
        for index in range(50):
            for payload in talk("a", index=index):
                response.receive_payload(payload)
        assert response._provider._open_blocks == {}  # type: ignore[attr-defined]


def test_notes_of_one_kind_come_once() -> None:
    events = events_of(begin(), text(0, "a"), text(1, "b"), text(2, "c"), change(), STOP)
    assert len(codes(events)) == 1
