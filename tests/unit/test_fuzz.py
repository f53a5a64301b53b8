"""The fuzz targets accept every seed, find what is wrong, and run from the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fuzz import plain
from fuzz.__main__ import main
from fuzz.harness import FOLDER, Campaign, Choices, FindingError, Target, same
from fuzz.mutator import LONGEST, Mutator, dictionary
from fuzz.targets import TARGETS

ROOT = FOLDER.parent
each_target = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)


def refuse_b(data: bytes) -> int:
    same(b"b" in data, False, "no b")
    return len(data) // 4


GOOD_UNTIL_B = Target("toy", refuse_b, "lines")


@each_target
def test_seeds_have_documented_outcomes(target: Target) -> None:
    seeds = target.first_inputs()
    assert seeds
    for data in seeds:
        target.check(data)


@each_target
def test_every_cut_of_the_first_seed_has_a_documented_outcome(target: Target) -> None:
    (first, *_) = target.first_inputs()
    for place in range(0, len(first), 1 + len(first) // 25):
        target.check(first[:place])


def test_plain_fuzzing_finds_the_input_and_keeps_the_shortest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    campaign = Campaign([GOOD_UNTIL_B], tmp_path)
    plain.fuzz(campaign, {"toy": [b"aaaa", b"abaa"]}, runs=2_000, seconds=60, seed=3)
    assert campaign.report() == 1
    (path,) = tmp_path.iterdir()
    assert path.read_bytes() == b"b"
    out, err = capsys.readouterr()
    assert "1 findings" in out
    assert "toy FindingError" in out
    assert "no b: True is not False" in err


def test_a_campaign_without_findings_reports_what_was_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    campaign = Campaign([GOOD_UNTIL_B], tmp_path)
    assert campaign.run(GOOD_UNTIL_B, b"aaaa")
    assert not campaign.run(GOOD_UNTIL_B, b"cccc")
    both = Campaign([GOOD_UNTIL_B], tmp_path)
    both.add(campaign.result())
    both.add(campaign.result())
    assert both.report() == 0
    assert "4 executions" in capsys.readouterr().out.replace("           ", " ")


def test_an_input_that_takes_too_long_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.harness.SLOWEST_ALLOWED", 0.02)

    def endless(_: bytes) -> int:
        while True:
            pass

    slow = Target("slow", endless, "lines")
    campaign = Campaign([slow], tmp_path)
    campaign.run(slow, b"x")
    assert "TooSlowError" in str(campaign.findings)


def test_choices_depend_on_the_input_alone() -> None:
    def made(data: bytes) -> list[object]:
        choices = Choices(data)
        return [choices.flag(), choices.of(range(1000)), choices.pieces(data)]

    assert made(b"some bytes") == made(b"some bytes")
    assert len({str(made(bytes([number]) * 9)) for number in range(20)}) > 15
    for number in range(50):
        data = bytes(range(number))
        assert b"".join(Choices(data).pieces(data)) == data


def test_mutations_stay_short_and_use_the_dictionary() -> None:
    mutator = Mutator(1)
    made = [mutator.mutated([b"x" * 4000, b"data: y\n\n"]) for _ in range(500)]
    assert max(map(len, made)) <= LONGEST
    assert any(b"content_block_start" in data or b"[DONE]" in data for data in made)
    assert {b"\xef\xbb\xbf", b"\\ud83d", b'"type":', b"\n\n"} <= set(dictionary())


def test_same_says_what_differs() -> None:
    with pytest.raises(FindingError, match=r"things: 1 is not 2"):
        same(1, 2, "things")


class TestCommandLine:
    def test_lists_the_targets(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["list"]) == 0
        assert "parser-anthropic\n" in capsys.readouterr().out

    def test_refuses_what_is_no_target(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["nothing", "--plain"]) == 2
        assert "no target 'nothing'" in capsys.readouterr().err

    def test_runs_one_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "body").write_bytes(b"data: [DONE]\n\n")
        assert main(["sse", str(tmp_path / "body")]) == 0
        assert "1 executions" in capsys.readouterr().out

    def test_runs_every_target_with_more_inputs(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "more").mkdir()
        (tmp_path / "more" / "body").write_bytes(b"data: [DONE]\n\n")
        command = ["all", "--plain", "--runs", "500", "--corpus", str(tmp_path), "--findings", str(tmp_path / "found")]
        assert main(command) == 0
        lines = capsys.readouterr().out.splitlines()
        assert {line.split()[0] for line in lines[:-1]} == set(TARGETS)

    def test_runs_as_a_module(self) -> None:
        command = [sys.executable, "-m", "fuzz", "lines", "--plain", "--runs", "300"]
        path = f"{ROOT / 'sansio'}:{ROOT / 'transports'}"
        run = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": path}, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        assert "0 findings" in run.stdout
