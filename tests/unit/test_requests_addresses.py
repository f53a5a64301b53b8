"""Base URLs, mended as the vendors' SDKs would read them, and the endpoints made from them."""

from __future__ import annotations

from typing import Any

import pytest

from deltawire.failures import FailureKind
from deltawire.requests import ConfigurationError, Target, build_request
from deltawire.requests.urls import ollama_host

CHAT = "/chat/completions"
ADDRESSES = [
    # OpenAI's schemas: the version is part of the base.
    ("openai-chat", "https://api.openai.com", f"https://api.openai.com/v1{CHAT}"),
    ("openai-chat", "https://api.openai.com/", f"https://api.openai.com/v1{CHAT}"),
    ("openai-chat", "https://api.openai.com/v1/", f"https://api.openai.com/v1{CHAT}"),
    ("openai-chat", "https://api.openai.com/v1/v1", f"https://api.openai.com/v1{CHAT}"),
    ("openai-chat", "https://api.openai.com//v1", f"https://api.openai.com/v1{CHAT}"),
    ("openai-chat", f"https://api.openai.com/v1{CHAT}", f"https://api.openai.com/v1{CHAT}"),
    ("openai-chat", "https://eu.api.openai.com/v1", f"https://eu.api.openai.com/v1{CHAT}"),
    ("openai-chat", "http://127.0.0.1:8080", f"http://127.0.0.1:8080/v1{CHAT}"),
    ("openai-chat", "https://gw.example/acc/openai", f"https://gw.example/acc/openai{CHAT}"),
    ("openai-chat", "https://gw.example/v1?tenant=a", f"https://gw.example/v1{CHAT}?tenant=a"),
    ("openai-responses", "https://api.openai.com", "https://api.openai.com/v1/responses"),
    ("openai-responses", "https://api.openai.com/v1/responses", "https://api.openai.com/v1/responses"),
    ("openai-responses", f"https://api.openai.com/v1{CHAT}", "https://api.openai.com/v1/responses"),
    ("grok", "https://api.x.ai", f"https://api.x.ai/v1{CHAT}"),
    ("groq", "https://api.groq.com", f"https://api.groq.com/openai/v1{CHAT}"),
    ("groq", "https://api.groq.com/openai", f"https://api.groq.com/openai/v1{CHAT}"),
    ("openrouter", "https://openrouter.ai/api", f"https://openrouter.ai/api/v1{CHAT}"),
    ("deepseek", "https://api.deepseek.com/", f"https://api.deepseek.com{CHAT}"),
    ("deepseek", "https://api.deepseek.com/beta", f"https://api.deepseek.com/beta{CHAT}"),
    ("deepseek", "http://localhost:9000", f"http://localhost:9000/v1{CHAT}"),
    ("zai", "https://api.z.ai", f"https://api.z.ai/api/paas/v4{CHAT}"),
    ("vllm", "http://gpu.example:8000", f"http://gpu.example:8000/v1{CHAT}"),
    ("vllm", "http://[::1]:8000/v1", f"http://[::1]:8000/v1{CHAT}"),
    ("ollama-openai", "0.0.0.0:11434", f"http://127.0.0.1:11434/v1{CHAT}"),
    ("ollama-openai", "http://box:11434/api", f"http://box:11434/v1{CHAT}"),
    # Azure: with a dated version classic, without one v1.
    ("azure", "https://r.openai.azure.com/openai", f"https://r.openai.azure.com/openai/v1{CHAT}"),
    ("azure", "https://r.openai.azure.com/openai/v1/", f"https://r.openai.azure.com/openai/v1{CHAT}"),
    (
        "azure",
        "https://r.openai.azure.com/openai?api-version=2024-10-21",
        f"https://r.openai.azure.com/openai/deployments/m{CHAT}?api-version=2024-10-21",
    ),
    (
        "azure",
        f"https://r.openai.azure.com/openai/deployments/other{CHAT}?api-version=2024-10-21",
        f"https://r.openai.azure.com/openai/deployments/other{CHAT}?api-version=2024-10-21",
    ),
    (
        "azure",
        "https://r.openai.azure.com?api-version=preview",
        f"https://r.openai.azure.com/openai/v1{CHAT}?api-version=preview",
    ),
    ("azure", "https://r.services.ai.azure.com/models", f"https://r.services.ai.azure.com/models{CHAT}"),
    (
        "openai-responses",
        "https://r.openai.azure.com?api-version=2025-03-01-preview",
        "https://r.openai.azure.com/openai/responses?api-version=2025-03-01-preview",
    ),
    (
        "openai-responses",
        "https://r.openai.azure.com/openai/deployments/m?api-version=2025-03-01-preview",
        "https://r.openai.azure.com/openai/responses?api-version=2025-03-01-preview",
    ),
    # The others: the base is a host.
    ("anthropic", "https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
    ("anthropic", "https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/messages"),
    ("anthropic", "https://api.anthropic.com/v1/messages", "https://api.anthropic.com/v1/messages"),
    ("anthropic", "https://api.deepseek.com/anthropic", "https://api.deepseek.com/anthropic/v1/messages"),
    ("gemini", "http://localhost:1", "http://localhost:1/v1beta/models/m:streamGenerateContent?alt=sse"),
    ("gemini", "http://localhost:1/v1/", "http://localhost:1/v1/models/m:streamGenerateContent?alt=sse"),
    ("gemini", "http://localhost:1/v1beta/models", "http://localhost:1/v1beta/models/m:streamGenerateContent?alt=sse"),
    ("gemini-interactions", "http://localhost:1/v1beta", "http://localhost:1/v1beta/interactions"),
    ("gemini-interactions", "http://localhost:1", "http://localhost:1/v1beta/interactions"),
    ("ollama", "0.0.0.0:11434", "http://127.0.0.1:11434/api/chat"),
    ("ollama", "box", "http://box:11434/api/chat"),
    ("ollama", "http://box:11434/api/", "http://box:11434/api/chat"),
    ("ollama", "http://box:11434/v1", "http://box:11434/api/chat"),
    ("ollama", "https://box/prefix", "https://box/prefix/api/chat"),
    ("cohere", "https://api.cohere.com/v2", "https://api.cohere.com/v2/chat"),
    ("cohere", "https://api.cohere.com", "https://api.cohere.com/v2/chat"),
    ("bedrock", "http://localhost:1/", "http://localhost:1/model/m/converse-stream"),
    ("bedrock", "http://localhost:1/aws", "http://localhost:1/aws/model/m/converse-stream"),
]


def url_of(provider: str, base_url: str, **more: Any) -> str:
    target = Target(provider, "m", api_key="k", base_url=base_url, **more)
    return build_request(target, "hi").url


def refusal(target: Target, *args: Any, **ask: Any) -> str:
    with pytest.raises(ConfigurationError) as caught:
        build_request(target, *args, **ask)
    failure = caught.value.failure
    assert failure.kind is FailureKind.UNCONFIGURED
    assert failure.provider == target.provider
    assert not failure.retryable
    return failure.message


@pytest.mark.parametrize(("provider", "base_url", "expected"), ADDRESSES, ids=[f"{p} {b}" for p, b, _ in ADDRESSES])
def test_base_url_means_what_the_vendors_sdk_means_by_it(provider: str, base_url: str, expected: str) -> None:
    assert url_of(provider, base_url) == expected


@pytest.mark.parametrize("address", ADDRESSES, ids=[f"{p} {b}" for p, b, _ in ADDRESSES])
def test_mended_address_stays_as_it_is(address: tuple[str, str, str]) -> None:
    provider, _, url = address
    if provider not in {"gemini", "bedrock"}:
        assert url_of(provider, url) == url


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("", "http://127.0.0.1:11434"),
        ("1.2.3.4", "http://1.2.3.4:11434"),
        (":56789", "http://127.0.0.1:56789"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("http://0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("[::]:11434", "http://[::1]:11434"),
        ("::1", "http://[::1]:11434"),
        ("http://1.2.3.4", "http://1.2.3.4"),
        ("https://1.2.3.4", "https://1.2.3.4"),
        ("example.com:56789/path/", "http://example.com:56789/path"),
        ("example.com/path", "http://example.com:11434/path"),
        ("[0001:002::1]:56789/path", "http://[0001:002::1]:56789/path"),
        (" example.com ", "http://example.com:11434"),
    ],
)
def test_ollama_host_is_read_as_its_own_clients_read_it(host: str, expected: str) -> None:
    assert ollama_host(host) == expected


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        ("api.openai.com/v1", "http://"),
        ("ftp://api.openai.com", "http://"),
        ("https://", "host name"),
        ("https://host:99999/v1", "no URL"),
        ("https://host:0/v1", "port"),
        ("https://[::1/v1", "no URL"),
        ("https://exämple.com/v1", "outside ASCII"),
        ("https://host/v1 ", "white space"),
        ("https://host/v1\n", "white space"),
        ("https://user:secret-1234567@host/v1", "user name or password"),
        ("https://secret-1234567@host/v1", "user name or password"),
        ("https://host/v1?key=secret-1234567", "credential"),
        ("https://host/v1?api_key=secret-1234567", "credential"),
        ("https://host/v1?access_token=secret-1234567", "credential"),
    ],
)
def test_wrong_base_url_is_refused_without_being_shown(base_url: str, words: str) -> None:
    message = refusal(Target("openai-chat", "m", api_key="k", base_url=base_url), "hi")
    assert words in message
    assert "secret" not in message
    assert "secret" not in repr(Target("openai-chat", "m", base_url=base_url))


def test_user_name_in_ollama_host_is_refused() -> None:
    assert "password" in refusal(Target("ollama", "m", base_url="user:pw@host:1"), "hi")


@pytest.mark.parametrize("model", ["", ".", "..", "models/..", "a//b"])
def test_model_that_would_change_the_path_is_refused(model: str) -> None:
    assert "stand in a URL" in refusal(Target("gemini", model, api_key="k"), "hi")


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-x", "models/gemini-x"),
        ("models/gemini-x", "models/gemini-x"),
        ("tunedModels/mine", "tunedModels/mine"),
        ("a?b#c", "models/a%3Fb%23c"),
    ],
)
def test_gemini_model_becomes_a_path(model: str, path: str) -> None:
    url = build_request(Target("gemini", model, api_key="k"), "hi").url
    assert url == f"https://generativelanguage.googleapis.com/v1beta/{path}:streamGenerateContent?alt=sse"


def test_arn_is_one_segment() -> None:
    arn = "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-x"
    request = build_request(Target("bedrock-invoke", arn, api_key="k", region="us-east-1"), "hi")
    assert request.url.endswith("inference-profile%2Fus.anthropic.claude-x/invoke-with-response-stream")
    assert b"anthropic_version" in request.body


def test_deployment_url_without_a_version_is_refused() -> None:
    target = Target("azure", "m", api_key="k", base_url="https://r.openai.azure.com/openai/deployments/m")
    assert "OPENAI_API_VERSION" in refusal(target, "hi")
