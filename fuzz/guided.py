"""The fuzzer with Atheris: libFuzzer's changes, guided by the coverage of the core."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from .harness import FOLDER, Campaign
from .mutator import LONGEST


def fuzz(campaign: Campaign, corpora: Mapping[str, list[bytes]], *, runs: int, seconds: float, seed: int) -> None:
    """Runs the targets one after the other, each for its share of `runs` executions or of `seconds`.

    libFuzzer never returns, and knows one target: each runs in a process of its own, forked from this one.
    """
    share = len(campaign.targets)
    with tempfile.TemporaryDirectory(prefix="deltawire-fuzz-") as folder:
        for target in campaign.targets:
            corpus, result = Path(folder, target.name), Path(folder, f"{target.name}.result")
            corpus.mkdir()
            for place, data in enumerate(corpora[target.name]):
                (corpus / f"{place:04}").write_bytes(data)
            child = os.fork()
            if child == 0:
                options = [f"-dict={FOLDER / 'dictionary.txt'}", f"-max_len={LONGEST}", f"-seed={seed}", "-verbosity=0"]
                options += ["-rss_limit_mb=2048", "-timeout=60", str(corpus)]
                _fuzz_one(campaign.alone(target), options, runs=runs // share, seconds=seconds / share, result=result)
            _, status = os.waitpid(child, 0)
            if status or not result.exists():
                campaign.fail(target, f"libFuzzer ended with the status {status}")
            else:
                campaign.add(json.loads(result.read_text("utf-8")))


def _fuzz_one(campaign: Campaign, options: list[str], *, runs: int, seconds: float, result: Path) -> NoReturn:
    import atheris  # noqa: PLC0415

    (target,) = campaign.targets
    until = time.monotonic() + seconds

    def one_input(data: bytes) -> None:
        campaign.run(target, data)
        if campaign.executions[target.name] >= runs or time.monotonic() >= until:
            result.write_text(json.dumps(campaign.result()), "utf-8")
            sys.stderr.flush()
            os._exit(0)

    atheris.Setup([sys.argv[0], *options], one_input)
    atheris.Fuzz()
    raise AssertionError("libFuzzer returned")
