"""Frames of one body to payloads: what is taken, what is refused, what of a damaged frame is saved."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.recorder import DONE, reader_of, taken

from deltawire.events import Event, Failed, Finished, Heartbeat, Malformed, Note, Raw, Unknown
from deltawire.limits import Limits
from deltawire.notes import NoteCode
from deltawire.readers import FrameReader

SEVERAL = NoteCode.SEVERAL_DOCUMENTS


class TestOneFrame:
    @pytest.mark.parametrize(
        ("data", "events"),
        [
            pytest.param(b'{"a": 1}', [Unknown({"a": 1})], id="object"),
            pytest.param(b' \t{"a": 1}\r\n ', [Unknown({"a": 1})], id="white space around it"),
            pytest.param(b"[DONE]", [DONE], id="done"),
            pytest.param(b" [DONE] ", [DONE], id="done with white space"),
            pytest.param(b"", [Heartbeat("blank")], id="nothing"),
            pytest.param(b" \r\n", [Heartbeat("blank")], id="white space"),
            pytest.param(b"null", [Malformed(b"null", "no JSON object")], id="null"),
            pytest.param(b"5", [Malformed(b"5", "no JSON object")], id="number"),
            pytest.param(b'"x"', [Malformed(b'"x"', "no JSON object")], id="text"),
            pytest.param(b"[1, 2]", [Malformed(b"[1, 2]", "no JSON object")], id="array"),
            pytest.param(b'{"a": NaN}', [Malformed(b'{"a": NaN}', "NaN is not JSON")], id="NaN"),
        ],
    )
    def test_is_taken_or_refused(self, data: bytes, events: list[Event]) -> None:
        assert taken(data) == events

    @pytest.mark.parametrize(
        "data",
        [
            *(b"[DONE] not really", b"[done]", b"{bad json}", b'{"a":', b"data: x", b'{"n": ' + b"9" * 5_000 + b"}"),
            *(b'{"x": ' + b"[" * 100_000, b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        ],
        ids=lambda data: data[:20].decode(),
    )
    def test_that_cannot_be_read_is_one_typed_event(self, data: bytes) -> None:
        [malformed] = taken(data)
        assert isinstance(malformed, Malformed)
        assert malformed.raw == data
        assert malformed.reason

    @pytest.mark.parametrize(("depth", "passes"), [(128, True), (129, False)])
    @pytest.mark.parametrize("opening", [b"[", b'{"b":'])
    def test_nests_as_deep_as_the_limit(self, depth: int, passes: bool, opening: bytes) -> None:
        closing = b"]" if opening == b"[" else b"}"
        data = b'{"a":' + opening * (depth - 1) + b"0" + closing * (depth - 1) + b"}"
        [event] = taken(data)
        assert isinstance(event, Unknown) is passes
        assert passes or event == Malformed(data, "nested deeper than 128 levels")

    def test_shows_no_secret_when_it_is_refused(self) -> None:
        [malformed] = taken(b"<key secret%2Fkey>", redact=("secret/key",))
        assert malformed == Malformed(b"<key [redacted]>", "Expecting value at character 0")

    def test_damages_the_calls_that_are_open(self) -> None:
        reader = reader_of()
        call = reader.provider.calls.begin(0, 0)
        reader.take(b"5", [])
        assert call.damaged
        assert reader.provider.damaged

    def test_shows_its_payload_before_its_events_if_asked(self) -> None:
        assert taken(b'{"a": 1}', raw=True) == [Raw({"a": 1}), Unknown({"a": 1})]
        assert taken(b"[DONE]", raw=True) == [Raw("[DONE]"), DONE]
        assert [type(event) for event in taken(b"5", raw=True)] == [Malformed]

    @pytest.mark.parametrize("data", [b'{"a": 1}', b"[DONE]", b"", b"5", b'{"a": "\xff"}', b"\xc3"])
    def test_is_the_same_as_bytes(self, data: bytes) -> None:
        events: list[Event] = []
        reader_of().take_bytes(data, events)
        assert events == taken(data)

    def test_is_decoded_by_the_decoder_of_the_caller(self) -> None:
        assert taken(b'{"a": 1}', loads=lambda text: {"text": text}) == [Unknown({"text": '{"a": 1}'})]

    def test_of_invalid_utf_8_is_noted_once_and_mended(self) -> None:
        reader = reader_of()
        events: list[Event] = []
        for data in (b'{"a": "\xff"}', b'{"a": "\xe2\x82"}', b'{"a": "b"}'):
            reader.take(data, events)
        note = Note(NoteCode.REPLACED_CHARACTERS, "invalid UTF-8")
        assert events == [note, *(Unknown({"a": "\ufffd", "mend": True}),) * 2, Unknown({"a": "b"})]

    @pytest.mark.parametrize("escape", ["\\ud83d", "\\uD83D", "\\udcaf"])
    def test_with_half_a_surrogate_pair_makes_the_events_mended_from_then_on(self, escape: str) -> None:
        reader = reader_of()
        events: list[Event] = []
        reader.take(b'{"a": "\\ud83d\\ude00"}', events)
        assert not reader.mending
        reader.take(f'{{"a": "{escape}"}}'.encode(), events)
        assert reader.mending
        reader.take(b'{"a": "b"}', events)
        assert [event.payload.get("mend") for event in events if isinstance(event, Unknown)] == [None, True, True]


class TestUnterminatedFrame:
    @pytest.mark.parametrize("data", [b'{"a": 1}', b"[DONE]", b' {"a": 1} \n'])
    def test_is_taken_with_a_note_if_it_is_complete(self, data: bytes) -> None:
        note = Note(NoteCode.UNTERMINATED_FRAME, f"{len(data)} bytes")
        assert taken(data, terminated=False) == [note, *taken(data)]

    @pytest.mark.parametrize("data", [b'{"a": ', b"[DON", b"", b" ", b"{} {}", b'{"a": "\xe2\x82', b'{"a": NaN}'])
    def test_is_left_over_in_silence_if_it_is_not(self, data: bytes) -> None:
        reader = reader_of()
        events: list[Event] = []
        reader.take(data, events, terminated=False)
        assert (events, reader.residual, reader.seen) == ([], data, False)


class TestDamagedFrame:
    """github.com/zai-org/GLM-5/issues/66: whole documents at the start and behind a last `data:` are saved."""

    @pytest.mark.parametrize(
        ("data", "payloads", "rest", "noted"),
        [
            pytest.param(b'{"a":1}{"b":2}', [{"a": 1}, {"b": 2}], None, "2 in one frame", id="two documents"),
            pytest.param(
                b'{"a":1} \r\n{"b":2}', [{"a": 1}, {"b": 2}], None, "2 in one frame", id="white space between"
            ),
            pytest.param(b'{"a":1} junk', [{"a": 1}], b"junk", None, id="text behind"),
            pytest.param(b'{"a":1}}', [{"a": 1}], b"}", None, id="a bracket too many"),
            pytest.param(b'{"a":1}{"b":', [{"a": 1}], b'{"b":', None, id="the second is cut"),
            pytest.param(b'{"a":1}data: {"b":2}', [{"a": 1}, {"b": 2}], None, "2 in one frame", id="glued lines"),
            pytest.param(b'data: {"b":2}', [{"b": 2}], None, "1 in one frame", id="a second field name"),
            pytest.param(b'{"a":"x data: {"b":2}', [{"b": 2}], b'{"a":"x ', None, id="torn, then a whole one"),
            pytest.param(b'{"a":1}{"c data: {"b":2}', [{"a": 1}, {"b": 2}], b'{"c ', None, id="torn between two"),
            pytest.param(b'{"a":"x data: {"b":2', [], b'{"a":"x data: {"b":2', None, id="both torn"),
            pytest.param(b'{"a":"x data: {"b":2} y', [], b'{"a":"x data: {"b":2} y', None, id="text behind the last"),
            pytest.param(b'{"a":"x data: {"b":2}{}', [], b'{"a":"x data: {"b":2}{}', None, id="two behind the mark"),
            pytest.param(b'{"a":NaN}{"b":2}', [], b'{"a":NaN}{"b":2}', None, id="the first is no JSON"),
            pytest.param(b'{"a":1}[2]', [{"a": 1}], b"[2]", None, id="an array behind"),
        ],
    )
    def test_loses_nothing_that_is_whole(
        self, data: bytes, payloads: list[Any], rest: bytes | None, noted: str | None
    ) -> None:
        events = taken(data)
        found = [event.payload for event in events if isinstance(event, Unknown)]
        assert found == [payload | {"mend": True} for payload in payloads]
        assert [event.raw for event in events if isinstance(event, Malformed)] == ([] if rest is None else [rest])
        assert [event for event in events if isinstance(event, Note)] == ([Note(SEVERAL, noted)] if noted else [])

    def test_ends_with_the_end_of_the_answer(self) -> None:
        assert len(taken(b'{"end":1}{"b":2} x data: {"c":3}')) == 2
        events = taken(b'{"a":1} x data: {"end":3}')
        assert [type(event) for event in events] == [Unknown, Malformed, Unknown, Finished]

    def test_keeps_the_limit_of_depth(self) -> None:
        deep = b'{"a":' * 3 + b"1" + b"}" * 3
        events = taken(b'{"a":1}' + deep, limits=Limits(json_depth=2))
        assert [type(event) for event in events] == [Unknown, Malformed]

    def test_is_decoded_by_the_decoder_of_the_caller(self) -> None:
        def loads(text: str) -> Any:
            if "}{" in text:
                raise ValueError("no")
            return len(text)

        events = taken(b'{"a":1}{"b":2}', loads=loads)
        assert [event.payload for event in events if isinstance(event, Unknown)] == [{"mend": True}, {"mend": True}]

    def test_watches_for_half_pairs(self) -> None:
        reader = reader_of()
        reader.take(b'{"a":"\\ud83d"}{"b":2}', [])
        assert reader.mending

    @given(st.lists(st.sampled_from([b'{"a":1}', b'{"b":"', b"}", b"data: ", b"data: {", b" ", b"x", b'"', b"\xff"])))
    def test_never_raises_and_takes_each_whole_document_once(self, pieces: list[bytes]) -> None:
        data = b"".join(pieces)
        events = taken(data)
        assert len([event for event in events if isinstance(event, Unknown)]) <= data.count(b"{")
        assert events


class TestDecodedValue:
    def take(self, value: Any, **options: Any) -> list[Event]:
        events: list[Event] = []
        reader_of(**options).take_value(value, events)
        return events

    @pytest.mark.parametrize(
        ("value", "events"),
        [
            ({"a": 1}, [Unknown({"a": 1})]),
            ("[DONE]", [DONE]),
            (None, [Malformed(b"None", "no JSON object")]),
            ([{"a": 1}], [Malformed(b"[{'a': 1}]", "no JSON object")]),
            ([{"error": 1}], [Unknown({"error": 1})]),
            ([], [Malformed(b"[]", "no JSON object")]),
            ("\ud800é", [Malformed("'\\ud800é'".encode(), "no JSON object")]),
            ({"a": "\ud800"}, [Unknown({"a": "\ud800", "mend": True})]),
            ({5: {None: 1}}, [Unknown({"5": {"None": 1}})]),
        ],
    )
    def test_is_taken_or_refused(self, value: Any, events: list[Event]) -> None:
        assert self.take(value) == events

    @pytest.mark.parametrize("depth", [128, 129, 100_000])
    def test_nests_as_deep_as_the_limit(self, depth: int) -> None:
        value: Any = 0
        for _ in range(depth - 1):
            value = [value]
        [event] = self.take({"a": value})
        assert event == (Unknown({"a": value}) if depth == 128 else Malformed(b"", "nested deeper than 128 levels"))
        if depth > 128:
            assert self.take([value]) == [Malformed(b"", "nested deeper than 128 levels")]

    @pytest.mark.parametrize("value", [{"a": 1}, 5])
    def test_counts_as_seen(self, value: Any) -> None:
        reader = reader_of()
        assert not reader.seen
        reader.take_value(value, [])
        assert reader.seen

    def test_shows_itself_if_asked(self) -> None:
        assert self.take({"a": 1}, raw=True) == [Raw({"a": 1}), Unknown({"a": 1})]
        assert self.take("[DONE]", raw=True) == [Raw("[DONE]"), DONE]


class TestErrorByName:
    def take(self, data: bytes, *, terminated: bool = True, **options: Any) -> tuple[list[Event], FrameReader]:
        events: list[Event] = []
        reader = reader_of(**options)
        reader.take_error(data, events, terminated=terminated)
        return events, reader

    @pytest.mark.parametrize("terminated", [True, False])
    def test_of_json_is_the_failure(self, terminated: bool) -> None:
        data = b' {"message": "Slow down, secret-key", "code": "busy"}'
        events, reader = self.take(data, terminated=terminated, redact=("secret-key",), raw=True)
        raw, failed = events
        assert isinstance(raw, Raw)
        assert isinstance(failed, Failed)
        assert (failed.error.message, failed.error.code) == ("Slow down, [redacted]", "busy")
        assert failed.error.raw == '{"message": "Slow down, [redacted]", "code": "busy"}'
        assert (failed.error.provider, failed.error.request_id) == ("recorder", "req")
        assert reader.provider.ended

    def test_of_text_is_the_failure(self) -> None:
        [failed] = self.take("Überlast\n".encode())[0]
        assert isinstance(failed, Failed)
        assert failed.error.message == "Überlast"

    def test_of_invalid_utf_8_is_noted(self) -> None:
        events = self.take(b"bad \xff")[0]
        assert [type(event) for event in events] == [Note, Failed]

    def test_of_text_that_may_be_cut_is_left_over(self) -> None:
        events, reader = self.take(b'{"message": "Slo', terminated=False)
        assert (events, reader.residual, reader.provider.ended) == ([], b'{"message": "Slo', False)


class TestManyFramesAtOnce:
    """Texts take a quick way; it gives what the simple one gives."""

    FRAMES = st.sampled_from(
        [
            *('{"a":1}', "{}", "[DONE]", "", " ", "5", "{", '{"a":1}{"b":2}', '{"a":"\\u00e9"}', '{"a":"\\ud83d"}'),
            *('{"end":1}', ' {"a":1} ', "é", '{"a":NaN}', '{"a":"' + "x" * 30 + '"}'),
            *('{"a":[[[[1]]]]}', '{"deep":[[[[[[1]]]]]]}'),
        ]
    )

    @given(st.lists(FRAMES, max_size=8), st.booleans(), st.booleans(), st.integers(1, 6))
    def test_are_what_they_are_one_by_one(self, frames: list[str], raw: bool, own_loads: bool, depth: int) -> None:
        options: dict[str, Any] = {"raw": raw, "limits": Limits(json_depth=depth)}
        if own_loads:
            options["loads"] = json.loads
        quick, slow = reader_of(**options), reader_of(**options)
        events: list[Event] = []
        expected: list[Event] = []
        quick.take_all(
            [frame.encode() if number % 3 == 2 else frame for number, frame in enumerate(frames)],
            events,
        )
        for frame in frames:
            if not slow.provider.ended:
                slow.take(frame.encode(), expected)
        assert events == expected
        assert (quick.mending, quick.seen) == (slow.mending, slow.seen)

    @pytest.mark.parametrize(
        "frame", ['{"a":1}', "[DONE]", "", "5", "{", '{"a":1}{"b":2}', '{"a":1} ', ' {"a":1}', "[]"]
    )
    def test_are_what_each_alone_is(self, frame: str) -> None:
        events: list[Event] = []
        reader = reader_of()
        reader.take_all([frame], events)
        assert events == taken(frame.encode())
        assert reader.seen is (frame != "")

    def test_forget_what_was_replaced_in_the_frame_before(self) -> None:
        for broken in (b'{"a": "\xff"}', b'{"a":1}{"b":2}'):
            events: list[Event] = []
            reader = reader_of()
            reader.take(broken, [])
            reader.take_all(['{"a":1}'], events)
            assert events == [Unknown({"a": 1})]

    def test_end_with_the_end_of_the_answer(self) -> None:
        events: list[Event] = []
        reader_of().take_all(['{"end":1}', '{"a":1}'], events)
        assert [type(event) for event in events] == [Unknown, Finished]
