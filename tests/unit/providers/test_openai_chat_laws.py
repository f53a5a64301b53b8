"""Chat Completions: what holds for every stream, whatever is in it."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chat_chunks import DONE, GeneralChat, call, calls, chunk, events_of, general_parser, message, sse, text
from tests.chat_fixtures import FIXTURES
from tests.provider_laws import PLACES, bytewise, cut, hold_laws, near_misses, of_chunks, of_payloads

from deltawire.dialects import DIALECTS
from deltawire.events import Event, Failed
from deltawire.failures import FailureKind
from deltawire.providers.openai_chat import OpenAIChat
from deltawire.response import ResponseParser, parser

STREAMS = [fixture.payloads for fixture in FIXTURES.values()]
NAMES = st.sampled_from(sorted(FIXTURES))


def body_of(name: str) -> tuple[str, bytes]:
    """The dialect and the bytes of a fixture."""
    fixture = FIXTURES[name]
    return fixture.provider, sse(*fixture.payloads, DONE)


@given(NAMES, PLACES, st.sampled_from(["off", None]))
def test_any_split_gives_the_same_events_and_the_same_message(name: str, places: list[int], think: str | None) -> None:
    provider, body = body_of(name)
    whole = of_chunks(parser(provider, think=think), [body])
    split = of_chunks(parser(provider, think=think), cut(body, places))
    assert split == whole
    assert message(split) == message(whole)


@pytest.mark.parametrize("name", FIXTURES)
def test_a_byte_at_a_time_gives_the_same_events(name: str) -> None:
    provider, body = body_of(name)
    assert of_chunks(parser(provider), bytewise(body)) == of_chunks(parser(provider), [body])


@pytest.mark.parametrize("name", FIXTURES)
def test_payloads_that_come_decoded_give_the_same_events(name: str) -> None:
    provider, body = body_of(name)
    decoded = of_payloads(parser(provider), [*FIXTURES[name].payloads, DONE])
    assert decoded == of_chunks(parser(provider), [body])


@pytest.mark.parametrize("name", FIXTURES)
def test_a_copy_goes_on_where_its_original_is(name: str) -> None:
    provider, body = body_of(name)
    whole = of_chunks(parser(provider), [body])
    for place in range(0, len(body), max(len(body) // 5, 1)):
        response = parser(provider)
        before = response.receive_data(body[:place])
        for twin in (copy.deepcopy(response), pickle.loads(pickle.dumps(response))):
            assert before + of_chunks(twin, [body[place:]]) == whole


@given(NAMES, st.integers(0))
def test_a_cut_stream_is_never_a_success_without_proof(name: str, place: int) -> None:
    provider, body = body_of(name)
    response = parser(provider)
    events = response.receive_data(body[: place % len(body)])
    proved = response.can_finish or response.ended
    events += response.receive_eof()
    hold_laws(events)
    assert isinstance(events[-1], Failed) is not proved


def _watching(seen: list[dict[str, Any]]) -> Any:
    """The general way, remembering what takes it."""
    general = OpenAIChat.receive_any

    def watch(self: OpenAIChat, payload: dict[str, Any], events: list[Event]) -> None:
        seen.append(payload)
        general(self, payload, events)

    return watch


class TestThePlainWayIsTheGeneralWay:
    """The quick way for plain chunks changes nothing: the same events from a parser that never takes it."""

    @pytest.mark.parametrize("name", FIXTURES)
    def test_for_every_server_in_every_dialect(self, name: str) -> None:
        payloads = FIXTURES[name].payloads
        for provider in DIALECTS:
            events = of_payloads(parser(provider), payloads)
            assert of_payloads(general_parser(provider), payloads) == events, provider

    @pytest.mark.parametrize("odd", [{"id": True}, {"id": 5}, {"model": ["m"]}, {"id": None, "model": {}}], ids=repr)
    def test_an_odd_id_in_a_later_chunk_was_told_by_the_general_way_only(self, odd: dict[str, Any]) -> None:
        said = [{**text(piece), **fields} for piece, fields in (("a", {}), ("b", {}), ("c", odd), ("d", {}))]
        assert of_payloads(general_parser("azure"), said) == of_payloads(parser("azure"), said)

    @given(near_misses(STREAMS), st.sampled_from(sorted(DIALECTS)))
    def test_for_near_misses(self, payloads: list[Any], provider: str) -> None:
        events = of_payloads(parser(provider), payloads)
        hold_laws(events)
        assert of_payloads(general_parser(provider), payloads) == events

    @given(st.data())
    def test_for_chunks_of_two_servers_mixed(self, data: st.DataObject) -> None:
        pool = [payload for payloads in data.draw(st.tuples(*[st.sampled_from(STREAMS)] * 2)) for payload in payloads]
        payloads = data.draw(st.lists(st.sampled_from(pool), max_size=12))
        events = of_payloads(parser("openai-chat"), payloads)
        hold_laws(events)
        assert of_payloads(general_parser(), payloads) == events

    @pytest.mark.parametrize(
        "payloads",
        [
            pytest.param([text("a"), text("b", index=True)], id="an index that is true"),
            pytest.param([text("a", index=1), text("b", index=True)], id="true for the choice 1"),
            pytest.param([text("a"), text("b", index=0.0)], id="an index that is 0.0"),
            pytest.param([text("a"), text("b", object="error")], id="the object is an error beside choices"),
            pytest.param([text("a", created=0), text("b", created=0), text("c", created=5)], id="created comes late"),
            pytest.param([text("a", citations=[{"x": 1}])] * 3, id="sources without an address"),
            pytest.param(
                [text("a", x_groq={"usage": {"completion_tokens": n}}) for n in (1, 2, 1)], id="groq's counts"
            ),
            pytest.param(
                [
                    text("a", x_groq={"usage": {"completion_tokens": 1}}, choice={"usage": {"completion_tokens": 2}}),
                    text("b", x_groq={"usage": {"completion_tokens": 1}}),
                ],
                id="groq's counts beside the choice's",
            ),
            pytest.param(
                [calls(call(0, "", name="f")), calls(call(0, "{")), calls(call(0, "}"))],
                id="a call that starts with its arguments",
            ),
            pytest.param(
                [calls(call(0, "{", id="a", name="f")), chunk({}, "stop"), calls(call(0, "}"))],
                id="a fragment after the finish reason",
            ),
            pytest.param(
                [text("a", model=""), text("b", model=""), text("c", model="m"), DONE], id="the model comes late"
            ),
            pytest.param([text("a", choice={"x": piece}) for piece in ("1", "1", "2", "1")], id="fields of the choice"),
            pytest.param(
                [text("a", choice={"x": 1}), chunk({"x": 2}, choice={"x": 1}), text("a", choice={"x": 1})],
                id="the same field in the choice and in the delta",
            ),
            pytest.param(
                [text("a"), *(text(piece, choice={"message": {"content": "a" + piece}}) for piece in "bc")],
                id="a message beside the delta",
            ),
            pytest.param([text("a"), *(chunk({"content": "b", "refusal": odd}) for odd in ("", [], 0))], id="blanks"),
            pytest.param(
                [text("a"), *(chunk({"content": "", "tool_calls": odd}) for odd in ([], "", {}))], id="no calls"
            ),
            pytest.param(
                [text("a"), chunk({"content": "b", "x": ""}), chunk({"content": "c", "x": []})], id="odd blanks"
            ),
            pytest.param(
                [chunk(id="", model=""), chunk({"content": ""}, id="", model=""), chunk({"content": ""}), text("a")],
                id="blanks before the response begins",
            ),
            pytest.param(
                [chunk({"role": "a", "reasoning": piece, "reasoning_content": piece}) for piece in "ab"],
                id="reasoning twice",
            ),
            pytest.param([chunk({"role": "assistant", "content": 5})] * 2, id="text that is none"),
            pytest.param([chunk({"role": "x", "content": piece}) for piece in ("a", ["b"], "c")], id="a list of parts"),
            pytest.param([text("a", x=float("nan"))] * 2, id="not a number"),
            pytest.param([text("a", x=1), text("b", x=True)], id="true is 1"),
            pytest.param([text("a"), {**text("b"), "choices": {"0": 1}}], id="choices in an object"),
            pytest.param([text("a"), {**text("b"), "choices": "abc"}], id="choices in a text"),
            pytest.param(
                [chunk({"reasoning_details": [{"data": "x"}]}, id="", model=""), chunk({"reasoning": "a"}, id="b")],
                id="opaque state before the response begins",
            ),
        ],
    )
    def test_where_they_could_differ(self, payloads: list[Any]) -> None:
        assert of_payloads(parser("openai-chat"), payloads) == of_payloads(general_parser(), payloads)

    def test_it_is_taken_for_plain_chunks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[dict[str, Any]] = []
        monkeypatch.setattr(OpenAIChat, "receive_any", _watching(seen))
        payloads = FIXTURES["openai, tools"].payloads
        of_payloads(parser("openai-chat"), payloads)
        assert [payloads.index(payload) for payload in seen] == [0, 1, 5, 8]

    @pytest.mark.parametrize(
        ("name", "general"),
        [
            pytest.param("deepseek", [0, 1, 3, 5], id="null and blank fields"),
            pytest.param("z.ai", [0, 2, 4], id="the role with every chunk"),
            pytest.param("ollama", [0, 2, 4, 5, 6], id="role and blank text"),
        ],
    )
    def test_the_familiar_way_is_taken(self, name: str, general: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[dict[str, Any]] = []
        monkeypatch.setattr(OpenAIChat, "receive_any", _watching(seen))
        payloads = FIXTURES[name].payloads
        of_payloads(parser(FIXTURES[name].provider), payloads)
        assert [payloads.index(payload) for payload in seen] == general

    def test_the_reference_never_takes_it(self) -> None:
        assert isinstance(general_parser()._provider, GeneralChat)


@given(near_misses(STREAMS), PLACES)
def test_near_misses_on_the_wire_never_raise_and_end_once(payloads: list[Any], places: list[int]) -> None:
    body = sse(
        *(payload if isinstance(payload, str) and "\n" not in payload else json.dumps(payload) for payload in payloads)
    )
    events = of_chunks(parser("openai-chat"), cut(body, places))
    hold_laws(events)
    assert of_chunks(parser("openai-chat"), [body]) == events


@given(near_misses(STREAMS))
def test_near_misses_as_documents_never_raise_and_end_once(payloads: list[Any]) -> None:
    for payload in payloads[:3]:
        events = of_chunks(parser("openai-chat"), [json.dumps(payload).encode()])
        hold_laws(events)


@given(near_misses(STREAMS))
def test_the_message_is_known_at_any_time(payloads: list[Any]) -> None:
    response: ResponseParser = parser("openai-chat")
    events: list[Event] = []
    for payload in payloads:
        events += response.receive_payload(payload)
        message(events)
    events += response.receive_eof()
    assert message(events).complete is not isinstance(events[-1], Failed)


@given(st.text(max_size=40) | st.sampled_from(["{}", "[]", '{"choices":[]}', '{"choices":[{}]}', '{"delta":{}}']))
def test_any_data_never_raises(data: str) -> None:
    body = f"data: {data}\n\n".encode("utf-8", "surrogatepass")
    hold_laws(of_chunks(parser("openai-chat"), [body]))


def recorded(streams: Path) -> list[dict[str, Any]]:
    """The manifest's rows of recorded Chat streams."""
    lines = (streams / "manifest.jsonl").read_text().splitlines()
    return [row for row in map(json.loads, lines) if row["dialect"] in ("openai-chat", "mistral")]


def test_recorded_streams_give_the_same_events_on_both_ways(streams: Path) -> None:
    rows = recorded(streams)[::20]
    assert rows
    for row in rows:
        body = (streams / row["file"]).read_bytes()
        provider = row["dialect"]
        events = of_chunks(parser(provider), [body])
        hold_laws(events)
        assert of_chunks(general_parser(provider), [body]) == events, row["file"]


def test_recorded_streams_end_as_they_say(streams: Path) -> None:
    for row in recorded(streams)[::20]:
        if row["finish"] and not row["has_error"] and not row.get("hand_edited"):
            events = of_chunks(parser(row["dialect"]), [(streams / row["file"]).read_bytes()])
            assert message(events).complete, row["file"]


def test_the_proof_is_named() -> None:
    error = events_of_cut(text("a"))
    assert error.kind is FailureKind.TRUNCATED
    assert OpenAIChat.proof in error.message


def events_of_cut(*payloads: dict[str, Any]) -> Any:
    """The failure of a stream that ends after these payloads."""
    (event,) = (event for event in of_chunks(parser("openai-chat"), [sse(*payloads)]) if isinstance(event, Failed))
    assert events_of(*payloads)
    return event.error
