"""What the parts of Gemini's candidates become."""

from __future__ import annotations

from typing import Any

import pytest
from tests.gemini_chunks import (
    STARTED,
    STOP,
    chunk,
    end_of,
    events_of,
    failure_of,
    metadata_of,
    response,
    sse,
    text,
    thought,
)
from tests.helpers import message_of, of_kind

from deltawire.events import (
    ChoiceFinished,
    Finished,
    FinishReason,
    MediaDelta,
    Note,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    ServerToolUsed,
    TextDelta,
    Unknown,
)
from deltawire.failures import FailureKind
from deltawire.message import ReasoningPart, TextPart
from deltawire.notes import NoteCode
from deltawire.parsing import parse


def notes_of(*payloads: Any) -> list[NoteCode]:
    return [note.code for note in of_kind(events_of(*payloads), Note)]


class TestTexts:
    def test_text_goes_on_in_one_part(self) -> None:
        assert events_of(chunk(text("Hel")), chunk(text("lo")), STOP) == [
            STARTED,
            TextDelta("Hel"),
            TextDelta("lo"),
            PartFinished("text", {"text": ""}),
            ChoiceFinished(FinishReason.STOP, "STOP"),
            Finished(FinishReason.STOP, "STOP", None, "gemini-tiny"),
        ]

    def test_thoughts_are_summaries_in_a_part_of_their_own(self) -> None:
        events = events_of(chunk(thought("hm")), chunk(thought("!"), text("Hi")), chunk(text(" you"), finish="STOP"))
        assert events[1:6] == [
            ReasoningDelta("hm", 0, 0, "summary"),
            ReasoningDelta("!", 0, 0, "summary"),
            PartFinished("reasoning", {"text": "", "thought": True}),
            TextDelta("Hi", 0, 1),
            TextDelta(" you", 0, 1),
        ]

    def test_a_kind_that_comes_again_is_another_part(self) -> None:
        events = events_of(chunk(text("a"), thought("b"), text("c")), STOP)
        assert [(event.text, event.part) for event in of_kind(events, TextDelta, ReasoningDelta)] == [
            ("a", 0),
            ("b", 1),
            ("c", 2),
        ]

    @pytest.mark.parametrize("empty", [text(""), thought(""), {}, {"text": None}, {"thought": True}, None], ids=str)
    def test_empty_parts_say_nothing_and_end_nothing(self, empty: Any) -> None:
        events = events_of(chunk(text("a"), empty), chunk(empty), chunk(text("b")), STOP)
        assert of_kind(events, TextDelta) == [TextDelta("a"), TextDelta("b")]
        assert len(of_kind(events, PartFinished)) == 1

    @pytest.mark.parametrize(
        "content",
        [
            None,
            {},
            {"role": "model"},
            {"parts": []},
            {"parts": None, "role": "model"},
            {"role": "model", "parts": [{}]},
        ],
        ids=str,
    )
    def test_content_may_be_missing_or_hollow(self, content: Any) -> None:
        hollow = response({"content": content, "index": 0, "finishReason": "STOP"})
        events = events_of(chunk(text("a")), hollow)
        assert message_of(events).text == "a"
        assert of_kind(events, Note) == []
        assert metadata_of(events) == []

    def test_content_after_a_finish_reason_is_noted_once_and_taken(self) -> None:
        payloads = [chunk(text(letter), finish="STOP") for letter in "abc"]
        events = events_of(*payloads)
        assert message_of(events).text == "abc"
        assert notes_of(*payloads) == [NoteCode.CONTENT_AFTER_FINISH]
        assert len(of_kind(events, ChoiceFinished)) == 1

    def test_a_half_of_a_surrogate_pair_meets_the_other(self) -> None:
        events = parse("gemini", sse([chunk(text("\ud83d")), chunk(text("\ude00")), STOP], escaped=True))
        assert message_of(events).text == "\U0001f600"


class TestSignatures:
    def test_a_signature_in_a_text_part_belongs_to_it_and_ends_it(self) -> None:
        events = events_of(chunk(text("a"), text("b", thoughtSignature="c2ln")), chunk(text("c")), STOP)
        assert of_kind(events, OpaqueState) == [OpaqueState("signature", "c2ln")]
        assert message_of(events).parts == (
            TextPart("ab", (), (OpaqueState("signature", "c2ln"),), {"text": "", "thoughtSignature": "c2ln"}),
            TextPart("c", (), (), {"text": ""}),
        )

    @pytest.mark.parametrize(
        "bare", [text("", thoughtSignature="c2ln"), {"thoughtSignature": "c2ln"}], ids=["empty", "alone"]
    )
    def test_a_signature_behind_a_part_belongs_to_it(self, bare: Any) -> None:
        events = events_of(chunk(thought("hm")), chunk(text("a")), chunk(bare, finish="STOP"))
        assert of_kind(events, OpaqueState) == [OpaqueState("signature", "c2ln", None, 0, 1)]
        assert of_kind(events, PartFinished)[1].native == {"text": "", "thoughtSignature": "c2ln"}

    def test_a_signature_on_a_thought_belongs_to_the_reasoning(self) -> None:
        events = events_of(chunk(thought("hm", thoughtSignature="c2ln")), chunk(text("a")), STOP)
        state = OpaqueState("signature", "c2ln")
        native = {"text": "", "thought": True, "thoughtSignature": "c2ln"}
        assert message_of(events).parts[0] == ReasoningPart("hm", "summary", opaque=(state,), native=native)

    def test_a_signature_before_anything_else_is_a_part_of_its_own(self) -> None:
        bare = text("", thoughtSignature="c2ln")
        events = events_of(chunk(bare), chunk(text("a")), STOP)
        state = OpaqueState("signature", "c2ln")
        first = TextPart("", opaque=(state,), native=bare)
        assert message_of(events).parts == (first, TextPart("a", native={"text": ""}))

    def test_a_second_signature_does_not_replace_the_first(self) -> None:
        events = events_of(chunk(text("a", thoughtSignature="MQ==")), chunk({"thoughtSignature": "Mg=="}), STOP)
        assert [(state.data, state.part) for state in of_kind(events, OpaqueState)] == [("MQ==", 0), ("Mg==", 1)]
        assert [part.native["thoughtSignature"] for part in of_kind(events, PartFinished)] == ["MQ==", "Mg=="]

    @pytest.mark.parametrize("nothing", ["", None, 7, {}])
    def test_what_is_no_signature_is_none(self, nothing: Any) -> None:
        assert of_kind(events_of(chunk(text("a", thoughtSignature=nothing)), STOP), OpaqueState) == []


MEDIA = {
    "image": ({"inlineData": {"mimeType": "image/png", "data": "iVBO"}}, MediaDelta("image", "image/png", "iVBO")),
    "audio": (
        {"inlineData": {"mimeType": "audio/L16;rate=24000", "data": "AAAA"}},
        MediaDelta("audio", "audio/L16;rate=24000", "AAAA"),
    ),
    "video file": (
        {"fileData": {"mimeType": "video/mp4", "fileUri": "gs://b/v.mp4"}},
        MediaDelta("video", "video/mp4", None, "gs://b/v.mp4"),
    ),
    "document": (
        {"inlineData": {"mimeType": "application/pdf", "data": "JVBE"}},
        MediaDelta("document", "application/pdf", "JVBE"),
    ),
    "other": ({"fileData": {"fileUri": "https://f.example/1"}}, MediaDelta("file", None, None, "https://f.example/1")),
    "transcript": ({"audioTranscription": {"text": "hello"}}, MediaDelta("transcript", "text/plain", "hello")),
    "plain transcript": ({"audioTranscription": "hello"}, MediaDelta("transcript", "text/plain", "hello")),
}


@pytest.mark.parametrize(("part", "event"), MEDIA.values(), ids=list(MEDIA))
def test_media(part: Any, event: MediaDelta) -> None:
    events = events_of(chunk(part), STOP)
    assert of_kind(events, MediaDelta) == [event]
    assert of_kind(events, PartFinished) == [PartFinished(next(iter(part)), part)]


def test_a_thought_image_keeps_its_mark() -> None:
    part = {"inlineData": {"mimeType": "image/png", "data": "iVBO"}, "thought": True}
    events = events_of(chunk(part), chunk(text("a")), STOP)
    assert of_kind(events, PartFinished)[0] == PartFinished("inlineData", part)


def test_every_piece_of_media_is_a_part_of_its_own() -> None:
    piece_of_audio = {"inlineData": {"mimeType": "audio/L16", "data": "AA=="}}
    assert [event.part for event in of_kind(events_of(chunk(piece_of_audio, piece_of_audio), STOP), MediaDelta)] == [
        0,
        1,
    ]


CODE = {"executableCode": {"language": "PYTHON", "code": "1+1"}}
RESULT = {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "2"}}
SERVER_TOOLS = {
    "code": (CODE, ServerToolUsed("call", "code_execution", "code_execution_0", CODE["executableCode"])),
    "code with id": (
        {"executableCode": {"code": "1", "id": "c9"}},
        ServerToolUsed("call", "code_execution", "c9", {"code": "1", "id": "c9"}),
    ),
    "result without code": (RESULT, ServerToolUsed("result", "code_execution", None, RESULT["codeExecutionResult"])),
    "toolCall": (
        {"toolCall": {"id": "t", "toolType": "GOOGLE_SEARCH_WEB", "args": {"q": 1}}},
        ServerToolUsed(
            "call", "GOOGLE_SEARCH_WEB", "t", {"id": "t", "toolType": "GOOGLE_SEARCH_WEB", "args": {"q": 1}}
        ),
    ),
    "toolResponse": (
        {"toolResponse": {"id": "t", "toolType": "URL_CONTEXT", "response": {}}},
        ServerToolUsed("result", "URL_CONTEXT", "t", {"id": "t", "toolType": "URL_CONTEXT", "response": {}}),
    ),
    "functionResponse": (
        {"functionResponse": {"id": "f", "name": "find", "response": {"a": 1}}},
        ServerToolUsed("result", "find", "f", {"id": "f", "name": "find", "response": {"a": 1}}),
    ),
}


@pytest.mark.parametrize(("part", "event"), SERVER_TOOLS.values(), ids=list(SERVER_TOOLS))
def test_what_the_server_ran_is_no_call_of_the_client(part: Any, event: ServerToolUsed) -> None:
    events = events_of(chunk(part), STOP)
    assert of_kind(events, ServerToolUsed) == [event]
    assert of_kind(events, PartFinished) == [PartFinished(next(iter(part)), part)]
    assert end_of(chunk(part), STOP).reason is FinishReason.STOP


def test_code_and_its_results_pair_by_order() -> None:
    used = of_kind(events_of(chunk(CODE, CODE), chunk(RESULT), chunk(RESULT, CODE, RESULT), STOP), ServerToolUsed)
    assert [(event.kind, event.id) for event in used] == [
        ("call", "code_execution_0"),
        ("call", "code_execution_1"),
        ("result", "code_execution_0"),
        ("result", "code_execution_1"),
        ("call", "code_execution_2"),
        ("result", "code_execution_2"),
    ]


def test_a_part_of_another_day_is_kept() -> None:
    part = {"hologram": {"depth": 3}, "thoughtSignature": "c2ln"}
    events = events_of(chunk(text("a"), part, text("b")), STOP)
    assert of_kind(events, Unknown) == [Unknown(part)]
    assert of_kind(events, OpaqueState) == [OpaqueState("signature", "c2ln", None, 0, 1)]
    assert message_of(events).parts[1].native == part


@pytest.mark.parametrize(
    "part",
    [3, "text", [], {"text": 5}, {"functionCall": "f"}, {"inlineData": []}, {"audioTranscription": {"words": []}}],
    ids=str,
)
def test_parts_of_a_wrong_shape_are_noted(part: Any) -> None:
    assert notes_of(chunk(text("a")), chunk(part, text("b")), STOP) == [NoteCode.UNMAPPED_SHAPE]


@pytest.mark.parametrize("field", ["candidates", "usageMetadata"])
def test_fields_of_a_wrong_shape_are_noted(field: str) -> None:
    assert notes_of(chunk(text("a")), {"responseId": "r1", field: "x"}, STOP) == [NoteCode.UNMAPPED_SHAPE]


@pytest.mark.parametrize("fields", [{"content": "x"}, {"content": {"parts": {}}}, {"finishReason": [1]}], ids=str)
def test_fields_of_a_candidate_of_a_wrong_shape_are_noted(fields: dict[str, Any]) -> None:
    assert notes_of(chunk(text("a")), response(fields), STOP) == [NoteCode.UNMAPPED_SHAPE]


def test_a_signature_that_the_request_lacks_was_the_models_fault() -> None:
    error = failure_of(chunk(finish="MISSING_THOUGHT_SIGNATURE"))
    assert (error.kind, error.code) == (FailureKind.INVALID_REQUEST, "MISSING_THOUGHT_SIGNATURE")
    assert not error.retryable
