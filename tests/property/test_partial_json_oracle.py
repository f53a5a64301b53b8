"""PartialJson against another incremental reader, jiter, on every prefix of generated documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire import PartialJson

jiter: Any = pytest.importorskip("jiter", reason="needs the package jiter")

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
LEAVES = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXTS
DOCUMENTS = st.dictionaries(
    TEXTS, st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
)


def ends_in_a_word(prefix: str) -> bool:
    """True where a number or a literal may go on: when it counts is each reader's own choice."""
    return prefix[-1:].isalnum() or prefix[-1:] == "-"


@given(DOCUMENTS, st.booleans())
def test_both_give_the_same_value_for_a_prefix(document: dict[str, Any], ascii_only: bool) -> None:
    text = json.dumps(document, ensure_ascii=ascii_only)
    ours = PartialJson()
    for end in range(1, len(text) + 1):
        ours.feed(text[end - 1])
        inside_string = json_string_open(text[:end])
        if not inside_string and ends_in_a_word(text[:end]):
            continue
        if inside_string and "\\" in text[max(0, end - 12) : end]:
            # An escape in progress: jiter drops the string, ours keeps it (github.com/pydantic/jiter/issues/207).
            continue
        assert ours.value == jiter.from_json(text[:end].encode(), partial_mode="trailing-strings")


def json_string_open(text: str) -> bool:
    """True if the text ends inside a string."""
    is_open = escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\" and is_open:
            escaped = True
        elif character == '"':
            is_open = not is_open
    return is_open
