"""The decoders of orjson and msgspec in place of the standard one, through `loads`: the same events. What differs:

- Half of a surrogate pair as an escape, `"\\ud83d"`: the standard decoder takes it, and a parser mends it with the half
  that follows or puts U+FFFD; orjson and msgspec refuse the frame, which is `Malformed` then (RFC 8259, section 8.2,
  calls the behaviour unpredictable).
- A whole number beyond 64 bits: orjson gives a float.
- A number beyond the largest float, `1e400`: the standard decoder gives infinity; orjson and msgspec refuse it.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from deltawire.events import Malformed
from deltawire.payload import Loads, decode_json
from deltawire.registry import PROVIDERS
from tests.helpers import SAMPLES, chat, chat_text, feed, of_kind, recorded, sse, texts

if not all(map(importlib.util.find_spec, ("orjson", "msgspec"))):
    pytest.skip("needs orjson and msgspec (extra `interop`)", allow_module_level=True)

NAMES = ("orjson.loads", "msgspec.json.decode")
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), inner, max_size=3)
    ),
    max_leaves=12,
)


def outcome(text: str, decoder: Loads | None) -> Any:
    """The value, or that it is refused; numbers by their text, since `1 == 1.0`."""
    try:
        return repr(decode_json(text, 64, decoder))
    except ValueError:
        return "refused"


def other(name: str) -> Loads:
    """The decoder of that name."""
    module, _, attribute = name.rpartition(".")
    decoder: Loads = getattr(importlib.import_module(module), attribute)
    return decoder


@pytest.mark.parametrize("name", NAMES)
@given(value=VALUES, ascii=st.booleans(), indent=st.sampled_from([None, 1]))
def test_values_are_the_same(name: str, value: Any, ascii: bool, indent: int | None) -> None:  # noqa: A002
    text = json.dumps(value, ensure_ascii=ascii, indent=indent)
    assert outcome(text, other(name)) == outcome(text, None) == repr(json.loads(text))


@pytest.mark.parametrize("name", NAMES)
@given(
    value=VALUES,
    place=st.integers(min_value=0),
    with_=st.sampled_from(['"', "{", "]", ",", "\\", "0", "-", "e", " ", "\x01"]),
)
@example(value=-1, place=1, with_="0")
def test_the_same_broken_texts_are_refused(name: str, value: Any, place: int, with_: str) -> None:
    text = json.dumps(value, ensure_ascii=False)
    place %= len(text)
    text = text[:place] + with_ + text[place + 1 :]
    standard = outcome(text, None)
    assume("inf" not in standard)  # a number that the change has made too large: told above
    assert outcome(text, other(name)) == standard


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", "-Infinity", "", " ", "{} {}", "[1,]", "{'a':1}", "01", "+1", ".5", "1."]
)
def test_what_is_no_json_is_refused_by_all(name: str, text: str) -> None:
    assert outcome(text, other(name)) == outcome(text, None) == "refused"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ['{"a":1,"a":2}', '{"a":{"b":1},"a":{}}', '{"a":1,"a":null}'])
def test_of_a_key_that_comes_twice_the_last_counts_in_all(name: str, text: str) -> None:
    assert outcome(text, other(name)) == outcome(text, None) == repr(json.loads(text))


def test_numbers_beyond_64_bits() -> None:
    text = "18446744073709551616"
    assert decode_json(text, 8) == decode_json(text, 8, other("msgspec.json.decode")) == 2**64
    assert repr(decode_json(text, 8, other("orjson.loads"))) == "1.8446744073709552e+19"


@pytest.mark.parametrize("name", NAMES)
def test_numbers_beyond_the_largest_float(name: str) -> None:
    assert outcome("1e400", None) == "inf"
    assert outcome("1e400", other(name)) == "refused"


@pytest.mark.parametrize("name", NAMES)
def test_half_a_surrogate_pair(name: str) -> None:
    body = sse(*(json.dumps(chat_text(half)) for half in ("\ud83d", "\ude00!")), chat(finish="stop"), "[DONE]")
    assert texts(feed("openai-chat", body)) == "😀!"
    events = feed("openai-chat", body, loads=other(name))
    assert texts(events) == ""
    assert len(of_kind(events, Malformed)) == 2


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("provider", "body"), [sample[::2] for sample in SAMPLES], ids=[" ".join(s[:2]) for s in SAMPLES]
)
def test_events_are_the_same(provider: str, body: bytes, name: str) -> None:
    assert feed(provider, body, loads=other(name)) == feed(provider, body)


@pytest.mark.parametrize("name", NAMES)
def test_events_of_recorded_streams_are_the_same(streams: Path, name: str) -> None:
    decoder = other(name)
    for row in recorded(streams):
        body = (streams / row["file"]).read_bytes()
        if row["dialect"] in PROVIDERS and b"\\ud" not in body:
            assert feed(row["dialect"], body, loads=decoder) == feed(row["dialect"], body), row["file"]
