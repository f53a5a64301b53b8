"""Secrets that the provider echoes never come out."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.redaction import Redactor

KEY = "sk-a/b+c=d é"


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(KEY, id="as it is"),
        pytest.param(quote(KEY, safe=""), id="quoted for URLs"),
        pytest.param(quote(KEY), id="quoted for paths"),
        pytest.param(quote_plus(KEY), id="quoted for forms"),
        pytest.param(
            quote(KEY, safe="")
            .replace("%2F", "%2f")
            .replace("%C3%A9", "%c3%a9")
            .replace("%2B", "%2b")
            .replace("%3D", "%3d"),
            id="small hexadecimal digits",
        ),
        pytest.param(KEY.replace("/", "\\/"), id="slash escaped in JSON"),
        pytest.param(KEY.replace("é", "\\u00e9"), id="escaped in JSON"),
        pytest.param(KEY.replace("é", "\\u00e9").replace("/", "\\/"), id="both escaped in JSON"),
    ],
)
def test_every_form_is_hidden_everywhere(form: str) -> None:
    redactor = Redactor((KEY,))
    assert redactor.text(f"key {form}, {form}{form}.") == "key [redacted], [redacted][redacted]."
    assert redactor.raw(f"\u00e9{form}.".encode() + b"\xff") == "\u00e9[redacted].".encode() + b"\xff"
    assert redactor.payload({"a": [f"x{form}"], form: None}) == {"a": ["x[redacted]"], "[redacted]": None}


def test_a_key_with_quotes_is_found_inside_json() -> None:
    assert Redactor(('k"1\\',)).text('{"a": "k\\"1\\\\"}') == '{"a": "[redacted]"}'


def test_a_secret_inside_another_leaves_no_rest() -> None:
    assert Redactor(("abcd", "abcdefgh", "cdef")).text("abcdefgh abcd cdef.") == "[redacted] [redacted] [redacted]."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("body secret-12", "body [redacted]"),
        ("body secr", "body [redacted]"),
        ("body sec", "body sec"),
        ("secret-1234", "[redacted]"),
        ("secre", "[redacted]"),
        ("secret-12.", "secret-12."),
    ],
)
def test_a_secret_that_the_end_cuts_off_is_hidden(text: str, shown: str) -> None:
    redactor = Redactor(("secret-1234",))
    assert redactor.text(text) == shown
    assert redactor.raw(text.encode()) == shown.encode()


@given(st.integers(0, 60))
def test_no_cut_shows_more_than_three_characters_of_a_secret(size: int) -> None:
    cut = f"Incorrect key {KEY * 2} given"[:size]
    shown = Redactor((KEY,)).text(cut)
    assert not any(KEY[:count] in shown for count in range(4, len(KEY) + 1))


@pytest.mark.parametrize("secrets", [(), ("",), (" ", "\n")])
def test_without_secrets_nothing_changes(secrets: tuple[str, ...]) -> None:
    redactor = Redactor(secrets)
    payload = {"a": ["b c\n"]}
    assert redactor.text("a b\n") == "a b\n"
    assert redactor.raw(b"a \xff") == b"a \xff"
    assert redactor.payload(payload) is payload


@pytest.mark.parametrize("value", [None, True, 1, 1.5, [], {}, ["a", {"b": 2}]])
def test_other_values_stay(value: Any) -> None:
    assert Redactor(("secret",)).payload(value) == value


def test_shows_no_secret_itself() -> None:
    assert "secret" not in repr(Redactor(("secret",)))
