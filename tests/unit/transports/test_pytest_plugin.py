"""The fixture `deltawire_replay`, in pytest runs of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[3]
PATH = os.pathsep.join([str(ROOT / "sansio"), str(ROOT / "transports")])
MODULE = "deltawire_transports.pytest_plugin"
# The run around this one has the module loaded already if the project is installed: it holds no asserts to rewrite.
OPTIONS = ("-p", "no:cacheprovider", "-W", "error", "-W", "ignore::pytest.PytestAssertRewriteWarning", "-q")
ASK = """
import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

def post(server, path="/v1/chat/completions", key="k"):
    client = HTTPConnection(urlsplit(server.base_url).netloc, timeout=5)
    client.request("POST", path, json.dumps({"stream": True, "model": "m"}), {"Authorization": f"Bearer {key}"})
    response = client.getresponse()
    try:
        return response.status, response.getheader("Content-Type"), response.read()
    finally:
        client.close()
"""


def run(pytester: pytest.Pytester, test: str) -> pytest.RunResult:
    """Runs a test file with the plugin, be the project installed or only on the path."""
    pytester.makepyfile(ASK + textwrap.dedent(test))
    # Without the name of the entry point, so that an installed plugin is not loaded twice.
    return pytester.runpytest_inprocess("-p", "no:deltawire", "-p", MODULE, *OPTIONS)


def test_bytes_are_served_to_every_request_until_the_test_ends(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest
        urls = []
        BODY = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\\n\\ndata: [DONE]\\n\\n'

        def test_served(deltawire_replay):
            server = deltawire_replay(BODY)
            urls.append(server)
            assert post(server) == (200, "text/event-stream", BODY)
            assert post(server, "/anything")[2] == BODY
            assert [each.path for each in server.record] == ["/v1/chat/completions", "/anything"]

        def test_closed():
            with pytest.raises(OSError):
                post(urls[0])
        """,
    )
    result.assert_outcomes(passed=2)


def test_the_content_type_is_that_of_the_provider_or_of_the_body(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        from deltawire.testing import Answer, Text, wire

        def test_types(deltawire_replay):
            answer = Answer((Text(("Hi",)),))
            kinds = {name: post(deltawire_replay(wire(name, answer)))[1] for name in ("anthropic", "ollama", "bedrock")}
            assert kinds == {
                "anthropic": "text/event-stream",
                "ollama": "application/x-ndjson",
                "bedrock": "application/vnd.amazon.eventstream",
            }
            assert post(deltawire_replay(b"", provider="ollama"), "/api/chat")[1] == "application/x-ndjson"
            assert post(deltawire_replay(b"?"))[1] == "text/event-stream"
        """,
    )
    result.assert_outcomes(passed=1)


def test_with_a_provider_requests_are_refused_as_it_would(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        def test_refused(deltawire_replay):
            server = deltawire_replay(b"data: [DONE]\\n\\n", provider="openai-chat", key="k")
            assert post(server)[0] == 200
            assert post(server, "/v2/chat")[0] == 404
            assert post(server, key="other")[0] == 401
            dialect = deltawire_replay(b"data: [DONE]\\n\\n", provider="groq")
            assert post(dialect, "/openai/v1/chat/completions")[0] == 200
        """,
    )
    result.assert_outcomes(passed=1)


def test_files_are_served_be_they_bodies_or_captures(pytester: pytest.Pytester) -> None:
    Path(pytester.path, "body.sse").write_bytes(b"data: \xff[DONE]\n\n")
    result = run(
        pytester,
        """
        import io, random
        from deltawire.policy import Plan, RetryPolicy
        from deltawire.requests import Target
        from deltawire_transports.blocking import Stream
        from deltawire_transports.capture_session import RecordingSession

        from deltawire.testing import Answer, Text, wire

        BODY = wire("openai-chat", Answer((Text(("Hi",)),)))

        def test_body(deltawire_replay, pytestconfig):
            assert post(deltawire_replay(pytestconfig.rootpath / "body.sse"))[2] == b"data: \\xff[DONE]\\n\\n"
            assert post(deltawire_replay(str(pytestconfig.rootpath / "body.sse")))[0] == 200

        def test_capture(deltawire_replay, tmp_path):
            with open(tmp_path / "capture", "w") as file:
                target = Target("openai-chat", "m", "k", deltawire_replay(BODY).base_url + "/v1")
                with Stream(RecordingSession(file, Plan(target), "hi"), errors="events") as stream:
                    list(stream)
            assert post(deltawire_replay(tmp_path / "capture"))[2] == BODY
        """,
    )
    result.assert_outcomes(passed=2)


def test_pieces_and_scripts_are_served_as_they_are(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest
        from http.client import IncompleteRead
        from deltawire_transports.replay import Reply, json_reply

        def test_pieces(deltawire_replay):
            server = deltawire_replay([b"data: ", b"[DONE]\\n\\n"])
            assert post(server)[2] == b"data: [DONE]\\n\\n"
            assert [piece for _, piece in server.record[0].reply.body] == [b"data: ", b"[DONE]\\n\\n"]

        def test_script(deltawire_replay):
            server = deltawire_replay([json_reply(503, {}), Reply(b"x")])
            assert [post(server)[0] for _ in range(3)] == [503, 200, 404]

        def test_end(deltawire_replay):
            with pytest.raises(IncompleteRead):
                post(deltawire_replay(b"data: x\\n\\n", end="cut"))

        def test_pace(deltawire_replay):
            server = deltawire_replay(b"data: x\\n\\ndata: y\\n\\n", seconds_per_frame=0.001)
            post(server)
            assert [wait for wait, _ in server.record[0].reply.body] == [0.001, 0.001]
        """,
    )
    result.assert_outcomes(passed=4)


def test_what_strategies_draw_is_served_in_property_tests(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        from http.client import HTTPException
        from hypothesis import HealthCheck, given, settings
        from deltawire.testing.strategies import chunkings, replies, wire_bytes

        quick = settings(
            max_examples=10, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
        )

        @quick
        @given(wire_bytes("anthropic").flatmap(chunkings))
        def test_bodies(deltawire_replay, chunks):
            server = deltawire_replay(chunks, provider=None)
            assert post(server)[2] == b"".join(chunks)
            server.close()

        @quick
        @given(replies("openai-chat"))
        def test_replies(deltawire_replay, reply):
            server = deltawire_replay(reply)
            try:
                status, _, body = post(server)
            except (HTTPException, OSError):
                assert reply.broken
            else:
                assert status == reply.status
                assert body == reply.body or status == 204
            server.close()
        """,
    )
    result.assert_outcomes(passed=2)


def test_the_entry_point_is_the_plugin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"deltawire": MODULE}
    installed = [each.value for each in entry_points(group="pytest11") if each.name == "deltawire"]
    assert set(installed) <= {MODULE}


def test_a_run_that_does_not_use_the_fixture_needs_and_loads_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""
        import sys

        def test_that_is_not_ours():
            assert [name for name in sys.modules if "deltawire" in name] == ["deltawire_transports", "{MODULE}"]
            assert [name for name in ("h11", "httpcore", "anyio") if sys.modules.get(name)] == []

        def test_that_asks(deltawire_replay):
            pass
        """
    )
    # What is None in sys.modules cannot be imported.
    code = "import sys, pytest; sys.modules['h11'] = None; sys.exit(pytest.main(sys.argv[1:]))"
    # The plugins of others would load some of it.
    environment = {**os.environ, "PYTHONPATH": PATH, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, "-p", MODULE, *OPTIONS],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert "1 passed, 1 error" in done.stdout, done.stdout + done.stderr
    assert "deltawire_replay needs the extra http: " in done.stdout


def test_the_plugin_alone_loads_nothing_else() -> None:
    code = f"import sys, {MODULE} as _; print(sorted(m for m in sys.modules if 'wire' in m))"
    environment = {**os.environ, "PYTHONPATH": PATH}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == f"['deltawire_transports', '{MODULE}']"
