"""Both shims through TLS and proxies, as the environment names them."""

from __future__ import annotations

import ssl
from typing import Any

import anyio
import pytest
from tests.shim_bodies import HELLO, text
from tests.shim_network import Certificates, Proxy, TLSFront
from tests.unit.transports.scenarios import KEY, ONCE

import deltawire
from deltawire.requests import Target
from deltawire_transports import aio, blocking
from deltawire_transports.replay import ReplayServer, Reply


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(params=["blocking", "asyncio", "trio"])
def shim(request: pytest.FixtureRequest) -> str:
    if request.param == "trio":
        pytest.importorskip("trio", reason="trio is not installed")
    return str(request.param)


def asked(shim: str, base_url: str, *, leave_early: bool = False, **options: Any) -> list[Any]:
    """The events of one stream, up to the first text if it is left early."""
    target = Target("openai-chat", "m", KEY, base_url + "/v1")
    options = {"policy": ONCE, "errors": "events", **options}
    events: list[Any] = []

    def enough(event: Any) -> bool:
        events.append(event)
        return leave_early and isinstance(event, deltawire.TextDelta)

    async def main() -> None:
        async with aio.open_stream(target, "hi", **options) as stream:
            async for event in stream:
                if enough(event):
                    break

    if shim == "blocking":
        with blocking.open_stream(target, "hi", **options) as stream:
            for event in stream:
                if enough(event):
                    break
    else:
        anyio.run(main, backend=shim)
    assert KEY not in repr(events)
    return events


class TestTLS:
    def test_with_a_context_of_the_callers(self, shim: str, certificates: Certificates) -> None:
        with ReplayServer(Reply(HELLO)) as server, TLSFront(server.base_url, certificates) as front:
            events = asked(shim, front.base_url, ssl_context=certificates.client())
        assert isinstance(events[-1], deltawire.Finished)

    def test_with_the_systems_certificates(
        self, shim: str, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
        with ReplayServer(Reply(HELLO)) as server, TLSFront(server.base_url, certificates) as front:
            events = asked(shim, front.base_url)
        assert isinstance(events[-1], deltawire.Finished)

    def test_refuses_a_certificate_that_nobody_vouches_for(self, shim: str, certificates: Certificates) -> None:
        with ReplayServer(Reply(HELLO)) as server, TLSFront(server.base_url, certificates) as front:
            error = asked(shim, front.base_url)[-1].error
            assert not server.record
        assert error.kind == "connect"
        assert "certificate is not trusted" in error.message
        assert not error.retryable

    def test_with_a_server_that_speaks_none(self, shim: str) -> None:
        with ReplayServer(Reply(HELLO)) as server:
            error = asked(shim, server.base_url.replace("http:", "https:").replace("127.0.0.1", "localhost"))[-1].error
        assert (error.kind, error.retryable) == ("connect", True)
        assert "TLS failed: wrong version number" in error.message

    def test_is_closed_at_once(self, shim: str, certificates: Certificates) -> None:
        with ReplayServer(Reply(text("Hel"), end="hold")) as server, TLSFront(server.base_url, certificates) as front:
            asked(shim, front.base_url, leave_early=True, ssl_context=certificates.client())
            assert server.record[0].client_closed.wait(5)


class TestProxies:
    def test_are_asked_for_plain_addresses(self, shim: str, monkeypatch: pytest.MonkeyPatch) -> None:
        with ReplayServer(Reply(HELLO)) as server, Proxy() as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            events = asked(shim, server.base_url)
            assert proxy.asked == [f"POST {server.base_url}/v1/chat/completions"]
        assert isinstance(events[-1], deltawire.Finished)

    @pytest.mark.parametrize("variable", ["https_proxy", "all_proxy"])
    def test_make_tunnels_for_tls(
        self, shim: str, variable: str, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with (
            ReplayServer(Reply(HELLO)) as server,
            TLSFront(server.base_url, certificates) as front,
            Proxy("user:secret") as proxy,
        ):
            monkeypatch.setenv(variable, proxy.url)
            events = asked(shim, front.base_url, ssl_context=certificates.client())
            assert proxy.asked == [f"CONNECT localhost:{front.port}"]
        assert isinstance(events[-1], deltawire.Finished)

    def test_through_a_tunnel_are_closed_at_once(
        self, shim: str, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with (
            ReplayServer(Reply(text("Hel"), end="hold")) as server,
            TLSFront(server.base_url, certificates) as front,
            Proxy() as proxy,
        ):
            monkeypatch.setenv("https_proxy", proxy.url)
            asked(shim, front.base_url, leave_early=True, ssl_context=certificates.client())
            assert server.record[0].client_closed.wait(5)

    def test_that_want_a_password_say_so(
        self, shim: str, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with ReplayServer(Reply(HELLO)) as server, Proxy("user:secret") as proxy:
            monkeypatch.setenv("https_proxy", proxy.url.replace("secret", "canary-4712"))
            events = asked(shim, server.base_url.replace("http:", "https:"), ssl_context=certificates.client())
            assert not server.record
        assert events[-1].error.kind == "connect"
        assert events[-1].error.message == "The proxy refused the connection (HTTP 407)"
        assert "4712" not in repr(events)

    def test_are_left_out_where_the_environment_says_so(self, shim: str, monkeypatch: pytest.MonkeyPatch) -> None:
        with ReplayServer(Reply(HELLO)) as server, Proxy() as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
            assert isinstance(asked(shim, server.base_url)[-1], deltawire.Finished)
            assert not proxy.asked

    def test_of_socks_need_a_package(self, shim: str, monkeypatch: pytest.MonkeyPatch) -> None:
        with ReplayServer(Reply(HELLO)) as server:
            monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:9")
            error = asked(shim, server.base_url)[-1].error
        try:
            import socksio  # noqa: F401, PLC0415
        except ImportError:
            assert error.kind == "unconfigured"
            assert "socksio" in error.message
        else:
            assert error.kind == "connect"


def test_a_context_and_a_pool_exclude_each_other() -> None:
    class Pool:
        def handle_request(self, request: object) -> None: ...

    with pytest.raises(TypeError, match="its own ssl_context"):
        blocking.open_stream(Target("ollama", "m"), "hi", pool=Pool(), ssl_context=ssl.create_default_context())
