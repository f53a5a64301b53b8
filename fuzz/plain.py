"""The fuzzer without Atheris: random changes to seeds, and to inputs whose outcome was of a new kind."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping

from .harness import Campaign, Target
from .mutator import Mutator

_MOST_KEPT = 5_000


def fuzz(campaign: Campaign, corpora: Mapping[str, list[bytes]], *, runs: int, seconds: float, seed: int) -> None:
    """Runs the targets in turn until there were `runs` executions or `seconds` are over."""
    mutator, pick = Mutator(seed), random.Random(seed)
    known = {target.name: list(corpora[target.name]) or [b""] for target in campaign.targets}
    until = time.monotonic() + seconds
    done = 0
    for target in campaign.targets:
        for data in known[target.name]:
            campaign.run(target, data)
            done += 1
    while done < runs and time.monotonic() < until:
        for target in campaign.targets:
            _run_one(campaign, target, mutator, known[target.name], pick)
        done += len(campaign.targets)


def _run_one(campaign: Campaign, target: Target, mutator: Mutator, known: list[bytes], pick: random.Random) -> None:
    data = mutator.mutated(known)
    if not campaign.run(target, data):
        return
    if len(known) < _MOST_KEPT:
        known.append(data)
    else:
        known[pick.randrange(len(known))] = data
