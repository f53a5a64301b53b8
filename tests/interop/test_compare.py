"""The comparison itself: it sees every kind of difference, and only clean streams are compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.helpers import CHAT, CHAT_TEXT, chat, sse
from tests.interop.answer import Answer, Call, ours
from tests.interop.clients import CLIENTS
from tests.interop.compare import clean, differences
from tests.interop.memory import Reply

CALLS = Reply((CHAT["two parallel calls"],))
COUNTED = Reply((sse(*CHAT_TEXT, chat(choices=[], usage={"prompt_tokens": 3, "completion_tokens": 4}), "[DONE]"),))


def seen(theirs: Answer | Exception, reply: Reply, folder: Path, *, reasoning: bool = True) -> list[str]:
    """The fields in which a client with that answer differs from ours."""
    row = {"dialect": "openai-chat", "file": "one.sse"}
    (folder / "one.sse").write_bytes(reply.whole)

    def read(_: Reply) -> Answer:
        if isinstance(theirs, Exception):
            raise theirs
        return theirs

    client = attrs.evolve(CLIENTS[0], reasoning=reasoning)
    return [difference.field for difference in differences(client, read, row, folder)]


def test_the_same_answer_has_no_difference(tmp_path: Path) -> None:
    assert seen(ours("openai-chat", CALLS), CALLS, tmp_path) == []


def test_every_field_that_differs_is_seen(tmp_path: Path) -> None:
    theirs = ours("openai-chat", CALLS)
    choice = theirs.choice()
    assert [call.name for call in choice.calls] == ["weather", "clock"]
    choice.text, choice.reasoning, choice.finish = "x", "y", "z"
    choice.calls[0] = Call("c0", "weather", {"city": "Bern"})
    assert seen(theirs, CALLS, tmp_path) == ["text", "reasoning", "calls", "finish"]
    assert seen(theirs, CALLS, tmp_path, reasoning=False) == ["text", "calls", "finish"]


def test_a_client_that_raises_is_one_difference(tmp_path: Path) -> None:
    assert seen(ValueError("no"), CALLS, tmp_path) == ["refused"]


def test_counts_are_compared_and_a_total_that_is_not_told_is_made(tmp_path: Path) -> None:
    theirs = ours("openai-chat", COUNTED)
    theirs.usage = {"input": 3, "output": 5, "total": None}
    assert seen(theirs, COUNTED, tmp_path) == ["usage.output", "usage.total"]
    theirs.usage = {"input": 3, "output": 4, "total": None}
    assert seen(theirs, COUNTED, tmp_path) == []


@pytest.mark.parametrize(
    ("row", "is_clean"),
    [
        ({"finish": ["stop"]}, True),
        ({"finish": ["stop"], "http_status": 200}, True),
        ({"finish": []}, False),
        ({"finish": [], "framing": {"events": ["interaction.completed"]}}, True),
        ({"finish": ["stop"], "has_error": True}, False),
        ({"finish": ["stop"], "http_status": 500}, False),
        ({"finish": ["STOP", "MALFORMED_FUNCTION_CALL"]}, False),
        ({"finish": ["blocked:SAFETY"]}, False),
    ],
    ids=str,
)
def test_clean_is_what_ends_well(row: dict[str, Any], is_clean: bool) -> None:
    assert clean(row) is is_clean
