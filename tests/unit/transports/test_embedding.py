"""The examples of embedding the bare parser, run as they stand in the documentation."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.replay_client import http
from tests.shim_bodies import HELLO, text
from tests.unit.transports.scenarios import at

import deltawire
from deltawire.requests import Request, build_request
from deltawire_transports.replay import ReplayServer, Reply, pace

FOLDER = Path(__file__).parents[3] / "docs" / "embedding"
PAGES = [path.read_text("utf-8") for path in FOLDER.with_name("loops").glob("*.md")]
EXAMPLES = sorted(path.stem for path in FOLDER.glob("*.py"))
PLAIN = ["raw_socket", "http_client", "with_urllib3", "with_requests", "with_httpx", "with_httpx2"]
WHOLE = Reply(pace(HELLO, split_points=range(0, 4096, 7)))


def example(name: str) -> ModuleType:
    """The example; skips if its library is absent."""
    library = name.removeprefix("with_")
    if library != name:
        pytest.importorskip(library, reason=f"{library} is not installed")
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def asked(server: ReplayServer) -> Request:
    return build_request(at(server), "hi")


def written_out(request: Request) -> tuple[str, int, bytes]:
    """Host, port and the request as HTTP/1.0."""
    url = urlsplit(request.url)
    headers = [*request.headers, ("Content-Length", str(len(request.body)))]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return str(url.hostname), int(url.port or 0), f"POST {url.path} HTTP/1.0\r\n{head}\r\n".encode() + request.body


def run_plain(name: str, server: ReplayServer, events: list[Any]) -> None:
    given = example(name).events(asked(server))
    with contextlib.closing(given):
        for event in given:
            events.append(event)  # noqa: PERF402 - what came before an exception counts


def run_aiohttp(server: ReplayServer, events: list[Any]) -> None:
    asyncio.run(example("with_aiohttp").events(asked(server), events.extend))


def run_protocol(server: ReplayServer, events: list[Any]) -> None:
    async def main() -> None:
        host, port, request = written_out(asked(server))
        loop = asyncio.get_running_loop()
        ended = loop.create_future()

        def show(new: list[Any]) -> None:
            events.extend(new)
            if any(isinstance(event, deltawire.Finished | deltawire.Failed) for event in new) and not ended.done():
                ended.set_result(None)

        transport, _ = await loop.create_connection(lambda: answer(show), host, port)
        transport.write(request)
        await asyncio.wait_for(ended, 5)
        transport.close()
        await asyncio.sleep(0)

    answer = example("asyncio_protocol").Answer
    asyncio.run(main())


def run_trio(server: ReplayServer, events: list[Any]) -> None:
    module = example("with_trio")
    module.trio.run(module.events, *written_out(asked(server)), events.extend)


def run_mitmproxy(server: ReplayServer, events: list[Any]) -> None:
    flow = SimpleNamespace(response=SimpleNamespace(stream=None))
    example("mitmproxy_callback").responseheaders(flow, events.extend)
    request = asked(server)
    with http(server) as client:
        client.request("POST", urlsplit(request.url).path, request.body, dict(request.headers))
        with client.getresponse() as response:
            while chunk := response.read1(65_536):
                assert flow.response.stream(chunk) == chunk
    assert flow.response.stream(b"") == b""


RUNS = {name: lambda server, events, name=name: run_plain(name, server, events) for name in PLAIN} | {
    "with_aiohttp": run_aiohttp,
    "asyncio_protocol": run_protocol,
    "with_trio": run_trio,
    "mitmproxy_callback": run_mitmproxy,
}


def told_of_cuts(name: str) -> dict[str, str]:
    """What an example's page says that a cut body gives: an exception without its module, or the last event."""
    [page] = [page for page in PAGES if f"embedding/{name}.py" in page]
    rows = re.findall(r"^\| (chunks|its Content-Length|the end of the connection) \| (.*) \|$", page, re.MULTILINE)
    framings = ("chunked", "content-length", "close")
    cells = (cell.strip("`") for _, cell in rows)
    return dict(zip(framings, (cell if "(" in cell else cell.rpartition(".")[2] for cell in cells), strict=True))


@pytest.mark.parametrize("name", RUNS)
class TestAnExample:
    def test_gives_the_events_of_a_whole_answer(self, name: str) -> None:
        events: list[Any] = []
        with ReplayServer(WHOLE) as server:
            RUNS[name](server, events)
        assert "".join(event.text for event in events if isinstance(event, deltawire.TextDelta)) == "Hello"
        assert isinstance(events[-1], deltawire.Finished)

    @pytest.mark.parametrize("framing", ["chunked", "content-length", "close"])
    def test_never_takes_a_cut_answer_for_a_whole_one(self, name: str, framing: Any) -> None:
        events: list[Any] = []
        failed = ""
        with ReplayServer(Reply(text("Hel"), end="cut", framing=framing)) as server:
            try:
                RUNS[name](server, events)
            except Exception as error:  # noqa: BLE001 - each client has an exception of its own
                failed = type(error).__name__
        assert failed or isinstance(events[-1], deltawire.Failed)
        assert not any(isinstance(event, deltawire.Finished) for event in events)
        assert told_of_cuts(name)[framing] in (failed or "Failed(truncated)", "the client's own exception")


def test_a_pool_of_threads_gives_one_message_for_each_request() -> None:
    with ReplayServer(lambda exchange: Reply(text(json.loads(exchange.body)["model"]) + HELLO)) as server:
        requests = [build_request(at(server, model=f"m{number}"), "hi") for number in range(8)]
        texts = [message.text for message in example("thread_pool").messages(requests)]
    assert texts == [f"m{number}Hello" for number in range(8)]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_a_run_a_reason_and_ten_lines_of_code(name: str) -> None:
    source = (FOLDER / f"{name}.py").read_text()
    assert name in RUNS or name == "thread_pool"
    tree = ast.parse(source)
    assert ast.get_docstring(tree)
    code = [node for node in tree.body[1:] if not isinstance(node, ast.Import | ast.ImportFrom)]
    lines = [line for line in source.splitlines()[code[0].lineno - 1 :] if line.strip()]
    assert len(lines) <= 10


def test_the_page_names_them_all() -> None:
    page = (FOLDER / "README.md").read_text()
    assert sorted(re.findall(r"\]\((\w+)\.py\)", page)) == EXAMPLES
