"""Every dialect of aimock through both shims: what a fixture says is what a message says."""

from __future__ import annotations

import attrs
import pytest

from deltawire import Heartbeat
from deltawire.dialects import DIALECTS as CHAT_DIALECTS
from tests.servers.asking import SHIM_NAMES, ask, expected, looped, said
from tests.servers.dialects import CHAT, DIALECTS, Dialect
from tests.servers.fixtures import ANSWERS, LOOP, prompt


@pytest.mark.parametrize("shim", SHIM_NAMES)
@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_a_message_says_what_the_fixture_says(aimock: str, dialect: Dialect, shim: str) -> None:
    for answer in ANSWERS.values():
        got = said(ask(shim, dialect.target(aimock), prompt(answer.name)))
        assert got == expected(answer, dialect, got), answer.name


@pytest.mark.parametrize("name", sorted(CHAT_DIALECTS))
def test_every_dialect_of_chat_completions_says_it_too(aimock: str, name: str) -> None:
    dialect = attrs.evolve(CHAT, provider=name, usage=CHAT_DIALECTS[name].stream_options)
    answer = ANSWERS["everything"]
    got = said(ask("blocking", dialect.target(aimock), prompt(answer.name)))
    assert got == expected(answer, dialect, got)


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_the_result_of_a_call_is_understood(aimock: str, dialect: Dialect) -> None:
    for shim in SHIM_NAMES:
        assert said(looped(shim, dialect, dialect.target(aimock))).text == f"It is {LOOP} in Zürich."


def test_the_comments_of_openrouter_are_heartbeats(aimock: str) -> None:
    (router,) = (dialect for dialect in DIALECTS if dialect.provider == "openrouter")
    run = ask("aio", router.target(aimock), prompt("processing"))
    assert said(run).text == "Waited 🌍."
    assert Heartbeat("comment") in run.events
