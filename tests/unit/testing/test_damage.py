"""Each way in which bytes are damaged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.testing.damage import _WAYS, damage

BODY = b'data: {"a":1}\n\ndata: [DONE]\r\n\r\n'


def damaged(way: str, data: st.DataObject, body: bytes = BODY) -> bytes:
    return _WAYS[way](data.draw, body)


@pytest.mark.parametrize("way", _WAYS)
@given(st.data())
def test_nothing_can_be_damaged_too(way: str, data: st.DataObject) -> None:
    assert len(damaged(way, data, b"")) <= 40


@given(st.data())
def test_a_cut_leaves_the_beginning(data: st.DataObject) -> None:
    assert BODY.startswith(damaged("cut", data))


@given(st.data())
def test_a_flip_changes_one_bit(data: st.DataObject) -> None:
    body = damaged("flip", data)
    assert sum((here ^ there).bit_count() for here, there in zip(BODY, body, strict=True)) == 1


@given(st.data())
def test_a_lost_slice_is_gone(data: st.DataObject) -> None:
    body = damaged("lose", data)
    lost = len(BODY) - len(body)
    assert any(BODY[:start] + BODY[start + lost :] == body for start in range(len(BODY) + 1))


@given(st.data())
def test_a_doubled_slice_stands_twice(data: st.DataObject) -> None:
    body = damaged("double", data)
    more = len(body) - len(BODY)
    assert any(BODY[: start + more] + BODY[start:] == body for start in range(len(BODY) + 1))


@given(st.data())
def test_a_moved_slice_leaves_the_same_bytes(data: st.DataObject) -> None:
    assert sorted(damaged("move", data)) == sorted(BODY)


@pytest.mark.parametrize("way", ["insert", "keep alive", "byte order mark"])
@given(st.data())
def test_what_comes_in_between_leaves_the_rest(way: str, data: st.DataObject) -> None:
    body = damaged(way, data)
    more = len(body) - len(BODY)
    places = [place for place in range(len(BODY) + 1) if body[:place] + body[place + more :] == BODY]
    assert places
    assert way != "keep alive" or any(body[:place].endswith(b"\n") or not place for place in places)
    assert way != "byte order mark" or body == b"\xef\xbb\xbf" + BODY


@given(st.data())
def test_other_line_ends_change_nothing_else(data: st.DataObject) -> None:
    body = damaged("line ends", data)
    assert body != BODY
    assert [line for line in body.split() if line] == [line for line in BODY.split() if line]


@given(damage(BODY, most=1))
def test_one_mishap_changes_little(body: bytes) -> None:
    assert body == b"" or body[:1] == BODY[:1] or body[-4:] == BODY[-4:] or sorted(body) == sorted(BODY)
