"""What every test of the shims starts from: no proxy of the machine's own."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest

_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "request_method")


@pytest.fixture(autouse=True)
def no_proxies_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names no proxy; a test that wants one sets it."""
    for name in list(os.environ):
        if name.lower() in _VARIABLES:
            monkeypatch.delenv(name)


@pytest.fixture(params=["asyncio", "trio"])
def backend(request: pytest.FixtureRequest) -> str:
    """The event loops that the asynchronous shim runs on."""
    if request.param == "trio":
        pytest.importorskip("trio", reason="trio is not installed")
    return str(request.param)


@pytest.fixture(scope="module")
def nothing_left_to_the_garbage_collector() -> Iterator[None]:
    """What was not closed shows as a warning, and behind the last test of the file at the latest."""
    yield
    gc.collect()
