"""The table of Chat Completions dialects."""

from __future__ import annotations

import copy
import pickle
from urllib.parse import urlsplit

import attrs
import pytest

from deltawire.dialects import DIALECTS, REASONING_STYLES, Dialect
from deltawire.events import FinishReason

NAMES = {
    "openai-chat", "grok", "groq", "openrouter", "deepseek", "mistral", "azure", "together", "fireworks", "vllm",
    "sglang", "llama-cpp", "lmstudio", "perplexity", "cerebras", "dashscope", "moonshot", "zai", "gemini-openai",
    "litellm", "ollama-openai",
}  # fmt: skip
LOCAL = {"vllm", "sglang", "llama-cpp", "lmstudio", "litellm", "ollama-openai"}

every_row = pytest.mark.parametrize("row", DIALECTS.values(), ids=DIALECTS.keys())


def test_table_has_every_dialect_under_its_own_name() -> None:
    assert set(DIALECTS) == NAMES
    assert all(name == row.name for name, row in DIALECTS.items())


def test_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        DIALECTS["mine"] = Dialect("mine", None)  # type: ignore[index]


@every_row
def test_base_url_is_an_origin_with_a_path_and_nothing_else(row: Dialect) -> None:
    if row.base_url is None:
        assert row.name == "azure"
        return
    parts = urlsplit(row.base_url)
    assert parts.scheme == ("http" if row.name in LOCAL else "https")
    assert parts.hostname
    assert parts.username is None
    assert not parts.query
    assert not row.base_url.endswith("/")


@every_row
def test_keys_are_environment_names_and_required_except_on_local_servers(row: Dialect) -> None:
    assert row.key_variables
    assert all(name.isascii() and name == name.upper() and name.isidentifier() for name in row.key_variables)
    assert row.key_required == (row.name not in LOCAL)


@every_row
def test_finish_words_lead_to_finish_reasons_or_error(row: Dialect) -> None:
    assert set(row.finish_words.values()) <= {*FinishReason, "error"}


@every_row
def test_request_fields_are_known_ones(row: Dialect) -> None:
    assert row.max_tokens_field in {"max_tokens", "max_completion_tokens"}
    assert row.reasoning_style in REASONING_STYLES
    assert row.default_effort is None or row.reasoning_style == "reasoning_effort"


@every_row
def test_row_is_frozen_and_hashable(row: Dialect) -> None:
    assert hash(row) == hash(attrs.evolve(row))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        row.stream_options = False  # type: ignore[misc]
    with pytest.raises(TypeError):
        row.finish_words["stop"] = "length"  # type: ignore[index]


@every_row
def test_row_survives_copy_and_pickle_with_every_field(row: Dialect) -> None:
    for other in (copy.copy(row), copy.deepcopy(row), pickle.loads(pickle.dumps(row))):
        assert other == row
        assert repr(other) == repr(row)


def test_finish_words_do_not_follow_the_mapping_they_came_from() -> None:
    words = {"done": "stop"}
    row = Dialect("mine", None, finish_words=words)
    words["done"] = "length"
    assert row.finish_words["done"] == "stop"
    assert "finish_words={'done': 'stop'}" in repr(row)


@pytest.mark.parametrize(
    ("trait", "names"),
    [
        ("reasoning_outside_output", {"grok", "perplexity"}),
        ("repeats_placeholder_reasoning", {"grok"}),
    ],
)
def test_only_these_vendors_differ(trait: str, names: set[str]) -> None:
    assert {row.name for row in DIALECTS.values() if getattr(row, trait)} == names


def test_mistral_is_never_sent_stream_options() -> None:
    assert not DIALECTS["mistral"].stream_options
