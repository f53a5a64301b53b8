"""The vendors' own clients before the gateway, another vendor's protocol behind it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deltawire.policy import RetryPolicy
from deltawire.requests import Target
from deltawire_transports.faults import FAULTS, SAMPLES, FaultServer, Position
from deltawire_transports.replay import ReplayServer, Reply
from tests.gateway_host import KEY, hosted

TOOL = {"type": "object", "properties": {"city": {"type": "string"}}}


def upstream(provider: str) -> Reply:
    body = SAMPLES[provider].body
    return Reply(body.data, headers={"Content-Type": body.media_type})


def target(server: Any, provider: str) -> Target:
    return Target(provider, "sample-1", KEY, server.base_url)


def chat(url: str) -> Any:
    """The stream of the openai client, Chat Completions."""
    openai = pytest.importorskip("openai", reason="needs openai (extra `interop`)")
    client = openai.OpenAI(api_key="none", base_url=f"{url}/v1", max_retries=0)
    tools = [{"type": "function", "function": {"name": "weather", "parameters": TOOL}}]
    return client.chat.completions.stream(model="any", messages=[{"role": "user", "content": "hi"}], tools=tools)


def messages(url: str) -> Any:
    """The stream of the anthropic client."""
    anthropic = pytest.importorskip("anthropic", reason="needs anthropic (extra `interop`)")
    client = anthropic.Anthropic(api_key="none", base_url=url, max_retries=0)
    tools = [{"name": "weather", "input_schema": TOOL}]
    return client.messages.stream(model="any", max_tokens=64, messages=[{"role": "user", "content": "hi"}], tools=tools)


@pytest.mark.parametrize("provider", ["anthropic", "gemini", "ollama", "openai-responses"])
def test_the_openai_client_reads_text_and_tool_calls(provider: str) -> None:
    with (
        ReplayServer(upstream(provider)) as server,
        hosted(target(server, provider)) as gateway,
        chat(gateway.url) as stream,
    ):
        answer = stream.get_final_completion().choices[0]
    [call] = answer.message.tool_calls
    assert (answer.message.content, answer.finish_reason) == (SAMPLES[provider].text, "tool_calls")
    assert (call.function.name, json.loads(call.function.arguments)) == (
        "weather",
        json.loads(SAMPLES[provider].arguments),
    )


@pytest.mark.parametrize("provider", ["openai-chat", "gemini", "ollama", "openai-responses"])
def test_the_anthropic_client_reads_text_and_tool_calls(provider: str) -> None:
    with (
        ReplayServer(upstream(provider)) as server,
        hosted(target(server, provider)) as gateway,
        messages(gateway.url) as stream,
    ):
        answer = stream.get_final_message()
    assert [block.type for block in answer.content] == ["text", "tool_use"]
    assert (answer.content[0].text, answer.stop_reason) == (SAMPLES[provider].text, "tool_use")
    assert (answer.content[1].name, answer.content[1].input) == ("weather", json.loads(SAMPLES[provider].arguments))


@pytest.mark.parametrize("provider", ["anthropic", "openai-chat"])
def test_the_openai_client_reads_a_response(provider: str) -> None:
    openai = pytest.importorskip("openai", reason="needs openai (extra `interop`)")
    with ReplayServer(upstream(provider)) as server, hosted(target(server, provider)) as gateway:
        client = openai.OpenAI(api_key="none", base_url=f"{gateway.url}/v1", max_retries=0)
        with client.responses.stream(model="any", input="hi") as stream:
            answer = stream.get_final_response()
    assert answer.output_text == SAMPLES[provider].text
    assert [json.loads(item.arguments) for item in answer.output if item.type == "function_call"] == [
        json.loads(SAMPLES[provider].arguments)
    ]


@pytest.mark.parametrize(
    ("client", "package"), [(chat, "openai"), (messages, "anthropic")], ids=["openai", "anthropic"]
)
def test_a_cut_upstream_raises_in_the_vendors_client(client: Any, package: str) -> None:
    vendor = pytest.importorskip(package, reason=f"needs {package} (extra `interop`)")
    body = SAMPLES["gemini"].body
    with (
        FaultServer(body, FAULTS["reset"], Position.BEFORE_TERMINAL) as server,
        hosted(target(server, "gemini"), policy=RetryPolicy(max_attempts=1)) as gateway,
        pytest.raises(vendor.APIError) as raised,
        client(gateway.url) as stream,
    ):
        for _ in stream:
            pass
    assert KEY not in str(raised.value)
