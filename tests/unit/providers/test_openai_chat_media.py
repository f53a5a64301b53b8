"""Chat Completions: audio, images, sources and the tools that the provider runs."""

from __future__ import annotations

from typing import Any

import pytest
from tests.chat_chunks import (
    chunk,
    document,
    events_of,
    events_of_document,
    finished,
    message,
    of,
    only,
    said_beside,
    text,
)

from deltawire.events import Citation, MediaDelta, ServerToolUsed, TextDelta, Unknown
from deltawire.message import MediaPart, ReasoningPart, ServerToolPart, TextPart

STOP = chunk({}, "stop")


class TestAudio:
    def test_transcript_and_data(self) -> None:
        events = events_of(
            chunk({"role": "assistant", "audio": {"id": "audio_1"}}),
            chunk({"audio": {"transcript": "Hel"}}),
            chunk({"audio": {"data": "UklG"}}),
            chunk({"audio": {"transcript": "lo", "data": "RgAA"}}),
            chunk({"audio": {"expires_at": 1790000100}}),
            STOP,
        )
        assert of(events, MediaDelta) == [
            MediaDelta("transcript", "text/plain", "Hel"),
            MediaDelta("audio", None, "UklG"),
            MediaDelta("transcript", "text/plain", "lo"),
            MediaDelta("audio", None, "RgAA"),
        ]
        assert said_beside(events) == [
            {"choice": 0, "audio": {"id": "audio_1"}},
            {"choice": 0, "audio": {"expires_at": 1790000100}},
        ]
        assert message(events).parts == (
            MediaPart("transcript", "text/plain", ("Hel", "lo")),
            MediaPart("audio", None, ("UklG", "RgAA")),
        )

    def test_whole(self) -> None:
        events = events_of_document(document({"audio": {"id": "a", "data": "UklG", "transcript": "Hello"}}))
        assert [part.kind for part in message(events).parts if isinstance(part, MediaPart)] == ["transcript", "audio"]

    @pytest.mark.parametrize("audio", [{}, {"data": ""}, {"transcript": None, "data": 5}])
    def test_nothing(self, audio: dict[str, Any]) -> None:
        assert of(events_of(text("a"), chunk({"audio": audio})), MediaDelta) == []


class TestImages:
    """`images` (OpenRouter) and image parts of the content."""

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("data:image/png;base64,iVBO", MediaDelta("image", "image/png", "iVBO")),
            ("data:image/svg+xml;charset=utf-8;base64,PHN2", MediaDelta("image", "image/svg+xml", "PHN2")),
            ("data:;base64,iVBO", MediaDelta("image", None, "iVBO")),
            ("https://x.test/a,b.png", MediaDelta("image", None, None, "https://x.test/a,b.png")),
            ("data:image/svg+xml,<svg/>", MediaDelta("image", None, None, "data:image/svg+xml,<svg/>")),
            ("data:image/png;base64,", MediaDelta("image", None, None, "data:image/png;base64,")),
        ],
        ids=["png", "parameters", "no type", "address", "no base64", "empty"],
    )
    def test_addresses(self, url: str, expected: MediaDelta) -> None:
        for said in (
            chunk({"images": [{"type": "image_url", "image_url": {"url": url}, "index": 0}]}),
            chunk({"content": [{"type": "image_url", "image_url": {"url": url}}]}),
            chunk({"content": [{"type": "image_url", "image_url": url}]}),
        ):
            assert only(events_of(said), MediaDelta) == expected

    def test_each_is_a_part_of_its_own(self) -> None:
        image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}}
        events = events_of(text("a"), chunk({"images": [image, None, image]}), text("b"), STOP)
        assert message(events).parts == (
            TextPart("a"),
            MediaPart("image", "image/png", ("iVBO",)),
            MediaPart("image", "image/png", ("iVBO",)),
            TextPart("b"),
        )

    @pytest.mark.parametrize("image", ["x", 5, {}, {"image_url": None}, {"image_url": {"url": ""}}, {"b64_json": "x"}])
    def test_without_an_address_it_is_kept_as_unknown(self, image: Any) -> None:
        events = events_of(text("a"), chunk({"images": [image]}))
        assert only(events, Unknown).payload == image
        assert of(events, MediaDelta) == []


def url_citation(url: str, start: int = 0) -> dict[str, Any]:
    """An annotation as OpenAI's search models send it."""
    place = {"start_index": start, "end_index": start + 5}
    return {"type": "url_citation", "url_citation": {"url": url, "title": "t", **place}}


class TestAnnotations:
    def test_each_place_of_a_source(self) -> None:
        said = [url_citation("u"), url_citation("u", 9), url_citation("v")]
        events = events_of(text("a"), chunk({"content": "b", "annotations": said}, "stop"))
        assert of(events, Citation) == [Citation(one) for one in said]
        assert message(events).parts == (TextPart("ab", citations=tuple(said)),)

    def test_the_same_again_is_told_once(self) -> None:
        said = [url_citation("u")]
        assert len(of(events_of(*(chunk({"content": "a", "annotations": said}) for _ in range(3))), Citation)) == 1

    def test_each_choice_has_its_own(self) -> None:
        said = [url_citation("u")]
        events = events_of(*(chunk({"content": "a", "annotations": said}, index=index) for index in (0, 1)))
        assert [event.choice for event in of(events, Citation)] == [0, 1]

    def test_files(self) -> None:
        said = [{"type": "file", "file": {"hash": digest, "name": "n", "content": []}} for digest in ("x", "y", "x")]
        assert of(events_of(chunk({"content": "a", "annotations": said})), Citation) == [
            Citation(said[0]),
            Citation(said[1]),
        ]

    @pytest.mark.parametrize("said", [None, "", {}, []])
    def test_nothing(self, said: Any) -> None:
        assert of(events_of(chunk({"content": "a", "annotations": [said]})), Citation) == []

    def test_they_belong_to_the_text(self) -> None:
        events = events_of(
            chunk({"reasoning": "r"}),
            text("a"),
            chunk({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}]}),
            chunk({"annotations": [url_citation("u")]}),
        )
        assert only(events, Citation).part == 1

    def test_without_text_they_stay_with_what_there_is(self) -> None:
        said = url_citation("u")
        events = events_of(chunk({"reasoning": "r"}), chunk({"annotations": [said]}), STOP)
        assert message(events).parts == (ReasoningPart("r", citations=(said,)),)

    def test_before_any_part(self) -> None:
        said = url_citation("u")
        events = events_of(chunk({"annotations": [said]}), text("a"), STOP)
        assert message(events).parts == (TextPart("a", citations=(said,)),)


class TestCitations:
    """`citations` of the chunk: addresses, or objects."""

    def test_perplexity_repeats_all_with_every_chunk(self) -> None:
        sources = ["https://a.test", "https://b.test"]
        events = events_of(
            text("a", citations=sources[:1]),
            *(text("b", citations=sources) for _ in range(3)),
            chunk({}, "stop", citations=sources),
        )
        assert of(events, Citation) == [Citation({"url": source}) for source in sources]
        assert of(events, TextDelta) == [TextDelta("a"), TextDelta("b"), TextDelta("b"), TextDelta("b")]

    def test_xai_sends_them_last(self) -> None:
        last = {**chunk(citations=["https://a.test"]), "choices": []}
        events = events_of(text("a"), STOP, last, provider="grok")
        assert only(events, Citation) == Citation({"url": "https://a.test"})
        assert message(events).parts == (TextPart("a", citations=({"url": "https://a.test"},)),)

    def test_objects_without_an_address(self) -> None:
        said: list[Any] = [{"title": "x"}, {"title": "y"}, {"title": "x"}]
        assert [
            event.payload for event in of(events_of(text("a", citations=said), text("b", citations=said)), Citation)
        ] == said[:2]

    def test_they_belong_to_the_first_choice(self) -> None:
        events = events_of(text("a", index=1), text("b", index=3, citations=["u"]))
        assert only(events, Citation).choice == 1

    def test_before_any_choice(self) -> None:
        events = events_of({**chunk(citations=["u"]), "choices": []}, text("a", index=0), STOP)
        assert finished(events)
        assert only(events, Citation).choice == 0

    @pytest.mark.parametrize("said", [[], None, [None, ""]])
    def test_nothing(self, said: Any) -> None:
        assert of(events_of(text("a", citations=said)), Citation) == []


class TestExecutedTools:
    """Groq's compound models run tools by themselves."""

    def test_call_then_result(self) -> None:
        tool = {"index": 0, "type": "python", "arguments": '{"code":"1+1"}'}
        done = {**tool, "output": "2", "code_results": [{"text": "2"}]}
        events = events_of(
            chunk({"executed_tools": [tool]}), chunk({"executed_tools": [done]}), text("2"), STOP, provider="groq"
        )
        used = [ServerToolUsed("call", "python", None, tool), ServerToolUsed("result", "python", None, done, 0, 1)]
        assert of(events, ServerToolUsed) == used
        assert message(events).parts == (*(ServerToolPart((event,)) for event in used), TextPart("2", native=None))

    def test_its_name_comes_before_its_type(self) -> None:
        events = events_of(chunk({"executed_tools": [{"name": "search", "type": "function"}, {"output": ""}]}))
        assert [(event.name, event.kind) for event in of(events, ServerToolUsed)] == [
            ("search", "call"),
            ("", "result"),
        ]

    def test_they_are_no_calls_for_the_client(self) -> None:
        events = events_of(chunk({"executed_tools": [{"type": "python"}]}), text("a"), STOP)
        assert finished(events).reason == "stop"
        assert message(events).tool_calls == ()
