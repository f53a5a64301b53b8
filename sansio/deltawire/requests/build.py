"""Builds the request: checks the target, asks the provider's module for URL and body, adds the headers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from ..nearest import did_you_mean
from ..version import __version__
from .anthropic import anthropic_body, anthropic_headers, anthropic_url
from .bedrock import bedrock_url, converse_body, invoke_body
from .chat import chat_body, chat_url
from .cohere import cohere_body, cohere_url
from .conversation import Conversation, Options, ToolLike, is_mapping, read_tool
from .credentials import ConfigurationError, header_fault, header_pairs, key_fault, unconfigured
from .gemini import gemini_body, gemini_url
from .interactions import interactions_body, interactions_headers, interactions_url
from .models import why_neither
from .ollama import ollama_body, ollama_url
from .request import Request
from .responses import responses_body, responses_url
from .target import Target
from .urls import base_of, is_azure, is_local, is_openai, url_fault
from .vendors import VENDORS, Vendor

__all__ = ["build_request"]


def _no_headers(_: Target) -> list[tuple[str, str]]:
    return []


@attrs.frozen
class _Schema:
    url: Callable[[Target], str]
    body: Callable[[Target, Conversation], dict[str, Any]]
    headers: Callable[[Target], list[tuple[str, str]]] = _no_headers


_SCHEMAS: Mapping[str, _Schema] = {
    "openai-responses": _Schema(responses_url, responses_body),
    "anthropic": _Schema(anthropic_url, anthropic_body, anthropic_headers),
    "gemini": _Schema(gemini_url, gemini_body),
    "gemini-interactions": _Schema(interactions_url, interactions_body, interactions_headers),
    "ollama": _Schema(ollama_url, ollama_body),
    "bedrock": _Schema(bedrock_url, converse_body),
    "bedrock-invoke": _Schema(bedrock_url, invoke_body),
    "cohere": _Schema(cohere_url, cohere_body),
}

# Objects that gather settings: what the caller adds joins them. Any other value of `extra` replaces ours.
_GATHERED = frozenset(
    {
        "chat_template_kwargs",
        "generationConfig",
        "generation_config",
        "inferenceConfig",
        "additionalModelRequestFields",
        "options",
        "outputConfig",
        "output_config",
        "stream_options",
    }
)
_CHAT = _Schema(chat_url, chat_body)
_MESSAGE_FIELDS = ("messages", "input", "contents", "prompt")
_AT_GOOGLE_CLOUD = frozenset({"gemini", "anthropic"})


def build_request(
    target: Target,
    prompt: str | None = None,
    *,
    messages: Iterable[Any] | None = None,
    tools: Iterable[ToolLike] = (),
    options: Options | None = None,
    extra: Mapping[str, Any] | None = None,
    system: Any = None,
) -> Request:
    """The streaming request to `target`, without any IO. Signed requests carry the time: build one for every attempt.

    `messages` are in the provider's own form; those with nothing but a role and a text go to every provider. `prompt`
    is the user's text, after the messages if both are given. `system` is text, or the provider's own form. `tools` are
    `Tool` records, mappings with the same keys, or the provider's own. `extra` goes into the body last and wins; its
    `generationConfig` and similar gatherings of settings are joined with ours.

    Raises ConfigurationError, never showing a key, if the target cannot be used as it is: an unknown provider, a
    missing or damaged key, a missing region, an option that the provider has no field for. Raises TypeError or
    ValueError for what JSON cannot hold, and TypeError for a text or one message in place of messages, for a tool that
    is no mapping, and for other options than `Options`.
    """
    vendor = _checked(target)
    schema = _SCHEMAS.get(target.provider, _CHAT)
    said = [*_checked_messages(messages or ()), *([] if prompt is None else [{"role": "user", "content": prompt}])]
    if not said and not any(field in (extra or {}) for field in _MESSAGE_FIELDS):
        raise unconfigured(target.provider, "Nothing to ask: pass a prompt or messages")
    conversation = Conversation(tuple(said), system, tuple(map(read_tool, tools)), _checked_options(options))
    url = schema.url(target)
    body = _encoded(_with_extra(schema.body(target, conversation), extra or {}))
    headers = [("Accept", vendor.accept), *_PLAIN_HEADERS, *schema.headers(target), *_identity(target, vendor)]
    own = {name.lower() for name, _ in target.headers}
    kept = [(name, value) for name, value in headers if name.lower() not in own]
    request = Request("POST", url, (*kept, *target.headers), body)
    return request if target.signer is None else _signed(target, request)


_PLAIN_HEADERS = (
    ("Content-Type", "application/json"),
    # A compressed stream is held back by whoever decompresses it.
    ("Accept-Encoding", "identity"),
    ("User-Agent", f"deltawire/{__version__}"),
)


def _checked_messages(messages: Iterable[Any]) -> list[Any]:
    if isinstance(messages, str | Mapping):
        raise TypeError("messages is a list of messages; a text alone is a prompt")
    listed = list(messages)
    for message in listed:
        if not isinstance(message, Mapping):
            raise TypeError(f"a message is a mapping such as {{'role': 'user', 'content': '…'}}, not {_kind(message)}")
    return listed


def _checked_options(options: Options | None) -> Options:
    if options is not None and not isinstance(options, Options):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"options are an Options record, not {_kind(options)}; fields of the body go into extra")
    return options or Options()


def _kind(value: object) -> str:
    return type(value).__name__


def _checked(target: Target) -> Vendor:
    # The frames of this traceback hold no key: a tool that prints local variables prints masked records.
    vendor = VENDORS.get(target.provider)
    if vendor is None:
        hint = did_you_mean(target.provider, ["openai", *VENDORS])
        raise unconfigured(target.provider, f"Unknown provider {target.provider!r}{hint}")
    fault = None if target.base_url is None else url_fault(base_of(target))
    if fault is not None:
        raise unconfigured(target.provider, f"The base URL {fault}")
    error = _header_error(target) or _key_error(target, vendor)
    if error is not None:
        raise error
    if target.provider in {"openai-chat", "openai-responses"} and is_openai(base_of(target)):
        reason = why_neither(target.model)
        if reason is not None:
            raise unconfigured(target.provider, reason)
    return vendor


def _header_error(target: Target) -> ConfigurationError | None:
    for name, value in target.headers:
        fault = header_fault(name, value)
        if fault is not None:
            return unconfigured(target.provider, fault[0].upper() + fault[1:])
    return None


def _key_error(target: Target, vendor: Vendor) -> ConfigurationError | None:
    names = " or ".join(vendor.key_variables)
    if target.api_key is not None:
        fault = key_fault(target.api_key)
        return None if fault is None else unconfigured(target.provider, f"The key {fault}; check api_key, or {names}")
    local = target.base_url is not None and is_local(base_of(target))
    authorized = target.signer is not None or any(
        target.header(name) is not None for name in (vendor.key_header, "Authorization")
    )
    if local or authorized or not vendor.key_required:
        return None
    return unconfigured(target.provider, f"No key: pass api_key, or set {names}")


def _identity(target: Target, vendor: Vendor) -> list[tuple[str, str]]:
    """Who asks: the header of the key, and the account to bill."""
    headers: list[tuple[str, str]] = []
    if target.api_key is not None and target.signer is None:
        at_google_cloud = target.project is not None and target.provider in _AT_GOOGLE_CLOUD
        name = "Authorization" if target.bearer or at_google_cloud else _key_header(target, vendor)
        headers.append((name, f"Bearer {target.api_key}" if name == "Authorization" else target.api_key))
    if target.provider in {"openai-chat", "openai-responses"}:
        if target.organization is not None:
            headers.append(("OpenAI-Organization", target.organization))
        if target.project is not None:
            headers.append(("OpenAI-Project", target.project))
    return headers


def _key_header(target: Target, vendor: Vendor) -> str:
    at_azure = target.provider == "openai-responses" and is_azure(base_of(target))
    return "api-key" if at_azure else vendor.key_header


def _with_extra(body: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    merged = body | dict(extra)
    for name in _GATHERED & body.keys() & extra.keys():
        if is_mapping(body[name]) and is_mapping(extra[name]):
            merged[name] = {**body[name], **extra[name]}
    return merged


def _plain(value: Any) -> Any:
    if is_mapping(value):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _encoded(body: dict[str, Any]) -> bytes:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain)
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Halves of surrogate pairs: whole pairs become their character, lone halves U+FFFD.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _signed(target: Target, request: Request) -> Request:
    assert target.signer is not None
    headers = header_pairs(target.signer(request.method, request.url, request.headers, request.body))
    return attrs.evolve(request, headers=headers)
