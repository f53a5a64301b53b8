"""Every clean recorded stream through the vendor's own client and ours: they agree, or the difference is stated."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interop.clients import CLIENTS, Client
from tests.interop.compare import compare
from tests.interop.differences import STATED


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_the_vendors_client_agrees_or_the_difference_is_stated(client: Client, streams: Path) -> None:
    if client.missing:
        pytest.skip(f"needs {client.missing} (extra `interop`)")
    result = compare(client, streams)
    assert result.streams
    assert result.unstated == []
    assert result.vanished == []


def test_every_stated_difference_is_of_a_known_client_and_stream(streams: Path) -> None:
    names = {client.name for client in CLIENTS}
    assert [entry for entry in STATED if not names.issuperset(entry.clients)] == []
    assert [entry.file for entry in STATED if not (streams / entry.file).is_file()] == []
