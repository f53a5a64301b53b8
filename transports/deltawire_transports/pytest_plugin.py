"""pytest's fixture `deltawire_replay`: streams of any provider from a server on this machine, for tests of clients.

    def test_my_client_reads_an_answer(deltawire_replay):
        server = deltawire_replay(b'data: {"choices": [...]}\\n\\ndata: [DONE]\\n\\n', provider="openai-chat")
        assert my_client(base_url=server.base_url, api_key="any").ask("hi") == "hello"
        assert server.record[0].payload()["messages"]

What is served may also be a file (a capture, or a body as it was saved), the pieces of a body, an `HttpReply` of
`deltawire.testing.strategies`, or any script of `deltawire_transports.replay`. Needs the extra `http`.
pytest finds the plugin by itself, under the name `deltawire`: `-p no:deltawire` turns it off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .replay_source import Replay

__all__ = ["deltawire_replay"]


@pytest.fixture
def deltawire_replay() -> Iterator[Replay]:
    """Serves streams on this machine: `deltawire_replay(source).base_url`. See `replay_source.Replay`."""
    # pytest loads the plugins of everything that is installed: who does not ask for the fixture pays nothing, and
    # needs no extra.
    try:
        from .replay_source import replays  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        pytest.fail(f"deltawire_replay needs the extra http: {missing}", pytrace=False)

    with replays() as replay:
        yield replay
