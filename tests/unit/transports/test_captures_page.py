"""docs/captures.md is true: its tables name what is written, its example can be read, its code runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import attrs
import pytest
from tests.captured import a_short_story, captured
from tests.conftest import PROJECT
from tests.shim_bodies import HELLO

import deltawire
from deltawire.policy import Outcome
from deltawire.requests import Target
from deltawire_transports.capture import VERSION, CaptureHeader, read_capture
from deltawire_transports.capture_fields import FIELD_KINDS
from deltawire_transports.capture_lines import Line
from deltawire_transports.capture_replay import replay
from deltawire_transports.replay import ReplayServer, Reply

PAGE = (PROJECT / "docs" / "captures.md").read_text(encoding="utf-8")
KINDS: list[Any] = list(get_args(Line))


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def row(name: str) -> str:
    found = re.search(rf"^\| `{name}` \|(.*)$", PAGE, re.MULTILINE)
    assert found is not None, name
    return found[1]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.tag)
def test_every_line_is_in_the_table_with_its_fields(kind: Any) -> None:
    named = set(re.findall(r"`(\w+)`", row(kind.tag).split("|")[0])) - {"ms"}
    fields = {FIELD_KINDS[field.name].key for field in attrs.fields(kind)}
    assert named == fields - {"ms"}
    assert ("no `ms`" in row(kind.tag)) == ("ms" not in fields)


def test_every_outcome_is_named() -> None:
    assert set(re.findall(r"`(\w+)`", row("outcome").split("|")[1])) == {outcome.value for outcome in Outcome}


def test_every_field_of_the_header_is_in_the_table() -> None:
    header = captured(a_short_story).header.to_object()
    table = PAGE.partition("### The header")[2].partition("### The lines")[0]
    assert set(re.findall(r"`(\w+)`", table)) >= {*header} >= {field.name for field in attrs.fields(CaptureHeader)}
    assert f"version {VERSION}" in PAGE


def test_the_example_is_a_capture() -> None:
    capture = read_capture(block("json").splitlines(keepends=True))
    events = [event for event, _ in replay(capture)]
    assert deltawire.TextDelta("Hi") in events
    assert capture.outcome is Outcome.FINISHED


def test_the_code_records_and_looks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    exec(compile(block("python"), "docs/captures.md", "exec"), names)
    path = str(tmp_path / "run.jsonl")
    with ReplayServer(Reply(HELLO)) as server:
        names["ask"](Target("openai-chat", "m", "sk-canary-4711", server.base_url), path)
    assert "TextDelta(text='Hel'" in capsys.readouterr().out
    assert names["look"](path).attempts[0].characters == 5
