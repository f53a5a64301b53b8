"""What holds for every stream of Ollama: any split, both ways, near misses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ollama_lines import CLOUD, DONE, FIXTURES, body_of, chat, generate
from tests.provider_laws import (
    PLACES,
    bytewise,
    cut,
    general_parser,
    near_misses,
    of_chunks,
    of_payloads,
    of_pickled,
)

from deltawire.events import Event, ReasoningDelta, TextDelta
from deltawire.parsing import parse
from deltawire.response import parser
from deltawire.testing import laws_of_order


@pytest.mark.parametrize(
    ("before", "line", "event"),
    [
        (chat({"content": "a"}), chat({"content": "b"}), TextDelta("b")),
        (chat({"thinking": "a"}), chat({"thinking": "b"}), ReasoningDelta("b")),
        (chat({"content": "a", "thinking": ""}), chat({"content": "b", "thinking": ""}), TextDelta("b")),
        (CLOUD[0], CLOUD[1], TextDelta("b")),
        (generate("a"), generate("b"), TextDelta("b")),
        (generate(thinking="a"), generate(thinking="b"), ReasoningDelta("b")),
    ],
    ids=["content", "thinking", "blank thinking", "cloud", "response", "thinking of generate"],
)
def test_a_line_like_the_one_before_takes_the_quick_way(
    before: dict[str, Any], line: dict[str, Any], event: Event
) -> None:
    response = parser("ollama")
    response.receive_data(body_of([before]))
    response._provider.receive_any = None  # type: ignore[attr-defined]
    assert response.receive_data(body_of([line])) == [event]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(chat({"content": "b"}, response="c"), id="message and response"),
        pytest.param(chat({"content": "b"}, x=1), id="vendor field"),
        pytest.param({**chat({"content": "b"}, x=1), "created_at": None}, id="vendor field and no clock"),
        pytest.param({"model": "tiny", "message": chat({"content": "b"})["message"], "done": False, "x": 1}, id="lost"),
        pytest.param({**chat(), "message": {"content": "b"}}, id="no role"),
        pytest.param({**chat(), "message": {"content": "b", "x": 1}}, id="another field for the role"),
        pytest.param({**chat(), "message": {"role": "assistant", "content": "b", "x": 1}}, id="vendor field inside"),
        pytest.param(chat({"content": "b", "thinking": "", "x": 1}), id="vendor field and thinking"),
        pytest.param(chat({"content": "b", "thinking": "c"}), id="content and thinking"),
        pytest.param(chat({"thinking": "c"}), id="thinking"),
        pytest.param(chat({"content": "b", "thinking": None}), id="null thinking"),
        pytest.param(chat({"content": "b", "thinking": ["c"]}), id="thinking of another shape"),
        pytest.param(chat({"content": ["b"]}), id="content of another shape"),
        pytest.param(chat({"content": "b"}, done=True), id="done without a reason"),
        pytest.param(chat({"content": "b"}, done=None), id="done is null"),
        pytest.param(chat({"content": "b"}, model="other"), id="another model"),
        pytest.param({**chat({"content": "b"}), "message": "b"}, id="message is text"),
        pytest.param({**chat({"content": "b"}), "message": None}, id="message is null"),
        pytest.param(generate("b"), id="response"),
        pytest.param(generate("b", thinking="c"), id="response and thinking"),
        pytest.param(generate("b", thinking="", x=1), id="response and vendor field"),
    ],
)
@pytest.mark.parametrize("before", [chat({"content": "a"}), chat({"thinking": "a"}), generate("a")])
def test_a_line_unlike_the_one_before_takes_the_general_way(before: dict[str, Any], line: dict[str, Any]) -> None:
    payloads = [before, line, line, chat(**DONE)]
    events = of_payloads(parser("ollama"), payloads)
    laws_of_order(events)
    assert events == of_payloads(general_parser("ollama"), payloads)


class TestEveryStream:
    @pytest.mark.parametrize("fixture", FIXTURES)
    def test_byte_by_byte_gives_the_same_events(self, fixture: list[dict[str, Any]]) -> None:
        body = body_of(fixture)
        assert of_chunks(parser("ollama"), bytewise(body)) == parse("ollama", body)

    @given(st.sampled_from(FIXTURES), PLACES, st.sampled_from(["\n", "\r\n", "\n\n", " \n"]), st.booleans())
    def test_any_split_gives_the_same_events(
        self, fixture: list[dict[str, Any]], places: list[int], end: str, terminated: bool
    ) -> None:
        body = body_of(fixture, end)
        body = body if terminated else body.rstrip()
        assert of_chunks(parser("ollama"), cut(body, places)) == parse("ollama", body)

    @pytest.mark.parametrize("fixture", FIXTURES)
    def test_a_parser_is_plain_data_at_any_time(self, fixture: list[dict[str, Any]]) -> None:
        body = body_of(fixture)
        assert of_pickled(parser("ollama"), cut(body, range(0, len(body), 50))) == parse("ollama", body)

    @pytest.mark.parametrize("fixture", FIXTURES)
    def test_the_quick_way_gives_the_events_of_the_general_one(self, fixture: list[dict[str, Any]]) -> None:
        assert of_payloads(parser("ollama"), fixture) == of_payloads(general_parser("ollama"), fixture)
        assert parse("ollama", body_of(fixture)) == of_chunks(general_parser("ollama"), [body_of(fixture)])

    @given(near_misses(FIXTURES))
    def test_near_misses_break_no_law_and_both_ways_agree(self, payloads: list[Any]) -> None:
        events = of_payloads(parser("ollama"), payloads)
        laws_of_order(events)
        assert events == of_payloads(general_parser("ollama"), payloads)

    @given(near_misses(FIXTURES), PLACES)
    def test_near_misses_as_bytes_are_the_same_at_any_split(self, payloads: list[Any], places: list[int]) -> None:
        body = body_of(payloads)
        events = of_chunks(parser("ollama"), cut(body, places))
        laws_of_order(events)
        assert events == parse("ollama", body)
