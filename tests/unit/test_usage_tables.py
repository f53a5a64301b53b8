"""Token counts of every provider have one meaning: tables checked by hand."""

from __future__ import annotations

import copy
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from tests.turn_messages import message_of
from tests.usage_cases import CASES, Case

from deltawire.events import Finished, Note, UsageUpdate
from deltawire.notes import NoteCode
from deltawire.registry import PROVIDERS
from deltawire.response import parser


@pytest.mark.parametrize("case", CASES)
def test_counts_mean_the_same_for_every_provider(case: Case) -> None:
    usage = message_of(case.provider, *case.payloads).usage
    assert usage is not None
    counts = (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.reasoning_tokens,
        usage.total_tokens,
    )
    assert counts == case.counts
    assert usage.cost == (None if case.cost is None else pytest.approx(case.cost))


@pytest.mark.parametrize("case", CASES)
def test_the_providers_own_fields_stay(case: Case) -> None:
    usage = message_of(case.provider, *copy.deepcopy(case.payloads)).usage
    assert usage is not None
    assert usage.raw == case.raw


@pytest.mark.parametrize("case", CASES)
def test_each_update_says_something_new_and_the_end_says_the_last(case: Case) -> None:
    response = parser(case.provider)
    events = [event for payload in case.payloads for event in response.receive_payload(payload)]
    events += response.receive_eof()
    updates = [event.usage for event in events if isinstance(event, UsageUpdate)]
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.usage == updates[-1]
    assert all(one != other for one, other in pairwise(updates))


GOOD_THEN_ODD = [
    ("openai-chat", *({"choices": [], "usage": {"prompt_tokens": n, "completion_tokens": 2}} for n in (9, -5))),
    ("groq", *({"choices": [], "x_groq": {"usage": {"prompt_tokens": n, "completion_tokens": 2}}} for n in (9, "x"))),
    (
        "openai-responses",
        *(
            {"type": f"response.{kind}", "response": {"id": "r", "status": status, "usage": {"input_tokens": n}}}
            for kind, status, n in (("in_progress", "in_progress", 9), ("completed", "completed", -5))
        ),
    ),
    (
        "anthropic",
        {"type": "message_start", "message": {"id": "m", "usage": {"input_tokens": 9, "output_tokens": 1}}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"input_tokens": -5}},
    ),
    ("gemini", *({"usageMetadata": {"promptTokenCount": n, "totalTokenCount": 9}} for n in (9, 2.5))),
    (
        "gemini-interactions",
        *(
            {"event_type": "interaction.status_update", "status": "completed", "usage": {"total_input_tokens": n}}
            for n in (9, True)
        ),
    ),
    ("ollama", *({"model": "m", "done": last, "prompt_eval_count": n} for n, last in ((9, False), (-5, True)))),
    ("bedrock", *({"metadata": {"usage": {"inputTokens": n, "outputTokens": 1}}} for n in (9, "many"))),
    (
        "bedrock-invoke",
        *({"generation": "a", "prompt_token_count": n, "stop_reason": None} for n in (9, -5)),
    ),
]


@pytest.mark.parametrize(("provider", "good", "odd"), GOOD_THEN_ODD, ids=[case[0] for case in GOOD_THEN_ODD])
def test_an_odd_count_took_the_place_of_a_good_one(provider: str, good: Any, odd: Any) -> None:
    response = parser(provider)
    events = [event for payload in (good, odd, odd) for event in response.receive_payload(payload)]
    events += response.receive_eof()
    prompts = {event.usage.input_tokens for event in events if isinstance(event, UsageUpdate)}
    notes = [event for event in events if isinstance(event, Note) and event.code is NoteCode.USAGE_NOT_A_NUMBER]
    assert (prompts, len(notes)) == ({9}, 1)


def test_every_schema_has_three_cases_at_least() -> None:
    schemas = Counter(PROVIDERS[case.values[0].provider].schema.__name__ for case in CASES)  # type: ignore[union-attr]
    assert schemas.keys() == {row.schema.__name__ for row in PROVIDERS.values()}
    assert min(schemas.values()) >= 3
