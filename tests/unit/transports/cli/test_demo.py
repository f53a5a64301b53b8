"""`deltawire demo`: real HTTP on this machine's loopback, six providers at once."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from rich.console import Console
from tests.conftest import PROJECT

import deltawire
from deltawire.policy import AttemptStarted
from deltawire.timeline import Mark, Timeline
from deltawire_transports.capture import read_capture
from deltawire_transports.capture_replay import replay
from deltawire_transports.cli.demo import _show
from deltawire_transports.cli.demo_scenes import Answer, Scene, scenes
from deltawire_transports.cli.demo_stage import Pace, perform, play_scene
from deltawire_transports.cli.demo_table import streams_table
from deltawire_transports.cli.main import deltawire as command
from deltawire_transports.cli.view import StreamView

SCENES = scenes()
FAST = Pace(0.005)
SCRIPTED = Pace(0.005, scripted=True)
ANSWERS = [answer for scene in SCENES for answer in scene.answers]
each_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.title)


def demo(*arguments: str) -> str:
    result = CliRunner().invoke(command, ["demo", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def events_of(scene: Scene, pace: Pace = FAST) -> list[Any]:
    events: list[Any] = []
    play_scene(scene, pace, lambda event, _: events.append(event))
    return events


class TestOutput:
    def test_it_shows_every_stream_and_how_it_ended(self) -> None:
        begun = time.monotonic()
        output = demo("--fast")
        assert time.monotonic() - begun < 5
        assert 'weather({"city":"Zürich","unit":"celsius"})' in output
        assert 'weather({"city":"東京","unit":"celsius"})' in output
        assert "Grüezi, こんにちは" in output
        assert "HTTP 429: Too many requests" in output
        assert "fallback   to ollama · No byte came for" in output
        assert "FAILED     truncated" in output
        assert "stop · 24 input, 57 output, 81 total tokens" in output
        assert re.search(r"first content after \d+(\.\d\d s| ms)", output)
        assert "159 in, 270 out · $0.00" in output
        assert "--capture captures" in output
        assert "\x1b" not in output

    def test_the_readme_shows_what_it_prints(self) -> None:
        readme = (PROJECT / "README.md").read_text(encoding="utf-8")
        shown = re.search(r"\$ deltawire demo\n(.*?)```", readme, re.DOTALL)
        assert shown is not None
        seconds = re.compile(r"\d+\.\d\d s\b")
        assert seconds.sub("N s", shown[1]) == seconds.sub("N s", demo("--fast", "--seed", "1"))

    def test_the_same_seed_prints_the_same_and_another_one_does_not(self) -> None:
        first = demo("--fast", "--seed", "7")
        assert demo("--fast", "--seed", "7") == first
        assert demo("--fast", "--seed", "8") != first

    def test_a_terminal_shows_a_table_that_grows(self) -> None:
        file = io.StringIO()
        _show(SCENES, FAST, Console(file=file, force_terminal=True, width=120))
        shown = file.getvalue()
        assert "\x1b[" in shown
        last = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)[-1200:]
        for said in ("finished: tool_calls", "FAILED: truncated", "ollama", "chars/s", "however the bytes are cut."):
            assert said in last


class TestKept:
    def test_captures_and_report(self, tmp_path: Path) -> None:
        folder, page = tmp_path / "captures", tmp_path / "report.html"
        output = demo("--fast", "--seed", "1", "--capture", str(folder), "--report", str(page))
        assert f"6 captures in {folder}" in output
        assert "$0.001913" in output
        captures = sorted(folder.iterdir())
        assert [path.name for path in captures] == [f"{n}-{s.provider}.jsonl" for n, s in enumerate(SCENES, 1)]
        shown = page.read_text(encoding="utf-8")
        assert "refused at first" in shown
        assert "$0.000253 (made-up price)" in shown
        assert "list price" not in shown
        for path in (*captures, page):
            assert "demo-key" not in path.read_text(encoding="utf-8")

    def test_the_picture_in_the_readme_is_that_of_seed_1(self, tmp_path: Path) -> None:
        demo("--fast", "--seed", "1", "--capture", str(tmp_path / "captures"))
        captures = [str(path) for path in sorted((tmp_path / "captures").iterdir())]
        arguments = ["report", *captures, "-o", str(tmp_path / "page.html"), "--svg", str(tmp_path / "report.svg")]
        assert CliRunner().invoke(command, arguments).exit_code == 0
        drawn = (tmp_path / "report.svg").read_text(encoding="utf-8")
        assert drawn == (PROJECT / "docs" / "images" / "report.svg").read_text(encoding="utf-8"), "draw it again"

    def test_ctrl_c_ends_it_quietly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("deltawire_transports.cli.demo.perform", interrupted)
        result = CliRunner().invoke(command, ["demo", "--fast"])
        assert (result.exit_code, result.stderr) == (130, "deltawire: interrupted\n")

    def test_a_folder_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        result = CliRunner().invoke(command, ["demo", "--fast", "--capture", str(tmp_path / "file" / "captures")])
        assert result.exit_code == 2
        assert result.stderr.startswith(f"Error: {tmp_path / 'file' / 'captures'}: ")

    def test_nothing_is_written_unasked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        demo("--fast")
        assert list(tmp_path.iterdir()) == []


class TestScenes:
    @each_scene
    def test_each_stream_passes_through_a_socket(self, scene: Scene) -> None:
        played = play_scene(scene, FAST, lambda *_: None)
        assert len(played.record) == len(scene.answers)
        for exchange, answer in zip(played.record, scene.answers, strict=True):
            assert exchange.written == len(answer.body)
            assert exchange.reply is not None
            assert len(exchange.reply.body) == len(answer.pieces)

    @each_scene
    def test_a_capture_of_it_replays_the_same_events(self, scene: Scene) -> None:
        for pace in (FAST, SCRIPTED):
            events: list[Any] = []
            played = play_scene(scene, pace, lambda event, _, into=events: into.append(event))
            assert [event for event, _ in replay(played.capture) if not isinstance(event, Mark)] == events

    @each_scene
    def test_the_times_of_the_script_are_the_same_each_time(self, scene: Scene) -> None:
        first, second = (play_scene(scene, SCRIPTED, lambda *_: None) for _ in range(2))
        assert first.text == second.text

    @each_scene
    def test_it_ends_as_it_says(self, scene: Scene) -> None:
        end = events_of(scene)[-1]
        assert isinstance(end, deltawire.Failed if scene.cut else deltawire.Finished)

    def test_the_fallback_takes_over_once_the_first_is_silent(self) -> None:
        (stalled,) = [scene for scene in SCENES if len(scene.targets) > 1]
        played = play_scene(stalled, SCRIPTED, lambda *_: None)
        first, second = Timeline.of(replay(played.capture)).attempts
        assert [attempt.ending.value for attempt in (first, second)] == ["replaced", "finished"]
        assert first.stalls[0].end - first.stalls[0].begin == pytest.approx(1.2)
        assert first.connected is not None

    def test_characters_are_cut_in_the_middle(self) -> None:
        cut = [piece for answer in ANSWERS for _, piece in answer.pieces if piece[:1] and piece[0] & 0xC0 == 0x80]
        assert len(cut) > 3

    @pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: f"{answer.provider} {answer.status} {answer.end}")
    def test_the_bodies_are_what_they_say(self, answer: Answer) -> None:
        response = deltawire.parser(answer.provider)
        events = response.receive_head(answer.status)
        events += response.receive_data(answer.body) + response.receive_eof()
        assert isinstance(events[-1], deltawire.Finished) == (answer.status == 200 and answer.end == "clean")
        assert not [event for event in events if isinstance(event, deltawire.Unknown | deltawire.Malformed)]
        assert not [event for event in events if isinstance(event, deltawire.Note)]

    def test_what_goes_wrong_in_a_thread_goes_wrong_in_the_callers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: Any) -> None:
            raise OSError("no port")

        monkeypatch.setattr("deltawire_transports.cli.demo_stage.play_scene", fail)
        with pytest.raises(OSError, match="no port"):
            perform(SCENES, FAST, lambda *_: None)


def shown_table(view: StreamView, name: str, width: int) -> str:
    file = io.StringIO()
    Console(file=file, width=width).print(streams_table([view], [name], width))
    return file.getvalue()


class TestTable:
    @pytest.mark.parametrize(("width", "lines"), [(40, 3), (62, 3), (80, 3), (120, 3), (140, 2), (200, 2)])
    def test_rows_fit_the_terminal(self, width: int, lines: int) -> None:
        view = StreamView()
        for event, seconds in [
            (deltawire.ToolCallStarted(0, "c", "weather"), 1.0),
            (deltawire.ToolCallDelta(0, '{"city":"東京' * 20), 2.0),
            (deltawire.Heartbeat("ping"), 2.0),
        ]:
            view.feed(event, seconds)
        shown = shown_table(view, "groq", width).splitlines()
        assert len(shown) == lines
        assert all(cell_len(line) <= width for line in shown)
        assert "calling" in shown[1]
        assert shown[-1].rstrip().endswith("東京")

    def test_it_tells_pace_and_tail(self) -> None:
        view = StreamView()
        view.feed(deltawire.TextDelta("a" * 100), 1.0)
        assert view.pace is None
        view.feed(deltawire.TextDelta("the end"), 2.0)
        assert view.pace == pytest.approx(107)
        shown = shown_table(view, "groq", 100)
        assert "1.00 s" in shown
        assert "aathe end" in shown

    def test_calls_that_grow_side_by_side_are_both_seen(self) -> None:
        view = StreamView()
        for index, name in enumerate(("weather", "clock")):
            view.feed(deltawire.ToolCallStarted(index, f"c{index}", name), 1.0)
            view.feed(deltawire.ToolCallDelta(index, '{"city":' * 3), 1.0)
        assert 'weather({"city":{"city":{"city": · clock({"city":{"city":{"city":' in shown_table(view, "groq", 80)
        assert '…{"city":{"city": · …{"city":{"city":' in shown_table(view, "groq", 40)

    def test_it_tells_who_answered_and_how_often_somebody_was_asked(self) -> None:
        view = StreamView()
        usage = deltawire.Usage(total_tokens=1_024)
        for event in (
            AttemptStarted(1, 1, "openrouter", "m"),
            AttemptStarted(1, 1, "ollama", "m"),
            deltawire.Finished(deltawire.FinishReason.STOP, usage=usage),
        ):
            view.feed(event, 0.0)
        assert re.search(r"openrouter → ollama +2 +finished: stop +1,024\n", shown_table(view, "openrouter", 80))


def test_a_capture_of_the_demo_is_one_that_can_be_read(tmp_path: Path) -> None:
    demo("--fast", "--capture", str(tmp_path))
    for path in tmp_path.iterdir():
        assert read_capture(path).outcome is not None
