"""How a client's answer becomes a cell of the wall: the same, something else, an exception, no end."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.interop.answer import Answer, Call, Choice
from tests.interop.memory import Reply, StillReadingError
from tests.interop.wall import peers
from tests.interop.wall.kit import ARGUMENTS, NAME
from tests.interop.wall.openai_kits import CHAT
from tests.interop.wall.peers import Cell, cell
from tests.interop.wall.row import Row, cut, whole_call, whole_text

TEXT = whole_text("Framing", "x", CHAT, CHAT.whole)
CALLED = whole_call("Framing", "x", CHAT, CHAT.whole_call)
SHORT = cut("Cut short", "x", CHAT, b"")
HELLO = Choice("Hello there", finish="stop")
MADE = Choice("", calls=[Call("any", NAME, ARGUMENTS)], finish="tool_calls")


def given(row: Row, outcome: Any) -> Cell:
    """The cell of a client that returns or raises this."""

    def read(_: Reply) -> Answer:
        if isinstance(outcome, BaseException):
            raise outcome
        return Answer({0: outcome})

    return cell(row, read)


@pytest.mark.parametrize(
    ("row", "outcome", "came", "shown"),
    [
        (TEXT, HELLO, "same", "same"),
        (CALLED, MADE, "same", "same"),
        (TEXT, Choice("Hello there"), "returned", '`"Hello there"`, finish null'),
        (TEXT, Choice("x" * 50, finish="stop"), "returned", "50 characters, finish stop"),
        (TEXT, Choice("a|b\n`"), "returned", '`"a\\|b\\n\'"`, finish null'),
        (CALLED, Choice(finish="tool_calls"), "returned", "no text, finish tool_calls"),
        (SHORT, HELLO, "returned", '`"Hello there"`, finish stop'),
        (SHORT, Choice("Hel", finish="ERROR"), "failed", '`"Hel"`, finish ERROR'),
        (SHORT, KeyError("x"), "raised", "`KeyError`"),
        (TEXT, StillReadingError(), "waits", "reads on, no end"),
    ],
)
def test_what_a_client_does_becomes_a_cell(row: Row, outcome: Any, came: str, shown: str) -> None:
    assert given(row, outcome) == Cell(came, shown)  # type: ignore[arg-type]


def test_what_is_right_depends_on_what_the_bytes_hold() -> None:
    assert given(TEXT, HELLO).right(TEXT)
    assert not given(TEXT, KeyError()).right(TEXT)
    assert given(SHORT, KeyError()).right(SHORT)
    assert not given(SHORT, HELLO).right(SHORT)
    assert not given(SHORT, StillReadingError()).right(SHORT)


def test_an_exception_of_a_package_is_named_with_it() -> None:
    error = type("APIError", (Exception,), {"__module__": "vendor._errors"})
    assert given(SHORT, error()).shown == "`vendor.APIError`"


def test_a_client_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "SECONDS", 0.02)

    def read(_: Reply) -> Answer:
        try:
            time.sleep(30)
        except Exception:  # noqa: BLE001 - a client that catches everything
            return Answer()
        return Answer()

    assert cell(TEXT, read) == Cell("waits", "no end within 0.02 s")
