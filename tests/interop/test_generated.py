"""Answers that Hypothesis makes up through the vendors' clients, read as we read them; failures that encoders write.

Left out is where a client is known to differ: the helper of Responses knows `response.completed` alone as an end, that
of Anthropic gives what parses of arguments that were cut by length, and the client of Ollama splits lines at U+0085
and its kin, so there they are escaped.
"""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deltawire import ENCODABLE, Encoder, Failure, FailureKind
from deltawire.events import Event, Failed
from deltawire.testing import Answer, Style, wire
from deltawire.testing.strategies import answers, event_streams
from deltawire.testing.wire import content_type
from tests.interop.answer import ours
from tests.interop.clients import CLIENTS, Client
from tests.interop.compare import of_reply
from tests.interop.memory import Reply
from tests.interop.wall.peers import FAILING

if all(client.missing for client in CLIENTS):
    pytest.skip("needs a vendor's client (extra `interop`)", allow_module_level=True)

ENDS_BY_ITSELF = "openai responses .stream()"
WHOLE_CALLS = ("anthropic .stream()", "anthropic AnthropicBedrock .stream()")
SOURCES = ("openai-chat", "openai-responses", "anthropic", "gemini", "ollama", "cohere", "bedrock")
_INSTALLED = [client for client in CLIENTS if not client.missing]
clients = pytest.mark.parametrize("client", _INSTALLED, ids=lambda client: client.name)
encodable = pytest.mark.parametrize(
    "client", [one for one in _INSTALLED if one.dialects[0] in ENCODABLE], ids=lambda client: client.name
)


def readable(client: Client, finish: str, *, calls: bool) -> bool:
    """False for an answer that the client is known to read otherwise."""
    if client.name == ENDS_BY_ITSELF:
        return finish in ("stop", "tool_calls")
    return not (client.name in WHOLE_CALLS and calls and finish == "length")


@clients
@given(answer=answers(errors=False), style=st.builds(Style, escaped=st.booleans(), spaced=st.booleans()))
def test_generated_answers_are_read_alike(client: Client, answer: Answer, style: Style) -> None:
    assume(readable(client, answer.finish, calls=bool(answer.calls)))
    [dialect, *_] = client.dialects
    if dialect == "ollama":
        style = Style(escaped=True, spaced=style.spaced)
    reply = Reply((wire(dialect, answer, style),), headers=(("content-type", content_type(dialect)),))
    assert list(of_reply(client, client.load(), dialect, reply, "generated")) == []
    assert ours(dialect, reply).choice().text == answer.text


@encodable
@given(source=st.sampled_from(SOURCES).flatmap(partial(event_streams, damaged=True)))
def test_a_failure_that_an_encoder_writes_is_told_by_the_client(client: Client, source: list[Event]) -> None:
    assume(isinstance(source[-1], Failed))
    encoder = Encoder(client.dialects[0])
    reply = Reply((b"".join(map(encoder.feed, source)),), headers=(("content-type", encoder.media_type),))
    try:
        answer = client.load()(reply)
    except Exception:  # noqa: BLE001 - each vendor has an exception of its own for it
        return
    assert answer.choice().finish in FAILING


@encodable
def test_a_refusal_that_an_encoder_writes_is_raised_by_the_client(client: Client) -> None:
    for kind in FailureKind:
        status, headers, body = Encoder(client.dialects[0]).error_response(Failure(kind, "It failed"))
        with pytest.raises(Exception, match="It failed"):
            client.load()(Reply((body,), status, tuple(headers)))
