"""LiteLLM's proxy in front of aimock: every upstream in the proxy's own words."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs

from tests.servers.dialects import KEY, Dialect
from tests.servers.fixtures import ANSWERS, Answer
from tests.servers.program import MissingError, Program, free_port

__all__ = ["DIALECTS", "PLAIN_ANSWERS", "Proxy", "litellm", "upstreams"]

_CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
_AWS = {"aws_access_key_id": "a", "aws_secret_access_key": "s", "aws_region_name": "us-east-1"}

_ROUTES: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "openai-chat": {"model": "openai/gpt-5-mini", "api_base": "{}/v1"},
        "openai-responses": {"model": "openai/responses/gpt-5-mini", "api_base": "{}/v1"},
        "anthropic": {"model": "anthropic/claude-sonnet-4-5", "api_base": "{}"},
        "gemini": {"model": "gemini/gemini-2.5-flash", "api_base": "{}/v1beta"},
        "ollama": {"model": "ollama_chat/qwen3", "api_base": "{}"},
        "bedrock": {"model": f"bedrock/converse/{_CLAUDE}", "aws_bedrock_runtime_endpoint": "{}", **_AWS},
        "bedrock-invoke": {"model": f"bedrock/invoke/{_CLAUDE}", "aws_bedrock_runtime_endpoint": "{}", **_AWS},
        "cohere": {"model": "cohere_chat/command-a-03-2025", "api_base": "{}/v2/chat"},
        "azure": {"model": "azure/gpt-5-mini", "api_base": "{}", "api_version": "2024-10-21"},
        "openrouter": {"model": "openrouter/openai/gpt-5-mini", "api_base": "{}/api/v1"},
        "deepseek": {"model": "deepseek/deepseek-reasoner", "api_base": "{}/v1"},
    }
)


def _plain(answer: Answer) -> Answer:
    """The answer in characters of one UTF-16 unit, none of which is a line end to anyone."""
    text, reasoning = (
        "".join(each for each in said if each <= "\uffff" and each not in "\x85\u2028")
        for said in (answer.text, answer.reasoning)
    )
    return attrs.evolve(answer, text=text, reasoning=reasoning)


_SPECIAL = (
    Answer("emoji", "Grüezi 🌍, 👩‍👩‍👧!", chunk=512),
    Answer("halves", "Grüezi 🌍, 👩‍👩‍👧!", chunk=1),
    Answer("line ends", "One\x0btwo\x0cthree\x1cfour\x85five\u2028six\u2029seven", chunk=512),
)
PLAIN_ANSWERS = {name: _plain(answer) for name, answer in ANSWERS.items()} | {each.name: each for each in _SPECIAL}
"""Answers in plain characters, and of those that the proxy is known to lose each kind by itself: characters of two
UTF-16 units, whole and cut in two, and what Unicode takes for an end of a line, and neither JSON nor SSE do."""
DIALECTS = {"litellm": "/v1", "openai-responses": "/v1", "anthropic": ""}
"""What the proxy speaks, whatever is behind it, and where."""


def upstreams(provider: str) -> list[Dialect]:
    """All its models, asked in this dialect."""
    return [Dialect(provider, name, DIALECTS[provider], name) for name in _ROUTES]


@attrs.frozen
class Proxy:
    """A running one."""

    base_url: str
    key: str = attrs.field(repr=False)
    """What it asks for."""
    version: str


def _configuration(aimock: str, key: str) -> dict[str, Any]:
    routes = [
        {
            "model_name": name,
            "litellm_params": {"api_key": KEY, **{key: value.format(aimock) for key, value in way.items()}},
        }
        for name, way in _ROUTES.items()
    ]
    return {
        "model_list": routes,
        "general_settings": {"master_key": key},
        "litellm_settings": {"drop_params": True, "num_retries": 0, "telemetry": False},
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
    }


@contextmanager
def litellm(folder: Path, aimock: str, program: str | None = None) -> Iterator[Proxy]:
    """A running proxy before this aimock. `program` is its command, looked for in the path if None.

    Raises MissingError where there is none.
    """
    found = shutil.which(program or "litellm")
    if found is None:
        raise MissingError("needs LiteLLM's proxy: pip install 'litellm[proxy]'")
    key = f"sk-{secrets.token_hex(32)}"
    # YAML, of which JSON is a part.
    (folder / "config.yaml").write_text(json.dumps(_configuration(aimock, key)))
    # Its table of prices is fetched from the network else.
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}
    asked = subprocess.run([found, "--version"], env=environment, capture_output=True, text=True, check=False)
    version = re.search(r"\d+\.\d+\.\d+", asked.stdout)
    if version is None:
        raise MissingError(f"{found} does not run: {asked.stderr[-500:]}")
    port = free_port()
    command = [found, "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
    with Program(command, folder, 180.0, environment) as running:
        running.wait_for_port(port, "/health/liveliness")
        yield Proxy(f"http://127.0.0.1:{port}", key, version[0])
