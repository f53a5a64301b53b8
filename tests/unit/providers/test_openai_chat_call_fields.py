"""What stands beside the known fields of a call in Chat Completions is told once, wherever it stands."""

from __future__ import annotations

from typing import Any

import pytest
from tests.chat_chunks import called, calls, chunk, events_of, said_beside

STOP = chunk({}, "tool_calls")


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"function": {"name": "f", "arguments": "{}", "strict": True}}, {"function": {"strict": True}}),
        ({"function": {"name": "f", "arguments": "{}"}, "score": 1}, {"score": 1}),
        (
            {"function": {"name": "f", "arguments": "{}", "a": None}, "score": 1},
            {"score": 1, "function": {"a": None}},
        ),
    ],
    ids=["inside", "beside", "both"],
)
def test_unknown_fields_of_a_call_are_told_once(entry: dict[str, Any], told: dict[str, Any]) -> None:
    first = {"index": 0, "id": "a", "type": "function", **entry}
    again = {"index": 0, **{key: value for key, value in first.items() if key not in ("index", "id", "type")}}
    again["function"] = {**first["function"], "name": None, "arguments": ""}
    events = events_of(calls(first), calls(again), STOP)
    assert [(name, arguments) for _, name, arguments, _ in called(events)] == [("f", "{}")]
    assert said_beside(events) == [{"choice": 0, "tool_call": 0, **told}]
