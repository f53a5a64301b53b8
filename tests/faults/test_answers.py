"""Answers that are not what they say, and servers that do not end: each in its kind, in time, in both shims."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import pytest

from deltawire import Failed, Finished
from deltawire.policy import Timeouts
from deltawire_transports.faults import (
    RETRY_AFTER_FORMS,
    SAMPLES,
    BrokenChunk,
    EarlyEnd,
    Empty,
    EndlessHeaders,
    Fault,
    FaultServer,
    Gzip,
    Html,
    KeepAlives,
    LongLength,
    NoLastChunk,
    OpenSocket,
    Position,
    RateLimit,
    ShortLength,
)
from tests.faults.canary import key_for, shown, watch
from tests.faults.shims import PATIENT, QUICK, Run, play, target
from tests.faults.verdict import outcome

SHIMS = ("blocking", "aio")
IN_BODY = [position for position in Position if not position.in_head]
CUT = [position for position in IN_BODY if position is not Position.AFTER_TERMINAL]


# Far below the waits of PATIENT, far above what a busy machine needs.
SECONDS = 5


def everywhere(
    fault: Fault, position: Position | None = None, framing: Any = "chunked", timeouts: Timeouts = PATIENT
) -> dict[str, Run]:
    """The fault through every protocol and both shims."""
    names = [(shim, provider) for shim in SHIMS for provider in SAMPLES]

    def one(name: tuple[str, str]) -> Run:
        shim, provider = name
        with FaultServer(SAMPLES[provider].body, fault, position, framing=framing) as server:
            asked = target(provider, server.base_url, key_for(0))
            run = play(shim, asked, errors="events", timeouts=timeouts)
            if not all(visit.finished.wait(SECONDS) for visit in server.record):
                run.strange.append("the connection was not closed")
        return run

    with watch() as watched, ThreadPoolExecutor(6) as threads:
        runs = dict(zip(map(" ".join, names), threads.map(one, names), strict=True))
    assert watched.keys + watched.strange == []
    for name, run in runs.items():
        assert (run.error, run.strange, shown(run)) == (None, [], []), name
        assert sum(isinstance(event, Finished | Failed) for event in run.events) == 1, name
        assert run.seconds < SECONDS, name
    return runs


def outcomes(runs: dict[str, Run]) -> dict[str, set[str]]:
    """The outcomes, and who had them."""
    found: dict[str, set[str]] = {}
    for name, run in runs.items():
        found.setdefault(outcome(run), set()).add(name)
    return found


@pytest.mark.parametrize("fault", [LongLength(), ShortLength(), EarlyEnd(), NoLastChunk()], ids=repr)
@pytest.mark.parametrize("position", CUT)
def test_a_body_that_ends_before_its_proof_is_truncated(fault: Fault, position: Position) -> None:
    assert outcomes(everywhere(fault, position)).keys() == {"truncated"}


@pytest.mark.parametrize("framing", ["content-length", "close"])
def test_an_early_end_is_truncated_in_every_framing(framing: str) -> None:
    assert outcomes(everywhere(EarlyEnd(), Position.BEFORE_TERMINAL, framing)).keys() == {"truncated"}


@pytest.mark.parametrize(
    "fault",
    [LongLength(), ShortLength(), EarlyEnd(), NoLastChunk(), BrokenChunk(), OpenSocket(), KeepAlives()],
    ids=repr,
)
def test_behind_its_proof_an_answer_is_whole_however_it_ends(fault: Fault) -> None:
    timeouts = attrs.evolve(PATIENT, finish_grace=0.5)
    assert outcomes(everywhere(fault, Position.AFTER_TERMINAL, timeouts=timeouts)).keys() == {"finished"}


@pytest.mark.parametrize("position", [Position.AFTER_HEADERS, *CUT])
def test_a_broken_chunk_is_malformed(position: Position) -> None:
    assert outcomes(everywhere(BrokenChunk(), position)).keys() == {"malformed"}


@pytest.mark.parametrize("fault", [LongLength(), NoLastChunk()], ids=repr)
def test_a_body_that_is_cut_before_its_first_byte_is_truncated(fault: Fault) -> None:
    assert outcomes(everywhere(fault, Position.AFTER_HEADERS)).keys() == {"truncated"}


@pytest.mark.parametrize(
    "position",
    [
        Position.AFTER_REQUEST,
        Position.MID_STATUS_LINE,
        Position.MID_HEADERS,
        Position.AFTER_EVENT_1,
        Position.MID_EVENT,
    ],
)
def test_signs_of_life_without_content_stall(position: str) -> None:
    assert outcomes(
        everywhere(KeepAlives(0.05), Position(position), timeouts=attrs.evolve(QUICK, progress=0.4))
    ).keys() == {"stalled"}


def test_headers_that_never_end_are_malformed_at_once() -> None:
    assert outcomes(everywhere(EndlessHeaders())).keys() == {"malformed"}


@pytest.mark.parametrize("fault", [Gzip(), Html()], ids=repr)
def test_another_kind_of_content_is_said_to_be_that(fault: Fault) -> None:
    assert outcomes(everywhere(fault)).keys() == {"wrong_media"}


@pytest.mark.parametrize("framing", ["chunked", "content-length", "close"])
def test_an_empty_answer_is_empty(framing: Any) -> None:
    assert outcomes(everywhere(Empty(framing))).keys() == {"empty"}


WAITS: dict[str, float | None] = {
    "seconds": 2.0,
    "fraction": 1.5,
    "milliseconds": 1.5,
    "both": 0.25,
    "http-date": 2.0,
    "past-date": 0.0,
    "zero": 0.0,
    "a-day": 86400.0,
}


@pytest.mark.parametrize("form", RETRY_AFTER_FORMS)
def test_a_rate_limit_carries_its_wait_if_it_is_one(form: str) -> None:
    for run in everywhere(RateLimit(form)).values():
        error = run.events[-1].error
        assert (error.kind, error.status, error.retry_after) == ("rate_limit", 429, WAITS.get(form))
