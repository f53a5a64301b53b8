"""`deltawire demo`: real HTTP on this machine's loopback."""

from __future__ import annotations

import io
import re

import pytest
from click.testing import CliRunner
from rich.console import Console

import deltawire
from deltawire_transports.cli.demo import play_scene
from deltawire_transports.cli.demo_bodies import SCENES
from deltawire_transports.cli.main import deltawire as command

CALLS, ANSWER, CUT = SCENES


def test_shows_the_answer_the_calls_and_the_cut_and_exits_well() -> None:
    result = CliRunner().invoke(command, ["demo", "--fast"])
    assert result.exit_code == 0, result.output
    assert 'weather({"city":"Zürich","unit":"celsius"})' in result.output
    assert 'weather({"city":"東京","unit":"celsius"})' in result.output
    assert "Grüezi, こんにちは" in result.output
    assert "FAILED     truncated" in result.output
    assert "stop · 24 input, 57 output, 81 total tokens" in result.output
    assert re.search(r"first content after \d+\.\d\d s", result.output)
    assert "\x1b" not in result.output


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.title)
def test_each_stream_passes_through_a_socket(scene: object) -> None:
    assert scene in SCENES
    console = Console(file=io.StringIO(), width=200)
    server = play_scene(scene, console, 0.0)  # type: ignore[arg-type]
    (exchange,) = server.record
    assert exchange.written == len(scene.body)  # type: ignore[attr-defined]
    assert exchange.reply is not None
    assert len(exchange.reply.body) == len(scene.split_points()) + 1  # type: ignore[attr-defined]
    assert (exchange.payload() or {})["stream"] is True


def test_a_terminal_shows_it_growing() -> None:
    file = io.StringIO()
    play_scene(ANSWER, Console(file=file, force_terminal=True, width=120), 0.0)
    assert "\x1b[" in file.getvalue()
    assert "hello" in file.getvalue()


def test_characters_are_cut_in_the_middle() -> None:
    wide = [point for point in ANSWER.split_points() if ANSWER.body[point] & 0xC0 == 0x80]
    assert len(wide) > 3


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.title)
def test_the_bodies_are_what_they_say(scene: object) -> None:
    events = deltawire.parse(scene.provider, scene.body)  # type: ignore[attr-defined]
    assert isinstance(events[-1], deltawire.Failed) == scene.cut  # type: ignore[attr-defined]
    assert not [event for event in events if isinstance(event, deltawire.Unknown | deltawire.Malformed)]
