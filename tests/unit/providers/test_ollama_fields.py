"""What else stands in the lines of Ollama: media, log probabilities, counts, vendor fields."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import message_of, of_kind
from tests.ollama_lines import BORN, CLOCK, CLOUD, COUNTED, DONE, RICH, STORY, TALK, chat, events_of, generate

from deltawire.events import Logprobs, MediaDelta, Metadata, Note, Unknown, UsageUpdate
from deltawire.notes import NoteCode
from deltawire.usage import Usage


class TestBesides:
    def test_images_are_media(self) -> None:
        events = events_of(chat({"content": "a"}), chat({"images": ["aGk=", "eW8="]}), chat(**DONE))
        assert of_kind(events, MediaDelta) == [
            MediaDelta("image", None, "aGk=", None, 0, 1),
            MediaDelta("image", None, "eW8=", None, 0, 2),
        ]

    def test_a_generated_image_and_its_progress(self) -> None:
        events = events_of(
            generate(completed=1, total=2), generate(completed=2, total=2), generate(image="aGk=", **DONE)
        )
        assert of_kind(events, MediaDelta) == [MediaDelta("image", None, "aGk=")]
        progress = [event.payload for event in of_kind(events, Metadata)]
        assert progress == [{"completed": 1, "total": 2, "created_at": CLOCK}, {"completed": 2}]

    def test_logprobs_are_told_for_every_line_even_when_they_repeat(self) -> None:
        assert of_kind(events_of(*RICH), Logprobs) == [
            Logprobs([{"token": "a", "logprob": -0.1}], 0, 1),
            Logprobs([{"token": "b", "logprob": -0.2}], 0, 1),
            Logprobs([{"token": "b", "logprob": -0.2}], 0, 1),
        ]

    def test_logprobs_before_content_belong_to_the_first_part(self) -> None:
        events = events_of(chat(logprobs=[{"token": ""}]), chat({"content": "a"}), chat(**DONE), think="off")
        assert of_kind(events, Logprobs) == [Logprobs([{"token": ""}], 0, 0)]

    def test_logprobs_of_generate(self) -> None:
        events = events_of(generate("a", logprobs=[{"token": "a"}]), generate(**DONE))
        assert of_kind(events, Logprobs) == [Logprobs([{"token": "a"}])]

    def test_constants_are_told_once_and_changes_again(self) -> None:
        host = "https://ollama.com:443"
        assert [event.payload for event in of_kind(events_of(*CLOUD), Metadata)] == [
            {"remote_model": "big", "remote_host": host, "created_at": CLOCK},
            {"remote_model": "other"},
            {"remote_model": "big"},
        ]

    def test_another_model_is_told(self) -> None:
        events = events_of(chat({"content": "a"}), chat({"content": "b"}, model="other"), chat(**DONE))
        assert Metadata({"model": "other"}) in events
        assert events[-1].model == "tiny"

    def test_durations_are_metadata_of_the_end(self) -> None:
        durations = {name: value for name, value in COUNTED.items() if name.endswith("_duration")}
        assert of_kind(events_of(*TALK), Metadata) == [BORN, Metadata(durations)]

    def test_context_is_metadata_as_sent(self) -> None:
        assert of_kind(events_of(*STORY), Metadata)[-1].payload["context"] == [1, 2, 3]

    def test_other_fields_of_a_message_are_kept(self) -> None:
        assert Metadata({"choice": 0, "tool_name": "x"}) in events_of(*RICH)

    def test_a_line_that_is_no_answer_is_unknown(self) -> None:
        assert Unknown({"status": "pulling"}) in events_of({"status": "pulling"}, *TALK)

    @pytest.mark.parametrize("name", ["content", "thinking", "images", "tool_calls"])
    def test_a_known_field_of_another_shape_is_noted(self, name: str) -> None:
        notes = of_kind(events_of(chat({name: {"a": 1}}), chat(**DONE)), Note)
        assert notes[0] == Note(NoteCode.UNMAPPED_SHAPE, f'{name}: {{"a":1}}')

    @pytest.mark.parametrize("name", ["content", "thinking", "images", "tool_calls"])
    def test_null_is_absent(self, name: str) -> None:
        events = events_of(chat({name: None}), chat({"content": "a"}), chat(**DONE))
        assert message_of(events).text == "a"
        assert not of_kind(events, Note, Unknown)


class TestUsage:
    def test_counts_come_with_the_done_line(self) -> None:
        usage = Usage(26, 5, total_tokens=31, raw={"prompt_eval_count": 26, "eval_count": 5})
        events = events_of(*TALK)
        assert of_kind(events, UsageUpdate) == [UsageUpdate(usage)]
        assert events[-1].usage == usage

    @pytest.mark.parametrize(
        ("counts", "usage"),
        [
            pytest.param({}, None, id="neither"),
            pytest.param({"eval_count": 5}, Usage(None, 5, raw={"eval_count": 5}), id="prompt from the cache"),
            pytest.param({"prompt_eval_count": 5}, Usage(5, None, raw={"prompt_eval_count": 5}), id="nothing said"),
            pytest.param({"eval_count": 0}, Usage(None, 0, raw={"eval_count": 0}), id="a stated zero"),
            pytest.param({"eval_count": 5.0}, Usage(None, 5, raw={"eval_count": 5.0}), id="whole float"),
        ],
    )
    def test_a_count_that_is_left_out_stays_unknown(self, counts: dict[str, Any], usage: Usage | None) -> None:
        assert events_of(chat({"content": "a"}), chat(**DONE, **counts))[-1].usage == usage

    def test_what_is_no_number_is_noted(self) -> None:
        events = events_of(chat({"content": "a"}), chat(**DONE, eval_count="many", prompt_eval_count=3))
        assert events[-1].usage == Usage(3, None, raw={"eval_count": "many", "prompt_eval_count": 3})
        assert Note(NoteCode.USAGE_NOT_A_NUMBER, "eval_count") in events
