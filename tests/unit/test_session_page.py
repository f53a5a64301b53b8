"""The page of the session is drawn from the tables that the session runs on."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from deltawire.policy.states import TRANSITIONS, Input, State

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_session", DOCS / "generate_session.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(generator: ModuleType) -> None:
    assert generator.PAGE.read_text("utf-8") == generator.page(), "run: python docs/generate_session.py"


def test_the_picture_is_up_to_date(generator: ModuleType) -> None:
    assert generator.PICTURE.read_text("utf-8") == generator.picture(), "run: python docs/generate_session.py"


def test_the_picture_shows_every_change_of_state_and_no_other(generator: ModuleType) -> None:
    changes = {
        (state, after)
        for state, inputs in TRANSITIONS.items()
        for following in inputs.values()
        for after in following
        if after is not state
    }
    assert generator.changes() == changes
    assert {change for way in generator.WAYS for change in way.changes} == changes


def test_what_leaves_all_open_states_alike_is_drawn_once(generator: ModuleType) -> None:
    """The frame stands for its states: each of them has every way out that begins at the frame."""
    for after in (State.BACKOFF, State.ENDED):
        assert {(state, after) for state in generator.OPEN} <= generator.changes()


def test_the_waits_are_those_of_the_policy(generator: ModuleType) -> None:
    rows = [line for line in generator.page().splitlines() if line.startswith(("| any failure", "| a "))]
    assert rows[0].count(" s |") == generator.ATTEMPTS
    assert "next target" in rows[-1]


def test_every_state_and_input_is_named(generator: ModuleType) -> None:
    picture = generator.picture()
    assert [state for state in State if f">{state.value}<" not in picture] == []
    assert [said for said in Input if f"| {said.value} |" not in generator.page()] == []
