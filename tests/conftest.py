"""What every test may use: the Hypothesis profiles and the recorded streams."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

PROJECT = Path(__file__).resolve().parents[1]
RECORDED_STREAMS = PROJECT.parent / "shared" / "streams"

# A deadline or the too_slow check would make the verdict depend on what else the machine is doing.
settings.register_profile(
    "default", max_examples=60, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
# The same examples every time: a red run says something of the change, and new examples are for the machines of people.
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, database=None)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=2_000)
settings.load_profile(os.environ.get("DELTAWIRE_PROFILE", "default"))


def pytest_collection_finish() -> None:
    """What was collected stays: the garbage collector need not go through all of it in every test that calls it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def streams() -> Path:
    """The folder of recorded provider streams, with its `manifest.jsonl`; skips where it is absent."""
    if not (RECORDED_STREAMS / "manifest.jsonl").is_file():
        pytest.skip("needs the recorded streams beside the project (../shared/streams)")
    return RECORDED_STREAMS
